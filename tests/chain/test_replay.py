"""Replays of one block log: the same digest after every block, whichever way it is replayed."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from actors import Stage

from protocol.assets import STEEM, Asset
from protocol.block import BlockEnvelope
from protocol.operations.transfer import Transfer
from protocol.operations.vesting import TransferToVesting
from smtchain.chain.chain import Chain
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import replay
from smtchain.chain.skip import Skip
from smtchain.state.state import State

GIVE = Transfer("alice", "bob", Asset(5, STEEM), "for you")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def story(dev_genesis):
    """Blocks with all kinds of things in them, and the digest after each as it was live."""
    with Chain.in_memory(dev_genesis, ChainOptions(recount_every=1)) as chain:
        stage = Stage(chain)
        stage.produce(2)
        for number in range(8):
            stage.push(replace(GIVE, memo=str(number)))
            if number % 2:
                stage.push(TransferToVesting("bob", "carol", Asset(1_000 + number, STEEM)))
            if number == 3:
                stage.push(replace(GIVE, to="null", memo="burn"))
            stage.produce(slot=1 + number % 3)
        stage.produce(slot=500_000)
        blocks = [block.envelope.raw for block in stage.blocks]
        return blocks, [block.digest for block in stage.blocks]


def digests(genesis, blocks, **changes):
    found = []
    replay(genesis, blocks, on_block=lambda block: found.append(block.digest), **changes)
    return found


def test_on_the_memory_twin(dev_genesis, story):
    blocks, expected = story
    assert digests(dev_genesis, blocks, recount_every=1) == expected


def test_on_disk(dev_genesis, story, tmp_path):
    blocks, expected = story
    state = State.open(tmp_path, chain_id=dev_genesis.params.chain_id, is_durable=False)
    assert digests(dev_genesis, blocks, state=state) == expected
    assert state.committed_revision == len(blocks)
    assert state.recount_digest() == expected[-1]
    state.close()


def test_without_checking_signatures(dev_genesis, story):
    blocks, expected = story
    skip = Skip.TRANSACTION_SIGNATURES | Skip.WITNESS_SIGNATURE
    assert digests(dev_genesis, blocks, skip=skip) == expected


@pytest.mark.parametrize("stop", range(1, 11))
def test_stopped_and_resumed_anywhere(dev_genesis, story, stop):
    blocks, expected = story
    state = State.memory(chain_id=dev_genesis.params.chain_id)
    first = digests(dev_genesis, blocks[:stop], state=state)
    assert first + digests(dev_genesis, blocks[stop:], state=state) == expected


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
print(replay(load_genesis(Path("genesis/dev.json")), blocks).digest.hex())
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
    assert done.stdout.strip() == expected[-1].hex()
