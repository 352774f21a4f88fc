"""A launch of many contributions: bounded blocks, exact supply.  tools/million_contributions.py
does the same with a million."""

from dataclasses import replace

import million_contributions
import pytest
from million_contributions import WORK_FACTOR, Measured, Plan, faults, main, measure

BOUND = 1_000  # contributions a block pays or refunds


@pytest.fixture(autouse=True)
def _few_contributors(monkeypatch):
    monkeypatch.setattr(million_contributions, "CONTRIBUTORS", 40)


# Of 99 % of the units half are below the soft cap: 7 * (n * 6 + n * 3), n = 9,900 or 1,485.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "supply"),
    [
        pytest.param(Plan(20_000, lag=21), 623_700, id="launched, 21 reversible blocks"),
        pytest.param(Plan(3_000), 93_555, id="launched, none reversible"),
        pytest.param(Plan(3_000, is_failing=True), 0, id="refunded"),
        pytest.param(Plan(3_000, lag=21, is_failing=True), 0, id="refunded, 21 reversible blocks"),
    ],
)
def test_every_block_of_a_launch_is_bounded(plan, supply):
    """Reversible blocks matter: what they removed still lies in the index."""
    measured = measure(plan)
    allowed = WORK_FACTOR * max(measure(replace(plan, count=BOUND)).work)
    assert faults(measured, plan.count, BOUND, allowed) == []
    assert measured.payouts == [BOUND] * (plan.count // BOUND)
    assert measured.supply == supply


def test_faults_are_seen():
    measured = Measured(payouts=[3, 2], work=[10, 5], supply=7, expected_supply=8)
    assert len(faults(measured, 6, 2, 9)) == 4
    measured = Measured(payouts=[3, 2], work=[10, 5], supply=8, expected_supply=8)
    assert faults(measured, 5, 3, 10) == []


@pytest.mark.slow
def test_the_command_says_what_it_found(capsys):
    assert main(["--count", "1500"]) == 0
    printed = capsys.readouterr().out
    assert "1,000 at most, bound 1,000" in printed
    # H = 1485, S = 742: 7 * (742 * 6 + 743 * 3)
    assert "supply              46,767, expected 46,767" in printed
