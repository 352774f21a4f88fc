"""Lending voting power."""

from dataclasses import dataclass

from typing_extensions import override

from protocol.assets import Asset, is_vesting
from protocol.errors import InvalidOperationError
from protocol.operation import Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.types import AccountName
from protocol.validation import (
    WrongSymbolError,
    check_account_name,
    check_not_negative_amount,
    symbol_word,
)


class DelegationToSelfError(InvalidOperationError):
    """An account delegates to itself."""

    code = "operation.delegation.to_self"


@operation(tag=40)
@dataclass(frozen=True, slots=True)
class DelegateVestingShares(Operation):
    """Set what `delegator` lends to `delegatee` (VESTS or an SMT's vesting twin); 0 ends it.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations";
    steemd: delegate_vesting_shares_operation (VESTS only there)
    """

    delegator: AccountName
    delegatee: AccountName
    vesting_shares: Asset

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, a delegation to oneself, a liquid symbol and a negative amount."""
        check_account_name(self.delegator, "delegator")
        check_account_name(self.delegatee, "delegatee")
        if self.delegator == self.delegatee:
            raise DelegationToSelfError(
                "cannot delegate to oneself", field="delegatee", value=self.delegatee
            )
        if not is_vesting(self.vesting_shares.symbol):
            raise WrongSymbolError(
                "a vesting asset is expected",
                field="vesting_shares",
                value=symbol_word(self.vesting_shares.symbol),
            )
        check_not_negative_amount(self.vesting_shares, "vesting_shares")

    @override
    def required_active(self) -> Accounts:
        """Return the delegator."""
        return frozenset((self.delegator,))


@operation(tag=68, virtual=True)
@dataclass(frozen=True, slots=True)
class ReturnVestingDelegation(Operation):
    """Shares whose delegation had ended can be used by their owner again.

    Spec
    ----
    steemd: return_vesting_delegation_operation
    """

    account: AccountName
    vesting_shares: Asset
