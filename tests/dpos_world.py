"""A chain of 25 witnesses, and the keys of all of them."""

import json

from actors import Stage

from protocol.assets import STEEM, Asset
from protocol.operations.vesting import TransferToVesting
from protocol.operations.witness import AccountWitnessVote
from smtchain.chain.genesis import parse_genesis

WITNESSES = tuple(f"wit{number:02}" for number in range(25))


def dpos_document(folder, witnesses=WITNESSES, **params):
    """Return the dev genesis with these witnesses, who sign with their active keys."""
    document = json.loads(folder.joinpath("dev.json").read_text())
    document["params"] = document["params"] | params
    document["accounts"] += [{"name": name} for name in witnesses]
    first = document["witnesses"][0]
    document["witnesses"] = [
        first | {"owner": name, "signing_key": {"seed": f"{name}active"}} for name in witnesses
    ]
    return document


def dpos_genesis(folder, witnesses=WITNESSES, **params):
    return parse_genesis(dpos_document(folder, witnesses, **params))


def elect(stage: Stage, witnesses=WITNESSES):
    """Let each witness vest and vote for itself, the first with the most; two blocks."""
    for number, name in enumerate(witnesses):
        amount = Asset(1_000 * (len(witnesses) - number), STEEM)
        stage.push(TransferToVesting("alice", name, amount))
    stage.produce()
    for name in witnesses:
        stage.push(AccountWitnessVote(account=name, witness=name))
    stage.produce()


def schedule_of(stage):
    return stage.state.witness_schedule.get().current_shuffled_witnesses


def to_next_round(stage):
    """Produce until a round has just been scheduled."""
    number = stage.chain.head_block_number
    stage.produce(21 - number % 21)


def producers(blocks):
    return [block.envelope.block.witness for block in blocks]
