"""Global properties, the witness schedule, the feed and hardforks as answers."""

from protocol.operations.smt_parameters import CurveId
from protocol.params import ChainParams
from smtchain.node.arguments import Json
from smtchain.node.render import Render, hardfork_version_text, number, time_text
from smtchain.state.state import State
from smtchain.state.tables.chain import HardforkProperty
from smtchain.state.tables.reward import RewardFund
from smtchain.state.tables.witness import WitnessSchedule

# What W's schedule object says besides who is scheduled: constants of its rules.
_SUBSIDY_POOL = {
    "resource_unit": 10_000,
    "budget_per_time_unit": 797,
    "pool_eq": 157_691_079,
    "max_pool_size": 157_691_079,
    "decay_params": {"decay_per_time_unit": 347_321, "decay_per_time_unit_denom_shift": 36},
    "min_decay": 0,
}
_WITNESS_SUBSIDY_POOL = {
    "resource_unit": 10_000,
    "budget_per_time_unit": 996,
    "pool_eq": 9_384_019,
    "max_pool_size": 9_384_019,
    "decay_params": {"decay_per_time_unit": 7_293_741, "decay_per_time_unit_denom_shift": 36},
    "min_decay": 0,
}
_LATER_RULES = {
    "required_actions_partition_percent": 0,
    "sps_fund_percent": 0,
    "downvote_pool_percent": 0,
}
"""Members that clients find in W's answer for rules that this chain, at HF20, does not have."""

_NO_POW = str((1 << 64) - 1)  # what W prints for the total of proofs of work it never counts


def global_properties(state: State, render: Render, params: ChainParams) -> dict[str, Json]:
    """Return get_dynamic_global_properties.

    The NAI form has the object's `id` and the SMT creation fee, the legacy form neither.
    """
    head = state.globals.get()
    steem, sbd, vests = render.steem, render.sbd, render.vests
    answer: dict[str, Json] = {} if render.is_legacy else {"id": 0}
    answer |= {
        "head_block_number": head.head_block_number,
        "head_block_id": head.head_block_id.hex(),
        "time": time_text(head.time),
        "current_witness": head.current_witness,
        "total_pow": _NO_POW,
        "num_pow_witnesses": 0,
        "virtual_supply": steem(head.virtual_supply),
        "current_supply": steem(head.current_supply),
        "confidential_supply": steem(0),
        "init_sbd_supply": sbd(head.init_sbd_supply),
        "current_sbd_supply": sbd(head.current_sbd_supply),
        "confidential_sbd_supply": sbd(0),
        "total_vesting_fund_steem": steem(head.total_vesting_fund_steem),
        "total_vesting_shares": vests(head.total_vesting_shares),
        "total_reward_fund_steem": steem(0),
        "total_reward_shares2": "0",
        "pending_rewarded_vesting_shares": vests(head.pending_rewarded_vesting_shares),
        "pending_rewarded_vesting_steem": steem(head.pending_rewarded_vesting_steem),
        "sbd_interest_rate": head.sbd_interest_rate,
        "sbd_print_rate": head.sbd_print_rate,
        "maximum_block_size": head.maximum_block_size,
        "current_aslot": number(head.current_aslot),
        "recent_slots_filled": str(head.recent_slots_filled),
        "participation_count": head.participation_count,
        "last_irreversible_block_num": head.last_irreversible_block_num,
        "vote_power_reserve_rate": head.vote_power_reserve_rate,
        "delegation_return_period": params.delegation_return_period_seconds,
        "reverse_auction_seconds": params.reverse_auction_window_seconds,
        "sbd_stop_percent": params.sbd_stop_percent,
        "sbd_start_percent": params.sbd_start_percent,
    }
    if not render.is_legacy:
        fee = sbd if head.smt_creation_fee_in_sbd else steem
        answer |= {
            "available_account_subsidies": 0,
            "sbd_stop_adjust": 0,
            "content_reward_percent": params.content_reward_percent,
            "vesting_reward_percent": params.vesting_fund_percent,
            **_LATER_RULES,
            "next_maintenance_time": time_text(0),
            "last_budget_time": time_text(0),
            "sps_interval_ledger": sbd(0),
            "smt_creation_fee": fee(head.smt_creation_fee),
        }
    return answer


def reward_fund(fund: RewardFund, render: Render) -> dict[str, Json]:
    """Return a STEEM reward fund."""
    return {
        "id": fund.id,
        "name": fund.name,
        "reward_balance": render.steem(fund.reward_balance),
        "recent_claims": str(fund.recent_claims),
        "last_update": time_text(fund.last_update),
        "content_constant": str(fund.content_constant),
        "percent_curation_rewards": fund.percent_curation_rewards,
        "percent_content_rewards": fund.percent_content_rewards,
        "author_reward_curve": CurveId(fund.author_reward_curve).name,
        "curation_reward_curve": CurveId(fund.curation_reward_curve).name,
    }


def chain_properties(schedule: WitnessSchedule, render: Render) -> dict[str, Json]:
    """Return the medians of what the scheduled witnesses propose."""
    return {
        "account_creation_fee": render.steem(schedule.account_creation_fee),
        "maximum_block_size": schedule.maximum_block_size,
        "sbd_interest_rate": schedule.sbd_interest_rate,
        "account_subsidy_budget": schedule.account_subsidy_budget,
        "account_subsidy_decay": schedule.account_subsidy_decay,
    }


def active_witnesses(schedule: WitnessSchedule, params: ChainParams) -> list[str]:
    """Return the schedule padded with empty names to its full length, as W prints it."""
    names = [str(name) for name in schedule.current_shuffled_witnesses]
    return names + [""] * (params.max_witnesses - len(names))


def witness_schedule(state: State, render: Render, params: ChainParams) -> dict[str, Json]:
    """Return get_witness_schedule."""
    schedule = state.witness_schedule.get()
    return {
        "id": 0,
        "current_virtual_time": str(schedule.current_virtual_time),
        "next_shuffle_block_num": schedule.next_shuffle_block_num,
        "current_shuffled_witnesses": active_witnesses(schedule, params),
        "num_scheduled_witnesses": len(schedule.current_shuffled_witnesses),
        "elected_weight": params.elected_weight,
        "timeshare_weight": params.timeshare_weight,
        "miner_weight": params.miner_weight,
        "witness_pay_normalization_factor": schedule.witness_pay_normalization_factor,
        "median_props": chain_properties(schedule, render),
        "majority_version": hardfork_version_text(schedule.majority_version),
        "max_voted_witnesses": params.max_voted_witnesses,
        "max_miner_witnesses": params.max_miner_witnesses,
        "max_runner_witnesses": params.max_runner_witnesses,
        "hardfork_required_witnesses": params.hardfork_required_witnesses,
        "account_subsidy_rd": _SUBSIDY_POOL,
        "account_subsidy_witness_rd": _WITNESS_SUBSIDY_POOL,
        "min_witness_account_subsidy_decay": 0,
    }


def feed_history(state: State, render: Render) -> dict[str, Json]:
    """Return get_feed_history."""
    feed = state.feed_history.get()
    return {
        "id": 0,
        "current_median_history": render.price(feed.current_median_history),
        "price_history": [render.price(price) for price in feed.price_history],
    }


def hardfork_properties(hardfork: HardforkProperty, render: Render) -> dict[str, Json]:
    """Return get_hardfork_properties."""
    return {
        "id": 0,
        "processed_hardforks": render.times(hardfork.processed_hardforks),
        "last_hardfork": hardfork.last_hardfork,
        "current_hardfork_version": hardfork_version_text(hardfork.current_hardfork_version),
        "next_hardfork": hardfork_version_text(hardfork.next_hardfork),
        "next_hardfork_time": time_text(hardfork.next_hardfork_time),
    }
