"""Requests to take back an account, and to change who may help with that."""

from dataclasses import dataclass

from protocol.authority import Authority
from protocol.types import U64, AccountName, Time
from smtchain.state.schema import stored


@stored(
    "account_recovery_request",
    key=("account_to_recover",),
    indexes={"by_expiration": ("expires", "account_to_recover")},
)
@dataclass(frozen=True, slots=True)
class AccountRecoveryRequest:
    """The owner authority that a recovery account proposes; void from `expires` on.

    steemd: account_recovery_request_object.
    """

    id: U64
    account_to_recover: AccountName
    new_owner_authority: Authority
    expires: Time


@stored(
    "change_recovery_account_request",
    key=("account_to_recover",),
    indexes={"by_effective_date": ("effective_on", "account_to_recover")},
)
@dataclass(frozen=True, slots=True)
class ChangeRecoveryAccountRequest:
    """The recovery account that an account will have from `effective_on` on.

    steemd: change_recovery_account_request_object.
    """

    id: U64
    account_to_recover: AccountName
    recovery_account: AccountName
    effective_on: Time
