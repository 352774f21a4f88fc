"""block_api: blocks by number, in NAI form."""

from smtchain.node.arguments import Json, UInt32
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.rpc_errors import AssertionFailedError
from smtchain.node.views.blocks import block_json, header_json

api = Api("block_api")

RANGE_LIMIT = 50  # blocks of one get_block_range; a full block is up to 2 MiB


@api.method(returns={})
def get_block(node: Node, block_num: UInt32) -> Json:
    """Return a block with its id, signing key and transaction ids; {} when there is none yet."""
    block = node.find_block(block_num)
    return {} if block is None else {"block": block_json(block, node.nai)}


@api.method(returns={})
def get_block_header(node: Node, block_num: UInt32) -> Json:
    """Return a block's header; {} when there is none yet."""
    block = node.find_block(block_num)
    return {} if block is None else {"header": header_json(block, node.nai)}


@api.method(returns={"blocks": []})
def get_block_range(node: Node, starting_block_num: UInt32, count: UInt32) -> Json:
    """Return `count` blocks (at most 50) from a number on; fewer at the head."""
    if count > RANGE_LIMIT:
        raise AssertionFailedError(
            f"count must be at most {RANGE_LIMIT}", field="count", value=count
        )
    blocks = []
    for block_num in range(starting_block_num, starting_block_num + count):
        block = node.find_block(block_num)
        if block is None:
            break
        blocks.append(block_json(block, node.nai))
    return {"blocks": blocks}
