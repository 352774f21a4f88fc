"""Tokens, their ICOs, inflation and contributions as answers.

steemd's members come first and under its names; ours follow them in the same object.
"""

from protocol.assets import STEEM, paired_symbol
from protocol.jsonform import to_json
from protocol.operations.smt_parameters import CurveId
from protocol.operations.smt_setup import CappedGenerationPolicy
from protocol.types import TIME_MAX, Symbol
from smtchain.node.arguments import Json
from smtchain.node.render import Render, number, symbol_json, time_text
from smtchain.state.state import State
from smtchain.state.tables.smt import (
    SmtBalance,
    SmtContribution,
    SmtGeneration,
    SmtInflation,
    SmtPhase,
    SmtToken,
)

PHASE_NAMES = {
    SmtPhase.SETUP: "account_elevated",
    SmtPhase.SETUP_COMPLETED: "setup_completed",
    SmtPhase.CONTRIBUTION: "contribution_begin_time_completed",
    SmtPhase.CONTRIBUTION_ENDED: "contribution_end_time_completed",
    SmtPhase.LAUNCH_PENDING: "launch_time_completed",
    SmtPhase.LAUNCHING: "launching",
    SmtPhase.LAUNCH_FAILED: "launch_failed",
    SmtPhase.ACTIVE: "launch_success",
}
"""steemd's words for the phases; `launching` (payouts streaming) is ours."""


def token_json(token: SmtToken, render: Render) -> dict[str, Json]:
    """Return the token object."""
    symbol = token.symbol
    return {
        "id": token.id,
        "liquid_symbol": symbol_json(symbol),
        "control_account": token.control_account,
        "phase": PHASE_NAMES[SmtPhase(token.phase)],
        "current_supply": number(token.current_supply),
        "total_vesting_fund_smt": number(token.total_vesting_fund_smt),
        "total_vesting_shares": number(token.total_vesting_shares),
        "pending_rewarded_vesting_shares": number(token.pending_rewarded_vesting_shares),
        "pending_rewarded_vesting_smt": number(token.pending_rewarded_vesting_smt),
        "allow_downvotes": token.allow_downvotes,
        "market_maker": {
            "steem_balance": render.amount(token.market_maker_steem, STEEM),
            "token_balance": render.amount(token.market_maker_tokens, symbol),
            "reserve_ratio": token.market_maker_reserve_ratio,
        },
        "allow_voting": token.allow_voting,
        "allow_vesting": token.allow_vesting,
        "cashout_window_seconds": token.cashout_window_seconds,
        "reverse_auction_window_seconds": token.reverse_auction_window_seconds,
        "vote_regeneration_period_seconds": token.vote_regeneration_period_seconds,
        "votes_per_regeneration_period": token.votes_per_regeneration_period,
        "content_constant": str(token.content_constant),
        "percent_curation_rewards": token.percent_curation_rewards,
        "percent_content_rewards": token.percent_content_rewards,
        "author_reward_curve": CurveId(token.author_reward_curve).name,
        "curation_reward_curve": CurveId(token.curation_reward_curve).name,
        "max_supply": number(token.max_supply),
        "reward_balance": number(token.reward_balance),
        "created": time_text(token.created),
        "last_emission_time": time_text(token.last_emission_time),
    }


def generation_json(generation: SmtGeneration, symbol: Symbol, render: Render) -> dict[str, Json]:
    """Return the ICO object; `steem_units_*` are -1 until their caps are revealed."""
    return {
        "id": 0,
        "symbol": symbol_json(symbol),
        "capped_generation_policy": policy_json(generation.policy, render),
        "generation_begin_time": time_text(generation.generation_begin_time),
        "generation_end_time": time_text(generation.generation_end_time),
        "announced_launch_time": time_text(generation.announced_launch_time),
        "launch_expiration_time": time_text(generation.launch_expiration_time),
        "steem_units_min_cap": number(generation.min_steem_units),
        "steem_units_hard_cap": number(generation.hard_cap_steem_units),
        "contributed": render.steem(generation.contributed),
        "contribution_count": number(generation.contribution_count),
        "is_delayed": generation.is_delayed,
        "accepted_units": number(generation.accepted_units),
        "unit_ratio": number(generation.unit_ratio),
        "processed_units": number(generation.processed_units),
        "refunded": render.steem(generation.refunded),
    }


def policy_json(policy: CappedGenerationPolicy, render: Render) -> Json:
    """Return the policy as the setup operation wrote it."""
    return to_json(policy, render.network, render.form)


def token_with_generation(token: SmtToken, state: State, render: Render) -> dict[str, Json]:
    """Return `{"token"}`, with `"ico"` while there is one."""
    answer: dict[str, Json] = {"token": token_json(token, render)}
    generation = state.smt_generations.find(token.nai)
    if generation is not None:
        answer["ico"] = generation_json(generation, token.symbol, render)
    return answer


def inflation_json(row: SmtInflation, token: SmtToken, render: Render) -> dict[str, Json]:
    """Return one entry of a token's inflation schedule under steemd's names."""
    return {
        "id": 0,
        "symbol": symbol_json(token.symbol),
        "schedule_time": time_text(row.schedule_time),
        "emissions_unit": {"token_unit": [[name, units] for name, units in row.token_unit]},
        "interval_seconds": row.interval_seconds,
        "interval_count": row.interval_count,
        "lep_time": time_text(row.lep_time),
        "rep_time": time_text(row.rep_time),
        "lep_abs_amount": render.amount(row.lep_abs_amount, token.symbol),
        "rep_abs_amount": render.amount(row.rep_abs_amount, token.symbol),
        "lep_rel_amount_numerator": row.lep_rel_amount_numerator,
        "rep_rel_amount_numerator": row.rep_rel_amount_numerator,
        "rel_amount_denom_bits": row.rel_amount_denom_bits,
        "events_done": row.events_done,
    }


def contribution_json(row: SmtContribution, token: SmtToken, render: Render) -> dict[str, Json]:
    """Return one contribution that is not yet paid out or refunded."""
    return {
        "id": row.id,
        "symbol": symbol_json(token.symbol),
        "contributor": row.contributor,
        "contribution_id": row.contribution_id,
        "contribution": render.steem(row.contribution),
    }


def balance_json(row: SmtBalance, render: Render) -> dict[str, Json]:
    """Return one account's holdings of one token."""
    liquid = row.symbol
    vesting = paired_symbol(liquid)
    withdrawal = row.next_vesting_withdrawal
    return {
        "account": row.owner,
        "symbol": symbol_json(liquid),
        "liquid": render.amount(row.liquid, liquid),
        "vesting_shares": render.amount(row.vesting_shares, vesting),
        "delegated_vesting_shares": render.amount(row.delegated_vesting_shares, vesting),
        "received_vesting_shares": render.amount(row.received_vesting_shares, vesting),
        "savings": render.amount(row.savings, liquid),
        "pending_liquid": render.amount(row.pending_liquid, liquid),
        "pending_vesting_shares": render.amount(row.pending_vesting_shares, vesting),
        "pending_vesting_value": render.amount(row.pending_vesting_value, liquid),
        "vesting_withdraw_rate": render.amount(row.vesting_withdraw_rate, vesting),
        "next_vesting_withdrawal": None if withdrawal == TIME_MAX else time_text(withdrawal),
        "withdrawn": render.amount(row.withdrawn, vesting),
        "to_withdraw": render.amount(row.to_withdraw, vesting),
    }
