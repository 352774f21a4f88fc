"""Accounts and their authorities."""

from dataclasses import dataclass

from protocol.authority import Authority
from protocol.types import I64, TIME_MAX, U16, U32, U64, U128, AccountName, PublicKey, Time
from smtchain.state.schema import stored

_NO_ACCOUNT = AccountName("")
_NULL_ACCOUNT = AccountName("null")


@stored(
    "account",
    key=("name",),
    indexes={"by_next_vesting_withdrawal": ("next_vesting_withdrawal", "name")},
)
@dataclass(frozen=True, slots=True)
class Account:
    """One account's balances (satoshis) and counters.  steemd: account_object."""

    id: U64
    name: AccountName
    memo_key: PublicKey
    created: Time
    recovery_account: AccountName
    json_metadata: str = ""
    posting_json_metadata: str = ""
    proxy: AccountName = _NO_ACCOUNT
    last_account_update: Time = 0
    mined: bool = False
    reset_account: AccountName = _NULL_ACCOUNT
    last_account_recovery: Time = 0
    comment_count: U32 = 0
    post_count: U32 = 0
    can_vote: bool = True
    voting_mana: I64 = 0
    voting_mana_updated: Time = 0
    balance: I64 = 0
    savings_balance: I64 = 0
    sbd_balance: I64 = 0
    sbd_seconds: U128 = 0
    sbd_seconds_last_update: Time = 0
    sbd_last_interest_payment: Time = 0
    savings_sbd_balance: I64 = 0
    savings_sbd_seconds: U128 = 0
    savings_sbd_seconds_last_update: Time = 0
    savings_sbd_last_interest_payment: Time = 0
    savings_withdraw_requests: U16 = 0
    reward_sbd_balance: I64 = 0
    reward_steem_balance: I64 = 0
    reward_vesting_balance: I64 = 0
    reward_vesting_steem: I64 = 0
    curation_rewards: I64 = 0
    posting_rewards: I64 = 0
    vesting_shares: I64 = 0
    delegated_vesting_shares: I64 = 0
    received_vesting_shares: I64 = 0
    vesting_withdraw_rate: I64 = 0
    next_vesting_withdrawal: Time = TIME_MAX
    withdrawn: I64 = 0
    to_withdraw: I64 = 0
    withdraw_routes: U16 = 0
    proxied_vsf_votes: tuple[I64, I64, I64, I64] = (0, 0, 0, 0)
    witnesses_voted_for: U16 = 0
    last_post: Time = 0
    last_root_post: Time = 0
    last_vote_time: Time = 0
    pending_claimed_accounts: I64 = 0


@stored("account_authority", key=("account",))
@dataclass(frozen=True, slots=True)
class AccountAuthority:
    """Who may act for an account.  steemd: account_authority_object."""

    account: AccountName
    owner: Authority
    active: Authority
    posting: Authority
    last_owner_update: Time = 0


@stored("key_reference", key=("public_key", "account"))
@dataclass(frozen=True, slots=True)
class KeyReference:
    """Which accounts name a key in any authority; answers `get_key_references`."""

    public_key: PublicKey
    account: AccountName


@stored(
    "owner_authority_history",
    key=("account", "id"),
    indexes={"by_last_valid_time": ("last_valid_time", "id")},
)
@dataclass(frozen=True, slots=True)
class OwnerAuthorityHistory:
    """An owner authority that was replaced at `last_valid_time`; kept 30 days for recovery."""

    id: U64
    account: AccountName
    previous_owner_authority: Authority
    last_valid_time: Time
