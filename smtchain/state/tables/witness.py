"""Witnesses, their schedule and the price feed."""

from dataclasses import dataclass
from enum import IntEnum

from protocol.assets import Price
from protocol.types import I64, TIME_MAX, U8, U16, U32, U64, U128, AccountName, PublicKey, Time
from smtchain.state.schema import stored


class WitnessKind(IntEnum):
    """How a witness came into its last round; the kind decides what its block is worth."""

    ELECTED = 0
    TIMESHARE = 1
    MINER = 2
    """In steemd by proof of work; here only the witnesses of the first round, from genesis."""
    NONE = 3
    """In no round yet."""


@stored(
    "witness",
    key=("owner",),
    indexes={
        "by_vote": ("votes_descending", "owner"),
        "by_schedule_time": ("virtual_scheduled_time", "id"),
    },
)
@dataclass(frozen=True, slots=True)
class Witness:
    """A block producer and its proposals.  steemd: witness_object.

    `votes_descending` is 2^63-1 - votes, so that the index runs from the most votes down.
    """

    id: U64
    owner: AccountName
    created: Time
    url: str
    signing_key: PublicKey
    account_creation_fee: I64
    maximum_block_size: U32
    sbd_interest_rate: U16
    account_subsidy_budget: I64 = 797
    account_subsidy_decay: U32 = 347_321
    schedule: U8 = WitnessKind.NONE
    votes: I64 = 0
    votes_descending: I64 = (1 << 63) - 1
    virtual_last_update: U128 = 0
    virtual_position: U128 = 0
    virtual_scheduled_time: U128 = (1 << 128) - 1
    total_missed: U32 = 0
    last_aslot: U64 = 0
    last_confirmed_block_num: U32 = 0
    sbd_exchange_rate: Price | None = None
    last_sbd_exchange_update: Time = 0
    running_version: U32 = 0
    hardfork_version_vote: U32 = 0
    hardfork_time_vote: Time = TIME_MAX


@stored(
    "witness_vote",
    key=("account", "witness"),
    indexes={"by_witness": ("witness", "account")},
)
@dataclass(frozen=True, slots=True)
class WitnessVote:
    """An account votes for a witness with all its weight.  steemd: witness_vote_object."""

    id: U64
    account: AccountName
    witness: AccountName


@stored("witness_schedule", key=())
@dataclass(frozen=True, slots=True)
class WitnessSchedule:
    """Who produces the coming round, in slot order, and the median of what they propose."""

    current_shuffled_witnesses: tuple[AccountName, ...]
    current_virtual_time: U128 = 0
    next_shuffle_block_num: U32 = 1
    majority_version: U32 = 0
    account_creation_fee: I64 = 0
    maximum_block_size: U32 = 131_072
    sbd_interest_rate: U16 = 0
    account_subsidy_budget: I64 = 797
    account_subsidy_decay: U32 = 347_321
    witness_pay_normalization_factor: U32 = 25


@stored("feed_history", key=())
@dataclass(frozen=True, slots=True)
class FeedHistory:
    """Hourly medians of the witnesses' SBD prices, oldest first, and their median."""

    price_history: tuple[Price, ...]
    current_median_history: Price | None = None
