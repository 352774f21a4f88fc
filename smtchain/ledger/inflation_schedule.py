"""A token's stored inflation schedule: its entries, and what they mean to the economics."""

from collections.abc import Iterator

from smtchain.economics.emissions import EmissionTerms, Series
from smtchain.economics.generation import MARKET_MAKER
from smtchain.economics.schedule import Emission, ScheduleEntry, simulate_schedule
from smtchain.state.state import State
from smtchain.state.tables.smt import SmtInflation, SmtToken


def add_entry(state: State, token: SmtToken, entry: SmtInflation) -> None:
    """Append an entry to the token's schedule."""
    state.smt_inflation.insert(entry)
    _count_market_maker(state, token, entry, 1)


def remove_entry(state: State, token: SmtToken, entry: SmtInflation) -> None:
    """Take an entry, a row of the state, out of the token's schedule."""
    state.smt_inflation.remove(entry)
    _count_market_maker(state, token, entry, -1)


def _count_market_maker(state: State, token: SmtToken, entry: SmtInflation, delta: int) -> None:
    """Note that an entry came or went, if it pays the token's market maker."""
    if any(target == MARKET_MAKER for target, _ in entry.token_unit):
        state.smt_tokens.modify(
            token, market_maker_inflation_entries=token.market_maker_inflation_entries + delta
        )


def series_of(row: SmtInflation) -> Series:
    """Return when an entry's events fall due."""
    return Series(row.schedule_time, row.interval_seconds, row.interval_count)


def terms_of(row: SmtInflation) -> EmissionTerms:
    """Return how much an entry's events create."""
    return EmissionTerms(
        lep_time=row.lep_time,
        rep_time=row.rep_time,
        lep_abs_amount=row.lep_abs_amount,
        rep_abs_amount=row.rep_abs_amount,
        lep_rel_amount_numerator=row.lep_rel_amount_numerator,
        rep_rel_amount_numerator=row.rep_rel_amount_numerator,
        rel_amount_denom_bits=row.rel_amount_denom_bits,
    )


def entry_of(row: SmtInflation) -> ScheduleEntry:
    """Return a stored entry as the simulation takes it."""
    return ScheduleEntry(series_of(row), terms_of(row), row.token_unit)


def simulate_inflation(
    state: State, token: SmtToken, supply: int, max_supply: int
) -> Iterator[Emission]:
    """Yield the token's inflation events that are still to come, in order.

    Parameters
    ----------
    supply : int
        Satoshis that exist before the first of them.

    Spec
    ----
    whitepaper: "Inflation FAQ" ("can be fully modeled / simulated")
    """
    begun = state.smt_inflation.scan("", token.nai, start=(token.last_emission_time,), reverse=True)
    current = next(begun, None)
    start = None if current is None else (current.schedule_time,)
    rows = state.smt_inflation.scan("", token.nai, start=start)
    done = 0 if current is None else current.events_done
    return simulate_schedule((entry_of(row) for row in rows), supply, max_supply, done)
