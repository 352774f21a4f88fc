"""The data directory: what survives, what is refused, and what a full disk does."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import lmdb
import pytest
from state_rows import CHAIN_ID, ROWS, Entry, Single, lmdb_engine, memory_engine

from protocol.types import U32
from smtchain.state import store as store_module
from smtchain.state.errors import (
    ChainMismatchError,
    SessionError,
    StateCorruptError,
    StateError,
    StateFullError,
    StateLockedError,
    StateVersionError,
)
from smtchain.state.schema import schema_of, stored
from smtchain.state.state import ROW_CLASSES, State


@stored("test_other_layout", key=("number",))
@dataclass(frozen=True, slots=True)
class OtherLayout:
    number: U32


def seal(engine, number, *rows):
    engine.begin_block(number)
    for row in rows:
        engine.table(type(row)).insert(row)
    return engine.seal_block()


class TestReopening:
    def test_gives_the_committed_state(self, tmp_path):
        engine = lmdb_engine(tmp_path)
        committed = seal(engine, 0, Entry("a", 1, value=1), Single(1))
        engine.commit(0)
        seal(engine, 1, Entry("b", 1))
        engine.close()
        engine = lmdb_engine(tmp_path)
        assert engine.revision == engine.committed_revision == 0
        assert engine.digest() == committed == engine.recount_digest()
        assert list(engine.table(Entry).scan("by_value")) == [Entry("a", 1, value=1)]
        assert engine.table(Single).get() == Single(1)
        with pytest.raises(SessionError):
            engine.undo_block()
        seal(engine, 1, Entry("b", 1))
        engine.close()

    def test_gives_the_digest_of_the_committed_block_and_not_of_the_head(self, tmp_path):
        engine = lmdb_engine(tmp_path)
        digests = [seal(engine, number, Entry("a", number)) for number in range(3)]
        engine.commit(1)
        assert engine.digest() == digests[2]
        engine.close()
        engine = lmdb_engine(tmp_path)
        assert (engine.revision, engine.digest()) == (1, digests[1])
        assert engine.recount_digest() == digests[1]
        engine.close()

    def test_goes_on_with_the_same_digests_as_without(self, tmp_path):
        engine, model = lmdb_engine(tmp_path), memory_engine()
        for number in range(6):
            digests = []
            for each in (engine, model):
                each.begin_block(number)
                table = each.table(Entry)
                table.insert(Entry("a", table.next_id(), value=number))
                for row in table.scan("by_value"):
                    table.modify(row, value=row.value * 3 % 5)
                digests.append(each.seal_block())
            assert digests[0] == digests[1]
            engine.commit(number)
            engine.close()
            engine = lmdb_engine(tmp_path)
        engine.close()

    def test_keeps_metadata_written_by_a_commit_only(self, tmp_path):
        engine = lmdb_engine(tmp_path)
        seal(engine, 0)
        engine.meta_put("log", b"7")
        engine.commit(0)
        engine.meta_put("log", b"8")
        assert engine.meta_get("log") == b"8"
        engine.close()
        engine = lmdb_engine(tmp_path)
        assert engine.meta_get("log") == b"7"
        engine.close()

    def test_many_blocks_in_one_commit_equal_one_commit_each(self, tmp_path):
        engines = [lmdb_engine(tmp_path / "each"), lmdb_engine(tmp_path / "once")]
        for engine in engines:
            table = engine.table(Entry)
            for number in range(9):
                engine.begin_block(number)
                if number % 3 == 2:
                    table.remove(table.first("by_value"))
                else:
                    table.insert(Entry("a", number, value=number % 4))
                    table.modify(table.last(), value=number)
                engine.seal_block()
                if engine is engines[0]:
                    engine.commit(number)
            engine.commit(8)
            engine.close()
        contents = []
        for path in (tmp_path / "each", tmp_path / "once"):
            with lmdb.open(str(path), max_dbs=20) as env, env.begin() as transaction:
                names = [bytes(key) for key in transaction.cursor().iternext(values=False)]
                contents.append(
                    {
                        name: list(transaction.cursor(db=env.open_db(name, transaction)))
                        for name in names
                    }
                )
        assert contents[0] == contents[1]
        assert len(contents[0][b"row/test_entry"]) == 3
        assert len(contents[0][b"index/test_entry/by_value"]) == 3


class TestRefusals:
    def test_a_directory_in_use(self, tmp_path):
        engine = lmdb_engine(tmp_path)
        with pytest.raises(StateLockedError, match="open in another process"):
            lmdb_engine(tmp_path)
        engine.close()
        lmdb_engine(tmp_path).close()

    def test_another_chain(self, tmp_path):
        lmdb_engine(tmp_path).close()
        with pytest.raises(ChainMismatchError, match="belongs to chain 00010203"):
            lmdb_engine(tmp_path, chain_id=bytes(32))
        lmdb_engine(tmp_path, chain_id=CHAIN_ID).close()

    def test_other_row_layouts(self, tmp_path):
        lmdb_engine(tmp_path).close()
        with pytest.raises(StateVersionError, match="replay the block log"):
            lmdb_engine(tmp_path, rows=(*ROWS, OtherLayout))
        lmdb_engine(tmp_path).close()

    def test_a_file_that_is_no_environment(self, tmp_path):
        (tmp_path / "data.mdb").write_bytes(b"something else" * 1_000)
        with pytest.raises(StateCorruptError):
            lmdb_engine(tmp_path)
        (tmp_path / "data.mdb").unlink()
        lmdb_engine(tmp_path).close()

    def test_row_bytes_of_no_row(self, tmp_path):
        engine = lmdb_engine(tmp_path)
        seal(engine, 0, Entry("a", 1))
        engine.commit(0)
        engine.close()
        with lmdb.open(str(tmp_path), max_dbs=20) as env:
            rows = env.open_db(b"row/test_entry")
            with env.begin(write=True, db=rows) as transaction:
                [(key, value)] = list(transaction.cursor())
                transaction.put(bytes(key), bytes(value)[:-1])
        engine = lmdb_engine(tmp_path)
        with pytest.raises(StateCorruptError, match="test_entry"):
            engine.table(Entry).find("a", 1)
        assert engine.recount_digest() != engine.digest()
        engine.close()

    def test_an_index_entry_without_a_row(self, tmp_path):
        engine = lmdb_engine(tmp_path)
        seal(engine, 0, Entry("a", 1))
        engine.commit(0)
        engine.close()
        with lmdb.open(str(tmp_path), max_dbs=20) as env:
            rows = env.open_db(b"row/test_entry")
            with env.begin(write=True) as transaction:
                transaction.drop(rows, delete=False)
        engine = lmdb_engine(tmp_path)
        with pytest.raises(StateCorruptError, match="index entry and no row"):
            engine.table(Entry).first("by_value")
        engine.close()

    def test_faults_are_no_refusals_of_input(self):
        assert not issubclass(StateError, ValueError)
        assert all(
            issubclass(error, StateError)
            for error in (StateFullError, StateLockedError, StateCorruptError, ChainMismatchError)
        )


def fill_until_full(engine):
    """Commit blocks of 1000 rows until there is no room; return the last committed block."""
    for number in range(engine.revision + 1, 1_000):
        seal(engine, number, *(Entry("a", number * 1_000 + each) for each in range(1_000)))
        engine.commit(number)
    raise AssertionError("never full")


class TestFull:
    def test_a_full_map_loses_nothing(self, tmp_path):
        engine = lmdb_engine(tmp_path, map_size=1 << 20)
        with pytest.raises(StateFullError, match=r"map of .* is full"):
            fill_until_full(engine)
        committed, head = engine.committed_revision, engine.digest()
        assert committed == engine.revision - 1
        # Memory is whole as well: the head can still be read, and be undone.
        assert engine.recount_digest() == head
        engine.undo_block()
        before = engine.digest()
        engine.close()
        engine = lmdb_engine(tmp_path)
        assert (engine.revision, engine.digest()) == (committed, before)
        assert engine.recount_digest() == before
        engine.close()

    def test_a_larger_map_goes_on(self, tmp_path):
        engine = lmdb_engine(tmp_path, map_size=1 << 20)
        with pytest.raises(StateFullError):
            fill_until_full(engine)
        number = engine.committed_revision + 1
        engine.close()
        engine = lmdb_engine(tmp_path, map_size=1 << 24)
        seal(engine, number, Entry("b", 1))
        engine.commit(number)
        assert engine.recount_digest() == engine.digest()
        engine.close()

    def test_a_nearly_full_disk_is_noticed_before_writing(self, tmp_path, monkeypatch):
        engine = lmdb_engine(tmp_path)
        seal(engine, 0, Entry("a", 1))
        size = (tmp_path / "data.mdb").stat().st_size

        class Disk:
            f_bavail = store_module.MIN_FREE_BYTES // 4096
            f_frsize = 4096

        monkeypatch.setattr(os, "statvfs", lambda path: Disk)
        with pytest.raises(StateFullError, match="nearly full: 67108864 bytes free"):
            engine.commit(0)
        assert (tmp_path / "data.mdb").stat().st_size == size
        assert engine.committed_revision == -1
        with pytest.raises(StateFullError):
            engine.copy_to(tmp_path / "copy")
        Disk.f_bavail += 1
        engine.commit(0)
        assert engine.committed_revision == 0
        engine.close()

    def test_a_file_that_cannot_grow_loses_nothing(self, tmp_path):
        script = (
            "import resource, signal, sys, pathlib\n"
            "sys.path[:0] = sys.argv[2:]\n"
            "from state_rows import lmdb_engine, Entry\n"
            "from smtchain.state.errors import StateFullError\n"
            "engine = lmdb_engine(pathlib.Path(sys.argv[1]))\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
            "try:\n"
            "    for number in range(1000):\n"
            "        engine.begin_block(number)\n"
            "        for each in range(1000):\n"
            "            engine.table(Entry).insert(Entry('a', number * 1000 + each))\n"
            "        digest = engine.seal_block()\n"
            "        engine.commit(number)\n"
            "        committed = digest\n"
            "except StateFullError as error:\n"
            "    assert 'full' in str(error)\n"
            "    print(engine.committed_revision, committed.hex())\n"
        )
        done = run_script(script, tmp_path)
        assert done.returncode == 0, done.stderr
        revision, digest = done.stdout.split()
        engine = lmdb_engine(tmp_path)
        assert engine.revision == int(revision) > 0
        assert engine.digest().hex() == digest
        assert engine.recount_digest() == engine.digest()
        engine.close()


def search_path():
    tests = Path(__file__).parents[1]
    return [str(tests), str(tests.parent)]


def run_script(script, path):
    return subprocess.run(
        [sys.executable, "-c", script, str(path), *search_path()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestKill:
    @pytest.mark.parametrize("commits", [1, 7, 40])
    def test_a_killed_process_leaves_the_last_commit(self, tmp_path, commits):
        script = (
            "import sys, pathlib\n"
            "sys.path[:0] = sys.argv[2:]\n"
            "from state_rows import lmdb_engine, Entry\n"
            "engine = lmdb_engine(pathlib.Path(sys.argv[1]))\n"
            "table = engine.table(Entry)\n"
            "for number in range(10 ** 6):\n"
            "    engine.begin_block(number)\n"
            "    for each in range(30):\n"
            "        table.insert(Entry('a', number * 30 + each, value=each))\n"
            "    if number > 3:\n"
            "        for each in range(20):\n"
            "            table.remove(table.first('by_value'))\n"
            "    digest = engine.seal_block()\n"
            "    engine.commit(number)\n"
            "    print(number, digest.hex(), flush=True)\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), *search_path()],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            printed = dict(process.stdout.readline().split() for _ in range(commits))
            process.send_signal(signal.SIGKILL)
            printed |= dict(line.split() for line in process.stdout if line.endswith("\n"))
        last = int(next(reversed(printed)))
        engine = lmdb_engine(tmp_path)
        assert engine.revision in (last, last + 1)
        assert engine.digest() == engine.recount_digest()
        if engine.revision == last:
            assert engine.digest().hex() == printed[str(last)]
        rows = engine.revision + 1
        assert len(list(engine.table(Entry).scan("by_value"))) == rows * 30 - max(rows - 4, 0) * 20
        engine.close()


class TestCopy:
    def test_holds_the_committed_state(self, tmp_path):
        engine = lmdb_engine(tmp_path / "state")
        committed = seal(engine, 0, Entry("a", 1))
        engine.commit(0)
        seal(engine, 1, Entry("b", 1))
        engine.begin_pending()
        engine.table(Entry).insert(Entry("c", 1))
        engine.copy_to(tmp_path / "copy")
        copy = lmdb_engine(tmp_path / "copy")
        assert (copy.revision, copy.digest()) == (0, committed)
        assert copy.recount_digest() == committed
        assert [row.name for row in engine.table(Entry).scan()] == ["a", "b", "c"]
        copy.close()
        engine.close()

    def test_refuses_a_directory_with_something_in_it(self, tmp_path):
        engine = lmdb_engine(tmp_path / "state")
        (tmp_path / "copy").mkdir()
        (tmp_path / "copy" / "notes").write_text("mine")
        with pytest.raises(SessionError, match="not empty"):
            engine.copy_to(tmp_path / "copy")
        engine.close()

    def test_a_state_in_memory_has_none(self, tmp_path):
        with pytest.raises(SessionError):
            memory_engine().copy_to(tmp_path / "copy")


class TestState:
    def test_opens_both_kinds_with_the_same_digest(self, tmp_path):
        digests = []
        for state in (State.memory(), State.open(tmp_path, is_durable=False)):
            assert (state.revision, state.committed_revision) == (-1, -1)
            state.begin_block(0)
            with state.checkpoint():
                state.sequences.insert(state.sequences.schema.row_class("x", 1))
            digests.append(state.seal_block())
            state.commit(0)
            assert state.digest() == state.recount_digest()
            assert not state.has_open_session
            state.close()
        assert digests[0] == digests[1]
        state = State.open(tmp_path)
        assert state.digest() == digests[0]
        state.close()

    def test_has_an_attribute_for_every_table(self):
        state = State.memory()
        tables = {value.schema.name for value in vars(state).values() if hasattr(value, "schema")}
        assert tables == {schema_of(row_class).name for row_class in ROW_CLASSES}
