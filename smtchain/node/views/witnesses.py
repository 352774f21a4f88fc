"""Witnesses as answers."""

from protocol.jsonscalars import print_version
from smtchain.node.arguments import Json
from smtchain.node.render import Render, hardfork_version_text, number, time_text
from smtchain.state.tables.witness import Witness

_NO_WORK = "00" * 32  # proof of work is not part of this chain's rules


def witness_json(witness: Witness, render: Render) -> dict[str, Json]:
    """Return a witness; both APIs show the same members."""
    return {
        "id": witness.id,
        "owner": witness.owner,
        "created": time_text(witness.created),
        "url": witness.url,
        "votes": number(witness.votes),
        "virtual_last_update": str(witness.virtual_last_update),
        "virtual_position": str(witness.virtual_position),
        "virtual_scheduled_time": str(witness.virtual_scheduled_time),
        "total_missed": witness.total_missed,
        "last_aslot": number(witness.last_aslot),
        "last_confirmed_block_num": witness.last_confirmed_block_num,
        "pow_worker": 0,
        "signing_key": render.key(witness.signing_key),
        "props": {
            "account_creation_fee": render.steem(witness.account_creation_fee),
            "maximum_block_size": witness.maximum_block_size,
            "sbd_interest_rate": witness.sbd_interest_rate,
            "account_subsidy_budget": witness.account_subsidy_budget,
            "account_subsidy_decay": witness.account_subsidy_decay,
        },
        "sbd_exchange_rate": render.price(witness.sbd_exchange_rate),
        "last_sbd_exchange_update": time_text(witness.last_sbd_exchange_update),
        "last_work": _NO_WORK,
        "running_version": print_version(witness.running_version),
        "hardfork_version_vote": hardfork_version_text(witness.hardfork_version_vote),
        "hardfork_time_vote": time_text(witness.hardfork_time_vote),
        "available_witness_account_subsidies": 0,
    }
