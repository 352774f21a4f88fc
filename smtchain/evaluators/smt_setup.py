"""Fixing a token's descriptor and the terms of its generation."""

from protocol.assets import nai_string
from protocol.errors import EvaluationError
from protocol.operations.smt_setup import SmtSetup, UnitMap
from smtchain.economics.generation import FROM_VESTING, MARKET_MAKER
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import require_account
from smtchain.ledger.smt import (
    change_phase,
    has_market_maker,
    require_controller,
    require_phase,
    require_token_of_any_precision,
    schedule_event,
)
from smtchain.state.tables.smt import SmtEventKind, SmtGeneration, SmtPhase, SmtToken


class GenerationInPastError(EvaluationError):
    """Contributions would begin before the head block's time."""

    code = "evaluation.smt.generation_in_past"


class InflationBeforeLaunchError(EvaluationError):
    """The first inflation event lies before the announced launch."""

    code = "evaluation.smt.inflation_before_launch"


class NoMarketMakerError(EvaluationError):
    """A unit pays `$market_maker` and the token was given no market maker."""

    code = "evaluation.smt.no_market_maker"


class VestingTargetError(EvaluationError):
    """A token unit pays `$from.vesting` and the token has no vesting."""

    code = "evaluation.smt.vesting_target"


@evaluates(SmtSetup)
def apply_smt_setup(ctx: EvaluationContext, op: SmtSetup) -> None:
    """Fix everything about the token that cannot change, and schedule its generation.

    The symbol's precision is authoritative: it replaces the one used so far, and amounts of the
    inflation schedule keep their number of satoshis.

    Raises
    ------
    SmtNotFoundError, SmtControlError, SmtPhaseError
        The token does not exist, is not the caller's, or is past its setup phase.
    GenerationInPastError, InflationBeforeLaunchError
        A time is too early.
    AccountNotFoundError, NoMarketMakerError, VestingTargetError
        A unit pays to an account that does not exist, or to what the token has not.

    Spec
    ----
    whitepaper: "SMT setup"; steemd (branch 2729): smt_setup_evaluator
    """
    # CHECK
    token = require_token_of_any_precision(ctx.state, op.symbol, "symbol")
    require_controller(token, op.control_account)
    require_phase(token, SmtPhase.SETUP)
    if op.generation_begin_time < ctx.now:
        raise GenerationInPastError(
            "contributions cannot begin before the head block's time",
            field="generation_begin_time",
            value=op.generation_begin_time,
        )
    _check_inflation(ctx, token, op)
    _check_units(ctx, token, op)
    # EFFECT
    ctx.state.smt_tokens.modify(token, symbol=op.symbol, max_supply=op.max_supply)
    ctx.state.smt_generations.insert(
        SmtGeneration(
            nai=token.nai,
            policy=op.initial_generation_policy,
            generation_begin_time=op.generation_begin_time,
            generation_end_time=op.generation_end_time,
            announced_launch_time=op.announced_launch_time,
            launch_expiration_time=op.launch_expiration_time,
        )
    )
    for kind, time in (
        (SmtEventKind.BEGIN, op.generation_begin_time),
        (SmtEventKind.END, op.generation_end_time),
        (SmtEventKind.LAUNCH, op.announced_launch_time),
        (SmtEventKind.EXPIRE, op.launch_expiration_time),
    ):
        schedule_event(ctx.state, token.nai, kind, time)
    ctx.emit(change_phase(ctx.state, token, SmtPhase.SETUP_COMPLETED))


def _check_inflation(ctx: EvaluationContext, token: SmtToken, op: SmtSetup) -> None:
    """Check the schedule built so far: nothing before the launch, nothing to a missing target."""
    first = ctx.state.smt_inflation.first("", token.nai)
    if first is not None and first.schedule_time < op.announced_launch_time:
        raise InflationBeforeLaunchError(
            f"inflation begins at {first.schedule_time}, before the launch",
            field="announced_launch_time",
            value=op.announced_launch_time,
        )
    if token.market_maker_inflation_entries and not has_market_maker(token):
        raise NoMarketMakerError(
            "the inflation schedule pays a market maker, the token has none",
            field="symbol",
            value=nai_string(op.symbol),
        )


def _check_units(ctx: EvaluationContext, token: SmtToken, op: SmtSetup) -> None:
    policy = op.initial_generation_policy
    for name, unit in (
        ("pre_soft_cap_unit", policy.pre_soft_cap_unit),
        ("post_soft_cap_unit", policy.post_soft_cap_unit),
    ):
        path = f"initial_generation_policy.{name}"
        _check_targets(ctx, token, unit.steem_unit, f"{path}.steem_unit")
        _check_targets(ctx, token, unit.token_unit, f"{path}.token_unit")
        for index, (target, _) in enumerate(unit.token_unit):
            if target == FROM_VESTING and not token.allow_vesting:
                raise VestingTargetError(
                    "this token has no vesting",
                    field=f"{path}.token_unit[{index}]",
                    value=target,
                )


def _check_targets(ctx: EvaluationContext, token: SmtToken, unit_map: UnitMap, field: str) -> None:
    for index, (target, _) in enumerate(unit_map):
        if not target.startswith("$"):
            require_account(ctx.state, target, f"{field}[{index}]")
        elif target == MARKET_MAKER and not has_market_maker(token):
            raise NoMarketMakerError(
                "this token has no market maker", field=f"{field}[{index}]", value=target
            )
