"""Running a node: chain, clock, producer and server together, until told to stop."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable

from protocol.errors import InvariantViolationError
from smtchain.chain.chain import Chain
from smtchain.chain.options import ChainOptions
from smtchain.node.clock import BlockClock, Clock, TickingClock, resume_time, wall_time
from smtchain.node.config import ClockMode, NodeConfig, seeded_slots
from smtchain.node.data_dir import open_chain
from smtchain.node.garbage import NODE_THRESHOLD, settle_garbage
from smtchain.node.jsonrpc import Dispatcher
from smtchain.node.node import Node
from smtchain.node.producer import Producer
from smtchain.node.rpc import method_table
from smtchain.node.server import Server
from smtchain.node.testnet import known_witness_keys
from smtchain.state.errors import StateError

log = logging.getLogger(__name__)

Announce = Callable[[Node, str], None]
"""Called once the node answers, with the node and its URL."""


def make_clock(chain: Chain, mode: ClockMode) -> Clock:
    """Return the clock of a node on this chain."""
    if mode is ClockMode.BLOCKS:
        return BlockClock(chain.newest_block_time)
    if mode is ClockMode.WALL:
        return TickingClock(wall_time())
    start = resume_time(chain.head_block_number, chain.newest_block_time, wall_time())
    return TickingClock(start)


def make_node(chain: Chain, config: NodeConfig) -> Node:
    """Return a node on an open chain."""
    clock = make_clock(chain, config.clock)
    first_slot = 1 + (seeded_slots(config.seed, chain.params.blocks_per_day) if config.seed else 0)
    known = known_witness_keys(chain.state) if config.is_testnet else []
    producer = Producer(
        chain,
        clock,
        [*config.witness_keys, *known],
        block_seconds=config.block_seconds,
        first_slot=first_slot,
    )
    return Node(chain, clock, producer, method_table(is_testnet=config.is_testnet))


class Service:
    """One node from start to stop.

    Parameters
    ----------
    config : NodeConfig
        What to run.
    announce : callable
        Called once the node answers.
    """

    def __init__(self, config: NodeConfig, announce: Announce = lambda _node, _url: None) -> None:
        self._config = config
        self._announce = announce
        self._stop = asyncio.Event()
        self._fault: Exception | None = None

    async def run(self) -> None:
        """Run until `stop` or a signal (INT, TERM).

        Raises
        ------
        Exception
            What stopped the node if not the caller: a full disk, a broken invariant.  Everything
            that was committed is on disk.
        """
        config = self._config
        options = ChainOptions(recount_every=config.check_invariants)
        node = make_node(open_chain(config.data_dir, config.genesis, options), config)
        try:
            await self._serve(node)
        finally:
            node.close()
        if self._fault is not None:
            raise self._fault

    def stop(self) -> None:
        """End `run` soon."""
        self._stop.set()

    def _halt(self, fault: Exception) -> None:
        if self._fault is None:
            log.critical("the node stops: %s", fault)
            self._fault = fault
        self._stop.set()

    async def _serve(self, node: Node) -> None:
        dispatcher = Dispatcher(
            node.methods, node, is_fatal=lambda error: _is_fatal(error, node), halt=self._halt
        )
        server = Server(node, dispatcher)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self.stop)
        producing: asyncio.Task[None] | None = None
        try:
            await server.start(self._config.host, self._config.port)
            producing = asyncio.create_task(node.producer.run(self._halt))
            settle_garbage(NODE_THRESHOLD)
            self._announce(node, server.url)
            await self._stop.wait()
        finally:
            node.is_stopping = True
            if producing is not None:
                producing.cancel()
                await _ended(producing)
            await server.stop()
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(name)


def _is_fatal(error: Exception, node: Node) -> bool:
    """Return whether the node must not go on after an exception."""
    return bool(node.chain.halted) or isinstance(error, InvariantViolationError | StateError)


async def _ended(task: Awaitable[None]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await task
