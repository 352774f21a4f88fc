"""What one chain fixes for ever: its identity (`Network`) and its constants (`ChainParams`).

A network is a value that callers pass along, never a global: the same bytes-and-JSON code serves
every identity.  Names of constants are steemd's, lower case, without the `STEEM_` prefix.  Unless a
comment names another source, the value is that of steemd's `config.hpp` at revision W for its main
net; `TESTNET_PARAMS` lists what its test net build changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

SBD_NUM: Final = 3_200_000_003  # data digits 1, precision 3; steemd asset_symbol.hpp
STEEM_NUM: Final = 3_200_000_035  # data digits 2, precision 3
VESTS_NUM: Final = 3_200_000_070  # data digits 3, precision 6
CORE_PRECISION: Mapping[int, int] = {SBD_NUM: 3, STEEM_NUM: 3, VESTS_NUM: 6}


@dataclass(frozen=True, slots=True)
class Network:
    """Names that differ between chains and appear in bytes, JSON and keys.

    Attributes
    ----------
    name : str
        What `--network` takes.
    core_symbol, debt_symbol, vesting_symbol : str
        Names of the STEEM, SBD and VESTS roles; 1 to 6 letters, on the wire NUL-padded to seven.
    address_prefix : str
        Prefix of public keys in text.
    """

    name: str
    core_symbol: str
    debt_symbol: str
    vesting_symbol: str
    address_prefix: str

    def core_names(self) -> Mapping[int, str]:
        """Return the name of each core symbol, keyed by asset number."""
        return {
            SBD_NUM: self.debt_symbol,
            STEEM_NUM: self.core_symbol,
            VESTS_NUM: self.vesting_symbol,
        }

    def name_of_core(self, symbol: int) -> str:
        """Return the name of a core symbol, or the empty string for any other."""
        if symbol == STEEM_NUM:
            return self.core_symbol
        if symbol == SBD_NUM:
            return self.debt_symbol
        return self.vesting_symbol if symbol == VESTS_NUM else ""

    def core_wire_texts(self) -> Mapping[int, bytes]:
        """Return the eight wire bytes of each core symbol: precision, then the padded name."""
        return {
            number: bytes((CORE_PRECISION[number],)) + name.encode("ascii").ljust(7, b"\0")
            for number, name in self.core_names().items()
        }


DEV: Final = Network("dev", "STEEM", "SBD", "VESTS", "STM")
TESTNET: Final = Network("testnet", "TESTS", "TBD", "VESTS", "TST")
NETWORKS: Mapping[str, Network] = {network.name: network for network in (DEV, TESTNET)}


@dataclass(frozen=True, slots=True)
class ChainParams:
    """Every constant that consensus reads.

    Amounts are satoshis, percentages basis points (10000 = 100 %), times seconds.  Variants are
    made with `dataclasses.replace`.
    """

    network: Network
    chain_id: bytes

    # Blocks and slots
    genesis_time: int = 1_451_606_400  # 2016-01-01T00:00:00; a genesis file overrides it
    block_interval_seconds: int = 3  # seconds between slots
    blocks_per_hour: int = 1_200
    blocks_per_day: int = 28_800
    blocks_per_year: int = 10_512_000
    min_block_size_limit: int = 65_536  # bytes; lowest `maximum_block_size` a witness may vote
    soft_max_block_size: int = 2_097_152  # bytes; highest `maximum_block_size`, steemd HF12
    max_block_size: int = 393_216_000  # bytes; what the wire accepts: MAX_TRANSACTION_SIZE * 2000
    max_transaction_size: int = 65_536  # bytes
    transaction_size_reserve: int = 256  # bytes of a block kept from transactions; `push` rule
    max_postponed_transactions: int = 5  # transactions that do not fit before a producer stops
    tapos_ring_size: int = 65_536  # block summaries kept, by block number & 0xffff

    # Transactions
    max_time_until_expiration_seconds: int = 3_600
    max_authority_membership: int = 40  # accounts and keys of one authority
    max_sig_check_depth: int = 2  # nesting of account authorities
    max_sig_check_accounts: int = 125  # account look-ups while checking one authority

    # Irreversibility and forks
    max_undo_history: int = 10_000  # reversible blocks
    irreversible_threshold: int = 7_500  # basis points of witnesses that must have confirmed
    irreversible_support_min_block: int = 864_000  # 30 days of blocks: before it, a fixed lag
    irreversible_lag: int | None = None  # None = W's rule; else blocks behind head (0: at once)

    # Witnesses
    max_witnesses: int = 21
    max_voted_witnesses: int = 20  # elected slots of a round, HF17
    max_miner_witnesses: int = 0  # HF17
    max_runner_witnesses: int = 1  # timeshare slots of a round, HF17
    hardfork_required_witnesses: int = 17
    max_account_witness_votes: int = 30
    max_proxy_recursion_depth: int = 4
    max_witness_url_length: int = 2_048  # bytes
    witness_shutdown_blocks: int = 0  # absence before the key is cleared; 0 = never, since HF20
    max_feed_age_seconds: int = 604_800
    min_feeds: int = 7  # feeds that a new median needs
    feed_interval_blocks: int = 1_200  # one hour
    feed_history_window: int = 84  # hourly medians kept (3.5 days)
    elected_weight: int = 1  # pay weights; witness_schedule_object
    timeshare_weight: int = 5
    miner_weight: int = 1

    # Accounts
    min_account_name_length: int = 3  # bytes
    max_account_name_length: int = 16  # bytes
    min_account_creation_fee: int = 1  # satoshis STEEM; lowest fee a witness may vote
    max_account_creation_fee: int = 1_000_000_000  # satoshis STEEM
    default_account_creation_fee: int = 3_000  # satoshis STEEM; chain_properties' initial value
    create_account_with_steem_modifier: int = 30  # fee multiple before delegation counts
    create_account_delegation_ratio: int = 5
    create_account_delegation_time_seconds: int = 2_592_000  # 30 days
    owner_auth_recovery_period_seconds: int = 2_592_000  # 30 days
    owner_auth_history_tracking_start_block: int = 1  # one rule set from genesis
    owner_update_limit_seconds: int = 3_600
    account_recovery_request_expiration_seconds: int = 86_400
    change_recovery_account_delay_seconds: int = 2_592_000  # OWNER_AUTH_RECOVERY_PERIOD
    max_pending_transfers: int = 255
    account_subsidy_precision: int = 10_000
    default_account_subsidy_budget: int = 797
    default_account_subsidy_decay: int = 347_321
    min_account_subsidy_budget: int = 1
    max_account_subsidy_budget: int = 268_435_455
    min_account_subsidy_decay: int = 64
    max_account_subsidy_decay: int = 4_294_967_295

    # Sizes of texts
    max_memo_size: int = 2_048  # bytes, exclusive
    min_permlink_length: int = 0  # bytes
    max_permlink_length: int = 256  # bytes, exclusive
    comment_title_limit: int = 256  # bytes, exclusive
    custom_op_id_max_length: int = 32  # bytes
    custom_op_data_max_length: int = 8_192  # bytes

    # Money
    max_share_supply: int = 1_000_000_000_000_000
    max_satoshis: int = 4_611_686_018_427_387_903  # 2^62 - 1
    initial_vesting_share_price_steem: int = 1_000  # satoshis STEEM per 1.000000 VESTS
    initial_vesting_share_price_vests: int = 1_000_000
    inflation_rate_start_percent: int = 978  # HF16
    inflation_rate_stop_percent: int = 95
    inflation_narrowing_period_blocks: int = 250_000
    content_reward_percent: int = 7_500  # HF16..HF20
    vesting_fund_percent: int = 1_500
    liquidity_timeout_seconds: int = 604_800
    default_sbd_interest_rate: int = 1_000
    max_sbd_interest_rate: int = 10_000
    sbd_interest_compound_interval_sec: int = 2_592_000  # 30 days
    seconds_per_year: int = 31_536_000
    sbd_start_percent: int = 900  # HF20: debt share at which printing starts to fall
    sbd_stop_percent: int = 1_000  # HF20: debt share at which printing stops
    sbd_debt_limit_percent: int = 1_000  # cap of the feed price, HF20 (a tenth of the market cap)
    conversion_delay_seconds: int = 302_400  # 3.5 days
    min_payout_sbd: int = 20  # satoshis SBD; a post below it earns nothing
    min_liquidity_reward_period_seconds: int = 60
    savings_withdraw_time_seconds: int = 259_200  # 3 days
    savings_withdraw_request_limit: int = 100
    vesting_withdraw_intervals: int = 13
    vesting_withdraw_interval_seconds: int = 604_800
    max_withdraw_routes: int = 10
    delegation_return_period_seconds: int = 432_000  # HF20
    max_limit_order_expiration_seconds: int = 2_419_200  # 28 days
    escrow_expiry_extra_seconds: int = 0
    max_reset_account_delay_seconds: int = 5_184_000

    # Posts, votes, rewards
    cashout_window_seconds: int = 604_800
    upvote_lockout_seconds: int = 43_200  # HF17: no upvote in the last 12 hours
    reverse_auction_window_seconds: int = 900  # HF20
    voting_mana_regeneration_seconds: int = 432_000  # 5 days
    default_vote_power_reserve_rate: int = 10  # full votes per day
    vote_dust_threshold: int = 50_000_000  # rshares
    min_vote_interval_sec: int = 3
    max_vote_changes: int = 5
    min_root_comment_interval_seconds: int = 300
    min_reply_interval_seconds: int = 3  # HF20
    min_comment_edit_interval_seconds: int = 3  # HF20: one edit per block
    max_comment_depth: int = 65_535
    soft_max_comment_depth: int = 255
    max_comment_beneficiaries: int = 127  # 8 in the soft check of a producer
    content_constant: int = 2_000_000_000_000  # CONTENT_CONSTANT_HF0, rshares
    recent_rshares_decay_time_seconds: int = 1_296_000  # HF19: 15 days
    percent_curation_rewards: int = 2_500
    decline_voting_rights_delay_seconds: int = 2_592_000  # OWNER_AUTH_RECOVERY_PERIOD

    # Bandwidth (admission rule; docs/RULES.md 4.8)
    bandwidth_average_window_seconds: int = 604_800
    bandwidth_precision: int = 1_000_000
    max_block_reserve_ratio: int = 20_000
    reserve_ratio_precision: int = 10_000

    # Smart Media Tokens: creation and setup
    smt_creation_fee: int = 1_000  # satoshis SBD; D-04
    smt_max_decimal_places: int = 8  # smt_operations.hpp
    smt_max_nai_pool_count: int = 10
    smt_max_nai_generation_tries: int = 100  # collisions per block
    smt_max_unit_routes: int = 10  # entries per unit map; smt_operations.hpp
    smt_min_hard_cap_steem_units: int = 1  # D-17 (W: 10 000, which the whitepaper's DELTA breaks)
    smt_min_saturation_steem_units: int = 0  # D-17 (W: 1 000, which GAMMA breaks)
    smt_min_soft_cap_steem_units: int = 1  # D-17 (W: 1 000)
    smt_max_votable_assets: int = 2  # whitepaper
    smt_vesting_withdraw_intervals: int = 13  # whitepaper: "13 weeks"
    smt_vesting_withdraw_interval_seconds: int = 604_800
    smt_upvote_lockout_seconds: int = 43_200
    smt_emission_min_interval_seconds: int = 21_600  # 6 hours
    smt_emit_indefinitely: int = 0xFFFFFFFF  # whitepaper: interval_count without end
    smt_max_nominal_votes_per_day: int = 1_000
    smt_max_votes_per_regeneration: int = 7_000  # 1000 * 604800 / 86400
    smt_default_votes_per_regen_period: int = 50
    smt_default_percent_curation_rewards: int = 2_500
    smt_max_withdraw_routes: int = 10
    smt_savings_withdraw_time_seconds: int = 259_200
    smt_savings_withdraw_request_limit: int = 100
    param_bound_inclusive: bool = False  # D-06: whitepaper's strict `<`; True gives HEAD's `<=`

    # Smart Media Tokens: bounds of the work done in one block (D-39; no token starves others)
    launch_payouts_per_block: int = 1_000  # contributions paid or refunded
    inflation_events_per_block: int = 100
    inflation_events_per_token_per_block: int = 10

    # Market maker; whitepaper FAQ
    market_maker_min_balance: int = 10_000  # satoshis on each side
    market_maker_min_reserve_ratio: int = 500
    market_maker_max_reserve_ratio: int = 5_000


DEV_PARAMS: Final = ChainParams(
    network=DEV,
    chain_id=sha256(b"smtchain-dev").digest(),
    irreversible_lag=0,
    min_feeds=1,
)
"""The default development chain: main net identity and constants, one producer."""

TESTNET_PARAMS: Final = replace(
    DEV_PARAMS,
    network=TESTNET,
    chain_id=bytes.fromhex("18dcf0a285365fc58b71f18b3d3fec954aa0c141c44e4e5cb4cf777b9eab274e"),
    cashout_window_seconds=3_600,
    upvote_lockout_seconds=300,
    min_account_creation_fee=0,
    owner_auth_recovery_period_seconds=60,
    account_recovery_request_expiration_seconds=12,
    change_recovery_account_delay_seconds=60,
    owner_update_limit_seconds=0,
    decline_voting_rights_delay_seconds=60,
)
"""steemd's test net: its identity, and the shorter times of its test net build."""
