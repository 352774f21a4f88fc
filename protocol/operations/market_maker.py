"""Trading with a token's automated market maker, and adding to its reserves."""

from dataclasses import dataclass, field

from typing_extensions import override

from protocol.assets import STEEM, Asset
from protocol.errors import InvalidOperationError
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.shapes import json_name
from protocol.types import U64, AccountName, Symbol
from protocol.validation import (
    check_account_name,
    check_positive_amount,
    check_smt_symbol,
    check_symbol,
)


class MarketMakerPairError(InvalidOperationError):
    """A trade is not between STEEM and the market maker's own token."""

    code = "operation.market_maker.pair"


@operation(tag=74)
@dataclass(frozen=True, slots=True)
class SmtMarketMakerTrade(Operation):
    """Sell all of `amount_to_sell` to the token's market maker, for `min_to_receive` or more.

    Spec
    ----
    whitepaper: "Automated Market Makers for SMTs" (docs/RULES.md 5.4; no steemd counterpart)
    """

    trader: AccountName
    symbol: Symbol
    amount_to_sell: Asset
    min_to_receive: Asset
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or symbol, another pair than STEEM and token, and zero amounts."""
        check_account_name(self.trader, "trader")
        check_smt_symbol(self.symbol, "symbol")
        check_symbol(self.amount_to_sell, (STEEM, self.symbol), "amount_to_sell")
        check_symbol(self.min_to_receive, (STEEM, self.symbol), "min_to_receive")
        if self.amount_to_sell.symbol == self.min_to_receive.symbol:
            raise MarketMakerPairError(
                "one side must be STEEM, the other the token",
                field="min_to_receive",
                value=self.min_to_receive.symbol,
            )
        check_positive_amount(self.amount_to_sell, "amount_to_sell")
        check_positive_amount(self.min_to_receive, "min_to_receive")

    @override
    def required_active(self) -> Accounts:
        """Return the trader."""
        return frozenset((self.trader,))


@operation(tag=75)
@dataclass(frozen=True, slots=True)
class SmtMarketMakerContribute(Operation):
    """Give STEEM or tokens to the market maker; `pay_later` moves its ratio, not its price.

    Spec
    ----
    whitepaper: "Automated Market Makers for SMTs" (docs/RULES.md 5.4; no steemd counterpart)
    """

    from_account: AccountName = field(metadata=json_name("from"))
    symbol: Symbol
    amount: Asset
    pay_later: bool
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or symbol, other assets than STEEM and the token, and zero."""
        check_account_name(self.from_account, "from")
        check_smt_symbol(self.symbol, "symbol")
        check_symbol(self.amount, (STEEM, self.symbol), "amount")
        check_positive_amount(self.amount, "amount")

    @override
    def required_active(self) -> Accounts:
        """Return the giver."""
        return frozenset((self.from_account,))


@operation(tag=83, virtual=True)
@dataclass(frozen=True, slots=True)
class SmtMarketMakerFilled(Operation):
    """A trade with the market maker; reserves and ratio are those after it.

    `reserve_ratio` counts millionths of a basis point (10^10 is 100 %).

    Spec
    ----
    whitepaper: "Automated Market Makers for SMTs" (docs/RULES.md 5.4; no steemd counterpart)
    """

    trader: AccountName
    symbol: Symbol
    paid: Asset
    received: Asset
    reserve_steem: Asset
    reserve_token: Asset
    reserve_ratio: U64
