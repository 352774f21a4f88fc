"""Keeping liquid tokens where taking them out needs three days."""

from dataclasses import dataclass, field

from typing_extensions import override

from protocol.assets import Asset
from protocol.operation import Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.shapes import json_name
from protocol.types import U32, AccountName
from protocol.validation import (
    check_account_name,
    check_liquid,
    check_memo,
    check_positive_amount,
)


@operation(tag=32)
@dataclass(frozen=True, slots=True)
class TransferToSavings(Operation):
    """Put STEEM, SBD or a liquid SMT into the savings of `to`.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (D-31);
    steemd: transfer_to_savings_operation (STEEM and SBD only there)
    """

    from_account: AccountName = field(metadata=json_name("from"))
    to: AccountName
    amount: Asset
    memo: str

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, vesting symbols, amounts below one satoshi and long memos."""
        check_account_name(self.from_account, "from")
        check_account_name(self.to, "to")
        check_positive_amount(self.amount, "amount")
        check_liquid(self.amount.symbol, "amount")
        check_memo(self.memo, "memo", params)

    @override
    def required_active(self) -> Accounts:
        """Return the sender."""
        return frozenset((self.from_account,))


@operation(tag=33)
@dataclass(frozen=True, slots=True)
class TransferFromSavings(Operation):
    """Order savings to be paid to `to` after three days; `request_id` is the sender's own number.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (D-31);
    steemd: transfer_from_savings_operation (STEEM and SBD only there)
    """

    from_account: AccountName = field(metadata=json_name("from"))
    request_id: U32
    to: AccountName
    amount: Asset
    memo: str

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, vesting symbols, amounts below one satoshi and long memos."""
        check_account_name(self.from_account, "from")
        check_account_name(self.to, "to")
        check_positive_amount(self.amount, "amount")
        check_liquid(self.amount.symbol, "amount")
        check_memo(self.memo, "memo", params)

    @override
    def required_active(self) -> Accounts:
        """Return the owner of the savings."""
        return frozenset((self.from_account,))


@operation(tag=34)
@dataclass(frozen=True, slots=True)
class CancelTransferFromSavings(Operation):
    """Call off a payment from savings that is still waiting.

    Spec
    ----
    steemd: cancel_transfer_from_savings_operation
    """

    from_account: AccountName = field(metadata=json_name("from"))
    request_id: U32

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name."""
        check_account_name(self.from_account, "from")

    @override
    def required_active(self) -> Accounts:
        """Return the owner of the savings."""
        return frozenset((self.from_account,))


@operation(tag=65, virtual=True)
@dataclass(frozen=True, slots=True)
class FillTransferFromSavings(Operation):
    """A payment from savings was made.

    Spec
    ----
    steemd: fill_transfer_from_savings_operation
    """

    from_account: AccountName = field(metadata=json_name("from"))
    to: AccountName
    amount: Asset
    request_id: U32
    memo: str


@operation(tag=61, virtual=True)
@dataclass(frozen=True, slots=True)
class Interest(Operation):
    """SBD interest was paid.

    Spec
    ----
    steemd: interest_operation
    """

    owner: AccountName
    interest: Asset
