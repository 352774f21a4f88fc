"""Declared types of method arguments: what is accepted, and the words of the refusal.

A method's parameters are Python parameters whose hints are the aliases at the end of this file::

    def get_accounts(node: Node, names: Names) -> list[Json]: ...

`smtchain.node.methods` reads the hints once; `jsonrpc.get_signature` shows the same declaration.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from protocol.assets import symbol_from_nai
from protocol.errors import JsonFormError, JsonRangeError, ProtocolError
from protocol.jsonscalars import parse_hex, parse_text, parse_time
from protocol.types import AccountName, Symbol
from smtchain.node.rpc_errors import ParamRangeError, ParamTypeError

Parsed = TypeVar("Parsed")
Json = Any
"""Anything orjson writes: the edge where types end."""

LIST_LIMIT = (
    1_000  # entries of one answer or one list argument; steemd DATABASE_API_SINGLE_QUERY_LIMIT
)


class Argument(Protocol):
    """A declared argument type."""

    @property
    def example(self) -> Json:
        """Return what `jsonrpc.get_signature` shows."""
        ...

    def read(self, value: Json, field: str) -> object:
        """Return the value in our types; raise ParamTypeError or ParamRangeError naming `field`."""


@dataclass(frozen=True, slots=True)
class TextArgument:
    """A string of at most `limit` characters."""

    limit: int = 1_024
    example: Json = ""

    def read(self, value: Json, field: str) -> str:
        """Accept a string only."""
        if not isinstance(value, str):
            raise ParamTypeError("a string", field, value)
        if len(value) > self.limit:
            raise ParamRangeError(f"a string of at most {self.limit} characters", field, value)
        return value


@dataclass(frozen=True, slots=True)
class NameArgument:
    """An account name: text short enough to be looked up; whether it exists is another matter."""

    limit: int = 64  # bytes
    example: Json = ""

    def read(self, value: Json, field: str) -> AccountName:
        """Accept a short string without NUL."""
        return AccountName(
            _parsed(
                lambda text: parse_text(text, self.limit),
                value,
                f"a name of at most {self.limit} bytes",
                field,
            )
        )


@dataclass(frozen=True, slots=True)
class IntegerArgument:
    """An integer of `lowest` to `highest`, as a number or a decimal string (clients send both)."""

    lowest: int
    highest: int
    example: Json = 0

    def read(self, value: Json, field: str) -> int:
        """Accept 5 and "5"; refuse true, 5.0 and " 5"."""
        if isinstance(value, str):
            digits = value.removeprefix("-")
            if not (digits.isascii() and digits.isdigit() and len(digits) <= 40):
                raise ParamTypeError("an integer", field, value)
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ParamTypeError("an integer", field, value)
        if not self.lowest <= value <= self.highest:
            raise ParamRangeError(f"from {self.lowest} to {self.highest}", field, value)
        return value


@dataclass(frozen=True, slots=True)
class BooleanArgument:
    """True or false; 0 and 1 are taken too, as steemd does."""

    example: Json = False

    def read(self, value: Json, field: str) -> bool:
        """Accept true, false, 0, 1."""
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and value in (0, 1):
            return value == 1
        raise ParamTypeError("true or false", field, value)


@dataclass(frozen=True, slots=True)
class TimeArgument:
    """A time of chain, `2017-08-10T00:00:00`; read as seconds since 1970."""

    example: Json = "1970-01-01T00:00:00"

    def read(self, value: Json, field: str) -> int:
        """Accept what the protocol's JSON accepts as a time."""
        return _parsed(parse_time, value, "a time like 2017-08-10T00:00:00", field)


@dataclass(frozen=True, slots=True)
class HexArgument:
    """Exactly `size` bytes in hex."""

    size: int

    @property
    def example(self) -> Json:
        """Return zeros."""
        return "00" * self.size

    def read(self, value: Json, field: str) -> bytes:
        """Accept hex of either case."""
        return _parsed(
            lambda text: parse_hex(text, self.size), value, f"{self.size} bytes in hex", field
        )


def _parsed(parse: Callable[[Json], Parsed], value: Json, expected: str, field: str) -> Parsed:
    """Return what a reader of the protocol makes of `value`, refusing in a method's own words."""
    try:
        return parse(value)
    except JsonRangeError as error:
        raise ParamRangeError(expected, field, value) from error
    except JsonFormError as error:
        raise ParamTypeError(expected, field, value) from error


@dataclass(frozen=True, slots=True)
class SymbolArgument:
    """An asset symbol: `{"nai": "@@181188044", "decimals": 0}`, or its text with precision 0."""

    example: Mapping[str, Json] | Json = None

    def read(self, value: Json, field: str) -> Symbol:
        """Accept `decimals` and `precision` as the key; the check digit must be right."""
        if not isinstance(value, dict):
            raise ParamTypeError("an asset symbol", field, value)
        nai = value.get("nai")
        decimals = value.get("decimals", value.get("precision"))
        if not isinstance(nai, str):
            raise ParamTypeError("a string", f"{field}.nai", nai)
        precision = IntegerArgument(0, 12).read(decimals, f"{field}.decimals")
        try:
            return symbol_from_nai(nai, precision)
        except ProtocolError as error:
            raise ParamRangeError("an asset symbol", f"{field}.nai", nai) from error


@dataclass(frozen=True, slots=True)
class ListArgument:
    """At most `limit` values of one type."""

    entry: Argument
    limit: int = LIST_LIMIT

    @property
    def example(self) -> Json:
        """Return the empty list."""
        return []

    def read(self, value: Json, field: str) -> tuple[object, ...]:
        """Accept an array; each entry is read by the entry's type."""
        if not isinstance(value, list):
            raise ParamTypeError("a list", field, value)
        if len(value) > self.limit:
            raise ParamRangeError(f"a list of at most {self.limit}", field, len(value))
        return tuple(self.entry.read(item, f"{field}[{i}]") for i, item in enumerate(value))


@dataclass(frozen=True, slots=True)
class PairArgument:
    """A list of exactly two values."""

    first: Argument
    second: Argument

    @property
    def example(self) -> Json:
        """Return an example of each."""
        return [self.first.example, self.second.example]

    def read(self, value: Json, field: str) -> tuple[object, object]:
        """Accept an array of two."""
        if not isinstance(value, list) or len(value) != 2:
            raise ParamTypeError("a list of two", field, value)
        return (
            self.first.read(value[0], f"{field}[0]"),
            self.second.read(value[1], f"{field}[1]"),
        )


@dataclass(frozen=True, slots=True)
class JsonArgument:
    """Any JSON; the method reads it further (transactions, cursors)."""

    example: Json = None

    def read(self, value: Json, field: str) -> Json:
        """Accept anything."""
        return value


_SYMBOL_EXAMPLE = {"nai": "@@000000000", "decimals": 0}
_TRANSACTION_EXAMPLE = {
    "ref_block_num": 0,
    "ref_block_prefix": 0,
    "expiration": "1970-01-01T00:00:00",
    "operations": [],
    "extensions": [],
    "signatures": [],
}

NAME = NameArgument()
SYMBOL = SymbolArgument(_SYMBOL_EXAMPLE)

Text = Annotated[str, TextArgument()]
Name = Annotated[AccountName, NAME]
Names = Annotated[tuple[AccountName, ...], ListArgument(NAME)]
Keys = Annotated[tuple[str, ...], ListArgument(TextArgument(limit=128))]
Flag = Annotated[bool, BooleanArgument()]
UInt32 = Annotated[int, IntegerArgument(0, 0xFFFFFFFF)]
UInt64 = Annotated[int, IntegerArgument(0, (1 << 64) - 1)]
Int64 = Annotated[int, IntegerArgument(-(1 << 63), (1 << 64) - 1)]
Limit = Annotated[int, IntegerArgument(0, LIST_LIMIT)]
Moment = Annotated[int, TimeArgument()]
TransactionId = Annotated[bytes, HexArgument(20)]
AssetSymbol = Annotated[Symbol, SYMBOL]
AssetSymbols = Annotated[tuple[Symbol, ...], ListArgument(SYMBOL)]
SymbolAccounts = Annotated[
    tuple[tuple[Symbol, AccountName], ...], ListArgument(PairArgument(SYMBOL, NAME))
]
Numbers = Annotated[tuple[int, ...], ListArgument(IntegerArgument(0, 0xFFFFFFFF))]
AnyJson = Annotated[Json, JsonArgument()]
TransactionJson = Annotated[Json, JsonArgument(_TRANSACTION_EXAMPLE)]
