"""Blocks and transactions as answers."""

from protocol.block import BlockEnvelope, BlockHeader
from protocol.jsonform import to_json
from smtchain.node.arguments import Json
from smtchain.node.render import Render


def block_json(envelope: BlockEnvelope, render: Render) -> dict[str, Json]:
    """Return a block with its id, signing key and transaction ids.

    In the legacy form each transaction also says where it is, as condenser_api does.
    """
    answer: dict[str, Json] = to_json(envelope.block, render.network, render.form)
    if render.is_legacy:
        for position, transaction in enumerate(answer["transactions"]):
            _add_place(transaction, envelope, position)
    answer["block_id"] = envelope.id.hex()
    answer["signing_key"] = render.key(envelope.signee)
    answer["transaction_ids"] = [transaction.id.hex() for transaction in envelope.transactions]
    return answer


def header_json(envelope: BlockEnvelope, render: Render) -> dict[str, Json]:
    """Return a block's header without its signature."""
    block = envelope.block
    header = BlockHeader(
        block.previous,
        block.timestamp,
        block.witness,
        block.transaction_merkle_root,
        block.extensions,
    )
    answer: dict[str, Json] = to_json(header, render.network, render.form)
    return answer


def transaction_json(envelope: BlockEnvelope, position: int, render: Render) -> dict[str, Json]:
    """Return one of a block's transactions with its id and where it is."""
    transaction = envelope.transactions[position].transaction
    answer: dict[str, Json] = to_json(transaction, render.network, render.form)
    _add_place(answer, envelope, position)
    return answer


def _add_place(transaction: dict[str, Json], envelope: BlockEnvelope, position: int) -> None:
    transaction["transaction_id"] = envelope.transactions[position].id.hex()
    transaction["block_num"] = envelope.num
    transaction["transaction_num"] = position
