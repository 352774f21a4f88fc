"""network_broadcast_api: signed transactions in."""

from smtchain.node.arguments import Int64, Json, TransactionJson
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.rpc_errors import AssertionFailedError

api = Api("network_broadcast_api")


@api.method(returns={})
async def broadcast_transaction(
    node: Node, trx: TransactionJson, max_block_age: Int64 = -1
) -> Json:
    """Take a signed transaction; answer as soon as it is accepted.

    `max_block_age`, seconds, refuses it when the head block is older; -1 takes it always.
    """
    envelope = node.read_transaction(trx, "trx")
    age = node.clock.now() - node.head.time
    if 0 <= max_block_age < age:
        raise AssertionFailedError(
            f"the head block is {age} seconds old", field="max_block_age", value=max_block_age
        )
    await node.broadcast(envelope)
    return {}


@api.method(returns={"id": "00" * 20, "block_num": 0, "trx_num": 0, "expired": False})
async def broadcast_transaction_synchronous(node: Node, trx: TransactionJson) -> Json:
    """Take a signed transaction; answer when it is in a block, or has expired outside one."""
    envelope = node.read_transaction(trx, "trx")
    inclusion = await node.broadcast_and_wait(envelope)
    return {
        "id": envelope.id.hex(),
        "block_num": inclusion.block_num,
        "trx_num": inclusion.trx_num,
        "expired": inclusion.is_expired,
    }
