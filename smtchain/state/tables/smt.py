"""Smart Media Tokens: tokens, generation (ICO), inflation, contributions, events, balances.

`nai` columns hold the *stripped* symbol (asset_num with precision bits cleared), so that a token is
found whatever its precision.  All amounts are satoshis of the token unless a name says STEEM.
"""

from dataclasses import dataclass
from enum import IntEnum

from protocol.operations.smt_setup import CappedGenerationPolicy
from protocol.types import (
    I64,
    TIME_MAX,
    U8,
    U16,
    U32,
    U64,
    U128,
    AccountName,
    FlatMap,
    Symbol,
    Time,
)
from smtchain.state.schema import stored

UNREVEALED = -1
"""Value of a cap before its reveal."""


class SmtPhase(IntEnum):
    """Life of a token.  docs/RULES.md 2.10; `LAUNCHING` is ours (D-22)."""

    SETUP = 0
    SETUP_COMPLETED = 1
    CONTRIBUTION = 2
    CONTRIBUTION_ENDED = 3
    LAUNCH_PENDING = 4
    LAUNCHING = 5
    LAUNCH_FAILED = 6
    ACTIVE = 7


class SmtEventKind(IntEnum):
    """What a due event does; equal times run in this order, then by id."""

    BEGIN = 0
    END = 1
    LAUNCH = 2
    EXPIRE = 3
    STREAM = 4
    EMIT = 5


@stored("smt_token", key=("nai",), indexes={"by_control_account": ("control_account", "nai")})
@dataclass(frozen=True, slots=True)
class SmtToken:
    """A token.  steemd: smt_token_object.  Whitepaper: "SMT object creation".

    `market_maker_inflation_entries` counts the entries of its inflation schedule that pay
    `$market_maker`, so that nobody has to walk over the schedule.
    """

    id: U64
    nai: U32
    symbol: Symbol
    control_account: AccountName
    created: Time
    phase: U8 = SmtPhase.SETUP
    current_supply: I64 = 0
    max_supply: I64 = 0
    total_vesting_fund_smt: I64 = 0
    total_vesting_shares: I64 = 0
    pending_rewarded_vesting_shares: I64 = 0
    pending_rewarded_vesting_smt: I64 = 0
    reward_balance: I64 = 0
    recent_claims: U128 = 0
    last_reward_update: Time = 0
    last_emission_time: Time = 0
    market_maker_steem: I64 = 0
    market_maker_tokens: I64 = 0
    allow_vesting: bool = True
    allow_voting: bool = True
    allow_downvotes: bool = True
    cashout_window_seconds: U32 = 604_800
    reverse_auction_window_seconds: U32 = 900
    vote_regeneration_period_seconds: U32 = 432_000
    votes_per_regeneration_period: U32 = 50
    content_constant: U128 = 2_000_000_000_000
    percent_curation_rewards: U16 = 2_500
    percent_content_rewards: U16 = 0
    author_reward_curve: U8 = 2
    curation_reward_curve: U8 = 3
    market_maker_reserve_ratio: U16 = 0
    market_maker_final_reserve_ratio: U16 = 0
    market_maker_decay_begin: Time = 0
    market_maker_decay_seconds: U32 = 0
    market_maker_pay_later_emission: bool = False
    market_maker_taker_mode: bool = False
    market_maker_inflation_entries: U32 = 0


@stored("smt_generation", key=("nai",))
@dataclass(frozen=True, slots=True)
class SmtGeneration:
    """A token's running ICO: its policy, times, revealed caps, totals and launch cursor.

    Present from `smt_setup` until payouts or refunds are complete.  Units are STEEM units.
    `contributed` is the STEEM still held here: it falls with every refund and, while a launch pays
    out, with what its contributors get; the rest is the founders' at the end.  Contributions with
    an id below `next_contribution_id` are settled.
    steemd: smt_ico_object.
    """

    nai: U32
    policy: CappedGenerationPolicy
    generation_begin_time: Time
    generation_end_time: Time
    announced_launch_time: Time
    launch_expiration_time: Time
    min_steem_units: I64 = UNREVEALED
    hard_cap_steem_units: I64 = UNREVEALED
    contributed: I64 = 0
    contribution_count: U64 = 0
    is_delayed: bool = False
    accepted_units: I64 = 0
    soft_cap_units: I64 = 0
    unit_ratio: U64 = 0
    processed_units: I64 = 0
    processed_pre_units: I64 = 0
    next_contribution_id: U64 = 0
    refunded: I64 = 0


@stored("smt_inflation", key=("nai", "schedule_time"))
@dataclass(frozen=True, slots=True)
class SmtInflation:
    """One entry of a token's inflation schedule.  Whitepaper: "Inflation Parameters"."""

    nai: U32
    schedule_time: Time
    token_unit: FlatMap[str, U16]
    interval_seconds: U32
    interval_count: U32
    lep_time: Time
    rep_time: Time
    lep_abs_amount: I64
    rep_abs_amount: I64
    lep_rel_amount_numerator: U32
    rep_rel_amount_numerator: U32
    rel_amount_denom_bits: U8
    events_done: U32 = 0


@stored(
    "smt_contribution",
    key=("nai", "contributor", "contribution_id"),
    indexes={"by_nai_id": ("nai", "id"), "by_contributor": ("contributor", "id")},
)
@dataclass(frozen=True, slots=True)
class SmtContribution:
    """STEEM satoshis given to an ICO and not yet paid out or refunded; FIFO by id."""

    id: U64
    nai: U32
    contributor: AccountName
    contribution_id: U32
    contribution: I64


@stored(
    "smt_event",
    key=("time", "kind", "id"),
    indexes={"by_nai": ("nai", "id"), "by_kind": ("kind", "time", "id")},
)
@dataclass(frozen=True, slots=True)
class SmtEvent:
    """Work due at `time`.  One queue for all tokens; nothing scans tokens."""

    id: U64
    time: Time
    kind: U8
    nai: U32


@stored("smt_balance", key=("owner", "nai"))
@dataclass(frozen=True, slots=True)
class SmtBalance:
    """One account's holdings of one token; a missing row is all zero, an all-zero row is removed.

    `vesting_shares` are shares, everything else token satoshis.
    steemd: account_regular_balance_object, account_rewards_balance_object.
    """

    owner: AccountName
    nai: U32
    symbol: Symbol
    liquid: I64 = 0
    vesting_shares: I64 = 0
    delegated_vesting_shares: I64 = 0
    received_vesting_shares: I64 = 0
    savings: I64 = 0
    pending_liquid: I64 = 0
    pending_vesting_shares: I64 = 0
    pending_vesting_value: I64 = 0
    vesting_withdraw_rate: I64 = 0
    next_vesting_withdrawal: Time = TIME_MAX
    withdrawn: I64 = 0
    to_withdraw: I64 = 0
    voting_mana: I64 = 0
    voting_mana_updated: Time = 0
    last_vote_time: Time = 0


@stored("nai_pool", key=())
@dataclass(frozen=True, slots=True)
class NaiPool:
    """Unused token identifiers (stripped symbols), first come first served.  docs/RULES.md 1.5."""

    nais: tuple[U32, ...]
