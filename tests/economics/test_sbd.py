"""SBD interest, print rate and price floor; figures by hand."""

import pytest

from smtchain.economics.sbd import (
    accrue_interest,
    calculate_floor_price,
    calculate_print_rate_bp,
)

DAY = 86_400
YEAR = 365 * DAY


def accrue(**changes):
    given = {
        "balance": 1_000_000,
        "sbd_seconds": 0,
        "last_update": 1_000,
        "last_interest_payment": 1_000,
        "now": 1_000 + YEAR,
        "rate_bp": 1_000,
        "compound_interval_seconds": 30 * DAY,
        "seconds_per_year": YEAR,
    }
    return accrue_interest(**(given | changes))


class TestInterest:
    def test_pays_the_rate_for_a_whole_year(self):
        accrual = accrue()
        assert accrual.interest == 100_000
        assert (accrual.sbd_seconds, accrual.last_interest_payment) == (0, 1_000 + YEAR)

    @pytest.mark.parametrize(
        ("elapsed", "is_paid"), [(30 * DAY - 1, False), (30 * DAY, False), (30 * DAY + 1, True)]
    )
    def test_pays_only_past_the_interval(self, elapsed, is_paid):
        accrual = accrue(now=1_000 + elapsed)
        assert (accrual.sbd_seconds == 0) is is_paid
        # 1,000,000 * 2,592,001 s / year = 82,191 SBD-years, a tenth of that is paid.
        assert accrual.interest == (8_219 if is_paid else 0)

    def test_counts_seconds_until_the_payment(self):
        accrual = accrue(sbd_seconds=7, now=1_010)
        assert (accrual.sbd_seconds, accrual.last_interest_payment) == (7 + 10_000_000, 1_000)

    def test_rounds_down_twice(self):
        # 1.9 SBD-satoshi-years are 1, of which 99.99 % are 0.
        accrual = accrue(balance=0, sbd_seconds=YEAR * 19 // 10, rate_bp=9_999)
        assert accrual.interest == 0

    def test_changes_nothing_within_one_second(self):
        accrual = accrue(sbd_seconds=YEAR * 100, now=1_000, last_interest_payment=0)
        assert (accrual.sbd_seconds, accrual.last_interest_payment) == (YEAR * 100, 0)

    def test_resets_the_counter_even_when_the_rate_is_zero(self):
        accrual = accrue(rate_bp=0)
        assert (accrual.interest, accrual.sbd_seconds) == (0, 0)

    def test_an_empty_balance_never_starts_a_payment(self):
        accrual = accrue(balance=0)
        assert (accrual.interest, accrual.last_interest_payment) == (0, 1_000)


class TestPrintRate:
    @pytest.mark.parametrize(
        ("sbd_value", "rate"),
        [
            (0, 10_000),
            (900, 10_000),
            (901, 9_900),
            (950, 5_000),
            (999, 100),
            (1_000, 0),
            (9_999, 0),
        ],
    )
    def test_falls_linearly_from_nine_to_ten_percent(self, sbd_value, rate):
        assert calculate_print_rate_bp(sbd_value, 10_000, 900, 1_000) == rate

    def test_percentage_is_rounded_down_first(self):
        # 90,099 of 1,000,000 are 9.0099 %, which counts as 9.00 %.
        assert calculate_print_rate_bp(90_099, 1_000_000, 900, 1_000) == 10_000


class TestFloorPrice:
    def test_values_steem_at_nine_times_the_debt(self):
        # steemd's own example: 500 STEEM and 100 SBD give 900 SBD / 500 STEEM, 1.80.
        assert calculate_floor_price(100, 500, 1_000) == (900, 500)
