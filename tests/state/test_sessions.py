"""Checkpoints, blocks, pending sessions, digests, on both engines."""

import hashlib
from contextlib import suppress

import pytest
from state_rows import Entry, Label, Single

from smtchain.state.errors import RowNotFoundError, SessionError

EMPTY = bytes(32)


def seal(engine, number, *rows):
    engine.begin_block(number)
    for row in rows:
        engine.table(type(row)).insert(row)
    return engine.seal_block()


class TestCheckpoint:
    def test_keeps_what_it_did(self, engine, table):
        with engine.checkpoint():
            table.insert(Entry("a", 1))
        assert table.exists("a", 1)

    def test_undoes_everything_on_any_exception(self, engine, table):
        kept = table.insert(Entry("a", 1, value=1))
        gone = table.insert(Entry("b", 1, value=2))
        with suppress(KeyboardInterrupt), engine.checkpoint():
            table.modify(kept, value=5, note="x")
            table.modify(kept, value=6)
            table.remove(gone)
            table.insert(Entry("b", 1, value=9))
            table.insert(Entry("c", 1))
            raise KeyboardInterrupt
        assert kept == Entry("a", 1, value=1)
        assert table.get("a", 1) is kept
        assert table.get("b", 1) is gone
        assert table.find("c", 1) is None
        assert [row.value for row in table.scan("by_value")] == [1, 2]

    def test_nests(self, engine, table):
        row = table.insert(Entry("a", 1))
        with engine.checkpoint():
            table.modify(row, value=1)
            with suppress(ZeroDivisionError), engine.checkpoint():
                table.modify(row, value=2)
                with engine.checkpoint():
                    table.modify(row, value=3)
                assert row.value // 0
            assert row.value == 1
        assert row.value == 1
        with suppress(RowNotFoundError), engine.checkpoint():
            with engine.checkpoint():
                table.modify(row, value=7)
            table.get("nobody", 0)
        assert row.value == 1

    def test_needs_a_session(self, engine):
        with pytest.raises(SessionError):
            engine.checkpoint()

    def test_an_open_one_keeps_its_block_from_ending(self, engine, table):
        with engine.checkpoint():
            for end in (engine.seal_block, engine.discard_block):
                with pytest.raises(SessionError):
                    end()
            table.insert(Entry("a", 1))
        engine.seal_block()
        assert table.exists("a", 1)


class TestBlocks:
    def test_begin_at_any_number_and_then_follow(self, engine):
        assert engine.revision == -1
        seal(engine, 5)
        assert engine.revision == 5
        for number in (5, 7):
            with pytest.raises(SessionError):
                engine.begin_block(number)
        seal(engine, 6)
        assert engine.revision == 6

    def test_only_one_session_is_open(self, engine):
        engine.begin_block(0)
        assert engine.has_open_session
        for begin in (lambda: engine.begin_block(1), engine.begin_pending, engine.undo_block):
            with pytest.raises(SessionError):
                begin()
        with pytest.raises(SessionError):
            engine.discard_pending()
        engine.seal_block()
        assert not engine.has_open_session
        for end in (engine.seal_block, engine.discard_block, engine.discard_pending):
            with pytest.raises(SessionError):
                end()

    def test_a_discarded_block_leaves_no_trace(self, engine):
        seal(engine, 0, Entry("a", 1), Single(5))
        before = engine.digest()
        engine.begin_block(1)
        table = engine.table(Entry)
        table.modify(table.get("a", 1), value=3)
        table.insert(Entry("b", 1))
        engine.table(Single).modify(engine.table(Single).get(), total=6)
        engine.discard_block()
        assert engine.revision == 0
        assert engine.digest() == before == engine.recount_digest()
        assert [row.value for row in table.scan("by_value")] == [0]
        assert engine.table(Single).get().total == 5
        seal(engine, 1)

    def test_undo_restores_rows_orders_and_digests(self, engine):
        table = engine.table(Entry)
        digests = [seal(engine, 0, Entry("a", 1, value=1), Entry("b", 1, value=2))]
        engine.begin_block(1)
        table.modify(table.get("a", 1), value=10)
        table.remove(table.get("b", 1))
        table.insert(Entry("c", 1, value=3))
        digests.append(engine.seal_block())
        engine.begin_block(2)
        table.remove(table.get("a", 1))
        table.insert(Entry("b", 1, value=20))
        digests.append(engine.seal_block())
        assert [row.value for row in table.scan("by_value")] == [3, 20]
        engine.undo_block()
        assert engine.revision == 1
        assert engine.digest() == digests[1] == engine.recount_digest()
        assert [row.value for row in table.scan("by_value")] == [3, 10]
        engine.undo_block()
        assert engine.digest() == digests[0] == engine.recount_digest()
        assert [row.value for row in table.scan("by_value")] == [1, 2]
        assert table.find("c", 1) is None
        engine.undo_block()
        assert (engine.revision, engine.digest()) == (-1, EMPTY)
        assert list(table.scan()) == []

    def test_undo_restores_the_object_of_a_singleton(self, engine):
        seal(engine, 0, Single(1))
        row = engine.table(Single).get()
        engine.begin_block(1)
        engine.table(Single).modify(row, total=2)
        engine.seal_block()
        engine.undo_block()
        assert row.total == 1
        assert engine.table(Single).get() is row

    def test_a_committed_block_cannot_be_undone(self, engine):
        seal(engine, 0, Entry("a", 1))
        seal(engine, 1, Entry("b", 1))
        engine.commit(0)
        engine.undo_block()
        with pytest.raises(SessionError):
            engine.undo_block()
        assert engine.revision == engine.committed_revision == 0
        assert [row.name for row in engine.table(Entry).scan()] == ["a"]

    def test_commit_refuses_numbers_out_of_range(self, engine):
        seal(engine, 0)
        seal(engine, 1)
        engine.commit(1)
        for number in (0, 2):
            with pytest.raises(SessionError):
                engine.commit(number)

    def test_commit_may_happen_while_a_session_is_open(self, engine):
        table = engine.table(Entry)
        seal(engine, 0, Entry("a", 1, value=1), Entry("b", 1, value=2))
        engine.begin_block(1)
        row = table.get("a", 1)
        table.modify(row, value=9)
        table.remove(table.get("b", 1))
        engine.commit(0)
        assert row.value == 9
        assert [each.value for each in table.scan("by_value")] == [9]
        engine.discard_block()
        assert row.value == 1
        assert [each.value for each in table.scan("by_value")] == [1, 2]
        assert engine.recount_digest() == engine.digest()

    def test_a_scan_survives_a_commit(self, engine):
        seal(engine, 0, *(Entry("a", number, value=number) for number in range(6)))
        seen = []
        for row in engine.table(Entry).scan("by_value"):
            seen.append(row.value)
            if row.value == 2:
                engine.commit(0)
        assert seen == list(range(6))

    def test_extended_blocks_are_sealed_committed_and_undone_as_one(self, engine):
        table = engine.table(Entry)
        start = seal(engine, 0, Entry("a", 1))
        engine.begin_block(1)
        table.modify(table.get("a", 1), value=1)
        with pytest.raises(SessionError):
            engine.extend_block(3)
        engine.extend_block(2)
        table.modify(table.get("a", 1), value=2)
        digest = engine.seal_block()
        assert engine.revision == 2
        engine.commit(1)
        assert engine.committed_revision == 0
        engine.undo_block()
        assert (engine.revision, engine.digest()) == (0, start)
        engine.begin_block(1)
        table.modify(table.get("a", 1), value=2)
        engine.extend_block(2)
        assert engine.seal_block() == digest
        engine.commit(2)
        assert engine.committed_revision == 2
        with pytest.raises(SessionError):
            engine.extend_block(3)


class TestPending:
    def test_shows_and_is_discarded(self, engine):
        seal(engine, 0, Entry("a", 1))
        digest = engine.digest()
        engine.begin_pending()
        table = engine.table(Entry)
        row = table.get("a", 1)
        with engine.checkpoint():
            table.modify(row, value=4)
            assert table.next_id() == 0
        assert [each.value for each in table.scan("by_value")] == [4]
        assert engine.digest() == digest
        for end in (engine.seal_block, engine.discard_block):
            with pytest.raises(SessionError):
                end()
        engine.discard_pending()
        assert row.value == 0
        assert engine.recount_digest() == digest
        seal(engine, 1)

    def test_can_be_opened_again(self, engine):
        for _ in range(2):
            engine.begin_pending()
            assert engine.table(Entry).next_id() == 0
            engine.discard_pending()


class TestDigest:
    def test_of_nothing_is_zero(self, engine):
        assert engine.digest() == EMPTY == engine.recount_digest()

    def test_is_the_sum_over_rows_as_documented(self, engine):
        seal(engine, 0, Label(258, "x"), Single(-1, is_set=True))
        # table, NUL, key; then msgpack: fixarray of 2, uint16 258, fixstr "x" / -1, true
        rows = [
            b"test_label\0" + bytes.fromhex("00000102") + bytes.fromhex("92cd0102a178"),
            b"test_single\0" + b"\0" + bytes.fromhex("92ffc3"),
        ]
        total = sum(int.from_bytes(hashlib.sha256(row).digest(), "big") for row in rows)
        assert engine.digest() == (total % 2**256).to_bytes(32, "big")

    def test_does_not_depend_on_the_way(self, engine):
        table = engine.table(Entry)
        direct = seal(engine, 0, Entry("a", 1, value=3))
        engine.undo_block()
        engine.begin_block(0)
        row = table.insert(Entry("b", 1))
        table.remove(row)
        table.modify(table.insert(Entry("a", 1)), value=3)
        assert engine.seal_block() == direct

    def test_a_block_without_effect_keeps_it(self, engine):
        before = seal(engine, 0, Entry("a", 1, value=3))
        engine.begin_block(1)
        table = engine.table(Entry)
        row = table.get("a", 1)
        table.modify(row, value=4)
        table.modify(row, value=3)
        table.remove(row)
        table.insert(Entry("a", 1, value=3))
        assert engine.seal_block() == before == engine.recount_digest()

    def test_cannot_be_recounted_inside_a_session(self, engine):
        engine.begin_block(0)
        with pytest.raises(SessionError):
            engine.recount_digest()


class TestMeta:
    def test_is_kept_beside_the_tables(self, engine):
        assert engine.meta_get("x") is None
        engine.meta_put("x", b"1")
        assert engine.meta_get("x") == b"1"
        seal(engine, 0)
        assert engine.digest() == EMPTY
        engine.undo_block()
        assert engine.meta_get("x") == b"1"

    def test_holds_the_chain_id(self, engine):
        assert engine.meta_get("chain_id") == bytes(range(32))

    @pytest.mark.parametrize("name", ["chain_id", "layout", "revision", "digest"])
    def test_names_of_the_engine_are_refused(self, engine, name):
        before = engine.meta_get(name)
        with pytest.raises(ValueError, match="belongs to the engine"):
            engine.meta_put(name, b"x")
        assert engine.meta_get(name) == before
        engine.meta_put(name + "s", b"x")
