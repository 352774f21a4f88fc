"""What operations cost, counted and not timed: independent of how much there is."""

import pytest
from state_rows import Entry, lmdb_engine

from smtchain.state.tables.chain import Sequence

SIZES = [1_000, 100_000]


def work(engine, number):
    """A block that does one of each, and meets nothing that is due."""
    table = engine.table(Entry)
    engine.begin_block(number)
    table.get("a", 5)
    row = table.insert(Entry("b", table.next_id(), value=-5))
    table.modify(row, value=-6)
    assert table.first("by_color_weight", 1) is None
    assert table.first("by_value") is row
    assert table.last("", "a").name == "a"
    assert sum(1 for _ in zip(range(10), table.scan("by_value", 0), strict=False)) == 10
    assert sum(1 for _ in zip(range(10), table.scan(reverse=True), strict=False)) == 10
    table.remove(row)
    table.remove(table.get("a", 2 * number))
    engine.seal_block()
    return table.reads, table.writes, table.steps


@pytest.mark.slow
def test_counts_are_equal_at_every_size(tmp_path):
    counts = []
    for size in SIZES:
        engine = lmdb_engine(tmp_path / str(size), cache_rows=500)
        engine.begin_block(0)
        table = engine.table(Entry)
        for number in range(size):
            table.insert(Entry("a", number))
        engine.seal_block()
        engine.commit(0)
        start = table.reads, table.writes, table.steps
        for number in range(1, 4):
            end = work(engine, number)
            engine.commit(number - 1)
        counts.append([after - before for after, before in zip(end, start, strict=True)])
        engine.close()
    assert counts[0] == counts[1]
    # Three blocks of two lookups; of insert, modify and two removals; and of 23 to 30 steps.
    assert counts[0][:2] == [6, 12]
    assert 3 * 23 <= counts[0][2] <= 3 * 30


def cached(engine):
    tables = (engine.table(row_class) for row_class in (Entry, Sequence))
    return sum(len(table._young) + len(table._old) for table in tables)


def shares(engine):
    return sum(len(engine.table(row_class)._shares) for row_class in (Entry, Sequence))


def test_the_cache_is_bounded(tmp_path):
    engine = lmdb_engine(tmp_path, cache_rows=100)
    table = engine.table(Entry)
    for number in range(60):
        engine.begin_block(number)
        for each in range(20):
            table.insert(Entry("a", number * 20 + each))
        engine.seal_block()
        engine.commit(number)
    assert cached(engine) <= 140  # one block more than the bound, at most
    assert shares(engine) <= 140
    for each in range(1_200):
        table.get("a", each)
    assert cached(engine) <= 101
    engine.begin_pending()
    for each in range(1_200):
        table.get("a", each)
    engine.discard_pending()
    engine.begin_pending()
    engine.discard_pending()
    for each in range(100):
        table.get("a", each)
    assert cached(engine) <= 101
    engine.close()


def test_rows_of_the_open_session_are_never_dropped(tmp_path):
    engine = lmdb_engine(tmp_path, cache_rows=4)
    table = engine.table(Entry)
    engine.begin_block(0)
    rows = [table.insert(Entry("a", number)) for number in range(100)]
    for number, row in enumerate(rows):
        table.modify(row, value=number)
    assert [row.value for row in table.scan()] == list(range(100))
    assert all(table.get("a", number) is row for number, row in enumerate(rows))
    engine.seal_block()
    assert [row.value for row in table.scan("by_value")] == list(range(100))
    engine.close()


def test_a_lookup_of_nothing_is_remembered_and_corrected(tmp_path):
    engine = lmdb_engine(tmp_path)
    table = engine.table(Entry)
    assert table.find("a", 1) is None
    engine.begin_block(0)
    table.insert(Entry("a", 1))
    engine.discard_block()
    assert table.find("a", 1) is None
    engine.begin_block(0)
    table.insert(Entry("a", 1))
    engine.seal_block()
    assert table.find("a", 1) == Entry("a", 1)
    engine.undo_block()
    assert table.find("a", 1) is None
    engine.close()
