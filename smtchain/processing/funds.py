"""New STEEM of each block: for content rewards, for all who vest, and for the producer."""

from protocol.arith import i64
from protocol.assets import STEEM, Asset
from protocol.operations.witness import ProducerReward
from smtchain.economics.inflation import (
    HUNDRED_PERCENT_BP,
    calculate_inflation_rate_bp,
    calculate_new_steem,
    calculate_producer_pay,
    split_new_steem,
)
from smtchain.evaluator import EvaluationContext
from smtchain.ledger.supply import issue
from smtchain.ledger.vesting import create_vesting, quote_vesting
from smtchain.state.tables.witness import WitnessKind


def process_funds(ctx: EvaluationContext) -> None:
    """Create the block's STEEM and hand it out; the producer is paid in vesting shares.

    The content part goes to the reward funds, the vesting part raises the value of all VESTS.
    What rounding keeps from the funds is never created.

    Spec
    ----
    steemd: database.cpp::process_funds
    """
    state, params = ctx.state, ctx.params
    properties = state.globals.get()
    rate_bp = calculate_inflation_rate_bp(
        properties.head_block_number,
        params.inflation_rate_start_percent,
        params.inflation_rate_stop_percent,
        params.inflation_narrowing_period_blocks,
    )
    split = split_new_steem(
        calculate_new_steem(properties.virtual_supply, rate_bp, params.blocks_per_year),
        params.content_reward_percent,
        params.vesting_fund_percent,
    )
    content = _pay_reward_funds(ctx, split.content)
    pay = calculate_producer_pay(
        split.witness,
        params.max_witnesses,
        _producer_weight(ctx),
        state.witness_schedule.get().witness_pay_normalization_factor,
    )
    issue(state, Asset(content + split.vesting + pay, STEEM))
    state.globals.modify(
        properties,
        total_vesting_fund_steem=i64(properties.total_vesting_fund_steem + split.vesting),
    )
    producer = properties.current_witness
    reward = Asset(pay, STEEM)
    ctx.emit(ProducerReward(producer, quote_vesting(state, params, reward)))
    create_vesting(state, params, producer, reward)


def _pay_reward_funds(ctx: EvaluationContext, content: int) -> int:
    """Divide the content part among the reward funds; return how much they took."""
    paid = 0
    for fund in ctx.state.reward_funds.scan():
        share = content * fund.percent_content_rewards // HUNDRED_PERCENT_BP
        ctx.state.reward_funds.modify(fund, reward_balance=i64(fund.reward_balance + share))
        paid += share
    return paid


def _producer_weight(ctx: EvaluationContext) -> int:
    """Return how much the producer's slot is worth in its round."""
    producer = ctx.state.witnesses.get(ctx.state.globals.get().current_witness)
    if producer.schedule == WitnessKind.TIMESHARE:
        return ctx.params.timeshare_weight
    return ctx.params.elected_weight
