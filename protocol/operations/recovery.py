"""Getting a stolen account back, resetting one, and giving up voting for good."""

from dataclasses import dataclass

from typing_extensions import override

from protocol.authority import Authority
from protocol.errors import InvalidOperationError
from protocol.operation import NOBODY, Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.types import AccountName
from protocol.validation import (
    check_account_name,
    check_account_name_or_empty,
    check_authority,
    check_authority_possible,
)


class SameAuthorityError(InvalidOperationError):
    """The new owner authority is the one to be replaced."""

    code = "operation.recovery.same_authority"


class TrivialAuthorityError(InvalidOperationError):
    """An owner authority has threshold 0: anyone would satisfy it."""

    code = "operation.recovery.trivial_authority"


class SameResetAccountError(InvalidOperationError):
    """The new reset account is the current one."""

    code = "operation.recovery.same_reset_account"


def _check_not_trivial(authority: Authority, field: str) -> None:
    if authority.weight_threshold == 0:
        raise TrivialAuthorityError(
            "the threshold must be greater than zero",
            field=f"{field}.weight_threshold",
            value=0,
        )


@operation(tag=24)
@dataclass(frozen=True, slots=True)
class RequestAccountRecovery(Operation):
    """Propose a new owner authority for an account one is the recovery account of.

    Spec
    ----
    steemd: request_account_recovery_operation
    """

    recovery_account: AccountName
    account_to_recover: AccountName
    new_owner_authority: Authority
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names and a bad authority."""
        check_account_name(self.recovery_account, "recovery_account")
        check_account_name(self.account_to_recover, "account_to_recover")
        check_authority(self.new_owner_authority, "new_owner_authority")

    @override
    def required_active(self) -> Accounts:
        """Return the recovery account."""
        return frozenset((self.recovery_account,))


@operation(tag=25)
@dataclass(frozen=True, slots=True)
class RecoverAccount(Operation):
    """Take a proposed owner authority into use, proving a recent one.

    Spec
    ----
    steemd: recover_account_operation
    """

    account_to_recover: AccountName
    new_owner_authority: Authority
    recent_owner_authority: Authority
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, and authorities that are equal, impossible, trivial or bad."""
        check_account_name(self.account_to_recover, "account_to_recover")
        if self.new_owner_authority == self.recent_owner_authority:
            raise SameAuthorityError(
                "must differ from the recent owner authority", field="new_owner_authority"
            )
        check_authority_possible(self.new_owner_authority, "new_owner_authority")
        check_authority_possible(self.recent_owner_authority, "recent_owner_authority")
        _check_not_trivial(self.new_owner_authority, "new_owner_authority")
        check_authority(self.new_owner_authority, "new_owner_authority")
        check_authority(self.recent_owner_authority, "recent_owner_authority")

    @override
    def required_other(self) -> tuple[Authority, ...]:
        """Return both owner authorities given."""
        return (self.new_owner_authority, self.recent_owner_authority)


@operation(tag=26)
@dataclass(frozen=True, slots=True)
class ChangeRecoveryAccount(Operation):
    """Choose another recovery account, from 30 days on.

    Spec
    ----
    steemd: change_recovery_account_operation
    """

    account_to_recover: AccountName
    new_recovery_account: AccountName
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names."""
        check_account_name(self.account_to_recover, "account_to_recover")
        check_account_name(self.new_recovery_account, "new_recovery_account")

    @override
    def required_owner(self) -> Accounts:
        """Return the account whose recovery account changes."""
        return frozenset((self.account_to_recover,))


@operation(tag=36)
@dataclass(frozen=True, slots=True)
class DeclineVotingRights(Operation):
    """Give up voting for good from 30 days on, or call that off before.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations"; steemd: decline_voting_rights_operation
    """

    account: AccountName
    decline: bool = True

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name."""
        check_account_name(self.account, "account")

    @override
    def required_owner(self) -> Accounts:
        """Return the account."""
        return frozenset((self.account,))


@operation(tag=37)
@dataclass(frozen=True, slots=True)
class ResetAccount(Operation):
    """Replace the owner authority of a long unused account.  Never enabled; always refused.

    Spec
    ----
    steemd: reset_account_operation
    """

    reset_account: AccountName
    account_to_reset: AccountName
    new_owner_authority: Authority

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, and an authority that is impossible, trivial or bad."""
        check_account_name(self.reset_account, "reset_account")
        check_account_name(self.account_to_reset, "account_to_reset")
        check_authority_possible(self.new_owner_authority, "new_owner_authority")
        _check_not_trivial(self.new_owner_authority, "new_owner_authority")
        check_authority(self.new_owner_authority, "new_owner_authority")

    @override
    def required_active(self) -> Accounts:
        """Return the account that resets."""
        return frozenset((self.reset_account,))


@operation(tag=38)
@dataclass(frozen=True, slots=True)
class SetResetAccount(Operation):
    """Name the account that may reset one's own.  Never enabled; always refused.

    Spec
    ----
    steemd: set_reset_account_operation
    """

    account: AccountName
    current_reset_account: AccountName
    reset_account: AccountName

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names and a change that changes nothing."""
        check_account_name(self.account, "account")
        check_account_name_or_empty(self.current_reset_account, "current_reset_account")
        check_account_name(self.reset_account, "reset_account")
        if self.current_reset_account == self.reset_account:
            raise SameResetAccountError(
                "must differ from the current one", field="reset_account", value=self.reset_account
            )

    @override
    def required_owner(self) -> Accounts:
        """Return the account when a reset account is replaced."""
        return frozenset((self.account,)) if self.current_reset_account else NOBODY

    @override
    def required_posting(self) -> Accounts:
        """Return the account when it names its first reset account."""
        return NOBODY if self.current_reset_account else frozenset((self.account,))
