"""Schedules simulated ahead of time.  Figures by hand, or those of the table of inflation cases."""

from itertools import islice

from smtchain.economics.emissions import REPEAT_FOREVER, EmissionTerms, Series
from smtchain.economics.schedule import Emission, ScheduleEntry, simulate_schedule

DAY = 86_400
SIX_HOURS = 21_600


def entry(times, unit, *, amounts=(0, 0), numerators=(0, 0), bits=0, points=(0, 0)):
    return ScheduleEntry(Series(*times), EmissionTerms(*points, *amounts, *numerators, bits), unit)


def test_each_event_counts_what_the_ones_before_it_created():
    # Half of the supply each time: 1000 -> 1500 -> 2250; 375 units of 3 leave nothing over.
    half = entry((10, SIX_HOURS, 1), (("george", 2), ("henry", 1)), numerators=(1, 1), bits=1)
    assert list(simulate_schedule([half], 1_000, 10**15)) == [
        Emission(10, 0, 500, (("george", 332), ("henry", 166)), 1_498),
        Emission(10 + SIX_HOURS, 0, 749, (("george", 498), ("henry", 249)), 2_245),
    ]


def test_what_goes_to_null_never_counts():
    burn = entry((10, SIX_HOURS, 2), (("george", 1), ("null", 3)), amounts=(400, 400))
    emissions = list(simulate_schedule([burn], 1_000, 10**15))
    assert [each.supply for each in emissions] == [1_100, 1_200, 1_300]
    assert [each.created for each in emissions] == [400, 400, 400]


def test_stops_creating_at_the_maximum_and_goes_on_counting_events():
    # 92,062,873 are left, four targets: 23,015,718 each; then one satoshi, less than a unit.
    unit = (("$market_maker", 1), ("$rewards", 1), ("$vesting", 1), ("george", 1))
    clamped = entry((10, SIX_HOURS, 1), unit, amounts=(100_000_000, 100_000_000))
    first, second = simulate_schedule([clamped], 22_307_937_127, 22_400_000_000)
    assert dict(first.emitted) == dict.fromkeys(dict(unit), 23_015_718)
    assert (second.emitted, second.supply) == ((), 22_399_999_999)


def test_entries_follow_each_other():
    entries = [
        entry((10, SIX_HOURS, 1), (("george", 1),), amounts=(1, 1)),
        entry((10 + DAY, 0, 0), (("henry", 1),), amounts=(2, 2)),
    ]
    assert [(each.time, each.created) for each in simulate_schedule(entries, 0, 10**15)] == [
        (10, 1),
        (10 + SIX_HOURS, 1),
        (10 + DAY, 2),
    ]


def test_goes_on_where_a_running_entry_is():
    entries = [
        entry((10, SIX_HOURS, 2), (("george", 1),), amounts=(1, 1)),
        entry((10 + DAY, 0, 0), (("henry", 1),), amounts=(2, 2)),
    ]
    for done, times in ((2, [10 + 2 * SIX_HOURS, 10 + DAY]), (3, [10 + DAY])):
        found = simulate_schedule(entries, 7, 10**15, done)
        assert [each.time for each in found] == times


def test_an_endless_series_goes_on():
    endless = entry((10, SIX_HOURS, REPEAT_FOREVER), (("george", 1),), amounts=(1, 1))
    last = list(islice(simulate_schedule([endless], 0, 10**15), 1_000))[-1]
    assert (last.time, last.supply) == (10 + 999 * SIX_HOURS, 1_000)


def test_shows_both_amounts_of_which_the_larger_counts():
    # From the left values at 2 days to the right ones at 4: the table's row of 2 days and 6 hours.
    modulated = entry(
        (2 * DAY, SIX_HOURS, 8),
        (("null", 7),),
        amounts=(20_000_000, 40_000_000),
        numerators=(1, 2),
        bits=7,
        points=(2 * DAY, 4 * DAY),
    )
    emissions = list(simulate_schedule([modulated], 15_000_000_000, 10**15))
    assert (emissions[1].absolute, emissions[1].relative) == (22_500_000, 117_187_500)
    assert emissions[1].emitted == (("null", 117_187_497),)
    assert (emissions[-1].absolute, emissions[-1].created) == (40_000_000, 234_374_994)
