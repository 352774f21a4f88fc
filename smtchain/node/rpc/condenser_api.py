"""condenser_api: positional arguments, legacy amounts; what most clients speak."""

from protocol.jsonscalars import print_time
from protocol.types import PublicKey
from smtchain.node.arguments import (
    Flag,
    Int64,
    Json,
    Keys,
    Limit,
    Name,
    Names,
    Numbers,
    Text,
    TransactionId,
    TransactionJson,
    UInt32,
    UInt64,
)
from smtchain.node.methods import CONDENSER, Api
from smtchain.node.node import Node
from smtchain.node.render import hardfork_version_text
from smtchain.node.rpc import account_history_api, database_api, network_broadcast_api
from smtchain.node.rpc.account_by_key_api import accounts_of_key
from smtchain.node.rpc.reputation_api import reputations
from smtchain.node.rpc_errors import AssertionFailedError
from smtchain.node.views import chain as chain_views
from smtchain.node.views.accounts import condenser_account
from smtchain.node.views.blocks import block_json, header_json
from smtchain.node.views.history import applied_operation
from smtchain.node.views.witnesses import witness_json

api = Api(CONDENSER)


# --- The chain -------------------------------------------------------------------------------


@api.method(returns={})
def get_config(node: Node) -> Json:
    """Return the chain's constants under steemd's names."""
    return node.config


@api.method(returns={"blockchain_version": "", "steem_revision": "", "fc_revision": ""})
def get_version(node: Node) -> Json:
    """Return the version of the interfaces."""
    answer: dict[str, Json] = dict(database_api.get_version(node))
    del answer["chain_id"]
    return answer


@api.method(returns={})
def get_dynamic_global_properties(node: Node) -> Json:
    """Return the head block and the running totals."""
    return chain_views.global_properties(node.state, node.legacy, node.params)


@api.method(returns={})
def get_chain_properties(node: Node) -> Json:
    """Return the medians of what the scheduled witnesses propose."""
    return chain_views.chain_properties(node.state.witness_schedule.get(), node.legacy)


@api.method(returns="0.0.0")
def get_hardfork_version(node: Node) -> Json:
    """Return the version of the rules in force."""
    return hardfork_version_text(node.state.hardfork.get().current_hardfork_version)


@api.method(returns={"hf_version": "0.0.0", "live_time": "1970-01-01T00:00:00"})
def get_next_scheduled_hardfork(node: Node) -> Json:
    """Return the next hardfork that the witnesses agreed on, or the present one."""
    hardfork = node.state.hardfork.get()
    return {
        "hf_version": hardfork_version_text(hardfork.next_hardfork),
        "live_time": print_time(hardfork.next_hardfork_time),
    }


@api.method(returns={"id": 0, "current_median_history": {}, "price_history": []})
def get_feed_history(node: Node) -> Json:
    """Return the hourly medians of the price feed and their median."""
    return chain_views.feed_history(node.state, node.legacy)


@api.method(returns={"base": "0.000 SBD", "quote": "0.000 STEEM"})
def get_current_median_history_price(node: Node) -> Json:
    """Return the current median price of SBD in STEEM."""
    return node.legacy.price(node.state.feed_history.get().current_median_history)


@api.method(returns={})
def get_reward_fund(node: Node, name: Name) -> Json:
    """Return a STEEM reward fund by name."""
    fund = node.state.reward_funds.find(name)
    if fund is None:
        raise AssertionFailedError("there is no such reward fund", field="name", value=name)
    return chain_views.reward_fund(fund, node.legacy)


@api.method(returns={})
def get_witness_schedule(node: Node) -> Json:
    """Return who produces this round, and the medians of what the witnesses propose."""
    return chain_views.witness_schedule(node.state, node.legacy, node.params)


# --- Accounts --------------------------------------------------------------------------------


@api.method(returns=[])
def get_accounts(node: Node, names: Names) -> Json:
    """Return the named accounts that exist, in the order of the names."""
    return [
        condenser_account(account, node.state, node.legacy, node.params)
        for account in node.accounts(names)
    ]


@api.method(returns=[])
def lookup_account_names(node: Node, names: Names) -> Json:
    """Return the named accounts, null in the place of each that does not exist."""
    found = (node.state.accounts.find(name) for name in names)
    return [
        None
        if account is None
        else condenser_account(account, node.state, node.legacy, node.params)
        for account in found
    ]


@api.method(returns=[])
def lookup_accounts(node: Node, lower_bound: Name, limit: Limit) -> Json:
    """Return the names of up to `limit` accounts from a name on."""
    rows = node.state.accounts.scan("", start=(lower_bound,))
    return [row.name for row in node.take(rows, limit)]


@api.method(returns=0)
def get_account_count(node: Node) -> Json:
    """Return how many accounts there are; ids count up from 0 and accounts never end."""
    return node.account_count()


@api.method(returns=[])
def get_account_reputations(
    node: Node, lower_bound: Text | None = None, limit: Limit = 1_000
) -> Json:
    """Return the reputations of up to `limit` accounts from a name on; null is the beginning."""
    return reputations(node, lower_bound, limit)


@api.method(returns=[])
def get_key_references(node: Node, keys: Keys) -> Json:
    """Return for each key the accounts that name it in any authority."""
    return [accounts_of_key(node, node.read_key(key)) for key in keys]


# --- Blocks and history ----------------------------------------------------------------------


@api.method()
def get_block(node: Node, block_num: UInt32) -> Json:
    """Return a block with its id, signing key and transaction ids; null when there is none yet."""
    block = node.find_block(block_num)
    return None if block is None else block_json(block, node.legacy)


@api.method()
def get_block_header(node: Node, block_num: UInt32) -> Json:
    """Return a block's header; null when there is none yet."""
    block = node.find_block(block_num)
    return None if block is None else header_json(block, node.legacy)


@api.method(returns=[])
def get_ops_in_block(node: Node, block_num: UInt32, *, only_virtual: Flag = False) -> Json:
    """Return the operations of a block, or only the virtual ones."""
    entries = node.operations_in_block(block_num, only_virtual=only_virtual)
    return [applied_operation(entry, node.legacy) for entry in entries]


@api.method(returns={})
def get_transaction(node: Node, transaction_id: TransactionId) -> Json:
    """Return a transaction with its block and position."""
    return account_history_api.transaction(node, transaction_id, node.legacy)


@api.method(returns=[])
def get_account_history(  # noqa: PLR0913  the arguments clients send
    node: Node,
    *,
    account: Name,
    start: Int64,
    limit: UInt32,
    operation_filter_low: UInt64 = 0,
    operation_filter_high: UInt64 = 0,
) -> Json:
    """Return up to `limit` operations of an account, up to sequence number `start` (-1: newest).

    The filters are bit sets of operation numbers: low is 0 to 63, high is 64 to 127.
    """
    entries = account_history_api.account_entries(
        node, account, start, limit, operation_filter_low | operation_filter_high << 64
    )
    return [[sequence, applied_operation(entry, node.legacy)] for sequence, entry in entries]


# --- Witnesses -------------------------------------------------------------------------------


@api.method()
def get_witness_by_account(node: Node, account: Name) -> Json:
    """Return the witness of that name, or null."""
    witness = node.state.witnesses.find(account)
    return None if witness is None else witness_json(witness, node.legacy)


@api.method(returns=[])
def get_witnesses(node: Node, ids: Numbers) -> Json:
    """Return witnesses by id, null in the place of each that does not exist."""
    by_id = {row.id: row for row in node.state.witnesses.scan()} if ids else {}
    return [witness_json(by_id[i], node.legacy) if i in by_id else None for i in ids]


@api.method(returns=[])
def get_witnesses_by_vote(node: Node, lower_bound: Name, limit: Limit) -> Json:
    """Return up to `limit` witnesses by votes, from the named one on; "" is the top.

    A name that is no witness stands for the next one that is, as in steemd.
    """
    start: tuple[object, ...] | None = None
    if lower_bound:
        first = next(node.state.witnesses.scan("", start=(lower_bound,)), None)
        if first is None:
            return []
        start = (first.votes_descending, first.owner)
    rows = node.state.witnesses.scan("by_vote", start=start)
    return [witness_json(row, node.legacy) for row in node.take(rows, limit)]


@api.method(returns=0)
def get_witness_count(node: Node) -> Json:
    """Return how many witnesses there are."""
    return sum(1 for _ in node.state.witnesses.scan())


@api.method(returns=[])
def lookup_witness_accounts(node: Node, lower_bound: Name, limit: Limit) -> Json:
    """Return the names of up to `limit` witnesses from a name on."""
    rows = node.state.witnesses.scan("", start=(lower_bound,))
    return [row.owner for row in node.take(rows, limit)]


@api.method(returns=[])
def get_active_witnesses(node: Node) -> Json:
    """Return the scheduled witnesses, padded with empty names to 21."""
    return chain_views.active_witnesses(node.state.witness_schedule.get(), node.params)


# --- Signatures ------------------------------------------------------------------------------


@api.method(returns="")
def get_transaction_hex(node: Node, trx: TransactionJson) -> Json:
    """Return the bytes of a transaction with its signatures (an empty vector when unsigned)."""
    return node.read_transaction(trx, "trx").raw.hex()


@api.method(returns=False)
def verify_authority(node: Node, trx: TransactionJson) -> Json:
    """Return true when the signatures suffice; refuse with what is missing otherwise."""
    node.signatures.verify(node.read_transaction(trx, "trx"))
    return True


@api.method(returns=False)
def verify_account_authority(node: Node, account: Name, signers: Keys) -> Json:
    """Return true when the keys satisfy the account's active authority; refuse otherwise."""
    keys = [node.read_key(key, f"signers[{i}]") for i, key in enumerate(signers)]
    node.signatures.verify_account(node.account(account).name, keys)
    return True


@api.method(returns=[])
def get_potential_signatures(node: Node, trx: TransactionJson) -> Json:
    """Return every key that could take part in signing the transaction."""
    envelope = node.read_transaction(trx, "trx")
    return _key_texts(node, node.signatures.potential(envelope))


@api.method(returns=[])
def get_required_signatures(node: Node, trx: TransactionJson, available_keys: Keys) -> Json:
    """Return which of the available keys the transaction still needs."""
    envelope = node.read_transaction(trx, "trx")
    keys = [node.read_key(key, f"available_keys[{i}]") for i, key in enumerate(available_keys)]
    return _key_texts(node, node.signatures.required(envelope, keys))


def _key_texts(node: Node, keys: tuple[PublicKey, ...]) -> list[str]:
    return [node.legacy.key(key) for key in keys]


# --- Broadcast -------------------------------------------------------------------------------


@api.method(returns={})
async def broadcast_transaction(
    node: Node, trx: TransactionJson, max_block_age: Int64 = -1
) -> Json:
    """Take a signed transaction; answer as soon as it is accepted."""
    return await network_broadcast_api.broadcast_transaction(node, trx, max_block_age)


@api.method(returns={"id": "00" * 20, "block_num": 0, "trx_num": 0, "expired": False})
async def broadcast_transaction_synchronous(node: Node, trx: TransactionJson) -> Json:
    """Take a signed transaction; answer when it is in a block."""
    return await network_broadcast_api.broadcast_transaction_synchronous(node, trx)
