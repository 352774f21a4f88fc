"""A block without transactions, its witness's signature checked, against a bare recovery."""

import time
from collections.abc import Iterable
from contextlib import ExitStack

from benchmarks.chain_load import Load, make_load
from benchmarks.method import Better, Measurement, Row
from smtchain.chain.replay import replay

BLOCKS = 600


def rows(stack: ExitStack) -> Iterable[Row]:
    """Return two rows: replayed from a log, and pushed as it comes from the network.

    Pushed means log, state and history committed for each block by itself.
    """
    load = make_load(stack, accounts=100, warm=10, blocks=BLOCKS, per_block=0)
    return (
        Row(
            "replay an empty block",
            "a bare recovery",
            _replaying(load),
            None,
            Better.LOWER,
            target=5,
            floor=10,
        ),
        Row(
            "push an empty block",
            "a bare recovery",
            _pushing(load),
            None,
            Better.LOWER,
            target=5,
            floor=10,
        ),
    )


def _replaying(load: Load) -> Measurement:
    def measured() -> float:
        with load.state() as state:
            start = time.process_time()
            replay(load.genesis, load.blocks, state=state)
            return (time.process_time() - start) / BLOCKS

    return measured


def _pushing(load: Load) -> Measurement:
    def measured() -> float:
        with load.chain() as chain:
            start = time.process_time()
            for raw in load.blocks:
                chain.push_block(raw)
            return (time.process_time() - start) / BLOCKS

    return measured
