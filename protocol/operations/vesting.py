"""Powering tokens up and down."""

from dataclasses import dataclass, field

from typing_extensions import override

from protocol.assets import STEEM, Asset, is_smt, is_vesting
from protocol.operation import Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.shapes import json_name
from protocol.types import U16, AccountName
from protocol.validation import (
    WrongSymbolError,
    check_account_name,
    check_account_name_or_empty,
    check_liquid,
    check_not_negative_amount,
    check_percent,
    check_positive_amount,
    symbol_word,
)


@operation(tag=3)
@dataclass(frozen=True, slots=True)
class TransferToVesting(Operation):
    """Turn liquid STEEM or SMT into vesting shares of `to` (empty: of the sender).

    Spec
    ----
    whitepaper: "SMT vesting semantics"; steemd: transfer_to_vesting_operation
    """

    from_account: AccountName = field(metadata=json_name("from"))
    to: AccountName
    amount: Asset

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, symbols that cannot vest and amounts below one satoshi."""
        check_account_name(self.from_account, "from")
        check_account_name_or_empty(self.to, "to")
        check_liquid(self.amount.symbol, "amount")
        if self.amount.symbol != STEEM and not is_smt(self.amount.symbol):
            raise WrongSymbolError(
                "only STEEM and Smart Media Tokens can vest",
                field="amount",
                value=symbol_word(self.amount.symbol),
            )
        check_positive_amount(self.amount, "amount")

    @override
    def required_active(self) -> Accounts:
        """Return the sender."""
        return frozenset((self.from_account,))


@operation(tag=4)
@dataclass(frozen=True, slots=True)
class WithdrawVesting(Operation):
    """Power down `vesting_shares` (VESTS or an SMT's vesting twin) over 13 weeks; 0 cancels.

    Spec
    ----
    whitepaper: "SMT vesting semantics"; steemd: withdraw_vesting_operation (VESTS only there)
    """

    account: AccountName
    vesting_shares: Asset

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, a liquid symbol and a negative amount."""
        check_account_name(self.account, "account")
        if not is_vesting(self.vesting_shares.symbol):
            raise WrongSymbolError(
                "a vesting asset is expected",
                field="vesting_shares",
                value=symbol_word(self.vesting_shares.symbol),
            )
        check_not_negative_amount(self.vesting_shares, "vesting_shares")

    @override
    def required_active(self) -> Accounts:
        """Return the account."""
        return frozenset((self.account,))


@operation(tag=20)
@dataclass(frozen=True, slots=True)
class SetWithdrawVestingRoute(Operation):
    """Send `percent` (basis points) of every VESTS withdrawal to another account; 0 removes.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (no SMTs);
    steemd: set_withdraw_vesting_route_operation
    """

    from_account: AccountName
    to_account: AccountName
    percent: U16
    auto_vest: bool

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names and more than 100 %."""
        check_account_name(self.from_account, "from_account")
        check_account_name(self.to_account, "to_account")
        check_percent(self.percent, "percent")

    @override
    def required_active(self) -> Accounts:
        """Return the withdrawing account."""
        return frozenset((self.from_account,))


@operation(tag=62, virtual=True)
@dataclass(frozen=True, slots=True)
class FillVestingWithdraw(Operation):
    """One weekly part of a power-down was paid.

    Spec
    ----
    steemd: fill_vesting_withdraw_operation
    """

    from_account: AccountName
    to_account: AccountName
    withdrawn: Asset
    deposited: Asset
