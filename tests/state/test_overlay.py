"""The ordered difference between memory and disk."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from state_rows import Entry, lmdb_engine

from smtchain.state.overlay import OrderedKeys, after_prefix, net_of

keys = st.binary(min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [(b"a", b"b"), (b"a\xff", b"b"), (b"", None), (b"\xff\xff", None), (b"\x00", b"\x01")],
)
def test_the_key_after_a_prefix(prefix, expected):
    assert after_prefix(prefix) == expected


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(["toggle", "after", "before"]), keys), max_size=60))
def test_ordered_keys_answer_like_a_sorted_list(steps):
    ordered, model = OrderedKeys(), set()
    for kind, key in steps:
        if kind == "toggle":
            (ordered.remove if key in model else ordered.add)(key)
            model ^= {key}
        elif kind == "after":
            assert ordered.at_or_after(key) == min((k for k in model if k >= key), default=None)
        else:
            assert ordered.before(key) == max((k for k in model if k < key), default=None)
        assert (key in ordered) == (key in model)
        assert len(ordered) == len(model)
    assert ordered.before(None) == max(model, default=None)
    assert ordered.at_or_after(b"") == min(model, default=None)


def test_ordered_keys_hold_many_blocks():
    ordered = OrderedKeys()
    numbers = [each * 7_919 % 10_007 for each in range(10_007)]
    for each in numbers[:5_000]:
        ordered.add(each.to_bytes(2, "big"))
    assert ordered.at_or_after(b"") == min(numbers[:5_000]).to_bytes(2, "big")
    for each in numbers[5_000:]:
        ordered.add(each.to_bytes(2, "big"))
        assert ordered.at_or_after(each.to_bytes(2, "big")) == each.to_bytes(2, "big")
    walk, key = [], b""
    while (key := ordered.at_or_after(key)) is not None:
        walk.append(int.from_bytes(key, "big"))
        key += b"\0"
    assert walk == list(range(10_007))
    for each in range(0, 10_007, 2):
        ordered.remove(each.to_bytes(2, "big"))
    key, back = None, []
    while (key := ordered.before(key)) is not None:
        back.append(int.from_bytes(key, "big"))
    assert back == list(range(10_005, 0, -2))


def test_net_of_blocks_cancels_what_came_and_went():
    deltas = [{b"a": 1, b"b": -1}, {b"a": -1, b"c": 1}, {b"b": 1, b"c": -1, b"d": -1}, {b"c": 1}]
    assert net_of(deltas) == {b"c": 1, b"d": -1}


@pytest.mark.parametrize("is_reverse", [False, True])
def test_a_consumed_queue_is_not_walked_over_again(tmp_path, is_reverse):
    """Entries removed by reversible blocks stay on disk; skipping them must not add up."""
    engine = lmdb_engine(tmp_path)
    table = engine.table(Entry)
    engine.begin_block(0)
    for number in range(3_000):
        table.insert(Entry("a", number, value=number))
    engine.seal_block()
    engine.commit(0)
    costs = []
    for number in range(1, 11):
        engine.begin_block(number)
        before = table.steps
        for row in table.scan("by_value", reverse=is_reverse):
            if len(list(table.scan("", "b"))) == 0 and row.number % 100 == (
                0 if is_reverse else 99
            ):
                table.remove(row)
                break
            table.remove(row)
        costs.append(table.steps - before)
        engine.seal_block()
    assert max(costs[1:]) <= min(costs[1:]) + 2
    left = [row.value for row in table.scan("by_value", reverse=is_reverse)]
    assert left == [row.value for row in table.scan("by_value", reverse=is_reverse)]
    assert len(left) == 2_000
    # Undoing revives entries that had been skipped.
    engine.undo_block()
    expected = [900 + each for each in range(2_100)]
    if is_reverse:
        expected = [2_099 - each for each in range(2_100)]
    assert [row.value for row in table.scan("by_value", reverse=is_reverse)] == expected
    engine.close()


@pytest.mark.parametrize("is_reverse", [False, True])
def test_a_skipped_run_ends_with_a_commit(tmp_path, is_reverse):
    engine = lmdb_engine(tmp_path)
    table = engine.table(Entry)

    def block(number, *, add=(), remove=()):
        engine.begin_block(number)
        for value in add:
            table.insert(Entry("a", abs(value), value=value))
        for value in remove:
            table.remove(table.first("by_value", value))
        engine.seal_block()

    def scanned():
        return [row.value for row in table.scan("by_value", reverse=is_reverse)]

    sign = -1 if is_reverse else 1
    block(0, add=[sign, 2 * sign, 3 * sign])
    engine.commit(0)
    block(1, remove=[sign, 2 * sign])
    assert scanned() == [3 * sign]
    block(2, add=[2 * sign])
    engine.commit(2)
    assert scanned() == [2 * sign, 3 * sign]
    engine.close()


def test_an_entry_removed_by_a_committed_block_and_added_by_a_later_one_stays(tmp_path):
    engine = lmdb_engine(tmp_path)
    table = engine.table(Entry)
    engine.begin_block(0)
    row = table.insert(Entry("a", 1, value=1))
    engine.seal_block()
    engine.commit(0)
    for number, value in ((1, 2), (2, 1), (3, 2)):
        engine.begin_block(number)
        table.modify(row, value=value)
        engine.seal_block()
    for committed in (1, 2, 3):
        engine.commit(committed)
        assert [each.value for each in table.scan("by_value")] == [2]
        assert table.first("by_value", 1) is None
    engine.close()


def test_nothing_committed_is_kept_in_memory(tmp_path):
    engine = lmdb_engine(tmp_path)
    table = engine.table(Entry)
    for number in range(4):
        engine.begin_block(number)
        row = table.find("a", 1) or table.insert(Entry("a", 1))
        table.modify(row, value=number)
        table.insert(Entry("b", number))
        engine.seal_block()
    engine.commit(2)
    engine.undo_block()
    assert table.sealed == {}
    assert all(len(overlay._added) == 0 for overlay in table.overlays)
    assert all(not overlay.removed for overlay in table.overlays)
    assert [each.value for each in table.scan("", "a")] == [2]
    engine.close()
