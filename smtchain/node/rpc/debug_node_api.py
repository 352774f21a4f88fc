"""debug_node_api: blocks on demand, for tests of clients.  Served by testnets only.

A key may sign for the witness whose turn it is only if it is that witness's; `edit_if_needed`,
which makes steemd change the witness's key, is therefore not needed and not done.
"""

from protocol.crypto import PrivateKey
from protocol.errors import ProtocolError
from protocol.jsonscalars import parse_time, print_time
from smtchain.node.arguments import Flag, Json, Moment, Text, UInt32
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.rpc_errors import AssertionFailedError, ParamRangeError
from smtchain.node.views import chain as chain_views

api = Api("debug_node_api")

BLOCKS_LIMIT = 100_000  # blocks of one call; about a minute of work

LAST_MOMENT = parse_time("2096-01-01T00:00:00")
"""Where time travel ends: times have 32 bits, to 2106, and rules look some years ahead.

A chain that came to the end of time could never make a block again.
"""


def _check_key(node: Node, debug_key: str) -> None:
    """Refuse a key that is not this node's producer key; "" means that one.

    Raises
    ------
    ParamRangeError
        Not a private key, or not the producer's.
    """
    if not debug_key:
        return
    try:
        given = PrivateKey.from_wif(debug_key)
    except ProtocolError as error:
        raise ParamRangeError("a private key (WIF)", "debug_key", "(not shown)") from error
    if given.public_key not in node.producer.public_keys:
        raise ParamRangeError("the producing witness's key", "debug_key", "(not shown)")


def _check_moment(moment: int, field: str, value: int | str) -> None:
    """Refuse to travel where no chain could go on.

    Raises
    ------
    ParamRangeError
        `moment` is after 2096.
    """
    if moment > LAST_MOMENT:
        raise ParamRangeError(
            f"such that time stays before {print_time(LAST_MOMENT)}", field, value
        )


@api.method(returns={"blocks": 0})
async def debug_generate_blocks(  # noqa: PLR0913  steemd's arguments
    node: Node,
    *,
    debug_key: Text = "",
    count: UInt32 = 1,
    skip: UInt32 = 0,
    miss_blocks: UInt32 = 0,
    edit_if_needed: Flag = True,
) -> Json:
    """Produce `count` blocks, the first after `miss_blocks` empty slots."""
    _check_key(node, debug_key)
    if count > BLOCKS_LIMIT:
        raise AssertionFailedError(
            f"count must be at most {BLOCKS_LIMIT}", field="count", value=count
        )
    seconds = (miss_blocks + count) * node.params.block_interval_seconds
    _check_moment(node.head.time + seconds, "miss_blocks", miss_blocks)
    return {"blocks": await node.producer.produce(count, missed_slots=miss_blocks)}


@api.method(returns={"blocks": 0})
async def debug_generate_blocks_until(
    node: Node,
    debug_key: Text,
    head_block_time: Moment,
    *,
    generate_sparsely: Flag = True,
) -> Json:
    """Produce until the head block's time is at least `head_block_time`.

    Sparsely: one block in the last slot, all before it missed; else a block in every slot, at most
    100,000.
    """
    _check_key(node, debug_key)
    _check_moment(head_block_time, "head_block_time", print_time(head_block_time))
    wanted = (head_block_time - node.head.time) // node.params.block_interval_seconds
    if not generate_sparsely and wanted > BLOCKS_LIMIT:
        raise AssertionFailedError(
            f"that would be {wanted} blocks, at most {BLOCKS_LIMIT}",
            field="head_block_time",
            value=print_time(head_block_time),
        )
    made = await node.producer.produce_until(head_block_time, sparsely=generate_sparsely)
    return {"blocks": made}


@api.method(returns={"has_hardfork": False})
def debug_has_hardfork(node: Node, hardfork_id: UInt32) -> Json:
    """Return whether a hardfork's rules are in force."""
    return {"has_hardfork": node.state.hardfork.get().last_hardfork >= hardfork_id}


@api.method(returns={})
def debug_set_hardfork(node: Node, hardfork_id: UInt32) -> Json:
    """Put a hardfork in force: nothing to do for those that are, and none other exists."""
    last = node.state.hardfork.get().last_hardfork
    if hardfork_id > last:
        raise AssertionFailedError(
            f"hardfork {hardfork_id} is not known; the last is {last}",
            field="hardfork_id",
            value=hardfork_id,
        )
    return {}


@api.method(returns={})
def debug_get_hardfork_property_object(node: Node) -> Json:
    """Return the hardforks that have happened and the next one."""
    return chain_views.hardfork_properties(node.state.hardfork.get(), node.nai)


@api.method(returns={})
def debug_get_witness_schedule(node: Node) -> Json:
    """Return who produces this round."""
    return chain_views.witness_schedule(node.state, node.nai, node.params)
