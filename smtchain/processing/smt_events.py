"""The one queue of everything tokens do by time: dispatch in order, within the block's bounds.

Events that are due run by time, then kind, then age; several thresholds crossed by one block all
run in it.  Payouts and inflation events have a bound per block; what is left keeps its place in
the queue and goes on in the next block, while all other events are never delayed.
"""

from dataclasses import dataclass, field
from typing import assert_never

from protocol.params import ChainParams
from smtchain.evaluator import EvaluationContext
from smtchain.processing.inflation import emit_inflation
from smtchain.processing.launch import (
    attempt_launch,
    begin_contributions,
    end_contributions,
    expire_launch,
    stream_contributions,
)
from smtchain.state.tables.smt import SmtEvent, SmtEventKind


@dataclass(slots=True)
class _Allowance:
    """What this block may still do.

    Attributes
    ----------
    contributions : int
        Contributions that may be paid out or refunded, over all tokens.
    emissions : int
        Inflation events, over all tokens.
    emitted : dict[int, int]
        Inflation events done so far, by token.
    """

    params: ChainParams
    contributions: int
    emissions: int
    emitted: dict[int, int] = field(default_factory=dict)

    def is_spent(self, kind: SmtEventKind) -> bool:
        """Tell whether no event of this kind may run any more in this block."""
        if kind == SmtEventKind.STREAM:
            return self.contributions == 0
        return kind == SmtEventKind.EMIT and self.emissions == 0

    def covers(self, event: SmtEvent) -> bool:
        """Tell whether the token of an event has not had its own share of the block."""
        limit = self.params.inflation_events_per_token_per_block
        return event.kind != SmtEventKind.EMIT or self.emitted.get(event.nai, 0) < limit


def process_smt_events(ctx: EvaluationContext) -> None:
    """Run all token events due at the head block's time, as far as the bounds allow.

    Spec
    ----
    whitepaper: "Launch", "Inflation Parameters"; docs/RULES.md 2.12
    """
    earliest = ctx.state.smt_events.first()
    if earliest is None or earliest.time > ctx.now:
        return
    allowance = _Allowance(
        params=ctx.params,
        contributions=ctx.params.launch_payouts_per_block,
        emissions=ctx.params.inflation_events_per_block,
    )
    event = _find_next(ctx, allowance)
    while event is not None:
        _run(ctx, event, allowance)
        event = _find_next(ctx, allowance)


def _find_next(ctx: EvaluationContext, allowance: _Allowance) -> SmtEvent | None:
    """Return the first due event that the allowance covers.

    Kinds are looked up apart, so that a long tail of work that has to wait costs nothing here.
    """
    candidates = [
        event for kind in SmtEventKind if (event := _find_next_of(ctx, kind, allowance)) is not None
    ]
    return min(candidates, key=lambda event: (event.time, event.kind, event.id), default=None)


def _find_next_of(
    ctx: EvaluationContext, kind: SmtEventKind, allowance: _Allowance
) -> SmtEvent | None:
    if allowance.is_spent(kind):
        return None
    now = ctx.now
    for event in ctx.state.smt_events.scan("by_kind", int(kind)):
        if event.time > now:
            return None
        if allowance.covers(event):
            return event
    return None


def _run(ctx: EvaluationContext, event: SmtEvent, allowance: _Allowance) -> None:
    kind = SmtEventKind(event.kind)
    match kind:
        case SmtEventKind.BEGIN:
            begin_contributions(ctx, event)
        case SmtEventKind.END:
            end_contributions(ctx, event)
        case SmtEventKind.LAUNCH:
            attempt_launch(ctx, event)
        case SmtEventKind.EXPIRE:
            expire_launch(ctx, event)
        case SmtEventKind.STREAM:
            allowance.contributions -= stream_contributions(ctx, event, allowance.contributions)
        case SmtEventKind.EMIT:
            allowance.emissions -= 1
            allowance.emitted[event.nai] = allowance.emitted.get(event.nai, 0) + 1
            emit_inflation(ctx, event)
        case _:
            assert_never(kind)
