"""How `make bench` judges: the median of the rounds in which the machine was steady."""

import importlib
import pkgutil
from itertools import count

import pytest
from benchmarks import method, rows
from benchmarks.method import Better, Result, Round, Row
from benchmarks.table import as_dict, lines


def row(better, target, floor):
    return Row("ours", "theirs", lambda: 1.0, lambda: 2.0, better, target, floor)


def result_of(of_row, *ours_and_other, r=1.0, last_r=1.0):
    rounds = [Round(r, ours, other, last_r) for ours, other in ours_and_other]
    return Result(of_row, rounds)


@pytest.mark.parametrize(
    ("better", "target", "floor", "verdict"),
    [
        (Better.HIGHER, 4, 2, "target"),
        (Better.HIGHER, 4.1, 4, "floor"),
        (Better.HIGHER, 5, 4.1, "MISSED"),
        (Better.LOWER, 0.25, 1, "target"),
        (Better.LOWER, 0.2, 0.25, "floor"),
        (Better.LOWER, 0.1, 0.2, "MISSED"),
    ],
)
def test_verdict_is_on_the_median_ratio(better, target, floor, verdict):
    found = result_of(row(better, target, floor), (1, 4), (1, 100), (1, 1))
    assert found.verdict == verdict


def test_a_round_counts_up_to_a_tenth_of_drift():
    assert Round(1.0, 1, 1, 1.1).is_valid
    assert Round(1.1, 1, 1, 1.0).is_valid
    assert not Round(1.0, 1, 1, 1.11).is_valid


def test_fewer_than_three_rounds_that_count_give_no_verdict():
    high = row(Better.HIGHER, 1, 1)
    steady = result_of(high, (1, 4), (1, 4))
    assert steady.verdict == "no verdict"
    steady.rounds.append(Round(1, 1, 4, 2))
    assert steady.verdict == "no verdict"
    steady.rounds.append(Round(1, 1, 4, 1))
    assert steady.verdict == "target"
    assert (as_dict(steady)["valid_rounds"], as_dict(steady)["discarded_rounds"]) == (3, 1)


def test_measures_until_enough_rounds_count_and_then_stops(monkeypatch):
    # R by turns: steady, steady | steady, far off | ...: every second round is discarded.
    reading = count()
    monkeypatch.setattr(method, "recovery_seconds", lambda: 5.0 if next(reading) % 4 == 3 else 1.0)
    found = method.measure(row(Better.HIGHER, 1, 1), rounds=3)
    assert (len(found.valid), len(found.rounds)) == (3, 5)
    reading = count()
    monkeypatch.setattr(method, "recovery_seconds", lambda: 2.0 ** next(reading))
    found = method.measure(row(Better.HIGHER, 1, 1), rounds=3)
    assert len(found.rounds) == 9
    assert all(one.first_r != one.last_r for one in found.rounds)


def test_a_row_without_another_side_is_compared_with_r(monkeypatch):
    monkeypatch.setattr(method, "recovery_seconds", lambda: 3.0)
    alone = Row("ours", "R", lambda: 1.0, None, Better.HIGHER, 1, 1)
    assert method.measure(alone).ratio == 3.0


def test_table_shows_every_result_even_one_without_rounds():
    shown = list(
        lines([result_of(row(Better.HIGHER, 4, 2), (1, 4)), result_of(row(Better.LOWER, 1, 1))])
    )
    assert shown[0].split()[0] == "what"
    assert [line.split("  ")[-1] for line in shown[1:]] == ["no verdict", "no verdict"]
    assert len(shown) == 3


def test_every_subject_can_be_loaded():
    names = [module.name for module in pkgutil.iter_modules(rows.__path__)]
    assert "pack_transfer" in names
    for name in names:
        assert callable(importlib.import_module(f"benchmarks.rows.{name}").rows)
