"""Inflation: when a schedule's events fall due and how much each one creates.

Times are seconds since 1970, amounts satoshis of the token, weights satoshis of one inflation unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

REPEAT_FOREVER = 0xFFFFFFFF  # interval_count of an endless series; steemd SMT_EMIT_INDEFINITELY

Route: TypeAlias = tuple[tuple[str, int], ...]
"""Pairs of target and weight (or amount), ascending by target."""


@dataclass(frozen=True, slots=True)
class EmissionTerms:
    """How much a series creates: an absolute and a relative amount at two points in time.

    Attributes
    ----------
    lep_time, rep_time : int
        Left and right end point of the linear change.  Equal times switch it off.
    lep_abs_amount, rep_abs_amount : int
        Satoshis at the end points.
    lep_rel_amount_numerator, rep_rel_amount_numerator : int
        Part of the supply at the end points, over `2 ** rel_amount_denom_bits`.
    rel_amount_denom_bits : int
        0 to 255.
    """

    lep_time: int
    rep_time: int
    lep_abs_amount: int
    rep_abs_amount: int
    lep_rel_amount_numerator: int
    rep_rel_amount_numerator: int
    rel_amount_denom_bits: int


@dataclass(frozen=True, slots=True)
class Series:
    """When a series emits: at `schedule_time`, then `interval_count` more times (D-08)."""

    schedule_time: int
    interval_seconds: int
    interval_count: int

    def has_event(self, index: int) -> bool:
        """Return whether event `index`, counted from 0, belongs to the series.

        Spec
        ----
        whitepaper: "Event sequences"
        """
        return self.interval_count == REPEAT_FOREVER or index <= self.interval_count

    def event_time(self, index: int) -> int:
        """Return the nominal time of event `index`, counted from 0.

        >>> Series(1_000_000, 21_600, 3).event_time(3)
        1064800

        Spec
        ----
        whitepaper: "Event sequences"
        """
        return self.schedule_time + index * self.interval_seconds

    def last_event_time(self) -> int | None:
        """Return the time of the last event, None for a series without end.

        The next entry of the schedule must be strictly later.

        Spec
        ----
        whitepaper: "Event sequences"; steemd: smt_setup_emissions_evaluator
        """
        if self.interval_count == REPEAT_FOREVER:
            return None
        return self.event_time(self.interval_count)

    def event_times(self) -> Iterator[int]:
        """Yield the nominal event times in order, without end for an endless series."""
        index = 0
        while self.has_event(index):
            yield self.event_time(index)
            index += 1


def interpolate(left: int, right: int, left_time: int, right_time: int, now: int) -> int:
    """Return the value at `now` between two end points, rounded down.

    Up to `left_time` it is `left`, from `right_time` on `right`, and in between
    `floor((left * (right_time - now) + right * (now - left_time)) / (right_time - left_time))`.

    >>> interpolate(20_000_000, 40_000_000, 172_800, 345_600, 194_400)
    22500000

    Spec
    ----
    whitepaper: "Adding time modulation"
    """
    if now <= left_time:
        return left
    if now >= right_time:
        return right
    return (left * (right_time - now) + right * (now - left_time)) // (right_time - left_time)


def calculate_amounts(terms: EmissionTerms, now: int, supply: int) -> tuple[int, int]:
    """Return the absolute and the relative amount of an event at `now`, both rounded down.

    Spec
    ----
    whitepaper: "Adding relative inflation", "Adding time modulation"
    """
    absolute = interpolate(
        terms.lep_abs_amount, terms.rep_abs_amount, terms.lep_time, terms.rep_time, now
    )
    numerator = interpolate(
        terms.lep_rel_amount_numerator,
        terms.rep_rel_amount_numerator,
        terms.lep_time,
        terms.rep_time,
        now,
    )
    return absolute, (supply * numerator) >> terms.rel_amount_denom_bits


def calculate_new_tokens(terms: EmissionTerms, now: int, supply: int, max_supply: int) -> int:
    """Return the satoshis an event may create before they are cut to whole units.

    The larger of the absolute and the relative amount, both rounded down, and never more than what
    `max_supply` leaves (D-10).  `now` is the event's nominal time.

    Spec
    ----
    whitepaper: "Adding relative inflation", "Adding time modulation"
    """
    return max(0, min(max(calculate_amounts(terms, now, supply)), max_supply - supply))


def route_emission(token_unit: Route, new_tokens: int) -> Route:
    """Return what each target receives: its weight times the whole units in `new_tokens` (D-09).

    What is left of a broken unit is not created.  Empty when not even one unit fits.

    >>> route_emission((("$rewards", 2), ("$vesting", 1)), 1_000_003)
    (('$rewards', 666668), ('$vesting', 333334))

    Spec
    ----
    whitepaper: "Event sequences"
    """
    unit_size = sum(weight for _, weight in token_unit)
    units = new_tokens // unit_size
    if units == 0:
        return ()
    return tuple((target, weight * units) for target, weight in token_unit)
