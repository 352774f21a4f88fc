"""Amounts and prices: their text and JSON forms, their checks and their arithmetic."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from protocol.arith import I64_MAX, I64_MIN, i64, mul_div
from protocol.errors import (
    EvaluationError,
    InvalidOperationError,
    JsonFormError,
    JsonMissingFieldError,
    JsonRangeError,
    JsonUnknownFieldError,
)
from protocol.jsonform import Form
from protocol.jsonscalars import parse_integer, parse_text
from protocol.params import Network
from protocol.symbols import (
    SBD,
    STEEM,
    VESTS,
    InvalidNaiError,
    damm_check_digit,
    data_digits,
    generate_nai,
    is_smt,
    is_valid_symbol,
    is_vesting,
    nai_string,
    paired_symbol,
    precision_of,
    smt_symbol,
    stripped,
    symbol_from_nai,
    symbol_name,
)
from protocol.types import I64, Symbol
from protocol.wire import wire_struct

__all__ = [
    "SBD",
    "STEEM",
    "VESTS",
    "Asset",
    "InvalidAssetError",
    "InvalidAssetTextError",
    "InvalidNaiError",
    "InvalidPriceError",
    "Price",
    "check_asset",
    "check_price",
    "compare_prices",
    "damm_check_digit",
    "data_digits",
    "format_asset",
    "generate_nai",
    "inverse",
    "is_smt",
    "is_valid_symbol",
    "is_vesting",
    "multiply",
    "nai_string",
    "paired_symbol",
    "parse_asset",
    "precision_of",
    "price_max",
    "price_min",
    "smt_symbol",
    "stripped",
    "symbol_from_nai",
    "symbol_name",
]

MAX_SATOSHIS = 4_611_686_018_427_387_903  # STEEM_MAX_SATOSHIS, 2^62 - 1; steemd config.hpp

_ASSET_TEXT = re.compile(r"([+-]?)([0-9]{1,30})(?:\.([0-9]{1,30}))? (\S+)\s*", re.ASCII)


class InvalidAssetTextError(JsonFormError):
    """Text is not an amount like `1.000 STEEM` of this network."""

    code = "json.asset"


class InvalidAssetError(InvalidOperationError):
    """An amount is negative or above 2^62-1, or its symbol is not valid."""

    code = "operation.asset"


class InvalidPriceError(InvalidOperationError):
    """A price has a zero side, or the same symbol on both."""

    code = "operation.price"


class MismatchedSymbolError(EvaluationError):
    """Two amounts, or an amount and a price, do not share a symbol."""

    code = "evaluation.symbol_mismatch"


@wire_struct
@dataclass(frozen=True, slots=True)
class Asset:
    """An amount in satoshis (10^-precision) of a symbol; signed, 64 bits.

    Spec
    ----
    steemd: protocol/asset.hpp::asset
    """

    JSON_MEMBERS: ClassVar[frozenset[str]] = frozenset({"amount", "precision", "nai"})

    amount: I64
    symbol: Symbol

    def to_json_form(self, network: Network, form: Form) -> Any:
        """Return `"1.000 STEEM"` for core amounts in legacy form, else the NAI object."""
        if form is Form.LEGACY and not is_smt(self.symbol):
            return format_asset(self, network)
        return {
            "amount": str(self.amount),
            "precision": precision_of(self.symbol),
            "nai": nai_string(self.symbol),
        }

    @classmethod
    def from_json_form(cls, data: Any, network: Network) -> "Asset":
        """Return the amount described by a NAI object or by text.

        Raises
        ------
        JsonFormError
            A member is missing, unknown or malformed, or the amount is negative.
        InvalidAssetTextError
            The text is no amount of this network.
        """
        if isinstance(data, str):
            return parse_asset(data, network)
        if not isinstance(data, dict):
            raise JsonFormError("must be an amount object or text", value=data)
        for name in ("amount", "precision", "nai"):
            if name not in data:
                raise JsonMissingFieldError("required", field=name)
        for name in data:
            if name not in cls.JSON_MEMBERS:
                raise JsonUnknownFieldError("an amount has no such member", field=str(name))
        return cls._from_members(data)

    @classmethod
    def _from_members(cls, data: dict[str, Any]) -> "Asset":
        precision = data["precision"]
        if not isinstance(precision, int) or isinstance(precision, bool):
            raise JsonFormError("must be a number", field="precision", value=precision)
        try:
            amount = parse_integer(data["amount"], 64, signed=True)
        except JsonFormError as error:
            raise error.within("amount") from None
        if amount < 0:
            raise JsonRangeError("must not be negative", field="amount", value=amount)
        try:
            text = parse_text(data["nai"], None)
        except JsonFormError as error:
            raise error.within("nai") from None
        try:
            return cls(amount, symbol_from_nai(text, precision))
        except InvalidNaiError as error:
            if error.field == "decimals":
                error.field = "precision"
            raise

    @classmethod
    def json_zero(cls) -> "Asset":
        """Return zero STEEM, what the reference's constructor gives."""
        return cls(0, STEEM)


@wire_struct
@dataclass(frozen=True, slots=True)
class Price:
    """An exchange rate: `base` is worth `quote`.

    Spec
    ----
    steemd: protocol/asset.hpp::price
    """

    base: Asset
    quote: Asset


def parse_asset(text: str, network: Network) -> Asset:
    """Return the amount written as `1.000 STEEM`, or as `1.0000 @@181188044` for an SMT.

    A core amount has exactly its symbol's decimals; an SMT's precision is that of the text.

    Raises
    ------
    InvalidAssetTextError
        Malformed, of an unknown symbol, with other decimals, or beyond 64 bits.

    Spec
    ----
    steemd: plugins/condenser_api/condenser_api_legacy_asset.cpp::legacy_asset::from_string, except
    that the sign of `-1.500` also holds for the fraction.
    """
    match = _ASSET_TEXT.fullmatch(text)
    if match is None:
        raise InvalidAssetTextError("must be an amount like 1.000 STEEM", value=text)
    sign, whole, fraction, name = match[1], match[2], match[3] or "", match[4]
    symbol = _symbol_named(name, len(fraction), network)
    if symbol is None:
        raise InvalidAssetTextError(f"unknown symbol on network {network.name}", value=text)
    if len(fraction) != precision_of(symbol):
        raise InvalidAssetTextError(f"must have {precision_of(symbol)} decimals", value=text)
    amount = int(sign + whole + fraction)
    if not I64_MIN <= amount <= I64_MAX:
        raise InvalidAssetTextError("does not fit 64 bits", value=text)
    return Asset(amount, symbol)


def _symbol_named(name: str, decimals: int, network: Network) -> Symbol | None:
    for number, core in network.core_names().items():
        if name == core:
            return Symbol(number)
    if not name.startswith("@@"):
        return None
    try:
        symbol = symbol_from_nai(name, decimals)
    except InvalidNaiError:
        return None
    return symbol if is_smt(symbol) else None


def format_asset(asset: Asset, network: Network) -> str:
    """Return `1.000 STEEM`, or `1.0000 @@181188044` for an SMT; the inverse of `parse_asset`."""
    precision = precision_of(asset.symbol)
    digits = f"{abs(asset.amount):0{precision + 1}d}"
    whole, fraction = digits[: len(digits) - precision], digits[len(digits) - precision :]
    sign = "-" if asset.amount < 0 else ""
    point = "." if precision else ""
    return f"{sign}{whole}{point}{fraction} {symbol_name(asset.symbol, network)}"


def check_asset(asset: Asset, field: str = "") -> None:
    """Refuse what `asset::validate` refuses.

    Raises
    ------
    InvalidAssetError
        Invalid symbol, negative amount, or more than 2^62-1 satoshis.

    Spec
    ----
    steemd: protocol/asset.cpp::asset::validate
    """
    if not is_valid_symbol(asset.symbol):
        raise InvalidAssetError("not a valid symbol", field=field, value=asset.symbol)
    if not 0 <= asset.amount <= MAX_SATOSHIS:
        raise InvalidAssetError(f"amounts are 0 to {MAX_SATOSHIS}", field=field, value=asset.amount)


def check_price(price: Price, field: str = "") -> None:
    """Refuse what `price::validate` refuses.

    Raises
    ------
    InvalidPriceError
        A side is not above zero, or both sides have one symbol.

    Spec
    ----
    steemd: protocol/asset.cpp::price::validate
    """
    if price.base.amount <= 0 or price.quote.amount <= 0:
        raise InvalidPriceError("both sides of a price are above zero", field=field, value=price)
    if price.base.symbol == price.quote.symbol:
        raise InvalidPriceError("a price joins two symbols", field=field, value=price)


def multiply(asset: Asset, price: Price) -> Asset:
    """Return `asset` converted at `price`, rounded down.

    Raises
    ------
    MismatchedSymbolError
        The symbol is on neither side of the price.
    InvalidPriceError
        The side to divide by is not above zero.
    ArithmeticRangeError
        The result exceeds 63 bits, or a factor is negative.

    Spec
    ----
    steemd: protocol/asset.cpp::operator*( asset, price )

    Examples
    --------
    >>> rate = Price(Asset(1000, SBD), Asset(3501, STEEM))
    >>> multiply(Asset(999, SBD), rate).amount
    3497
    """
    if asset.symbol == price.base.symbol:
        divisor, factor = price.base, price.quote
    elif asset.symbol == price.quote.symbol:
        divisor, factor = price.quote, price.base
    else:
        raise MismatchedSymbolError("the price does not hold this symbol", value=asset.symbol)
    if divisor.amount <= 0:
        raise InvalidPriceError("division by a side that is not above zero", value=price)
    return Asset(i64(mul_div(asset.amount, factor.amount, divisor.amount)), factor.symbol)


def compare_prices(a: Price, b: Price) -> int:
    """Return -1, 0 or 1 as `a` sorts before, with or after `b`.

    Symbols decide first, base then quote.  Of one pair, the price with more quote for its base is
    the *smaller* one.

    Spec
    ----
    steemd: protocol/asset.cpp::operator<( price, price )
    """
    pair_a = (a.base.symbol, a.quote.symbol)
    pair_b = (b.base.symbol, b.quote.symbol)
    if pair_a != pair_b:
        return -1 if pair_a < pair_b else 1
    left = b.quote.amount * a.base.amount
    right = a.quote.amount * b.base.amount
    return (left > right) - (left < right)


def inverse(price: Price) -> Price:
    """Return the price with its sides swapped; steemd's `~price`."""
    return Price(price.quote, price.base)


def price_max(base: Symbol, quote: Symbol) -> Price:
    """Return the largest price of a pair, (2^62-1) to 1."""
    return Price(Asset(MAX_SATOSHIS, base), Asset(1, quote))


def price_min(base: Symbol, quote: Symbol) -> Price:
    """Return the smallest price of a pair, 1 to (2^62-1)."""
    return Price(Asset(1, base), Asset(MAX_SATOSHIS, quote))
