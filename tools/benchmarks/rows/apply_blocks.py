"""Blocks of transfers from their bytes to LMDB, against the bare recovery of a signature."""

import gc
import time
from collections.abc import Iterable
from contextlib import ExitStack

from benchmarks.chain_load import TRUSTED, Load, decode, make_load
from benchmarks.method import Better, Measurement, Row
from smtchain.chain.head import Head
from smtchain.chain.replay import replay
from smtchain.chain.signature_workers import SignatureWorkers
from smtchain.chain.skip import Skip
from smtchain.node.garbage import REPLAY_THRESHOLD

WORKERS = 2


def rows(stack: ExitStack) -> Iterable[Row]:
    """Return the rows: end to end, without signatures, in two processes, seen before, taken back.

    A thousand transfers in a block, between 20,000 accounts whose rows are in the cache.
    """
    gc.set_threshold(REPLAY_THRESHOLD, 20, 50)  # as `smtchain replay` does
    load = make_load(stack, accounts=20_000, warm=12, blocks=8, per_block=1_000)
    workers = stack.enter_context(SignatureWorkers(WORKERS))
    return (
        Row(
            "apply a signed transfer",
            "a bare recovery, one core",
            _replaying(load, Skip.NONE),
            None,
            Better.HIGHER,
            target=0.5,
            floor=0.4,
        ),
        Row(
            "apply it without signatures",
            "a bare recovery",
            _replaying(load, TRUSTED),
            None,
            Better.HIGHER,
            target=1.3,
            floor=0.8,
        ),
        Row(
            f"apply it, {WORKERS} workers (wall)",
            "a bare recovery",
            _replaying_ahead(load, workers),
            None,
            Better.HIGHER,
            target=0.85,
            floor=0.65,
        ),
        Row(
            "apply one that was pending",
            "a bare recovery",
            _pushing_pending(load),
            None,
            Better.LOWER,
            target=0.8,
            floor=1.2,
        ),
        Row(
            "take a block of 1,000 back",
            "applying it, no signatures",
            _undoing(load),
            _applying(load),
            Better.LOWER,
            target=0.15,
            floor=0.3,
        ),
    )


def _replaying(load: Load, skip: Skip) -> Measurement:
    def measured() -> float:
        with load.state() as state:
            gc.collect()
            start = time.process_time()
            replay(load.genesis, load.blocks, state=state, skip=skip)
            return (time.process_time() - start) / load.transactions

    return measured


def _replaying_ahead(load: Load, workers: SignatureWorkers) -> Measurement:
    def measured() -> float:
        with load.state() as state:
            gc.collect()
            start = time.monotonic()
            blocks = (decode(load, raw) for raw in load.blocks)
            replay(load.genesis, workers.ahead_of(blocks), state=state)
            return (time.monotonic() - start) / load.transactions

    return measured


def _pushing_pending(load: Load) -> Measurement:
    def measured() -> float:
        taken = 0.0
        with load.chain() as chain:
            for raw in load.blocks:
                for envelope in decode(load, raw).transactions:
                    chain.push_transaction(envelope)
                gc.collect()
                start = time.process_time()
                chain.push_block(raw)
                taken += time.process_time() - start
        return taken / load.transactions

    return measured


def _applying(load: Load) -> Measurement:
    def measured() -> float:
        taken = 0.0
        with load.state() as state:
            head = Head(load.genesis, state)
            for raw in load.blocks:
                block = decode(load, raw)
                start = time.process_time()
                head.apply(block, skip=TRUSTED)
                taken += time.process_time() - start
        return taken / load.transactions

    return measured


def _undoing(load: Load) -> Measurement:
    def measured() -> float:
        with load.state() as state:
            head = Head(load.genesis, state)
            for raw in load.blocks:
                head.apply(decode(load, raw), skip=TRUSTED)
            start = time.process_time()
            for _ in load.blocks:
                head.undo()
            return (time.process_time() - start) / load.transactions

    return measured
