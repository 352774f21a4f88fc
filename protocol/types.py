"""The names of the wire: integer widths, times, hashes, containers.

A field's type hint is the single declaration of its wire form, its JSON form and its Python type.
At run time every value is a plain `int`, `str`, `bytes` or `tuple`; the `Annotated` markers below
are read once, when a class is defined (`protocol.wire`, `protocol.jsonform`).
"""

from dataclasses import dataclass
from typing import Annotated, NewType, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Width:
    """Fixed-width little-endian integer of `bits` bits (u128: high u64 first, D-33)."""

    bits: int
    signed: bool


@dataclass(frozen=True, slots=True)
class TimePoint:
    """Unsigned 32-bit seconds since 1970 UTC; in JSON `2017-08-10T00:00:00`."""


@dataclass(frozen=True, slots=True)
class FixedBytes:
    """Exactly `size` bytes, no length prefix; lower-case hex in JSON."""

    size: int


@dataclass(frozen=True, slots=True)
class VarBytes:
    """Varint length, then bytes; lower-case hex in JSON."""


@dataclass(frozen=True, slots=True)
class Varint:
    """Unsigned 32-bit integer in 1 to 5 bytes, seven bits each, low bits first; no padding."""


@dataclass(frozen=True, slots=True)
class SignedVarint:
    """Signed 32-bit integer as the varint of 0, -1, 1, -2, ... counted from 0 (zigzag)."""


@dataclass(frozen=True, slots=True)
class TextLimit:
    """Text of at most `size` UTF-8 bytes without NUL (the reference's fixed_string)."""

    size: int


@dataclass(frozen=True, slots=True)
class VersionNumber:
    """Unsigned 32-bit `major << 24 | minor << 16 | revision`; `"0.22.0"` in JSON."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """A flat_set: varint count, then strictly ascending elements; a JSON array."""


@dataclass(frozen=True, slots=True)
class SortedMap:
    """A flat_map: varint count, then pairs with strictly ascending keys; JSON array of pairs."""


@dataclass(frozen=True, slots=True)
class StaticVariant:
    """One of several structs: varint index in union order, then the struct.

    Write each union in one order only: to `typing`, `A | B` and `B | A` are the same hint.
    In JSON `[index, {...}]`, `["name", {...}]` or `{"type": "name", "value": {...}}`.
    """


@dataclass(frozen=True, slots=True)
class EnumWidth:
    """An `enum.IntEnum` written as an unsigned integer of `bits` bits; its name in JSON."""

    bits: int


U8 = Annotated[int, Width(8, signed=False)]
U16 = Annotated[int, Width(16, signed=False)]
U32 = Annotated[int, Width(32, signed=False)]
U64 = Annotated[int, Width(64, signed=False)]
U128 = Annotated[int, Width(128, signed=False)]
I16 = Annotated[int, Width(16, signed=True)]
I32 = Annotated[int, Width(32, signed=True)]
I64 = Annotated[int, Width(64, signed=True)]
Time = Annotated[int, TimePoint()]
VarU32 = Annotated[int, Varint()]
VarI32 = Annotated[int, SignedVarint()]
Version = Annotated[int, VersionNumber()]

Ripemd160 = Annotated[bytes, FixedBytes(20)]
Sha256 = Annotated[bytes, FixedBytes(32)]
Signature = Annotated[bytes, FixedBytes(65)]
Bytes = Annotated[bytes, VarBytes()]

CustomId = Annotated[str, TextLimit(32)]

FlatSet = Annotated[tuple[V, ...], Sorted()]
FlatMap = Annotated[tuple[tuple[K, V], ...], SortedMap()]

AccountName = NewType("AccountName", str)
"""An account name: at most 16 bytes on the wire; its grammar is checked by `validation`."""

Symbol = NewType("Symbol", int)
"""An asset symbol as its `asset_num` (docs/RULES.md 1.1), the same number on every network.

Which text a core symbol has (`STEEM` or `TESTS`) is the network's choice, see `params.Network`.
"""

PublicKey = NewType("PublicKey", bytes)
"""A compressed secp256k1 point, 33 bytes; base58 text with the network's prefix in JSON."""

TIME_MAX = 0xFFFFFFFF
"""Latest representable time, 2106-02-07T06:28:15; the reference's "never"."""
