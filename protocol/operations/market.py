"""The order book, and converting SBD to STEEM."""

from dataclasses import dataclass

from typing_extensions import override

from protocol.assets import SBD, STEEM, Asset, Price, check_price, is_smt, multiply
from protocol.errors import InvalidOperationError, ProtocolError
from protocol.operation import Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.types import TIME_MAX, U32, AccountName, Symbol, Time
from protocol.validation import (
    WrongSymbolError,
    check_account_name,
    check_liquid,
    check_positive_amount,
    check_symbol,
)


class MarketPairError(InvalidOperationError):
    """The two assets have no market: only STEEM trades, against SBD or a token."""

    code = "operation.market.pair"


class NothingToReceiveError(InvalidOperationError):
    """At its price the whole order would receive less than one satoshi, or too much to count."""

    code = "operation.market.nothing_to_receive"


def _check_pair(sold: Symbol, bought: Symbol, field: str) -> None:
    """Check that one side is STEEM and the other SBD or a liquid SMT.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations"; steemd:
    limit_order_create_operation::validate, which also lets vesting symbols of SMTs pass
    """
    check_liquid(sold, "amount_to_sell")
    check_liquid(bought, field)
    others = [symbol for symbol in (sold, bought) if symbol != STEEM]
    if len(others) != 1 or not (others[0] == SBD or is_smt(others[0])):
        raise MarketPairError(
            "one side must be STEEM, the other SBD or a token", field=field, value=bought
        )


@operation(tag=5)
@dataclass(frozen=True, slots=True)
class LimitOrderCreate(Operation):
    """Offer `amount_to_sell` for at least `min_to_receive`.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (D-32);
    steemd: limit_order_create_operation
    """

    owner: AccountName
    orderid: U32
    amount_to_sell: Asset
    min_to_receive: Asset
    fill_or_kill: bool = False
    expiration: Time = TIME_MAX

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, a pair without market, and amounts below one satoshi."""
        check_account_name(self.owner, "owner")
        _check_pair(self.amount_to_sell.symbol, self.min_to_receive.symbol, "min_to_receive")
        check_positive_amount(self.amount_to_sell, "amount_to_sell")
        check_positive_amount(self.min_to_receive, "min_to_receive")

    @override
    def required_active(self) -> Accounts:
        """Return the seller."""
        return frozenset((self.owner,))


@operation(tag=6)
@dataclass(frozen=True, slots=True)
class LimitOrderCancel(Operation):
    """Take an order out of the book.

    Spec
    ----
    steemd: limit_order_cancel_operation
    """

    owner: AccountName
    orderid: U32

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name."""
        check_account_name(self.owner, "owner")

    @override
    def required_active(self) -> Accounts:
        """Return the seller."""
        return frozenset((self.owner,))


@operation(tag=8)
@dataclass(frozen=True, slots=True)
class Convert(Operation):
    """Turn SBD into STEEM at the median price in three and a half days.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (no SMTs); steemd: convert_operation
    """

    owner: AccountName
    requestid: U32
    amount: Asset

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name and anything but a positive amount of SBD."""
        check_account_name(self.owner, "owner")
        check_symbol(self.amount, SBD, "amount")
        check_positive_amount(self.amount, "amount")

    @override
    def required_active(self) -> Accounts:
        """Return the owner of the SBD."""
        return frozenset((self.owner,))


@operation(tag=21)
@dataclass(frozen=True, slots=True)
class LimitOrderCreate2(Operation):
    """Offer `amount_to_sell` at `exchange_rate`, whose base is the asset sold.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (D-32);
    steemd: limit_order_create2_operation, FC_REFLECT order
    """

    owner: AccountName
    orderid: U32
    amount_to_sell: Asset
    exchange_rate: Price
    fill_or_kill: bool = False
    expiration: Time = TIME_MAX

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or price, a pair without market, and an order that buys nothing."""
        check_account_name(self.owner, "owner")
        if self.amount_to_sell.symbol != self.exchange_rate.base.symbol:
            raise WrongSymbolError(
                "the base of the price must be the asset sold",
                field="exchange_rate.base",
                value=self.exchange_rate.base.symbol,
            )
        check_price(self.exchange_rate, "exchange_rate")
        _check_pair(
            self.amount_to_sell.symbol, self.exchange_rate.quote.symbol, "exchange_rate.quote"
        )
        check_positive_amount(self.amount_to_sell, "amount_to_sell")
        try:
            received = multiply(self.amount_to_sell, self.exchange_rate).amount
        except ProtocolError:
            received = 0
        if received == 0:
            raise NothingToReceiveError(
                "the order must be worth at least one satoshi and fit 64 bits",
                field="amount_to_sell",
                value=self.amount_to_sell.amount,
            )

    @override
    def required_active(self) -> Accounts:
        """Return the seller."""
        return frozenset((self.owner,))


@operation(tag=56, virtual=True)
@dataclass(frozen=True, slots=True)
class FillConvertRequest(Operation):
    """A conversion was paid.

    Spec
    ----
    steemd: fill_convert_request_operation
    """

    owner: AccountName
    requestid: U32
    amount_in: Asset
    amount_out: Asset


@operation(tag=60, virtual=True)
@dataclass(frozen=True, slots=True)
class LiquidityReward(Operation):
    """A market maker of the early order book was rewarded; ended with hardfork 12.

    Spec
    ----
    steemd: liquidity_reward_operation
    """

    owner: AccountName
    payout: Asset


@operation(tag=63, virtual=True)
@dataclass(frozen=True, slots=True)
class FillOrder(Operation):
    """Two orders met: the incoming (`current`) and the one in the book (`open`).

    Spec
    ----
    steemd: fill_order_operation
    """

    current_owner: AccountName
    current_orderid: U32
    current_pays: Asset
    open_owner: AccountName
    open_orderid: U32
    open_pays: Asset
