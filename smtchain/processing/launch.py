"""The life of a generation: contributions open and close, the verdict, payouts and refunds.

The verdict is taken in one step from running totals.  What follows from it, one payout or refund
per contribution, streams in the order of contribution over as many blocks as it takes.
"""

from collections.abc import Iterator
from itertools import islice

from protocol.assets import STEEM, Asset
from protocol.errors import InvariantViolationError
from protocol.operations.smt_contribution import SmtContributorPayout, SmtFounderPayout
from protocol.operations.smt_setup import SmtLaunchEvaluated, SmtTokenLaunched
from protocol.types import AccountName
from smtchain.economics.generation import (
    MARKET_MAKER,
    REWARDS,
    VESTING,
    ContributorPayout,
    FounderPayout,
    GenerationRoutes,
    calculate_share,
    calculate_unit_size,
    evaluate_launch,
    route_contributor,
    route_founders,
)
from smtchain.evaluator import EvaluationContext
from smtchain.ledger.balances import NULL_ACCOUNT
from smtchain.ledger.inflation_schedule import remove_entry
from smtchain.ledger.smt import (
    are_caps_revealed,
    cancel_event,
    change_phase,
    routes_of,
    schedule_event,
)
from smtchain.ledger.smt_payouts import grant_steem, grant_tokens, refund_contribution
from smtchain.ledger.supply import issue
from smtchain.ledger.vesting import create_vesting
from smtchain.processing.inflation import schedule_first_emission
from smtchain.processing.null_account import process_null_account
from smtchain.state.tables.smt import (
    SmtContribution,
    SmtEvent,
    SmtEventKind,
    SmtGeneration,
    SmtPhase,
    SmtToken,
)


def begin_contributions(ctx: EvaluationContext, event: SmtEvent) -> None:
    """Open the generation for contributions.

    Spec
    ----
    whitepaper: "SMT setup" (generation_begin_time)
    """
    _take(ctx, event)
    _enter(ctx, ctx.state.smt_tokens.get(event.nai), SmtPhase.CONTRIBUTION)


def end_contributions(ctx: EvaluationContext, event: SmtEvent) -> None:
    """Close the generation; what was contributed stays where it is until the launch.

    Spec
    ----
    whitepaper: "SMT setup" (generation_end_time)
    """
    _take(ctx, event)
    _enter(ctx, ctx.state.smt_tokens.get(event.nai), SmtPhase.CONTRIBUTION_ENDED)


def attempt_launch(ctx: EvaluationContext, event: SmtEvent) -> None:
    """Take the verdict if both caps are known; else the launch is delayed until they are.

    Spec
    ----
    whitepaper: "Launch", "Unit ratios", "Cap and min"; D-16, D-22, D-23
    """
    _take(ctx, event)
    token = ctx.state.smt_tokens.get(event.nai)
    generation = ctx.state.smt_generations.get(event.nai)
    if not are_caps_revealed(generation):
        ctx.state.smt_generations.modify(generation, is_delayed=True)
        _enter(ctx, token, SmtPhase.LAUNCH_PENDING)
        return
    policy = generation.policy
    verdict = evaluate_launch(
        units_raw=generation.contributed
        // calculate_unit_size(policy.pre_soft_cap_unit.steem_unit),
        min_units=generation.min_steem_units,
        hard_cap_units=generation.hard_cap_steem_units,
        soft_cap_percent_bp=policy.soft_cap_percent,
        min_unit_ratio=policy.min_unit_ratio,
        max_unit_ratio=policy.max_unit_ratio,
    )
    ctx.state.smt_generations.modify(
        generation,
        accepted_units=verdict.units_accepted,
        unit_ratio=verdict.unit_ratio,
        soft_cap_units=verdict.soft_cap_units,
    )
    ctx.emit(
        SmtLaunchEvaluated(
            symbol=token.symbol,
            success=verdict.is_success,
            units_raw=verdict.units_raw,
            units_accepted=verdict.units_accepted,
            unit_ratio=verdict.unit_ratio,
            soft_cap_units=verdict.soft_cap_units,
            delayed=generation.is_delayed,
        )
    )
    cancel_event(ctx.state, event.nai, SmtEventKind.EXPIRE)
    _stream(ctx, token, SmtPhase.LAUNCHING if verdict.is_success else SmtPhase.LAUNCH_FAILED)


def expire_launch(ctx: EvaluationContext, event: SmtEvent) -> None:
    """Give up a launch whose caps were not revealed in time: everybody is refunded.

    Spec
    ----
    whitepaper: "SMT setup" (launch_expiration_time)
    """
    _take(ctx, event)
    _stream(ctx, ctx.state.smt_tokens.get(event.nai), SmtPhase.LAUNCH_FAILED)


def stream_contributions(ctx: EvaluationContext, event: SmtEvent, limit: int) -> int:
    """Pay out or refund up to `limit` contributions, first come first served; return how many.

    When none are left the launch, or its failure, is complete and the event leaves the queue.

    Spec
    ----
    whitepaper: "Launch", "SMT setup"; D-21, D-22
    """
    token = ctx.state.smt_tokens.get(event.nai)
    generation = ctx.state.smt_generations.get(event.nai)
    if token.phase == SmtPhase.LAUNCHING:
        done = _pay_contributors(ctx, token, generation, limit)
        if _has_contributions(generation):
            return done
        _complete_launch(ctx, token, generation)
    else:
        done = _refund_contributors(ctx, generation, limit)
        done += _discard_inflation(ctx, token, limit - done)
        if _has_contributions(generation) or _has_inflation(ctx, generation):
            return done
        ctx.state.smt_generations.remove(generation)
    _take(ctx, event)
    return done


def _take(ctx: EvaluationContext, event: SmtEvent) -> None:
    ctx.state.smt_events.remove(event)


def _enter(ctx: EvaluationContext, token: SmtToken, phase: SmtPhase) -> None:
    ctx.emit(change_phase(ctx.state, token, phase))


def _stream(ctx: EvaluationContext, token: SmtToken, phase: SmtPhase) -> None:
    """Enter a phase that streams contributions, behind the streams that began before."""
    _enter(ctx, token, phase)
    schedule_event(ctx.state, token.nai, SmtEventKind.STREAM, ctx.now)


def _has_contributions(generation: SmtGeneration) -> bool:
    return generation.contribution_count > 0


def _take_contributions(
    ctx: EvaluationContext, generation: SmtGeneration, limit: int
) -> Iterator[SmtContribution]:
    """Yield up to `limit` contributions in their order; the caller settles and removes each.

    It begins where the block before it ended: what earlier blocks removed may still lie in the
    index, for as long as those blocks are reversible, and must not be walked over again.
    """
    rows = ctx.state.smt_contributions.scan(
        "by_nai_id", generation.nai, start=(generation.next_contribution_id,)
    )
    following = generation.next_contribution_id
    for row in islice(rows, limit):
        following = row.id + 1
        yield row
    ctx.state.smt_generations.modify(generation, next_contribution_id=following)


def _has_inflation(ctx: EvaluationContext, generation: SmtGeneration) -> bool:
    return ctx.state.smt_inflation.first("", generation.nai) is not None


def _refund_contributors(ctx: EvaluationContext, generation: SmtGeneration, limit: int) -> int:
    done = 0
    for row in _take_contributions(ctx, generation, limit):
        ctx.emit(refund_contribution(ctx.state, ctx.params, generation, row, is_automatic=True))
        done += 1
    return done


def _discard_inflation(ctx: EvaluationContext, token: SmtToken, limit: int) -> int:
    """Forget the schedule of a token that did not launch, so that it can start again empty."""
    done = 0
    while done < limit:
        entry = ctx.state.smt_inflation.last("", token.nai)
        if entry is None:
            break
        remove_entry(ctx.state, token, entry)
        done += 1
    return done


def _pay_contributors(
    ctx: EvaluationContext, token: SmtToken, generation: SmtGeneration, limit: int
) -> int:
    routes = routes_of(generation.policy)
    unit_size = calculate_unit_size(routes.pre_steem)
    done = 0
    for row in _take_contributions(ctx, generation, limit):
        _pay_contributor(ctx, token, generation, row, routes, unit_size)
        done += 1
    return done


def _pay_contributor(  # noqa: PLR0913, PLR0917 - one step of a loop, taken out of it
    ctx: EvaluationContext,
    token: SmtToken,
    generation: SmtGeneration,
    row: SmtContribution,
    routes: GenerationRoutes,
    unit_size: int,
) -> None:
    share = calculate_share(
        row.contribution // unit_size,
        generation.processed_units,
        generation.soft_cap_units,
        generation.accepted_units,
    )
    payout = route_contributor(routes, share, generation.unit_ratio)
    refund = share.refund_units * unit_size
    received = _credit_contributor(ctx, token, row.contributor, payout)
    if refund:
        ctx.credit(row.contributor, Asset(refund, STEEM))
    ctx.state.smt_generations.modify(
        generation,
        contributed=generation.contributed - payout.steem_liquid - payout.steem_vesting - refund,
        contribution_count=generation.contribution_count - 1,
        processed_units=generation.processed_units + share.accepted_units,
        processed_pre_units=generation.processed_pre_units + share.pre_units,
        refunded=generation.refunded + refund,
    )
    ctx.state.smt_contributions.remove(row)
    ctx.emit(
        SmtContributorPayout(
            contributor=row.contributor,
            symbol=token.symbol,
            contribution_id=row.contribution_id,
            contribution=Asset(row.contribution, STEEM),
            accepted_units=share.accepted_units,
            refund=Asset(refund, STEEM),
            payouts=received,
        )
    )


def _credit_contributor(
    ctx: EvaluationContext, token: SmtToken, contributor: AccountName, payout: ContributorPayout
) -> tuple[Asset, ...]:
    """Credit tokens, then STEEM, each liquid before vesting; return what arrived.

    What is vested arrives as shares, so vesting symbols tell the two apart.
    """
    received = []
    if payout.token_liquid:
        liquid = Asset(payout.token_liquid, token.symbol)
        grant_tokens(ctx.state, ctx.params, token, contributor, liquid.amount)
        received.append(liquid)
    if payout.token_vesting:
        vested = Asset(payout.token_vesting, token.symbol)
        issue(ctx.state, vested)
        received.append(create_vesting(ctx.state, ctx.params, contributor, vested))
    if payout.steem_liquid:
        steem = Asset(payout.steem_liquid, STEEM)
        ctx.credit(contributor, steem)
        received.append(steem)
    if payout.steem_vesting:
        powered_up = Asset(payout.steem_vesting, STEEM)
        received.append(create_vesting(ctx.state, ctx.params, contributor, powered_up))
    return tuple(received)


def _complete_launch(ctx: EvaluationContext, token: SmtToken, generation: SmtGeneration) -> None:
    """Pay everybody who is not a contributor, and make the token usable."""
    pre_units = generation.processed_pre_units
    payout = route_founders(
        routes_of(generation.policy),
        pre_units,
        generation.processed_units - pre_units,
        generation.unit_ratio,
    )
    if generation.contributed != sum(amount for _, amount in payout.steem):
        raise InvariantViolationError(
            f"{generation.contributed} satoshis are held for {payout.steem} of {token.symbol}"
        )
    for target, amount in payout.steem:
        grant_steem(ctx.state, ctx.params, token, target, amount)
    for target, amount in payout.tokens:
        grant_tokens(ctx.state, ctx.params, token, target, amount)
    ctx.state.smt_generations.remove(generation)
    _report_founders(ctx, token, payout)
    if any(target == NULL_ACCOUNT for target, _ in payout.steem):
        # The block's own sweep is over; burned STEEM is gone at the end of this block all the same.
        process_null_account(ctx)
    _enter(ctx, token, SmtPhase.ACTIVE)
    ctx.emit(SmtTokenLaunched(control_account=token.control_account, symbol=token.symbol))
    schedule_first_emission(ctx, token.nai)


def _report_founders(ctx: EvaluationContext, token: SmtToken, payout: FounderPayout) -> None:
    accounts: dict[AccountName, tuple[Asset, ...]] = {}
    for route, symbol in ((payout.steem, STEEM), (payout.tokens, token.symbol)):
        for target, amount in route:
            if not target.startswith("$"):
                name = AccountName(target)
                accounts[name] = (*accounts.get(name, ()), Asset(amount, symbol))
    steem, tokens = dict(payout.steem), dict(payout.tokens)
    ctx.emit(
        SmtFounderPayout(
            symbol=token.symbol,
            account_payouts=tuple(sorted(accounts.items())),
            market_maker_steem=Asset(steem.get(MARKET_MAKER, 0), STEEM),
            market_maker_tokens=Asset(tokens.get(MARKET_MAKER, 0), token.symbol),
            reward_balance=Asset(tokens.get(REWARDS, 0), token.symbol),
            vesting_fund=Asset(tokens.get(VESTING, 0), token.symbol),
        )
    )
