"""account_history_api: operations by account, by block, and transactions by id."""

from protocol.types import AccountName
from smtchain.node.arguments import Flag, Int64, Json, Name, TransactionId, UInt32, UInt64
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.render import Render
from smtchain.node.rpc_errors import AssertionFailedError
from smtchain.node.views.blocks import transaction_json
from smtchain.node.views.history import applied_operation
from smtchain.state.history import HistoryEntry

api = Api("account_history_api")

HISTORY_LIMIT = 10_000  # entries of one answer; steemd's, before it was lowered to 1000

_NEWEST = (-1, (1 << 64) - 1)  # both ways in which clients write "from the newest"


def account_entries(
    node: Node, account: AccountName, start: int, limit: int, filter_bits: int
) -> list[tuple[int, HistoryEntry]]:
    """Return up to `limit` entries of an account, oldest first, none above sequence `start`.

    Raises
    ------
    AssertionFailedError
        More than 10,000 are asked for, or `start` is negative and not -1.
    """
    if limit > HISTORY_LIMIT:
        raise AssertionFailedError(
            f"limit of {limit} is greater than maximum allowed {HISTORY_LIMIT}",
            field="limit",
            value=limit,
        )
    newest = None if start in _NEWEST else start
    if newest is not None and newest < 0:
        raise AssertionFailedError(
            "start must be -1 or a sequence number", field="start", value=start
        )
    return node.account_history(account, newest, limit, filter_bits)


def transaction(node: Node, transaction_id: bytes, render: Render) -> dict[str, Json]:
    """Return a transaction with its block and position.

    Raises
    ------
    AssertionFailedError
        No block has it.
    """
    location = node.find_transaction(transaction_id)
    block = None if location is None else node.find_block(location.block_num)
    if location is None or block is None:
        raise AssertionFailedError(
            f"Unknown Transaction {transaction_id.hex()}",
            error_code="rpc.unknown_transaction",
            field="id",
            value=transaction_id,
        )
    return transaction_json(block, location.trx_in_block, render)


@api.method(returns={"history": []})
def get_account_history(  # noqa: PLR0913  the arguments clients send
    node: Node,
    *,
    account: Name,
    start: Int64 = -1,
    limit: UInt32 = 1_000,
    operation_filter_low: UInt64 = 0,
    operation_filter_high: UInt64 = 0,
) -> Json:
    """Return up to `limit` operations of an account, up to sequence number `start` (-1: newest).

    The filters are bit sets of operation numbers: low is 0 to 63, high is 64 to 127.
    """
    entries = account_entries(
        node, account, start, limit, operation_filter_low | operation_filter_high << 64
    )
    return {"history": [[number, applied_operation(entry, node.nai)] for number, entry in entries]}


@api.method(returns={"ops": []})
def get_ops_in_block(node: Node, block_num: UInt32, *, only_virtual: Flag = False) -> Json:
    """Return the operations of a block, or only the virtual ones."""
    entries = node.operations_in_block(block_num, only_virtual=only_virtual)
    return {"ops": [applied_operation(entry, node.nai) for entry in entries]}


@api.method(returns={})
def get_transaction(node: Node, id: TransactionId) -> Json:  # noqa: A002  the argument's name
    """Return a transaction with its block and position."""
    return transaction(node, id, node.nai)


@api.method(returns={"ops": [], "next_block_range_begin": 0})
def enum_virtual_ops(node: Node, block_range_begin: UInt32, block_range_end: UInt32) -> Json:
    """Return the virtual operations of blocks from `begin` to before `end` (at most 1,000)."""
    if not block_range_begin < block_range_end <= block_range_begin + 1_000:
        raise AssertionFailedError(
            "a range holds 1 to 1000 blocks", field="block_range_end", value=block_range_end
        )
    ops = [
        applied_operation(entry, node.nai)
        for block_num in range(block_range_begin, block_range_end)
        for entry in node.operations_in_block(block_num, only_virtual=True)
    ]
    after = block_range_end if block_range_end <= node.head.head_block_number else 0
    return {"ops": ops, "next_block_range_begin": after}
