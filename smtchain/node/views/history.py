"""Applied operations as answers."""

from protocol.operation import Operation
from protocol.wire import decode_as
from smtchain.node.arguments import Json
from smtchain.node.render import Render, time_text
from smtchain.state.history import HistoryEntry


def applied_operation(entry: HistoryEntry, render: Render) -> dict[str, Json]:
    """Return an operation with the place and time at which it was applied."""
    operation: Operation = decode_as(Operation, entry.operation, render.network)
    return {
        "trx_id": entry.trx_id.hex(),
        "block": entry.block_num,
        "trx_in_block": entry.trx_in_block,
        "op_in_trx": entry.op_in_trx,
        "virtual_op": entry.virtual_op,
        "timestamp": time_text(entry.timestamp),
        "op": render.operation(operation),
    }
