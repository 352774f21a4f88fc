"""Worker processes that recover signatures: the same keys, the same errors, in the same order."""

import os
import signal
from random import Random

import pytest
from random_load import RandomLoad

from protocol.block import BlockEnvelope
from protocol.crypto import InvalidSignatureError
from protocol.errors import TruncatedError
from smtchain.chain.chain import Chain
from smtchain.chain.replay import replay
from smtchain.chain.signature_workers import CHUNK, SignatureWorkerLostError, SignatureWorkers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def blocks(dev_genesis):
    """Some blocks with more signatures in all than one chunk has, and one with several chunks."""
    with Chain.in_memory(dev_genesis) as chain:
        made = []
        chain.on_block(lambda block: made.append(block.raw))
        load = RandomLoad(chain, Random(5))
        load.run(120)
        while len(chain.mempool) < 2 * CHUNK:
            load.push(50)
        load.produce(slot=1)
        load.run(3)
        return made


@pytest.fixture(scope="module")
def workers():
    with SignatureWorkers(2) as started:
        yield started


def fresh(dev_genesis, raws):
    return [BlockEnvelope.from_bytes(raw, dev_genesis.params) for raw in raws]


def test_every_key_is_known_and_right(dev_genesis, blocks, workers):
    expected = fresh(dev_genesis, blocks)
    found = list(workers.ahead_of(iter(fresh(dev_genesis, blocks))))
    assert [block.id for block in found] == [block.id for block in expected]
    assert sum(len(block.transactions) for block in found) > 2 * CHUNK
    for block, alone in zip(found, expected, strict=True):
        assert block._signee == alone.signee
        assert all(envelope.has_signers for envelope in block.transactions)
        assert [envelope.signers for envelope in block.transactions] == [
            envelope.signers for envelope in alone.transactions
        ]


def test_nothing_in_is_nothing_out(workers):
    assert list(workers.ahead_of([])) == []


def test_what_is_no_signature_is_refused_at_its_place(dev_genesis, blocks, workers):
    params = dev_genesis.params
    victim = next(at for at, raw in enumerate(blocks) if fresh(dev_genesis, [raw])[0].transactions)
    block = fresh(dev_genesis, [blocks[victim]])[0]
    raw = bytearray(block.raw)
    raw[-65:] = bytes(65)
    spoiled = BlockEnvelope.from_bytes(bytes(raw), params)
    (found,) = workers.ahead_of([spoiled])
    assert not found.transactions[-1].has_signers
    with pytest.raises(InvalidSignatureError):
        _ = found.transactions[-1].signers
    # Other signatures of the block are known all the same.
    assert found._signee == block.signee


def test_a_failure_to_read_shows_after_the_blocks_before_it(dev_genesis, blocks, workers):
    def reading():
        yield from fresh(dev_genesis, blocks[:20])
        raise TruncatedError("the disk ends here")

    seen = []
    with pytest.raises(TruncatedError):
        replay(
            dev_genesis,
            workers.ahead_of(reading()),
            on_block=lambda block: seen.append(block.number),
        )
    assert seen == list(range(1, 21))


def test_a_pass_that_was_given_up_leaves_nothing_behind(dev_genesis, blocks, workers):
    first = workers.ahead_of(iter(fresh(dev_genesis, blocks)))
    next(first)
    first.close()
    found = list(workers.ahead_of(iter(fresh(dev_genesis, blocks[-5:]))))
    expected = fresh(dev_genesis, blocks[-5:])
    assert [block._signee for block in found] == [block.signee for block in expected]


def test_a_worker_that_dies_is_reported(dev_genesis, blocks):
    with SignatureWorkers(1) as workers:
        pid = workers._processes[0].pid
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(SignatureWorkerLostError):
            list(workers.ahead_of(iter(fresh(dev_genesis, blocks))))


def test_workers_end_with_the_process_that_started_them(dev_genesis):
    workers = SignatureWorkers(2)
    processes = list(workers._processes)
    workers.close()
    assert [process.exitcode for process in processes] == [0, 0]
