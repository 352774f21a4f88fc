"""What a table does, on both engines."""

from contextlib import suppress

import pytest
from state_rows import Entry, Label, Single, names

from protocol.arith import ArithmeticRangeError
from protocol.errors import EvaluationError
from smtchain.state.errors import RowExistsError, RowNotFoundError, SessionError, StaleRowError
from smtchain.state.keys import KeyValueError


def values(rows):
    return [row.value for row in rows]


class TestLookup:
    def test_finds_what_was_inserted(self, table):
        row = table.insert(Entry("a", 1, value=5))
        assert table.find("a", 1) is row
        assert table.get("a", 1) is row
        assert table.exists("a", 1)

    def test_find_answers_none_for_nothing(self, table):
        assert table.find("a", 1) is None
        assert not table.exists("a", 1)

    def test_get_refuses_nothing_with_table_and_key(self, table):
        with pytest.raises(RowNotFoundError) as caught:
            table.get("a", 1)
        assert isinstance(caught.value, EvaluationError)
        assert caught.value.code == "evaluation.not_found"
        assert caught.value.field == "test_entry"
        assert caught.value.value == ("a", 1)

    def test_a_key_of_one_part_is_reported_bare(self, engine):
        with pytest.raises(RowNotFoundError) as caught:
            engine.table(Label).get(7)
        assert caught.value.value == 7

    @pytest.mark.parametrize("key", [("a", -1), ("a", 2**32), ("a\0", 1), ("x" * 65, 1)])
    def test_impossible_keys_find_nothing(self, table, key):
        assert table.find(*key) is None

    def test_counts_reads_and_writes(self, table):
        row = table.insert(Entry("a", 1))
        reads, writes = table.reads, table.writes
        table.find("a", 1)
        table.get("a", 1)
        table.modify(row, value=1)
        table.remove(row)
        assert (table.reads - reads, table.writes - writes) == (2, 2)


class TestInsert:
    def test_returns_the_object_which_is_live(self, table):
        row = Entry("a", 1)
        assert table.insert(row) is row
        table.modify(row, value=9)
        assert table.get("a", 1).value == 9

    def test_refuses_a_taken_key(self, table):
        first = table.insert(Entry("a", 1))
        with pytest.raises(RowExistsError) as caught:
            table.insert(Entry("a", 1, value=2))
        assert caught.value.code == "evaluation.exists"
        assert table.get("a", 1) is first
        assert values(table.scan("by_value")) == [0]

    @pytest.mark.parametrize("field", [{"color": 256}, {"color": -1}, {"value": 2**63}])
    def test_refuses_an_integer_that_does_not_fit(self, table, field):
        with pytest.raises(ArithmeticRangeError):
            table.insert(Entry("a", 1, **field))
        assert table.find("a", 1) is None
        assert list(table.scan()) == []

    def test_accepts_the_widest_integers(self, table):
        table.insert(Entry("a", 2**32 - 1, value=-(2**63), color=255, weight=2**128 - 1))
        assert table.exists("a", 2**32 - 1)

    def test_refuses_text_that_no_index_can_hold(self, engine, table):
        with pytest.raises(KeyValueError):
            engine.table(Label).insert(Label(1, "a\0b"))
        assert engine.table(Label).find(1) is None
        assert list(engine.table(Label).scan("by_text")) == []

    def test_a_removed_key_can_be_taken_again(self, table):
        table.remove(table.insert(Entry("a", 1, value=1)))
        table.insert(Entry("a", 1, value=2))
        assert values(table.scan()) == [2]
        assert values(table.scan("by_value")) == [2]


class TestModify:
    def test_sets_several_fields_at_once(self, table):
        row = table.insert(Entry("a", 1))
        table.modify(row, value=5, note="x", shares=(("b", 1),))
        assert (row.value, row.note, row.shares) == (5, "x", (("b", 1),))

    def test_moves_index_entries(self, table):
        one = table.insert(Entry("a", 1, value=1))
        table.insert(Entry("b", 1, value=2))
        table.modify(one, value=3)
        assert names(table.scan("by_value")) == ["b", "a"]

    def test_is_the_only_way_to_change_a_row(self, table):
        row = table.insert(Entry("a", 1))
        with pytest.raises(AttributeError):
            row.value = 1

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"value": 1, "color": 256}, ArithmeticRangeError),
            ({"note": "x", "weight": -1}, ArithmeticRangeError),
            ({"note": "x", "number": 2}, TypeError),
            ({"value": 1, "nothing": 2}, TypeError),
        ],
    )
    def test_changes_nothing_when_one_field_is_refused(self, table, changes, error):
        row = table.insert(Entry("a", 1, value=7, note="n"))
        with pytest.raises(error):
            table.modify(row, **changes)
        assert row == Entry("a", 1, value=7, note="n")
        assert values(table.scan("by_value", 7)) == [7]
        table.modify(row, value=8)
        assert values(table.scan("by_value")) == [8]

    def test_names_the_column_of_an_integer_that_does_not_fit(self, table):
        row = table.insert(Entry("a", 1))
        with pytest.raises(ArithmeticRangeError) as caught:
            table.modify(row, color=300)
        assert (caught.value.field, caught.value.value) == ("test_entry.color", 300)
        assert caught.value.code == "evaluation.overflow"

    def test_changes_nothing_when_an_index_refuses_text(self, engine, table):
        labels = engine.table(Label)
        row = labels.insert(Label(1, "a"))
        with pytest.raises(KeyValueError):
            labels.modify(row, text="\0")
        assert row.text == "a"
        assert list(labels.scan("by_text", "a")) == [row]

    def test_refuses_a_row_that_was_removed(self, table):
        row = table.insert(Entry("a", 1))
        table.remove(row)
        with pytest.raises(StaleRowError):
            table.modify(row, value=1)

    def test_refuses_an_equal_row_that_the_table_does_not_hold(self, table):
        table.insert(Entry("a", 1))
        with pytest.raises(StaleRowError):
            table.modify(Entry("a", 1), value=1)


class TestRemove:
    def test_takes_the_row_out_of_every_order(self, table):
        row = table.insert(Entry("a", 1))
        table.remove(row)
        assert table.find("a", 1) is None
        for index in ("", "by_value", "by_color_weight"):
            assert list(table.scan(index)) == []

    def test_refuses_a_row_that_was_removed(self, table):
        row = table.insert(Entry("a", 1))
        table.remove(row)
        with pytest.raises(StaleRowError):
            table.remove(row)


class TestSequences:
    def test_rise_from_zero_for_each_table(self, engine, table):
        assert [table.next_id() for _ in range(3)] == [0, 1, 2]
        assert engine.table(Label).next_id() == 0

    def test_are_undone_with_a_checkpoint(self, engine, table):
        table.next_id()
        with suppress(ZeroDivisionError), engine.checkpoint():
            assert table.next_id() == 1
            assert 1 // 0
        assert table.next_id() == 1


class TestScan:
    @pytest.fixture(params=["open", "committed"])
    def rows(self, request, engine, table):
        """Four rows, inserted by the open block or by an irreversible one."""
        for name, number, value in [("b", 1, -1), ("a", 2, 5), ("ab", 1, 0), ("a", 10, -7)]:
            table.insert(Entry(name, number, value=value))
        if request.param == "committed":
            engine.seal_block()
            engine.commit(0)
            engine.begin_block(1)
        return table

    def test_runs_in_the_order_of_the_primary_key(self, rows):
        found = [(row.name, row.number) for row in rows.scan()]
        assert found == [("a", 2), ("a", 10), ("ab", 1), ("b", 1)]

    def test_runs_in_the_order_of_an_index(self, rows):
        assert values(rows.scan("by_value")) == [-7, -1, 0, 5]

    def test_runs_backwards(self, rows):
        assert values(rows.scan("by_value", reverse=True)) == [5, 0, -1, -7]

    def test_keeps_to_a_prefix(self, rows):
        assert [row.number for row in rows.scan("", "a")] == [2, 10]
        assert [row.number for row in rows.scan("", "a", reverse=True)] == [10, 2]
        assert list(rows.scan("", "")) == []

    @pytest.mark.parametrize(
        ("start", "reverse", "expected"),
        [
            (-1, False, [-1, 0, 5]),
            (-2, False, [-1, 0, 5]),
            (6, False, []),
            (-1, True, [-1, -7]),
            (-2, True, [-7]),
            (-8, True, []),
        ],
    )
    def test_begins_at_a_value_which_counts(self, rows, start, reverse, expected):
        assert values(rows.scan("by_value", start=(start,), reverse=reverse)) == expected

    def test_begins_inside_a_prefix(self, rows):
        assert [row.number for row in rows.scan("", "a", start=(3,))] == [10]
        assert [row.number for row in rows.scan("", "a", start=(3,), reverse=True)] == [2]

    def test_begins_at_a_partial_value(self, rows):
        found = [(row.name, row.number) for row in rows.scan(start=("a",), reverse=True)]
        assert found == [("a", 10), ("a", 2)]

    def test_equal_index_values_run_in_primary_order(self, table):
        for name in ("c", "a", "b"):
            table.insert(Entry(name, 1, color=4))
        assert names(table.scan("by_color_weight", 4)) == ["a", "b", "c"]

    def test_an_impossible_prefix_yields_nothing(self, rows):
        assert list(rows.scan("by_value", 2**63)) == []
        assert rows.first("by_value", 2**63) is None
        assert rows.last("", "a\0") is None

    def test_an_impossible_start_is_refused(self, rows):
        with pytest.raises(KeyValueError):
            rows.scan("by_value", start=(2**63,))

    def test_an_unknown_index_is_refused(self, rows):
        with pytest.raises(KeyError):
            rows.scan("by_color")

    def test_ends(self, rows):
        assert rows.first().number == 2
        assert rows.last().name == "b"
        assert rows.first("by_value").value == -7
        assert rows.last("by_value").value == 5
        assert rows.first("", "a").number == 2
        assert rows.last("", "a").number == 10
        assert rows.first("", "c") is None
        assert rows.last("", "0") is None

    def test_first_follows_every_change(self, rows):
        assert rows.first("by_value").value == -7
        rows.modify(rows.get("a", 10), value=9)
        assert rows.first("by_value").value == -1
        rows.insert(Entry("z", 0, value=-2))
        assert rows.first("by_value").value == -2
        rows.remove(rows.get("z", 0))
        assert rows.first("by_value").value == -1

    def test_each_row_may_be_removed_when_yielded(self, rows):
        for row in rows.scan("by_value"):
            rows.remove(row)
        assert list(rows.scan()) == []

    def test_goes_on_with_the_entry_that_then_follows(self, rows):
        seen = []
        for row in rows.scan("by_value"):
            seen.append(row.value)
            if row.value == -7:
                rows.remove(rows.get("b", 1))
                rows.insert(Entry("z", 1, value=-3))
                rows.modify(rows.get("a", 2), value=-6)
        assert seen == [-7, -6, -3, 0]

    def test_backwards_too(self, rows):
        seen = []
        for row in rows.scan("by_value", reverse=True):
            seen.append(row.value)
            if row.value == 5:
                rows.remove(rows.get("ab", 1))
                rows.insert(Entry("z", 1, value=3))
        assert seen == [5, 3, -1, -7]

    def test_a_row_moved_ahead_is_met_again(self, rows):
        seen = []
        for row in rows.scan("by_value"):
            seen.append(row.value)
            if row.value == -7:
                rows.modify(row, value=100)
        assert seen == [-7, -1, 0, 5, 100]

    @pytest.mark.parametrize("reverse", [False, True])
    def test_a_row_that_comes_back_is_met(self, engine, rows, reverse):
        seen = []
        removed = engine.checkpoint()
        for row in rows.scan("by_value", reverse=reverse):
            seen.append(row.value)
            if len(seen) == 1:
                removed.__enter__()
                for name in ("ab", "b"):
                    rows.remove(rows.get(name, 1))
            elif len(seen) == 2:
                removed.__exit__(ValueError, ValueError(), None)
                seen.append("back")
        assert seen == ([5, -7, "back"] if reverse else [-7, 5, "back"])
        assert len(list(rows.scan("by_value", reverse=reverse))) == 4

    def test_a_row_that_comes_back_ahead_of_the_scan_is_met(self, engine, rows):
        walk = rows.scan("by_value")
        removed = engine.checkpoint()
        removed.__enter__()
        rows.remove(rows.get("b", 1))
        rows.insert(Entry("c", 0, value=-5))
        assert [next(walk).value, next(walk).value] == [-7, -5]
        removed.__exit__(ValueError, ValueError(), None)
        assert [row.value for row in walk] == [-1, 0, 5]

    def test_a_failed_checkpoint_meanwhile_leaves_no_trace(self, engine, rows):
        seen = []
        for row in rows.scan("by_value"):
            seen.append(row.value)
            with suppress(ZeroDivisionError), engine.checkpoint():
                for other in rows.scan():
                    rows.remove(other)
                assert 1 // 0
        assert seen == [-7, -1, 0, 5]


class TestSingleton:
    def test_has_the_empty_key(self, engine):
        engine.begin_block(0)
        table = engine.table(Single)
        assert table.find() is None
        table.insert(Single(1))
        table.modify(table.get(), total=2, is_set=True)
        assert table.get() == Single(2, is_set=True)
        assert [row.total for row in table.scan()] == [2]
        assert table.first() is table.get()
        with pytest.raises(RowExistsError):
            table.insert(Single(3))


class TestOutsideASession:
    def test_nothing_can_be_written(self, engine):
        table = engine.table(Entry)
        with pytest.raises(SessionError):
            table.insert(Entry("a", 1))
        engine.begin_block(0)
        row = table.insert(Entry("a", 1))
        engine.seal_block()
        for write in (
            lambda: table.modify(row, value=1),
            lambda: table.remove(row),
            table.next_id,
        ):
            with pytest.raises(SessionError):
                write()
        assert table.get("a", 1).value == 0
