"""Creating a token, and wiping one that is still being set up."""

from collections.abc import Mapping
from dataclasses import dataclass

from typing_extensions import override

from protocol.assets import SBD, STEEM, Asset, precision_of
from protocol.errors import JsonFormError
from protocol.jsonscalars import parse_integer
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.types import AccountName, Symbol
from protocol.validation import (
    check_account_name,
    check_bounds,
    check_smt_symbol,
    check_symbol,
)


class PrecisionMismatchError(JsonFormError):
    """The JSON member `precision` contradicts the symbol."""

    code = "json.smt_precision"


@operation(tag=54, ignored=("precision",))
@dataclass(frozen=True, slots=True)
class SmtCreate(Operation):
    """Create a token controlled by `control_account`; a zero fee resets one still in setup.

    The JSON form may repeat the symbol's decimals as `precision`; it is not on the wire.

    Spec
    ----
    whitepaper: "SMT object creation"; steemd: smt_create_operation
    """

    control_account: AccountName
    symbol: Symbol
    smt_creation_fee: Asset
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or symbol, and a fee not within 0..`max_share_supply` STEEM or SBD."""
        check_account_name(self.control_account, "control_account")
        check_smt_symbol(self.symbol, "symbol")
        check_bounds(
            self.smt_creation_fee.amount,
            "smt_creation_fee",
            minimum=0,
            maximum=params.max_share_supply,
        )
        check_symbol(self.smt_creation_fee, (STEEM, SBD), "smt_creation_fee")

    def check_ignored(self, given: Mapping[str, object]) -> None:
        """Compare the JSON member `precision`, if given, with the symbol.

        Raises
        ------
        PrecisionMismatchError
            They differ.

        Spec
        ----
        steemd: smt_create_operation::validate
        """
        if "precision" not in given:
            return
        try:
            precision = parse_integer(given["precision"], 8, signed=False)
        except JsonFormError as error:
            raise error.within("precision")  # noqa: B904 - the same error, one level further out
        if precision != precision_of(self.symbol):
            raise PrecisionMismatchError(
                f"the symbol has {precision_of(self.symbol)} decimals",
                field="precision",
                value=precision,
            )

    @override
    def required_active(self) -> Accounts:
        """Return the control account."""
        return frozenset((self.control_account,))
