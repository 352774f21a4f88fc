"""`smtchain replay`: stopped, gone on with, in worker processes; damaged and foreign logs."""

import json
import shutil
import sys
from pathlib import Path
from random import Random

import pytest
from random_load import RandomLoad

from smtchain.chain.chain import Chain
from smtchain.chain.genesis import load_genesis
from smtchain.chain.options import ChainOptions
from smtchain.cli import main
from smtchain.node.config import shipped_genesis
from smtchain.node.data_dir import open_chain

BLOCKS = 60


def run(capsys, *arguments):
    """Run a command in this process; return exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def head(capsys, *arguments):
    """Run a command that must succeed; return the head it prints."""
    code, out, err = run(capsys, *arguments)
    assert (code, err) == (0, "")
    found = json.loads(out)
    return found["block_num"], found["block_id"], found["digest"]


def refusal(capsys, *arguments):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    return err


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A data directory, and the head after each block as it was live."""
    folder = tmp_path_factory.mktemp("story")
    heads = {}
    with open_chain(folder, shipped_genesis("dev"), ChainOptions(is_durable=False)) as chain:
        chain.on_applied(
            lambda block: heads.update(
                {block.number: (block.number, block.envelope.id.hex(), block.digest.hex())}
            )
        )
        RandomLoad(chain, Random(21)).run(BLOCKS)
    return folder, heads


@pytest.fixture
def log(story, tmp_path):
    """A copy of the log that a test may damage, without an index, beside its genesis file."""
    folder = tmp_path / "log"
    folder.mkdir()
    for name in ("block_log", "genesis.json"):
        shutil.copy(story[0] / name, folder / name)
    return folder / "block_log"


def block_offsets(path: Path, count=BLOCKS):
    """Return where each block begins: the index of a log, which is u64 LE each."""
    index = path.with_name("block_log.index").read_bytes()
    return [int.from_bytes(index[at : at + 8], "little") for at in range(0, 8 * count, 8)]


class TestSound:
    def test_gives_the_head_and_touches_nothing(self, capsys, story, log):
        before = sorted(path.name for path in log.parent.iterdir())
        assert head(capsys, "replay", log) == story[1][BLOCKS]
        assert sorted(path.name for path in log.parent.iterdir()) == before

    @pytest.mark.parametrize("number", [0, 1, 33, BLOCKS, BLOCKS + 5])
    def test_stops_after_the_block_asked_for(self, capsys, story, log, number):
        found = head(capsys, "replay", log, "--stop-at", number)
        if number == 0:
            assert found[:2] == (0, "00" * 20)
        else:
            assert found == story[1][min(number, BLOCKS)]

    @pytest.mark.slow
    @pytest.mark.parametrize("count", [1, 2])
    def test_workers_make_no_difference(self, capsys, story, log, count):
        assert head(capsys, "replay", log, "--workers", count) == story[1][BLOCKS]

    def test_goes_on_where_it_was_stopped(self, capsys, story, log, tmp_path):
        data = ("--data-dir", tmp_path / "new")
        for number in (7, 8, 40):
            assert head(capsys, "replay", log, *data, "--stop-at", number) == story[1][number]
            assert head(capsys, "state-digest", *data) == story[1][number]
        assert head(capsys, "replay", log, *data) == story[1][BLOCKS]
        assert head(capsys, "replay", log, *data) == story[1][BLOCKS]
        assert head(capsys, "state-digest", *data, "--recount") == story[1][BLOCKS]
        assert (tmp_path / "new" / "block_log").read_bytes() == log.read_bytes()

    def test_a_chain_goes_on_from_the_result(self, capsys, log, tmp_path):
        head(capsys, "replay", log, "--data-dir", tmp_path / "new", "--stop-at", 30)
        with open_chain(tmp_path / "new", None) as chain:
            RandomLoad(chain, Random(5)).run(2)
            assert chain.head_block_number == 32
        message = refusal(capsys, "replay", log, "--data-dir", tmp_path / "new")
        assert message.startswith("error: other_block: block 31 of the data directory")

    def test_shows_how_far_it_is_on_a_terminal(self, capsys, story, log, monkeypatch):
        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        code, out, err = run(capsys, "replay", log)
        assert code == 0
        assert json.loads(out)["digest"] == story[1][BLOCKS][2]
        assert "100%" in err
        assert f"block {BLOCKS}" in err
        assert "blocks/s" in err
        code, _, err = run(capsys, "replay", log, "--stop-at", "30")
        assert "100%" in err


class TestDamaged:
    def test_a_torn_tail_is_passed_over(self, capsys, story, log):
        log.write_bytes(log.read_bytes()[:-20])
        assert head(capsys, "replay", log) == story[1][BLOCKS - 1]

    @pytest.mark.parametrize("number", [1, 30, BLOCKS - 1])
    def test_random_bytes_instead_of_a_block(self, capsys, story, log, number):
        start = block_offsets(story[0] / "block_log")[number - 1]
        data = bytearray(log.read_bytes())
        data[start : start + 60] = Random(number).randbytes(60)
        log.write_bytes(bytes(data))
        message = refusal(capsys, "replay", log)
        assert message.startswith("error: block_log_damaged: ")
        assert f"at block {number}" in message

    def test_a_block_whose_bytes_are_one_but_another_s(self, capsys, story, log, tmp_path):
        start = block_offsets(story[0] / "block_log")[29]
        data = bytearray(log.read_bytes())
        data[start + 10] ^= 1  # in the id of the block before
        log.write_bytes(bytes(data))
        message = refusal(capsys, "replay", log, "--data-dir", tmp_path / "new")
        assert message.startswith("error: block.")
        assert "field=blocks[30]" in message
        # What was before it is kept, and the sound log goes on from there.
        data_dir = ("--data-dir", tmp_path / "new")
        assert head(capsys, "state-digest", *data_dir) == story[1][29]
        sound = story[0] / "block_log"
        assert head(capsys, "replay", sound, *data_dir) == story[1][BLOCKS]

    def test_a_false_signature_shows_unless_signatures_are_left_out(self, capsys, story, log):
        last = block_offsets(story[0] / "block_log")[-1]
        data = bytearray(log.read_bytes())
        # The last block's header: previous 20, time 4, name 1 + 9, root 20, extensions 1.
        data[last + 55 + 40] ^= 1
        log.write_bytes(bytes(data))
        for workers in ((), ("--workers", 1)):
            message = refusal(capsys, "replay", log, *workers)
            assert "witness_signature" in message
            assert f"blocks[{BLOCKS}]" in message
        assert head(capsys, "replay", log, "--no-signatures")[0] == BLOCKS


class TestWrongDirectory:
    def test_of_another_chain(self, capsys, log, tmp_path):
        testnet = load_genesis(shipped_genesis("testnet"))
        Chain.open(tmp_path / "other", testnet).close()
        message = refusal(capsys, "replay", log, "--data-dir", tmp_path / "other")
        assert message.startswith("error: chain_mismatch: ")
        Chain.open(tmp_path / "other", testnet).close()

    def test_its_own(self, capsys, log):
        message = refusal(capsys, "replay", log, "--data-dir", log.parent)
        assert message.startswith("error: replay.same_log: ")

    def test_beyond_the_end(self, capsys, log, tmp_path):
        data = ("--data-dir", tmp_path / "new")
        head(capsys, "replay", log, *data, "--stop-at", 20)
        message = refusal(capsys, "replay", log, *data, "--stop-at", 19)
        assert message.startswith("error: replay.beyond: ")

    def test_in_use(self, capsys, log, tmp_path):
        with open_chain(tmp_path / "new", log.with_name("genesis.json")):
            message = refusal(capsys, "replay", log, "--data-dir", tmp_path / "new")
        assert message.startswith("error: state_locked: ")
