"""Inflation maths against the table of docs/RULES.md 7.8 (numbers copied from there)."""

from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtchain.economics.emissions import (
    REPEAT_FOREVER,
    EmissionTerms,
    Series,
    calculate_new_tokens,
    interpolate,
    route_emission,
)

DAY = 86_400
SIX_HOURS = 21_600
MAX_SUPPLY = 10**15


def terms(  # noqa: PLR0917 - the seven members of an entry, mostly zero
    lep_abs: int = 0,
    rep_abs: int = 0,
    lep_num: int = 0,
    rep_num: int = 0,
    bits: int = 0,
    lep_time: int = 0,
    rep_time: int = 0,
) -> EmissionTerms:
    return EmissionTerms(lep_time, rep_time, lep_abs, rep_abs, lep_num, rep_num, bits)


class TestTable:
    def test_case_a_creates_whole_units_only(self) -> None:
        entry = terms(lep_abs=1_000_003, rep_abs=1_000_003)
        new_tokens = calculate_new_tokens(entry, 0, 15_000_000_000, MAX_SUPPLY)
        routed = route_emission((("$rewards", 2), ("$vesting", 1)), new_tokens)
        assert routed == (("$rewards", 666_668), ("$vesting", 333_334))
        assert sum(amount for _, amount in routed) == 1_000_002

    @pytest.mark.parametrize(
        ("now", "absolute", "new_tokens", "units", "double"),
        [
            (2 * DAY, 20_000_000, 117_187_500, 16_741_071, 33_482_142),
            (2 * DAY + SIX_HOURS, 22_500_000, 117_187_500, 16_741_071, 33_482_142),
            (3 * DAY, 30_000_000, 117_187_500, 16_741_071, 33_482_142),
            (4 * DAY, 40_000_000, 234_375_000, 33_482_142, 66_964_284),
        ],
    )
    def test_case_b_takes_the_larger_of_absolute_and_relative(
        self, now: int, absolute: int, new_tokens: int, units: int, double: int
    ) -> None:
        assert interpolate(20_000_000, 40_000_000, 2 * DAY, 4 * DAY, now) == absolute
        entry = terms(20_000_000, 40_000_000, 1, 2, 7, 2 * DAY, 4 * DAY)
        assert calculate_new_tokens(entry, now, 15_000_000_000, MAX_SUPPLY) == new_tokens
        unit = (("$market_maker", 2), ("$rewards", 2), ("$vesting", 2), ("george", 1))
        assert route_emission(unit, new_tokens) == (
            ("$market_maker", double),
            ("$rewards", double),
            ("$vesting", double),
            ("george", units),
        )

    def test_case_c_stops_at_the_maximum_supply(self) -> None:
        entry = terms(lep_abs=100_000_000, rep_abs=100_000_000)
        supply, max_supply = 22_307_937_127, 22_400_000_000
        new_tokens = calculate_new_tokens(entry, 0, supply, max_supply)
        assert new_tokens == 92_062_873
        targets = ("$market_maker", "$rewards", "$vesting", "george")
        routed = route_emission(tuple((target, 1) for target in targets), new_tokens)
        assert routed == tuple((target, 23_015_718) for target in targets)
        assert supply + sum(amount for _, amount in routed) == 22_399_999_999

    def test_case_d_survives_a_product_beyond_64_bits(self) -> None:
        entry = terms(lep_num=2**32 - 1, rep_num=2**32 - 1)
        supply = 10**15 - 1
        assert calculate_new_tokens(entry, 0, supply, 10**30) == 4_294_967_294_999_995_705_032_705
        assert calculate_new_tokens(entry, 0, supply, MAX_SUPPLY) == 1

    @pytest.mark.parametrize(
        ("now", "new_tokens"),
        [
            (0, 953_674_316),
            (250, 715_255_737),
            (500, 476_837_158),
            (750, 238_418_579),
            (1_000, 0),
        ],
    )
    def test_case_e_declines_linearly_to_nothing(self, now: int, new_tokens: int) -> None:
        entry = terms(lep_num=1_000, rep_num=0, bits=20, lep_time=0, rep_time=1_000)
        assert calculate_new_tokens(entry, now, 10**12, MAX_SUPPLY) == new_tokens

    def test_case_e_routes_by_weight(self) -> None:
        routed = route_emission((("george", 3), ("henry", 4)), 953_674_316)
        assert routed == (("george", 408_717_564), ("henry", 544_956_752))

    def test_steem_like_inflation_fits_a_32_bit_numerator(self) -> None:
        """9.5 % a year in 1,460 steps of six hours, within one part in 10^8."""
        supply = 10**15
        for numerator, bits in ((1_144_697_037, 44), (2_289_394_074, 45)):
            step = calculate_new_tokens(
                terms(lep_num=numerator, rep_num=numerator, bits=bits), 0, supply, 2 * supply
            )
            assert abs(step * 1_460 - supply * 95 // 1_000) < supply // 10**8


class TestInterpolate:
    @pytest.mark.parametrize(("now", "value"), [(9, 100), (10, 100), (11, 66), (12, 33), (13, 0)])
    def test_rounds_down_and_holds_outside_the_end_points(self, now: int, value: int) -> None:
        """By hand: from 100 at 10 to 0 at 13; 200/3 and 100/3 rounded down."""
        assert interpolate(100, 0, 10, 13, now) == value

    def test_equal_end_points_switch_modulation_off(self) -> None:
        assert [interpolate(7, 9, 10, 10, now) for now in (9, 10, 11)] == [7, 7, 9]

    @settings(max_examples=150, deadline=None)
    @given(
        left=st.integers(0, 2**62),
        right=st.integers(0, 2**62),
        start=st.integers(0, 2**31),
        length=st.integers(1, 2**31),
        offset=st.integers(0, 2**32),
    )
    def test_stays_between_the_end_points(
        self, left: int, right: int, start: int, length: int, offset: int
    ) -> None:
        value = interpolate(left, right, start, start + length, start + offset)
        assert min(left, right) <= value <= max(left, right)


class TestSeries:
    def test_repeats_interval_count_times_after_the_first(self) -> None:
        series = Series(1_000_000, SIX_HOURS, 3)
        assert list(series.event_times()) == [1_000_000, 1_021_600, 1_043_200, 1_064_800]
        assert series.last_event_time() == 1_064_800
        assert series.has_event(3)
        assert not series.has_event(4)

    @pytest.mark.parametrize("interval_seconds", [0, SIX_HOURS])
    def test_count_zero_is_one_event(self, interval_seconds: int) -> None:
        series = Series(1_000_000, interval_seconds, 0)
        assert list(series.event_times()) == [1_000_000]
        assert series.last_event_time() == 1_000_000

    def test_the_sentinel_never_ends(self) -> None:
        series = Series(5, SIX_HOURS, REPEAT_FOREVER)
        assert series.last_event_time() is None
        assert list(islice(series.event_times(), 3)) == [5, 21_605, 43_205]
        assert series.has_event(REPEAT_FOREVER + 1)


class TestNewTokens:
    def test_is_zero_when_the_maximum_is_reached(self) -> None:
        entry = terms(lep_abs=5, rep_abs=5)
        assert calculate_new_tokens(entry, 0, 100, 100) == 0
        assert calculate_new_tokens(entry, 0, 101, 100) == 0

    def test_less_than_one_unit_creates_nothing(self) -> None:
        assert route_emission((("a", 2), ("b", 3)), 4) == ()

    @settings(max_examples=150, deadline=None)
    @given(
        supply=st.integers(0, 10**15),
        entry=st.builds(
            EmissionTerms,
            lep_time=st.integers(0, 1_000),
            rep_time=st.integers(1_000, 2_000),
            lep_abs_amount=st.integers(0, 10**15),
            rep_abs_amount=st.integers(0, 10**15),
            lep_rel_amount_numerator=st.integers(0, 2**32 - 1),
            rep_rel_amount_numerator=st.integers(0, 2**32 - 1),
            rel_amount_denom_bits=st.integers(0, 255),
        ),
        weights=st.lists(st.integers(1, 65_535), min_size=1, max_size=10),
        now=st.integers(0, 3_000),
    )
    def test_never_exceeds_the_maximum_supply(
        self, supply: int, entry: EmissionTerms, weights: list[int], now: int
    ) -> None:
        new_tokens = calculate_new_tokens(entry, now, supply, MAX_SUPPLY)
        unit = tuple((f"account-{index}", weight) for index, weight in enumerate(weights))
        routed = route_emission(unit, new_tokens)
        created = sum(amount for _, amount in routed)
        assert created <= new_tokens <= MAX_SUPPLY - supply
        assert new_tokens - created < sum(weights)
        assert (
            len(
                {
                    amount * sum(weights) // weight
                    for (_, weight), (_, amount) in zip(unit, routed, strict=False)
                }
            )
            <= 1
        )


def test_unit_targets_keep_their_order() -> None:
    routed = route_emission((("$rewards", 1), ("alice", 1), ("bob", 1)), 3)
    assert all(earlier < later for (earlier, _), (later, _) in pairwise(routed))
