"""Where a listing begins: `start` of the `list_*` methods, in the forms clients send.

`null`, `""`, `{}` and `[]` are the beginning; a list shorter than the index's fields begins at the
first entry with those parts; a bare value stands for a list of one.
"""

from protocol.assets import stripped
from protocol.types import Symbol
from smtchain.node.arguments import (
    NAME,
    SYMBOL,
    Argument,
    BooleanArgument,
    IntegerArgument,
    Json,
    TimeArgument,
)
from smtchain.node.rpc_errors import ParamRangeError

Start = tuple[object, ...] | None

_U32 = IntegerArgument(0, 0xFFFFFFFF)
_U64 = IntegerArgument(0, (1 << 64) - 1)
_U128 = IntegerArgument(0, (1 << 128) - 1)
_VOTES = IntegerArgument(0, (1 << 63) - 1)
_TIME = TimeArgument()
_FLAG = BooleanArgument()


class _NaiArgument:
    """A symbol as the key of the token tables: precision and pairing taken off."""

    example: Json = None

    def read(self, value: Json, field: str) -> int:
        return stripped(Symbol(SYMBOL.read(value, field)))


_NAI = _NaiArgument()


class _DescendingVotes:
    """Votes as the key of the index that runs from the most votes down."""

    example: Json = 0

    def read(self, value: Json, field: str) -> int:
        return (1 << 63) - 1 - _VOTES.read(value, field)


_DESCENDING_VOTES = _DescendingVotes()


class Cursor:
    """One `start`, read by the method of the index it is for.

    Each method returns the index fields to begin at, or None for the beginning, and raises
    ParamTypeError or ParamRangeError for anything else.
    """

    def __init__(self, start: Json, field: str = "start") -> None:
        self._field = field
        if start is None or start in ("", {}, []):
            self._parts: list[Json] = []
        else:
            self._parts = start if isinstance(start, list) else [start]

    def _read(self, *kinds: Argument) -> Start:
        if len(self._parts) > len(kinds):
            raise ParamRangeError(f"a list of at most {len(kinds)}", self._field, len(self._parts))
        parts = tuple(
            kind.read(part, f"{self._field}[{i}]")
            for i, (kind, part) in enumerate(zip(kinds, self._parts, strict=False))
        )
        return parts or None

    def name(self) -> Start:
        """Read an account name."""
        return self._read(NAME)

    def time_and_name(self) -> Start:
        """Read `[time, name]`."""
        return self._read(_TIME, NAME)

    def time_and_id(self) -> Start:
        """Read `[time, id]`."""
        return self._read(_TIME, _U64)

    def flag_time_and_id(self) -> Start:
        """Read `[true or false, time, id]`."""
        return self._read(_FLAG, _TIME, _U64)

    def name_and_number(self) -> Start:
        """Read `[name, number its owner gave it]`."""
        return self._read(NAME, _U32)

    def two_names(self) -> Start:
        """Read `[name, name]`."""
        return self._read(NAME, NAME)

    def votes_and_name(self) -> Start:
        """Read `[votes, name]`."""
        return self._read(_DESCENDING_VOTES, NAME)

    def number_and_id(self) -> Start:
        """Read `[u128, id]`."""
        return self._read(_U128, _U64)

    def nai(self) -> Start:
        """Read a symbol."""
        return self._read(_NAI)

    def name_and_nai(self) -> Start:
        """Read `[name, symbol]`."""
        return self._read(NAME, _NAI)

    def nai_and_time(self) -> Start:
        """Read `[symbol, time]`."""
        return self._read(_NAI, _TIME)

    def nai_name_and_id(self) -> Start:
        """Read `[symbol, name, contribution_id]`."""
        return self._read(_NAI, NAME, _U32)

    def nai_and_id(self) -> Start:
        """Read `[symbol, id]`."""
        return self._read(_NAI, _U64)

    def name_and_id(self) -> Start:
        """Read `[name, id]`."""
        return self._read(NAME, _U64)
