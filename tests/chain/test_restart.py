"""Restarts: whatever the moment of death, the head comes back and equals a replay of the log."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from actors import Stage, key_of

from protocol.assets import STEEM, Asset
from protocol.operations.transfer import Transfer
from smtchain.chain.block_log import BlockLogDamagedError
from smtchain.chain.chain import Chain, ChainHaltedError
from smtchain.chain.data_directory import BlockStorage
from smtchain.chain.fork_file import ForkFile
from smtchain.chain.genesis import parse_genesis, with_params
from smtchain.chain.head import GenesisMismatchError
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import read_blocks, replay
from smtchain.state.errors import ChainMismatchError, StateFullError, StateLockedError
from smtchain.state.state import State

GIVE = Transfer("alice", "bob", Asset(5, STEEM), "for you")
FAST = ChainOptions(recount_every=1, is_durable=False)
ROOT = Path(__file__).parents[2]


def grow(chain, blocks):
    stage = Stage(chain)
    for number in range(blocks):
        stage.push(replace(GIVE, memo=f"{chain.head_block_number} {number}"), **far(stage))
        stage.produce()
    return stage


def far(stage):
    """Before the first block a transaction may expire whenever it likes."""
    return {"expiration": stage.now + 600}


def facts(chain):
    return chain.head_block_number, chain.head_block_id, chain.digest()


def replayed(genesis, folder):
    """Return the same facts from the block log alone."""
    blocks = read_blocks(folder.joinpath("block_log"), genesis.params)
    result = replay(genesis, blocks, recount_every=1)
    return result.block_number, result.block_id, result.digest


@pytest.fixture(scope="module")
def slow_genesis(genesis_folder):
    """The dev chain with blocks that stay reversible for a while."""
    document = json.loads(genesis_folder.joinpath("dev.json").read_text())
    document["params"]["irreversible_lag"] = 4
    return parse_genesis(document)


class TestOrderlyRestart:
    def test_head_and_digest_come_back(self, dev_genesis, tmp_path):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            grow(chain, 5)
            before = facts(chain)
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            assert facts(chain) == before
            assert facts(chain) == replayed(dev_genesis, tmp_path)
            grow(chain, 2)
            assert facts(chain) == replayed(dev_genesis, tmp_path)

    def test_reversible_blocks_come_back(self, slow_genesis, tmp_path):
        with Chain.open(tmp_path, slow_genesis, FAST) as chain:
            grow(chain, 7)
            before = facts(chain)
            assert chain.state.committed_revision == 3
        assert replayed(slow_genesis, tmp_path)[0] == 3
        with Chain.open(tmp_path, slow_genesis, FAST) as chain:
            assert facts(chain) == before
            assert chain.find_block(6).num == 6
            grow(chain, 3)
            assert chain.head_block_number == 10

    def test_the_fork_file_does_not_grow_without_end(self, slow_genesis, tmp_path):
        with Chain.open(tmp_path, slow_genesis, FAST) as chain:
            stage = Stage(chain)
            sizes = []
            for _ in range(200):
                stage.produce()
                sizes.append(tmp_path.joinpath("fork_file").stat().st_size)
        assert max(sizes[100:]) <= max(sizes[:100])

    def test_history_comes_back(self, dev_genesis, tmp_path):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            grow(chain, 3)
            before = chain.history.get_account_history("bob")
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            assert chain.history.get_account_history("bob") == before
            assert len(before) == 3

    def test_pending_transactions_are_forgotten(self, dev_genesis, tmp_path):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            grow(chain, 1).push(GIVE)
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            assert len(chain.mempool) == 0
            assert chain.state.accounts.get("alice").balance == 999_999_995


class TestWrongDirectory:
    def test_another_chain(self, dev_genesis, genesis_folder, tmp_path):
        Chain.open(tmp_path, dev_genesis, FAST).close()
        document = json.loads(genesis_folder.joinpath("testnet.json").read_text())
        with pytest.raises(ChainMismatchError):
            Chain.open(tmp_path, parse_genesis(document), FAST)
        Chain.open(tmp_path, dev_genesis, FAST).close()

    def test_another_genesis_of_the_same_chain(self, dev_genesis, tmp_path):
        Chain.open(tmp_path, dev_genesis, FAST).close()
        other = with_params(dev_genesis, replace(dev_genesis.params, min_feeds=2))
        with pytest.raises(GenesisMismatchError):
            Chain.open(tmp_path, other, FAST)
        Chain.open(tmp_path, dev_genesis, FAST).close()

    def test_a_directory_in_use(self, dev_genesis, tmp_path):
        with Chain.open(tmp_path, dev_genesis, FAST), pytest.raises(StateLockedError):
            Chain.open(tmp_path, dev_genesis, FAST)
        Chain.open(tmp_path, dev_genesis, FAST).close()


class TestDamage:
    def test_a_log_shorter_than_the_state_is_refused_and_left_as_it_is(self, dev_genesis, tmp_path):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            grow(chain, 3)
        log = tmp_path.joinpath("block_log")
        whole = log.read_bytes()
        log.write_bytes(whole[:-20])
        with pytest.raises(BlockLogDamagedError):
            Chain.open(tmp_path, dev_genesis, FAST)
        assert log.read_bytes() == whole[:-20]
        log.write_bytes(whole)
        Chain.open(tmp_path, dev_genesis, FAST).close()

    def test_a_missing_state_is_rebuilt_from_the_log(self, dev_genesis, tmp_path):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            grow(chain, 4)
            before = facts(chain)
        shutil.rmtree(tmp_path.joinpath("state"))
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            assert facts(chain) == before

    @pytest.mark.parametrize(
        "place",
        [
            0,  # the number in `previous`
            12,  # the rest of `previous`
            24,  # the length of the witness' name
            60,  # the signature
        ],
    )
    def test_a_wrong_byte_in_the_middle_of_the_log_is_reported(self, dev_genesis, tmp_path, place):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            grow(chain, 4)
            size = len(chain.find_block(1).raw)
        log = tmp_path.joinpath("block_log")
        data = bytearray(log.read_bytes())
        data[size + 8 + place] ^= 0xFF
        log.write_bytes(bytes(data))
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            assert chain.find_block(1).num == 1
            with pytest.raises(BlockLogDamagedError) as caught:
                chain.find_block(2)
            assert caught.value.block_number == 2
            assert chain.find_block(3).num == 3
        shutil.rmtree(tmp_path.joinpath("state"))
        with pytest.raises(BlockLogDamagedError):
            Chain.open(tmp_path, dev_genesis, FAST)

    def test_what_is_no_block_or_no_longer_links_is_dropped_from_the_fork_file(
        self, slow_genesis, tmp_path
    ):
        with Chain.open(tmp_path, slow_genesis, FAST) as chain:
            grow(chain, 7)
            before = facts(chain)
            old = chain.find_block(2).raw
        file = ForkFile(tmp_path.joinpath("fork_file"))
        file.append(b"no block", sync=False)
        file.append(old, sync=False)
        file.close()
        with Chain.open(tmp_path, slow_genesis, FAST) as chain:
            assert facts(chain) == before
        file = ForkFile(tmp_path.joinpath("fork_file"))
        file.close()
        assert len(file.blocks) == 4

    def test_a_long_log_is_committed_on_the_way(self, dev_genesis, tmp_path, monkeypatch):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            grow(chain, 5)
            before = facts(chain)
        shutil.rmtree(tmp_path.joinpath("state"))
        committed = []
        real = State.commit
        monkeypatch.setattr("smtchain.chain.chain._COMMIT_EVERY", 2)
        monkeypatch.setattr(
            State, "commit", lambda state, number: (committed.append(number), real(state, number))
        )
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            assert facts(chain) == before
        assert committed == [0, 2, 4, 5]


class Died(BaseException):
    """Stands for kill -9: nothing in the program may handle it."""


class TestDeathBetweenWrites:
    """The process dies right before or right after each write of a block."""

    @pytest.mark.parametrize(
        ("lag", "owner", "name"),
        [
            (0, BlockStorage, "sync"),
            (0, BlockStorage, "forget_irreversible"),
            (0, State, "commit"),
            (0, State, "seal_block"),
            (4, BlockStorage, "keep_reversible"),
            (4, BlockStorage, "sync"),
            (4, BlockStorage, "forget_irreversible"),
            (4, State, "commit"),
            (4, State, "seal_block"),
        ],
    )
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_at_most_the_block_being_made_is_lost(  # noqa: PLR0917
        self, genesis_folder, tmp_path, monkeypatch, lag, owner, name, moment
    ):
        document = json.loads(genesis_folder.joinpath("dev.json").read_text())
        document["params"]["irreversible_lag"] = lag
        genesis = parse_genesis(document)
        living, dead = tmp_path.joinpath("living"), tmp_path.joinpath("dead")
        chain = Chain.open(living, genesis, FAST)
        stage = grow(chain, 6)
        before = facts(chain)
        real = getattr(owner, name)

        def die(*args):
            if moment == "after":
                real(*args)
            shutil.copytree(living, dead)
            raise Died

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, die)
            stage.push(replace(GIVE, memo="last"))
            with pytest.raises(Died):
                stage.produce()
        chain.close()
        with Chain.open(dead, genesis, FAST) as again:
            assert again.head_block_number in {6, 7}
            if again.head_block_number == 6:
                assert facts(again) == before
            final = grow(again, 6)
            expected = replayed(genesis, dead)
            number = again.last_irreversible_block_number
            assert expected[0] == number
            assert final.chain.find_block(number).id == expected[1]
            if lag == 0:
                assert expected == facts(again)


class TestFullDisk:
    def test_a_state_that_takes_no_more_stops_the_chain_and_loses_nothing(
        self, dev_genesis, tmp_path, monkeypatch
    ):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            stage = grow(chain, 2)

            def full(*_):
                raise StateFullError("the disk is full")

            with monkeypatch.context() as patch:
                patch.setattr(State, "commit", full)
                with pytest.raises(StateFullError):
                    stage.produce()
            assert chain.halted == "the disk is full"
            with pytest.raises(ChainHaltedError, match="the disk is full"):
                stage.push(GIVE)
            with pytest.raises(ChainHaltedError):
                chain.generate_block(stage.now + 3, "initminer", key_of("initminer"))
            assert chain.state.accounts.get("alice").balance == 999_999_990
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            assert chain.head_block_number == 3
            grow(chain, 1)

    def test_a_log_that_takes_no_more_stops_the_chain(self, dev_genesis, tmp_path, monkeypatch):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            stage = grow(chain, 2)
            monkeypatch.setattr(os, "pwrite", lambda *_: 0)
            with pytest.raises(OSError, match="no more data"):
                stage.produce()
            assert chain.halted
            monkeypatch.undo()
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            assert chain.head_block_number == 2
            grow(chain, 1)


PRODUCER = """
import json
from pathlib import Path
from actors import Stage
from protocol.assets import STEEM, Asset
from protocol.operations.transfer import Transfer
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import parse_genesis
from smtchain.chain.options import ChainOptions
document = json.loads(open({genesis!r}).read())
document["params"]["irreversible_lag"] = {lag}
with Chain.open(Path({folder!r}), parse_genesis(document), ChainOptions()) as chain:
    stage = Stage(chain)
    number = 0
    while True:
        number += 1
        memo = f"{{chain.head_block_number}} {{number}}"
        stage.push(Transfer("alice", "bob", Asset(1, STEEM), memo), expiration=stage.now + 600)
        stage.produce()
        print(chain.head_block_number, chain.digest().hex(), flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("lag", [0, 3])
def test_kill_9_while_blocks_are_produced(genesis_folder, tmp_path, lag):
    """Kill a producing process a few times; what it said of its head is never taken back."""
    genesis_path = genesis_folder.joinpath("dev.json")
    document = json.loads(genesis_path.read_text())
    document["params"]["irreversible_lag"] = lag
    genesis = parse_genesis(document)
    folder = tmp_path.joinpath("data")
    script = PRODUCER.format(genesis=str(genesis_path), lag=lag, folder=str(folder))
    paths = os.pathsep.join([str(ROOT), str(ROOT.joinpath("tests"))])
    said = {}
    for spoken_lines in (1, 7, 23):
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": paths},
        )
        with process:
            for _ in range(spoken_lines):
                number, digest = process.stdout.readline().split()
                said[int(number)] = digest
            process.send_signal(signal.SIGKILL)
        head = max(said)
        with Chain.open(folder, genesis, FAST) as chain:
            # it may have made more blocks than we heard of, and never fewer
            assert chain.head_block_number >= head
            assert said.setdefault(chain.head_block_number, chain.digest().hex()) == (
                chain.digest().hex()
            )
            if lag == 0:
                assert facts(chain) == replayed(genesis, folder)
    digests = {}
    replay(
        genesis,
        read_blocks(folder.joinpath("block_log"), genesis.params),
        on_block=lambda block: digests.update({block.number: block.digest.hex()}),
    )
    for number, digest in said.items():
        if number in digests:
            assert digests[number] == digest
