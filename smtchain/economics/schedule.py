"""A whole inflation schedule ahead of its time: every event, and the supply after it.

The whitepaper promises that inflation can be fully simulated.  This is that simulation: the same
functions as the chain's own events, on nothing but numbers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smtchain.economics.emissions import (
    EmissionTerms,
    Route,
    Series,
    calculate_amounts,
    calculate_new_tokens,
    route_emission,
)

BURNED = "null"
"""The target whose tokens leave the supply as they are created."""


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """One entry of a schedule: when, how much, to whom."""

    series: Series
    terms: EmissionTerms
    token_unit: Route


@dataclass(frozen=True, slots=True)
class Emission:
    """One event of a simulated schedule, in satoshis of the token.

    Attributes
    ----------
    time : int
        Nominal time, seconds since 1970.
    absolute, relative : int
        The two amounts of which the larger counts.
    emitted : Route
        What each target receives; empty when not even one unit fits.
    supply : int
        The supply after the event.
    """

    time: int
    absolute: int
    relative: int
    emitted: Route
    supply: int

    @property
    def created(self) -> int:
        """All satoshis the event creates, those for `null` included."""
        return sum(amount for _, amount in self.emitted)


def simulate_schedule(
    entries: Iterable[ScheduleEntry], supply: int, max_supply: int, events_done: int = 0
) -> Iterator[Emission]:
    """Yield every event in order; without end if the last entry never ends.

    Parameters
    ----------
    entries : iterable of ScheduleEntry
        In order of time, without overlap.
    supply : int
        Satoshis that exist before the first event yielded.
    events_done : int
        Events of the first entry that have happened already.

    Spec
    ----
    whitepaper: "Inflation Parameters", "Inflation FAQ"
    """
    for entry in entries:
        index = events_done
        events_done = 0
        while entry.series.has_event(index):
            emission = _simulate_event(entry, entry.series.event_time(index), supply, max_supply)
            supply = emission.supply
            yield emission
            index += 1


def _simulate_event(entry: ScheduleEntry, time: int, supply: int, max_supply: int) -> Emission:
    absolute, relative = calculate_amounts(entry.terms, time, supply)
    new_tokens = calculate_new_tokens(entry.terms, time, supply, max_supply)
    emitted = route_emission(entry.token_unit, new_tokens)
    kept = sum(amount for target, amount in emitted if target != BURNED)
    return Emission(time, absolute, relative, emitted, supply + kept)
