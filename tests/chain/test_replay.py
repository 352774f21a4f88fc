"""Replays of one block log: the same digest after every block, whichever way it is replayed."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from random_load import RandomLoad

from protocol.block import BlockEnvelope
from protocol.errors import InvariantViolationError
from smtchain.chain.block_checks import MerkleRootError
from smtchain.chain.block_log import BlockLog, MemoryBlockLog
from smtchain.chain.chain import Chain
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import OtherBlockError, read_blocks, replay
from smtchain.chain.signature_workers import SignatureWorkers
from smtchain.chain.skip import Skip
from smtchain.state.state import State

ROOT = Path(__file__).parents[2]
BLOCKS = 150


@pytest.fixture(scope="module")
def story(dev_genesis):
    """Blocks with all kinds of things in them, and the digest after each as it was live."""
    with Chain.in_memory(dev_genesis, ChainOptions(recount_every=10)) as chain:
        blocks = []
        chain.on_applied(blocks.append)
        load = RandomLoad(chain, Random(11))
        load.run(BLOCKS - 1)
        load.produce(slot=500_000)
        names = {
            type(done.operation).__name__ for b in blocks for tx in b.transactions for done in tx
        }
        assert len(names) > 15
        return [block.envelope.raw for block in blocks], [block.digest for block in blocks]


def digests(genesis, blocks, **changes):
    found = []
    replay(genesis, blocks, on_block=lambda block: found.append(block.digest), **changes)
    return found


@pytest.fixture
def disk(dev_genesis, tmp_path):
    """Return a function that opens the state in a directory."""
    opened = []

    def open_state():
        for state in opened:
            state.close()
        chain_id = dev_genesis.params.chain_id
        opened.append(State.open(tmp_path / "state", chain_id=chain_id, is_durable=False))
        return opened[-1]

    yield open_state
    for state in opened:
        state.close()


def test_on_the_memory_twin(dev_genesis, story):
    blocks, expected = story
    assert digests(dev_genesis, blocks, recount_every=1) == expected


def test_on_disk(dev_genesis, story, disk):
    blocks, expected = story
    state = disk()
    assert digests(dev_genesis, blocks, state=state) == expected
    assert state.committed_revision == len(blocks)
    assert state.recount_digest() == expected[-1]


def test_without_checking_signatures(dev_genesis, story):
    blocks, expected = story
    skip = Skip.TRANSACTION_SIGNATURES | Skip.WITNESS_SIGNATURE
    assert digests(dev_genesis, blocks, skip=skip) == expected


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_with_worker_processes(dev_genesis, story, disk, count):
    blocks, expected = story
    envelopes = (BlockEnvelope.from_bytes(raw, dev_genesis.params) for raw in blocks)
    with SignatureWorkers(count) as workers:
        assert digests(dev_genesis, workers.ahead_of(envelopes), state=disk()) == expected


def test_committed_as_often_as_one_likes(dev_genesis, story, disk, monkeypatch):
    blocks, expected = story
    monkeypatch.setattr("smtchain.chain.replay.COMMIT_EVERY", 7)
    monkeypatch.setattr("smtchain.chain.replay.COMMIT_TRANSACTIONS", 30)
    committed = []
    real = State.commit
    monkeypatch.setattr(
        State, "commit", lambda state, number: (committed.append(number), real(state, number))
    )
    assert digests(dev_genesis, blocks, state=disk()) == expected
    gaps = [after - before for before, after in pairwise(committed)]
    assert max(gaps) == 7
    assert min(gaps) < 7


def test_stopped_and_resumed_anywhere(dev_genesis, story):
    blocks, expected = story
    stops = sorted(Random(3).sample(range(BLOCKS), 12))
    state = State.memory(chain_id=dev_genesis.params.chain_id)
    found = []
    for start, end in zip([0, *stops], [*stops, BLOCKS], strict=True):
        found += digests(dev_genesis, blocks[start:end], state=state)
    assert found == expected


def test_stopped_and_resumed_on_disk_with_a_log_beside_it(dev_genesis, story, disk, tmp_path):
    blocks, expected = story
    log = BlockLog(
        tmp_path / "block_log", lambda raw: BlockEnvelope.from_bytes(raw, dev_genesis.params).num
    )
    found = []
    for end in (1, 2, 50, 51, BLOCKS):
        # From the beginning each time: what is there already is passed over.
        found += digests(dev_genesis, blocks[:end], state=disk(), log=log)
        assert log.head_number == end
    log.close()
    assert found == expected
    kept = read_blocks(tmp_path / "block_log", dev_genesis.params)
    assert [envelope.raw for envelope in kept] == blocks


def test_killed_between_log_and_state(dev_genesis, story, disk):
    blocks, expected = story
    log = MemoryBlockLog()
    digests(dev_genesis, blocks[:30], state=disk(), log=log)
    for number in range(31, 61):
        log.append(number, blocks[number - 1])
    assert digests(dev_genesis, blocks, state=disk(), log=log) == expected[30:]
    assert log.head_number == BLOCKS


def test_another_log_than_that_of_the_directory_is_refused(dev_genesis, story, disk):
    blocks, _ = story
    with Chain.in_memory(dev_genesis) as chain:
        other = []
        chain.on_block(lambda block: other.append(block.raw))
        RandomLoad(chain, Random(12)).run(10)
    log = MemoryBlockLog()
    digests(dev_genesis, other, state=disk(), log=log)
    with pytest.raises(OtherBlockError, match="block 1 of the data directory"):
        digests(dev_genesis, blocks, state=disk(), log=log)
    assert log.head_number == 10


def test_a_refused_block_is_named_and_what_was_before_it_is_kept(dev_genesis, story, disk):
    blocks, expected = story
    busy = next(
        place
        for place, raw in enumerate(blocks)
        if place > 20 and len(BlockEnvelope.from_bytes(raw, dev_genesis.params).transactions) > 2
    )
    spoiled = bytearray(blocks[busy])
    spoiled[-1] ^= 1  # the last byte of the last signature
    state = disk()
    with pytest.raises(MerkleRootError) as caught:
        digests(dev_genesis, [*blocks[:busy], bytes(spoiled), *blocks[busy + 1 :]], state=state)
    assert caught.value.field.startswith(f"blocks[{busy + 1}]")
    assert state.committed_revision == busy
    assert state.digest() == expected[busy - 1]
    assert digests(dev_genesis, blocks, state=disk()) == expected[busy:]


def test_a_broken_rule_stops_it_where_it_shows(dev_genesis, story, monkeypatch):
    blocks, _ = story

    def recount(state, _params):
        if state.globals.get().head_block_number == 40:
            raise InvariantViolationError("invariant 0: test")

    monkeypatch.setattr("smtchain.chain.head.recount", recount)
    found = []
    with pytest.raises(InvariantViolationError):
        replay(
            dev_genesis,
            blocks,
            recount_every=20,
            on_block=lambda block: found.append(block.number),
        )
    assert found == list(range(1, 40))


def test_pushed_into_a_chain_as_if_from_the_network(dev_genesis, story):
    blocks, expected = story
    with Chain.in_memory(dev_genesis) as chain:
        heard = []
        chain.on_applied(lambda block: heard.append(block.digest))
        for raw in blocks:
            chain.push_block(raw)
    assert heard == expected


def test_the_result_names_the_head(dev_genesis, story):
    blocks, expected = story
    result = replay(dev_genesis, blocks)
    head = BlockEnvelope.from_bytes(blocks[-1], dev_genesis.params)
    assert (result.block_number, result.block_id) == (len(blocks), head.id)
    assert result.digest == expected[-1]


def test_a_replay_of_nothing_is_the_genesis(dev_genesis):
    with Chain.in_memory(dev_genesis) as chain:
        assert replay(dev_genesis, []).digest == chain.digest()


SCRIPT = """
import sys
from pathlib import Path
from smtchain.chain.genesis import load_genesis
from smtchain.chain.replay import replay
blocks = [bytes.fromhex(line) for line in sys.stdin]
replay(
    load_genesis(Path("genesis/dev.json")),
    blocks,
    on_block=lambda block: print(block.digest.hex()),
)
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_under_any_hash_seed(story, seed):
    blocks, expected = story
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input="\n".join(raw.hex() for raw in blocks),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.split() == [digest.hex() for digest in expected]
