"""`get_config`: the chain's constants under the names clients look for.

Python clients recognise a chain by this answer alone.  beem takes the most frequent word before the
first underscore as the chain's name (`STEEM`), reads `STEEM_CHAIN_ID`, `STEEM_ADDRESS_PREFIX` and
`STEEM_BLOCKCHAIN_VERSION`, and wants every `*_SYMBOL` as `{nai, decimals}`.
"""

from protocol.assets import SBD, STEEM, VESTS
from protocol.jsonform import Form
from protocol.jsonscalars import print_time
from protocol.params import ChainParams
from protocol.types import AccountName
from smtchain.node.arguments import Json
from smtchain.node.render import Render, number, symbol_json

BLOCKCHAIN_VERSION = "0.22.0"
"""The software version shown to clients: that of revision W, whose interfaces these are."""

_MICROSECONDS = 1_000_000  # W prints its `fc::microseconds` constants as counts of them


def build_config(params: ChainParams, producer: AccountName, producer_key: str) -> dict[str, Json]:
    """Return get_config of a chain.

    Parameters
    ----------
    params : ChainParams
        Where the values come from.
    producer : str
        The first witness, W's `STEEM_INIT_MINER_NAME`.
    producer_key : str
        Its signing key as text.
    """
    network = params.network
    amounts = Render(network, Form.NAI)
    answer: dict[str, Json] = {
        "IS_TEST_NET": network.core_symbol == "TESTS",
        "STEEM_ENABLE_SMT": True,
        "STEEM_CHAIN_ID": params.chain_id.hex(),
        "STEEM_ADDRESS_PREFIX": network.address_prefix,
        "STEEM_BLOCKCHAIN_VERSION": BLOCKCHAIN_VERSION,
        "STEEM_BLOCKCHAIN_HARDFORK_VERSION": BLOCKCHAIN_VERSION,
        "STEEM_SYMBOL": symbol_json(STEEM),
        "SBD_SYMBOL": symbol_json(SBD),
        "VESTS_SYMBOL": symbol_json(VESTS),
        "STEEM_INIT_MINER_NAME": producer,
        "STEEM_INIT_PUBLIC_KEY_STR": producer_key,
        "STEEM_GENESIS_TIME": print_time(params.genesis_time),
        "STEEM_NULL_ACCOUNT": "null",
        "STEEM_TEMP_ACCOUNT": "temp",
        "STEEM_PROXY_TO_SELF_ACCOUNT": "",
        "STEEM_ROOT_POST_PARENT": "",
        "STEEM_100_PERCENT": 10_000,
        "STEEM_1_PERCENT": 100,
        "STEEM_BLOCKCHAIN_PRECISION": 1_000,
        "STEEM_BLOCKCHAIN_PRECISION_DIGITS": 3,
        "STEEM_NUM_INIT_MINERS": 1,
        "STEEM_MIN_PAYOUT_SBD": amounts.sbd(params.min_payout_sbd),
    }
    answer |= {name: number(value) for name, value in _numbers(params).items()}
    return answer


def _numbers(params: ChainParams) -> dict[str, int]:
    """Return the constants that are numbers, under W's names and in W's units."""
    return {
        "STEEM_BLOCK_INTERVAL": params.block_interval_seconds,
        "STEEM_BLOCKS_PER_HOUR": params.blocks_per_hour,
        "STEEM_BLOCKS_PER_DAY": params.blocks_per_day,
        "STEEM_BLOCKS_PER_YEAR": params.blocks_per_year,
        "STEEM_MIN_BLOCK_SIZE_LIMIT": params.min_block_size_limit,
        "STEEM_SOFT_MAX_BLOCK_SIZE": params.soft_max_block_size,
        "STEEM_MAX_BLOCK_SIZE": params.max_block_size,
        "STEEM_MAX_TRANSACTION_SIZE": params.max_transaction_size,
        "STEEM_MAX_TIME_UNTIL_EXPIRATION": params.max_time_until_expiration_seconds,
        "STEEM_MAX_AUTHORITY_MEMBERSHIP": params.max_authority_membership,
        "STEEM_MAX_SIG_CHECK_DEPTH": params.max_sig_check_depth,
        "STEEM_MAX_SIG_CHECK_ACCOUNTS": params.max_sig_check_accounts,
        "STEEM_MAX_UNDO_HISTORY": params.max_undo_history,
        "STEEM_IRREVERSIBLE_THRESHOLD": params.irreversible_threshold,
        "STEEM_MAX_WITNESSES": params.max_witnesses,
        "STEEM_MAX_VOTED_WITNESSES_HF17": params.max_voted_witnesses,
        "STEEM_MAX_MINER_WITNESSES_HF17": params.max_miner_witnesses,
        "STEEM_MAX_RUNNER_WITNESSES_HF17": params.max_runner_witnesses,
        "STEEM_HARDFORK_REQUIRED_WITNESSES": params.hardfork_required_witnesses,
        "STEEM_MAX_ACCOUNT_WITNESS_VOTES": params.max_account_witness_votes,
        "STEEM_MAX_PROXY_RECURSION_DEPTH": params.max_proxy_recursion_depth,
        "STEEM_MAX_WITNESS_URL_LENGTH": params.max_witness_url_length,
        "STEEM_MAX_FEED_AGE_SECONDS": params.max_feed_age_seconds,
        "STEEM_MIN_FEEDS": params.min_feeds,
        "STEEM_FEED_INTERVAL_BLOCKS": params.feed_interval_blocks,
        "STEEM_FEED_HISTORY_WINDOW": params.feed_history_window,
        "STEEM_MIN_ACCOUNT_NAME_LENGTH": params.min_account_name_length,
        "STEEM_MAX_ACCOUNT_NAME_LENGTH": params.max_account_name_length,
        "STEEM_MIN_ACCOUNT_CREATION_FEE": params.min_account_creation_fee,
        "STEEM_MAX_ACCOUNT_CREATION_FEE": params.max_account_creation_fee,
        "STEEM_CREATE_ACCOUNT_WITH_STEEM_MODIFIER": params.create_account_with_steem_modifier,
        "STEEM_CREATE_ACCOUNT_DELEGATION_RATIO": params.create_account_delegation_ratio,
        "STEEM_CREATE_ACCOUNT_DELEGATION_TIME": (
            params.create_account_delegation_time_seconds * _MICROSECONDS
        ),
        "STEEM_OWNER_AUTH_RECOVERY_PERIOD": (
            params.owner_auth_recovery_period_seconds * _MICROSECONDS
        ),
        "STEEM_OWNER_UPDATE_LIMIT": params.owner_update_limit_seconds * _MICROSECONDS,
        "STEEM_ACCOUNT_RECOVERY_REQUEST_EXPIRATION_PERIOD": (
            params.account_recovery_request_expiration_seconds * _MICROSECONDS
        ),
        "STEEM_ACCOUNT_SUBSIDY_PRECISION": params.account_subsidy_precision,
        "STEEM_DEFAULT_ACCOUNT_SUBSIDY_BUDGET": params.default_account_subsidy_budget,
        "STEEM_DEFAULT_ACCOUNT_SUBSIDY_DECAY": params.default_account_subsidy_decay,
        "STEEM_MAX_MEMO_SIZE": params.max_memo_size,
        "STEEM_MIN_PERMLINK_LENGTH": params.min_permlink_length,
        "STEEM_MAX_PERMLINK_LENGTH": params.max_permlink_length,
        "STEEM_COMMENT_TITLE_LIMIT": params.comment_title_limit,
        "STEEM_CUSTOM_OP_ID_MAX_LENGTH": params.custom_op_id_max_length,
        "STEEM_CUSTOM_OP_DATA_MAX_LENGTH": params.custom_op_data_max_length,
        "STEEM_MAX_SHARE_SUPPLY": params.max_share_supply,
        "STEEM_MAX_SATOSHIS": params.max_satoshis,
        "STEEM_INFLATION_RATE_START_PERCENT": params.inflation_rate_start_percent,
        "STEEM_INFLATION_RATE_STOP_PERCENT": params.inflation_rate_stop_percent,
        "STEEM_INFLATION_NARROWING_PERIOD": params.inflation_narrowing_period_blocks,
        "STEEM_CONTENT_REWARD_PERCENT_HF16": params.content_reward_percent,
        "STEEM_VESTING_FUND_PERCENT_HF16": params.vesting_fund_percent,
        "STEEM_DEFAULT_SBD_INTEREST_RATE": params.default_sbd_interest_rate,
        "STEEM_SBD_INTEREST_COMPOUND_INTERVAL_SEC": params.sbd_interest_compound_interval_sec,
        "STEEM_SECONDS_PER_YEAR": params.seconds_per_year,
        "STEEM_SBD_START_PERCENT_HF20": params.sbd_start_percent,
        "STEEM_SBD_STOP_PERCENT_HF20": params.sbd_stop_percent,
        "STEEM_CONVERSION_DELAY": params.conversion_delay_seconds * _MICROSECONDS,
        "STEEM_SAVINGS_WITHDRAW_TIME": params.savings_withdraw_time_seconds * _MICROSECONDS,
        "STEEM_SAVINGS_WITHDRAW_REQUEST_LIMIT": params.savings_withdraw_request_limit,
        "STEEM_VESTING_WITHDRAW_INTERVALS": params.vesting_withdraw_intervals,
        "STEEM_VESTING_WITHDRAW_INTERVAL_SECONDS": params.vesting_withdraw_interval_seconds,
        "STEEM_MAX_WITHDRAW_ROUTES": params.max_withdraw_routes,
        "STEEM_DELEGATION_RETURN_PERIOD_HF20": params.delegation_return_period_seconds,
        "STEEM_MAX_LIMIT_ORDER_EXPIRATION": params.max_limit_order_expiration_seconds,
        "STEEM_CASHOUT_WINDOW_SECONDS": params.cashout_window_seconds,
        "STEEM_UPVOTE_LOCKOUT_SECONDS": params.upvote_lockout_seconds,
        "STEEM_REVERSE_AUCTION_WINDOW_SECONDS_HF20": params.reverse_auction_window_seconds,
        "STEEM_VOTING_MANA_REGENERATION_SECONDS": params.voting_mana_regeneration_seconds,
        "STEEM_VOTE_DUST_THRESHOLD": params.vote_dust_threshold,
        "STEEM_MIN_VOTE_INTERVAL_SEC": params.min_vote_interval_sec,
        "STEEM_MAX_VOTE_CHANGES": params.max_vote_changes,
        "STEEM_MIN_ROOT_COMMENT_INTERVAL": (
            params.min_root_comment_interval_seconds * _MICROSECONDS
        ),
        "STEEM_MIN_REPLY_INTERVAL_HF20": params.min_reply_interval_seconds * _MICROSECONDS,
        "STEEM_MIN_COMMENT_EDIT_INTERVAL": (
            params.min_comment_edit_interval_seconds * _MICROSECONDS
        ),
        "STEEM_MAX_COMMENT_DEPTH": params.max_comment_depth,
        "STEEM_SOFT_MAX_COMMENT_DEPTH": params.soft_max_comment_depth,
        "STEEM_CONTENT_CONSTANT_HF0": params.content_constant,
        "STEEM_RECENT_RSHARES_DECAY_TIME_HF19": (
            params.recent_rshares_decay_time_seconds * _MICROSECONDS
        ),
        "STEEM_BANDWIDTH_AVERAGE_WINDOW_SECONDS": params.bandwidth_average_window_seconds,
        "STEEM_BANDWIDTH_PRECISION": params.bandwidth_precision,
        "STEEM_MAX_RESERVE_RATIO": params.max_block_reserve_ratio,
        "SMT_MAX_DECIMAL_PLACES": params.smt_max_decimal_places,
        "SMT_MAX_NAI_POOL_COUNT": params.smt_max_nai_pool_count,
        "SMT_MAX_UNIT_ROUTES": params.smt_max_unit_routes,
        "SMT_MIN_HARD_CAP_STEEM_UNITS": params.smt_min_hard_cap_steem_units,
        "SMT_MIN_SATURATION_STEEM_UNITS": params.smt_min_saturation_steem_units,
        "SMT_MIN_SOFT_CAP_STEEM_UNITS": params.smt_min_soft_cap_steem_units,
        "SMT_MAX_VOTABLE_ASSETS": params.smt_max_votable_assets,
        "SMT_VESTING_WITHDRAW_INTERVALS": params.smt_vesting_withdraw_intervals,
        "SMT_VESTING_WITHDRAW_INTERVAL_SECONDS": params.smt_vesting_withdraw_interval_seconds,
        "SMT_UPVOTE_LOCKOUT": params.smt_upvote_lockout_seconds,
        "SMT_EMISSION_MIN_INTERVAL_SECONDS": params.smt_emission_min_interval_seconds,
        "SMT_EMIT_INDEFINITELY": params.smt_emit_indefinitely,
        "SMT_MAX_NOMINAL_VOTES_PER_DAY": params.smt_max_nominal_votes_per_day,
        "SMT_MAX_VOTES_PER_REGENERATION": params.smt_max_votes_per_regeneration,
        "SMT_DEFAULT_VOTES_PER_REGEN_PERIOD": params.smt_default_votes_per_regen_period,
        "SMT_DEFAULT_PERCENT_CURATION_REWARDS": params.smt_default_percent_curation_rewards,
    }
