"""Virtual time, shuffle, medians, majorities.

The shuffle's cases are derived by hand from docs/RULES.md 4.3: with one bit set in `time` the
generator's shifts can be followed bit by bit.  The round of 21 was computed by a C++ program of
a few lines, written for the purpose from the same formula.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtchain.economics.witness_schedule import (
    LAP_LENGTH,
    Lap,
    begin_lap,
    calculate_median,
    change_speed,
    draw,
    find_agreed_vote,
    find_majority_version,
    shuffle,
)

MULTIPLIER = 2_685_821_657_736_338_717
U64 = 1 << 64
NEW = Lap(position=0, last_update=0, scheduled=LAP_LENGTH)


def bits(*positions):
    return sum(1 << position for position in positions)


class TestDraw:
    @pytest.mark.parametrize(
        ("time", "left"),
        [
            # k = 2^32; ^ k>>12 adds bit 20; ^ k<<25 adds 57 and 45; ^ k>>27 adds 30, 18 and 5.
            (1, (57, 45, 32, 30, 20, 18, 5)),
            # k = 2^39; bit 27; 64 falls off the end and 52 comes; 25, 12 and 0 come.
            (128, (52, 39, 27, 25, 12, 0)),
            # k = 2^63; bit 51; 88 and 76 fall off; 36 and 24 come.
            (1 << 31, (63, 51, 36, 24)),
        ],
    )
    def test_follows_one_bit_through_the_shifts(self, time, left):
        assert draw(time, 0) == bits(*left) * MULTIPLIER % U64

    def test_the_place_sets_the_generator_apart(self):
        # Time 0: the first place draws 0; the second begins with the multiplier itself,
        # 2545f4914f6cdd1d. Exclusive-or with the number 12 to the right: 2547a0ce06782bd0; 25 to
        # the left: b94b5099a6782bd0; 27 to the right: b94b508e8f1238e4; times the multiplier:
        assert draw(0, 0) == 0
        assert draw(0, 1) == 0xAD5DB60B4C5D45D4


class TestShuffle:
    def test_of_two_an_even_draw_keeps_the_order(self):
        # Time 1: the lowest bit left is 5 and the multiplier is odd, so the draw is even.
        assert shuffle(["one", "two"], 1) == ("one", "two")

    def test_of_two_an_odd_draw_swaps_them(self):
        # Time 128: bit 0 is left, so the draw is odd.
        assert shuffle(["one", "two"], 128) == ("two", "one")

    def test_of_64_the_first_place_is_the_draw_s_low_bits(self):
        # Time 1: 32 is the only bit below 64, and 32 times an odd number is 32 modulo 64.
        names = [f"wit{number:02}" for number in range(64)]
        assert shuffle(names, 1)[0] == "wit32"

    def test_a_round_of_21(self):
        names = [f"w{number:02}" for number in range(21)]
        expected = (
            "w19 w04 w10 w09 w07 w08 w05 w02 w13 w18 w14 w11 w01 w03 w15 w20 w17 w00 w06 w16 w12"
        )
        assert shuffle(names, 1_704_067_263) == tuple(expected.split())

    @settings(max_examples=50)
    @given(count=st.integers(0, 30), time=st.integers(0, 0xFFFF_FFFF))
    def test_keeps_everyone(self, count, time):
        names = [f"wit{number}" for number in range(count)]
        assert sorted(shuffle(names, time)) == sorted(names)


class TestLaps:
    def test_the_first_votes_set_off_from_the_start(self):
        # A lap of 2^128 - 1 at speed 3: votes + 1 = 4, so a quarter of it, rounded down.
        assert change_speed(NEW, 0, 3, 0) == Lap(0, 0, (1 << 126) - 1)

    def test_the_way_done_is_kept_when_votes_change(self):
        # Ten units of time at speed 3 are 30; what remains takes a tenth at speed 9.
        lap = change_speed(Lap(0, 5, 77), 3, 9, 15)
        assert lap == Lap(30, 15, 15 + (LAP_LENGTH - 30) // 10)

    def test_positions_are_128_bits_wide(self):
        lap = change_speed(Lap(LAP_LENGTH, 0, 1), 2, 2, 1)
        assert lap.position == 1  # 2^128 - 1 + 2

    def test_an_end_beyond_128_bits_is_never_reached(self):
        # Without votes the whole lap lies ahead of time 1: 2^128 does not fit.
        assert change_speed(NEW, 0, 0, 1) == Lap(0, 1, LAP_LENGTH)

    def test_a_new_lap_ends_after_its_length_over_votes(self):
        assert begin_lap(1, 100) == Lap(0, 100, 100 + (1 << 127) - 1)
        assert begin_lap(0, 0) == Lap(0, 0, LAP_LENGTH)

    def test_a_new_lap_must_end_within_128_bits(self):
        start = LAP_LENGTH - LAP_LENGTH // 2
        assert begin_lap(1, start) == Lap(0, start, LAP_LENGTH)
        assert begin_lap(1, start + 1) is None


class TestAgreement:
    @pytest.mark.parametrize(
        ("values", "median"), [([4], 4), ([9, 1], 9), ([3, 1, 2], 2), ([4, 1, 3, 2], 3)]
    )
    def test_median_is_element_n_over_two(self, values, median):
        assert calculate_median(values) == median

    @pytest.mark.parametrize(("newer", "majority"), [(16, 22), (17, 23), (21, 23)])
    def test_a_version_needs_17_of_21(self, newer, majority):
        assert find_majority_version([23] * newer + [22] * (21 - newer), 17) == majority

    def test_later_versions_count_for_earlier_ones(self):
        assert find_majority_version([25] * 9 + [24] * 8 + [22] * 4, 17) == 24

    def test_fewer_witnesses_than_required_have_no_majority(self):
        assert find_majority_version([22] * 16, 17) is None

    def test_a_vote_is_version_and_time_together(self):
        votes = [(23, 100)] * 16 + [(23, 200)] * 5
        assert find_agreed_vote(votes, 17) is None
        assert find_agreed_vote([*votes, (23, 100)], 17) == (23, 100)
        assert find_agreed_vote([], 17) is None
