"""transaction_status_api: where a transaction is."""

from protocol.jsonscalars import print_time
from smtchain.node.arguments import Json, Moment, TransactionId
from smtchain.node.methods import Api
from smtchain.node.node import Node

api = Api("transaction_status_api")


@api.method(returns={"status": "unknown"})
def find_transaction(
    node: Node, transaction_id: TransactionId, expiration: Moment | None = None
) -> Json:
    """Return the status of a transaction, and its block's number once it is in one.

    `expiration`, when given, tells a transaction that can never come (expired) from an unknown one.
    """
    location = node.find_transaction(transaction_id)
    if location is not None:
        irreversible = node.head.last_irreversible_block_num
        is_final = location.block_num <= irreversible
        status = "within_irreversible_block" if is_final else "within_reversible_block"
        return {"status": status, "block_num": location.block_num}
    if node.is_pending(transaction_id):
        return {"status": "within_mempool"}
    if expiration is not None and expiration <= node.head.time:
        return {"status": "expired_reversible", "expiration": print_time(expiration)}
    return {"status": "unknown"}
