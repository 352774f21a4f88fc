"""A token's stored inflation schedule in the terms of the economics."""

from smtchain.economics.emissions import EmissionTerms, Series
from smtchain.economics.schedule import ScheduleEntry
from smtchain.state.tables.smt import SmtInflation


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
