"""Voting mana; figures by hand."""

import pytest

from protocol.types import TIME_MAX
from smtchain.economics.manabar import add_mana, calculate_effective_shares, regenerate_mana

FIVE_DAYS = 432_000


def effective(**changes):
    given = {
        "vesting_shares": 1_000,
        "received": 200,
        "delegated": 50,
        "withdraw_rate": 100,
        "to_withdraw": 1_300,
        "withdrawn": 0,
        "next_withdrawal": TIME_MAX,
    }
    return calculate_effective_shares(**(given | changes))


class TestEffectiveShares:
    def test_adds_received_and_takes_delegated(self):
        assert effective() == 1_150

    def test_takes_the_next_part_of_a_power_down(self):
        assert effective(next_withdrawal=5) == 1_050

    def test_takes_no_more_than_the_rest_of_a_power_down(self):
        assert effective(next_withdrawal=5, withdrawn=1_270) == 1_120


class TestRegeneration:
    @pytest.mark.parametrize(
        ("elapsed", "mana"),
        [(0, 100), (432, 101), (431, 100), (216_000, 600), (FIVE_DAYS, 1_000), (10**9, 1_000)],
    )
    def test_grows_evenly_and_stops_at_the_maximum(self, elapsed, mana):
        assert regenerate_mana(100, 50, 1_000, 50 + elapsed, FIVE_DAYS) == mana

    def test_falls_to_a_maximum_that_shrank(self):
        assert regenerate_mana(900, 0, 500, 0, FIVE_DAYS) == 500


class TestAdding:
    def test_brings_the_new_shares_along(self):
        assert add_mana(100, 7) == 107

    def test_never_leaves_the_width_of_the_counter(self):
        assert add_mana((1 << 63) - 2, 5) == (1 << 63) - 1
        assert add_mana(-10, 3) == 0
