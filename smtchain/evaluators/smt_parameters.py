"""A token's parameters: those setup freezes, and those its controller may change at any time."""

from typing import assert_never

from protocol.operations.smt_parameters import (
    SmtParamAllowDownvotes,
    SmtParamAllowVesting,
    SmtParamAllowVoting,
    SmtParamMarketMaker,
    SmtParamMarketMakerTakerMode,
    SmtParamRewardsV1,
    SmtParamVoteRegenerationPeriodSecondsV1,
    SmtParamWindowsV1,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.smt import require_controlled_token, require_phase
from smtchain.state.tables.smt import SmtPhase


@evaluates(SmtSetSetupParameters)
def apply_smt_set_setup_parameters(ctx: EvaluationContext, op: SmtSetSetupParameters) -> None:
    """Store parameters that cannot change once the token is set up.

    Raises
    ------
    SmtNotFoundError, SmtPrecisionError, SmtControlError
        The token does not exist with this precision, or is not the caller's.
    SmtPhaseError
        The token is past its setup phase.

    Spec
    ----
    whitepaper: "Named token parameters"; steemd: smt_set_setup_parameters_evaluator
    """
    # CHECK
    token = require_controlled_token(ctx.state, op.symbol, op.control_account)
    require_phase(token, SmtPhase.SETUP)
    # EFFECT
    tokens = ctx.state.smt_tokens
    for parameter in op.setup_parameters:
        match parameter:
            case SmtParamAllowVesting(value):
                tokens.modify(token, allow_vesting=value)
            case SmtParamAllowVoting(value):
                tokens.modify(token, allow_voting=value)
            case SmtParamMarketMaker():
                tokens.modify(
                    token,
                    market_maker_reserve_ratio=parameter.reserve_ratio,
                    market_maker_final_reserve_ratio=parameter.final_reserve_ratio,
                    market_maker_decay_begin=parameter.decay_begin,
                    market_maker_decay_seconds=parameter.decay_seconds,
                    market_maker_pay_later_emission=parameter.pay_later_emission,
                )
            case _:
                assert_never(parameter)


@evaluates(SmtSetRuntimeParameters)
def apply_smt_set_runtime_parameters(ctx: EvaluationContext, op: SmtSetRuntimeParameters) -> None:
    """Store parameters that may change in every phase, also after launch (D-07).

    Nothing is brought up to date: a new regeneration period applies to the whole time since a
    voter's power was last touched, and posts keep the cashout time they were given.

    Raises
    ------
    SmtNotFoundError, SmtPrecisionError, SmtControlError
        The token does not exist with this precision, or is not the caller's.

    Spec
    ----
    whitepaper: "Named token parameters"; steemd: smt_set_runtime_parameters_evaluator, which
    refuses after setup
    """
    # CHECK
    token = require_controlled_token(ctx.state, op.symbol, op.control_account)
    # EFFECT
    tokens = ctx.state.smt_tokens
    for parameter in op.runtime_parameters:
        match parameter:
            case SmtParamWindowsV1(cashout, reverse_auction):
                tokens.modify(
                    token,
                    cashout_window_seconds=cashout,
                    reverse_auction_window_seconds=reverse_auction,
                )
            case SmtParamVoteRegenerationPeriodSecondsV1(period, votes):
                tokens.modify(
                    token,
                    vote_regeneration_period_seconds=period,
                    votes_per_regeneration_period=votes,
                )
            case SmtParamRewardsV1():
                tokens.modify(
                    token,
                    content_constant=parameter.content_constant,
                    percent_curation_rewards=parameter.percent_curation_rewards,
                    percent_content_rewards=parameter.percent_content_rewards,
                    author_reward_curve=int(parameter.author_reward_curve),
                    curation_reward_curve=int(parameter.curation_reward_curve),
                )
            case SmtParamAllowDownvotes(value):
                tokens.modify(token, allow_downvotes=value)
            case SmtParamMarketMakerTakerMode(value):
                tokens.modify(token, market_maker_taker_mode=value)
            case _:
                assert_never(parameter)
