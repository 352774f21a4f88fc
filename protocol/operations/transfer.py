"""Moving liquid tokens between accounts."""

from dataclasses import dataclass, field

from typing_extensions import override

from protocol.assets import Asset
from protocol.operation import Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.shapes import json_name
from protocol.types import AccountName
from protocol.validation import (
    check_account_name,
    check_liquid,
    check_memo,
    check_positive_amount,
)


@operation(tag=2)
@dataclass(frozen=True, slots=True)
class Transfer(Operation):
    """Send `amount` (STEEM, SBD or a liquid SMT) to another account.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations"; steemd: transfer_operation
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
        check_liquid(self.amount.symbol, "amount")
        check_positive_amount(self.amount, "amount")
        check_memo(self.memo, "memo", params)

    @override
    def required_active(self) -> Accounts:
        """Return the sender."""
        return frozenset((self.from_account,))


@operation(tag=71, virtual=True)
@dataclass(frozen=True, slots=True)
class ClearNullAccountBalance(Operation):
    """What had been sent to `null` was destroyed.

    Spec
    ----
    steemd: clear_null_account_balance_operation
    """

    total_cleared: tuple[Asset, ...]
