"""A token's inflation schedule: entries in time order that do not overlap, removed last first."""

from protocol.errors import EvaluationError
from protocol.operations.smt_inflation import SmtSetupInflation
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import require_account
from smtchain.ledger.inflation_schedule import add_entry, remove_entry, series_of
from smtchain.ledger.smt import require_controlled_token, require_phase
from smtchain.state.tables.smt import SmtInflation, SmtPhase, SmtToken


class InflationInPastError(EvaluationError):
    """An entry would begin at or before the head block's time."""

    code = "evaluation.smt.inflation_in_past"


class InflationOverlapError(EvaluationError):
    """An entry would not begin strictly after the last event of the one before it."""

    code = "evaluation.smt.inflation_overlap"


class InflationNotLastError(EvaluationError):
    """A removal does not describe the last entry of the schedule exactly."""

    code = "evaluation.smt.inflation_not_last"


@evaluates(SmtSetupInflation)
def apply_smt_setup_inflation(ctx: EvaluationContext, op: SmtSetupInflation) -> None:
    """Append an entry to the inflation schedule, or remove its last entry.

    Raises
    ------
    SmtNotFoundError, SmtPrecisionError, SmtControlError
        The token does not exist with this precision, or is not the caller's.
    SmtPhaseError
        The token is past its setup phase.
    InflationNotLastError
        A removal names anything but the last entry.
    InflationInPastError, InflationOverlapError
        A new entry begins too early.
    AccountNotFoundError
        An account target does not exist.

    Spec
    ----
    whitepaper: "Inflation operations"; steemd: smt_setup_emissions_evaluator
    """
    # CHECK
    token = require_controlled_token(ctx.state, op.symbol, op.control_account)
    require_phase(token, SmtPhase.SETUP)
    entry = _entry_of(token, op)
    last = ctx.state.smt_inflation.last("", token.nai)
    if op.remove:
        if last is None or last != entry:
            raise InflationNotLastError(
                "only the last entry can be removed, and it must be repeated exactly",
                field="schedule_time",
                value=op.schedule_time,
            )
        # EFFECT
        remove_entry(ctx.state, token, last)
        return
    _check_times(ctx, entry, last)
    for index, (target, _) in enumerate(op.inflation_unit.token_unit):
        if not target.startswith("$"):
            require_account(ctx.state, target, f"inflation_unit.token_unit[{index}]")
    # EFFECT
    add_entry(ctx.state, token, entry)


def _entry_of(token: SmtToken, op: SmtSetupInflation) -> SmtInflation:
    return SmtInflation(
        nai=token.nai,
        schedule_time=op.schedule_time,
        token_unit=op.inflation_unit.token_unit,
        interval_seconds=op.interval_seconds,
        interval_count=op.interval_count,
        lep_time=op.lep_time,
        rep_time=op.rep_time,
        lep_abs_amount=op.lep_abs_amount.amount,
        rep_abs_amount=op.rep_abs_amount.amount,
        lep_rel_amount_numerator=op.lep_rel_amount_numerator,
        rep_rel_amount_numerator=op.rep_rel_amount_numerator,
        rel_amount_denom_bits=op.rel_amount_denom_bits,
    )


def _check_times(ctx: EvaluationContext, entry: SmtInflation, last: SmtInflation | None) -> None:
    if entry.schedule_time <= ctx.now:
        raise InflationInPastError(
            "inflation must begin after the head block's time",
            field="schedule_time",
            value=entry.schedule_time,
        )
    if last is None:
        return
    end = series_of(last).last_event_time()
    if end is None or entry.schedule_time <= end:
        raise InflationOverlapError(
            "the entry before it never ends"
            if end is None
            else f"must be later than the last event of the entry before it, {end}",
            field="schedule_time",
            value=entry.schedule_time,
        )
