"""Inflation events: creating tokens at their nominal times, one event after the other."""

from protocol.assets import Asset
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.types import AccountName
from smtchain.economics.emissions import calculate_new_tokens, route_emission
from smtchain.evaluator import EvaluationContext
from smtchain.ledger.inflation_schedule import series_of, terms_of
from smtchain.ledger.smt import schedule_event
from smtchain.ledger.smt_payouts import grant_tokens
from smtchain.state.tables.smt import SmtEvent, SmtEventKind, SmtInflation


def schedule_first_emission(ctx: EvaluationContext, nai: int) -> None:
    """Queue the first event of a token that has just become active.

    Its time may have passed while the launch was late: missed events then run one by one, each
    with its own nominal time (D-11).

    Spec
    ----
    whitepaper: "Event sequences"
    """
    entry = ctx.state.smt_inflation.first("", nai)
    if entry is not None:
        schedule_event(ctx.state, nai, SmtEventKind.EMIT, entry.schedule_time)


def emit_inflation(ctx: EvaluationContext, event: SmtEvent) -> None:
    """Run the inflation event whose nominal time is the event's, and queue the one after it.

    Spec
    ----
    whitepaper: "Inflation Parameters"; steemd (later): util/smt_token.cpp::generate_emissions
    """
    state = ctx.state
    nai, time = event.nai, event.time
    state.smt_events.remove(event)
    token = state.smt_tokens.get(nai)
    # Entries do not overlap: the one in force is the last that has begun.
    entry = next(state.smt_inflation.scan("", nai, start=(time,), reverse=True))
    new_tokens = calculate_new_tokens(terms_of(entry), time, token.current_supply, token.max_supply)
    emitted = route_emission(entry.token_unit, new_tokens)
    for target, amount in emitted:
        grant_tokens(state, ctx.params, token, target, amount)
    state.smt_tokens.modify(token, last_emission_time=time)
    state.smt_inflation.modify(entry, events_done=entry.events_done + 1)
    _schedule_next(ctx, entry)
    ctx.emit(
        SmtInflationEmitted(
            symbol=token.symbol,
            event_time=time,
            emitted=tuple(
                (AccountName(target), Asset(amount, token.symbol)) for target, amount in emitted
            ),
        )
    )


def _schedule_next(ctx: EvaluationContext, entry: SmtInflation) -> None:
    series = series_of(entry)
    if series.has_event(entry.events_done):
        time = series.event_time(entry.events_done)
    else:
        start = (entry.schedule_time + 1,)
        following = next(ctx.state.smt_inflation.scan("", entry.nai, start=start), None)
        if following is None:
            return
        time = following.schedule_time
    schedule_event(ctx.state, entry.nai, SmtEventKind.EMIT, time)
