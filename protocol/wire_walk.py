"""The wire format spelled out: slow, exact, field by field.

`protocol.wire` compiles the same rules into one function per class.  This module is what those
functions must agree with, and what names offset and field when they fail.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from protocol.errors import (
    NotCanonicalError,
    OutOfRangeError,
    ProtocolError,
    TrailingBytesError,
    TruncatedError,
    UnknownTagError,
    WireError,
)
from protocol.shapes import (
    PUBLIC_KEY_SIZE,
    BoolShape,
    CompositeShape,
    EnumShape,
    ListShape,
    MapShape,
    OptionalShape,
    PublicKeyShape,
    Shape,
    StructShape,
    SymbolShape,
    TaggedShape,
    TextShape,
    VariantShape,
    family_of,
    minimum_size,
    order_key,
    struct_of,
)
from protocol.types import (
    FixedBytes,
    SignedVarint,
    TimePoint,
    VarBytes,
    Varint,
    VersionNumber,
    Width,
)
from protocol.wire_tables import Tables

_MAX_VARINT = 0xFFFFFFFF


class WrongTypeError(OutOfRangeError):
    """A field holds a Python value of another type than its hint says."""

    code = "wire.wrong_type"


def pack_varint(value: int) -> bytes:
    """Return `value` (0 to 2^32-1) in the fewest bytes of seven bits, low bits first.

    Raises
    ------
    OutOfRangeError
        `value` does not fit 32 bits.
    """
    if not 0 <= value <= _MAX_VARINT:
        raise OutOfRangeError("varints hold 0 to 4294967295", value=value)
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def zigzag(value: int) -> int:
    """Return the place of a signed 32-bit integer in the order 0, -1, 1, -2, ...

    Raises
    ------
    OutOfRangeError
        `value` does not fit 32 bits.
    """
    if not -(1 << 31) <= value < 1 << 31:
        raise OutOfRangeError("must be -2147483648 to 2147483647", value=value)
    return value << 1 ^ value >> 31


def within(prefix: str, step: Callable[..., Any], *arguments: Any) -> Any:
    """Run a step; put `prefix` before the field path of what it raises."""
    try:
        return step(*arguments)
    except ProtocolError as error:
        raise error.within(prefix)  # noqa: B904 - the same error, one level further out


class Writer:
    """Appends values to a buffer."""

    def __init__(self, tables: Tables) -> None:
        self.out = bytearray()
        self._tables = tables

    def write(self, shape: Shape, value: Any) -> None:
        """Append `value`.

        Raises
        ------
        WireError
            The value has no canonical encoding of this shape; `field` is the path inside it.
        """
        match shape:
            case Width(bits, signed):
                self._integer(value, bits, signed=signed)
            case TimePoint() | VersionNumber():
                self._integer(value, 32, signed=False)
            case Varint():
                self.out += pack_varint(_typed(value, int))
            case SignedVarint():
                self.out += pack_varint(zigzag(_typed(value, int)))
            case EnumShape(cls, bits):
                self._integer(_member(cls, value), bits, signed=False)
            case BoolShape():
                self.out.append(_typed(value, bool))
            case TextShape(limit):
                self._text(_typed(value, str), limit)
            case FixedBytes(size):
                self._fixed(value, size)
            case PublicKeyShape():
                self._fixed(value, PUBLIC_KEY_SIZE)
            case VarBytes():
                packed = bytes(_typed(value, bytes))
                self.out += pack_varint(len(packed)) + packed
            case SymbolShape():
                self.out += self._tables.pack_symbol[_typed(value, int)]
            case _:
                self._composite(shape, value)

    def _composite(self, shape: CompositeShape, value: Any) -> None:
        match shape:
            case OptionalShape(inner):
                self.out.append(value is not None)
                if value is not None:
                    self.write(inner, value)
            case ListShape(inner, is_sorted):
                self._elements(value, [(inner, None)], inner if is_sorted else None)
            case MapShape(key, inner):
                self._elements(value, [(key, 0), (inner, 1)], key)
            case StructShape(cls):
                self._struct(cls, value)
            case VariantShape(members):
                if value.__class__ not in members:
                    raise WrongTypeError("not a member of this variant", value=value)
                self.out += pack_varint(members.index(value.__class__))
                self._struct(value.__class__, value)
            case TaggedShape(base):
                tag = family_of(base).by_class.get(value.__class__)
                if tag is None:
                    raise UnknownTagError(f"not a known {base.__name__}", value=value)
                self.out += pack_varint(tag)
                self._struct(value.__class__, value)

    def _integer(self, value: Any, bits: int, *, signed: bool) -> None:
        low = -(1 << bits - 1) if signed else 0
        high = low + (1 << bits) - 1
        if not low <= _typed(value, int) <= high:
            raise OutOfRangeError(f"must be {low} to {high}", value=value)
        if bits == 128:  # high half first, D-33
            packed = (value >> 64).to_bytes(8, "little") + (value & (1 << 64) - 1).to_bytes(
                8, "little"
            )
        else:
            packed = value.to_bytes(bits // 8, "little", signed=signed)
        self.out += packed

    def _text(self, value: str, limit: int | None) -> None:
        try:
            packed = value.encode()
        except UnicodeEncodeError:
            raise NotCanonicalError("text is not valid Unicode", value=value) from None
        if limit is not None:
            if len(packed) > limit:
                raise OutOfRangeError(f"at most {limit} bytes", value=value)
            if 0 in packed:
                raise NotCanonicalError("no NUL allowed here", value=value)
        self.out += pack_varint(len(packed)) + packed

    def _fixed(self, value: Any, size: int) -> None:
        if len(_typed(value, bytes)) != size:
            raise OutOfRangeError(f"must be {size} bytes", value=value)
        self.out += value

    def _elements(
        self, value: Any, parts: list[tuple[Shape, int | None]], sorted_by: Shape | None
    ) -> None:
        _typed(value, tuple)
        self.out += pack_varint(len(value))
        last: Any = None
        for index, element in enumerate(value):
            for shape, place in parts:
                part = element if place is None else _pair(element, index)[place]
                within(f"[{index}]", self.write, shape, part)
            if sorted_by is not None:
                key = order_key(sorted_by, element if len(parts) == 1 else element[0])
                if index and not last < key:
                    raise NotCanonicalError(
                        "keys must be strictly ascending", field=f"[{index}]", value=element
                    )
                last = key

    def _struct(self, cls: type, value: Any) -> None:
        if value.__class__ is not cls:
            raise WrongTypeError(f"must be a {cls.__name__}", value=value)
        for member in struct_of(cls).members:
            within(member.names[0], self.write, member.shape, getattr(value, member.attribute))


def _typed(value: Any, cls: type) -> Any:
    wrong = not isinstance(value, cls) or (cls is int and isinstance(value, bool))
    if wrong:
        raise WrongTypeError(f"must be {cls.__name__}", value=value)
    return value


def _pair(element: Any, index: int) -> Any:
    if not isinstance(element, tuple) or len(element) != 2:
        raise WrongTypeError("must be a pair", field=f"[{index}]", value=element)
    return element


def _member(cls: type[IntEnum], value: Any) -> int:
    try:
        return int(cls(_typed(value, int)))
    except ValueError:
        raise OutOfRangeError(f"not a {cls.__name__}", value=value) from None


class Reader:
    """Takes values off a buffer, from `offset` to `end`."""

    def __init__(self, data: bytes, tables: Tables, offset: int = 0) -> None:
        self.data = data
        self.offset = offset
        self._tables = tables

    def read(self, shape: Shape) -> Any:
        """Take one value.

        Raises
        ------
        WireError
            The bytes are not the canonical form of such a value.
        """
        start = self.offset
        try:
            return self._read(shape)
        except WireError as error:
            # Raised by the tables, which know no offset.
            if error.offset == 0 and start:
                error.offset = start
            raise

    def finish(self) -> None:
        """Demand that nothing is left.

        Raises
        ------
        TrailingBytesError
            Bytes remain.
        """
        left = len(self.data) - self.offset
        if left:
            raise TrailingBytesError(f"{left} bytes after the end", offset=self.offset, value=left)

    def _read(self, shape: Shape) -> Any:  # noqa: PLR0911 - one per shape
        match shape:
            case Width(bits, signed):
                return self._integer(bits, signed=signed)
            case TimePoint() | VersionNumber():
                return self._integer(32, signed=False)
            case Varint():
                return self.varint()
            case SignedVarint():
                number = self.varint()
                return number >> 1 ^ -(number & 1)
            case EnumShape(cls, bits):
                return self._enum(cls, bits)
            case BoolShape():
                return self._flag()
            case TextShape(limit):
                return self._text(limit)
            case FixedBytes(size):
                return self._take(size)
            case PublicKeyShape():
                return self._take(PUBLIC_KEY_SIZE)
            case VarBytes():
                return self._take(self.varint())
            case SymbolShape():
                return self._symbol()
            case _:
                return self._composite(shape)

    def _composite(self, shape: CompositeShape) -> Any:
        match shape:
            case OptionalShape(inner):
                return self.read(inner) if self._flag() else None
            case ListShape(inner, is_sorted):
                return self._elements([inner], is_sorted=is_sorted)
            case MapShape(key, inner):
                return self._elements([key, inner], is_sorted=True)
            case StructShape(cls):
                return self._struct(cls)
            case VariantShape(members):
                start = self.offset
                index = self.varint()
                if index >= len(members):
                    raise UnknownTagError("no such variant", offset=start, value=index)
                return self._struct(members[index])
            case TaggedShape(base):
                start = self.offset
                tag = self.varint()
                known = family_of(base).by_tag.get(tag)
                if known is None:
                    raise UnknownTagError(f"no such {base.__name__}", offset=start, value=tag)
                return self._struct(known)

    def _take(self, size: int) -> bytes:
        left = len(self.data) - self.offset
        if size > left:
            raise TruncatedError(f"{size} bytes wanted, {left} left", offset=self.offset)
        start = self.offset
        self.offset += size
        return bytes(self.data[start : self.offset])

    def varint(self) -> int:
        """Take a varint of at most 32 bits without padding."""
        start = self.offset
        value = 0
        for shift in range(0, 35, 7):
            byte = self._take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if byte == 0 and shift:
                    raise NotCanonicalError("padded varint", offset=start)
                if value > _MAX_VARINT:
                    raise OutOfRangeError("varint above 32 bits", offset=start, value=value)
                return value
        raise OutOfRangeError("varint of more than five bytes", offset=start)

    def _integer(self, bits: int, *, signed: bool) -> int:
        packed = self._take(bits // 8)
        if bits == 128:
            return int.from_bytes(packed[:8], "little") << 64 | int.from_bytes(packed[8:], "little")
        return int.from_bytes(packed, "little", signed=signed)

    def _enum(self, cls: type[IntEnum], bits: int) -> IntEnum:
        start = self.offset
        number = self._integer(bits, signed=False)
        try:
            return cls(number)
        except ValueError:
            raise OutOfRangeError(f"not a {cls.__name__}", offset=start, value=number) from None

    def _flag(self) -> bool:
        start = self.offset
        byte = self._take(1)[0]
        if byte > 1:
            raise OutOfRangeError("a flag must be 0 or 1", offset=start, value=byte)
        return byte == 1

    def _text(self, limit: int | None) -> str:
        start = self.offset
        packed = self._take(self.varint())
        if limit is not None:
            if len(packed) > limit:
                raise OutOfRangeError(f"at most {limit} bytes", offset=start, value=packed)
            if 0 in packed:
                raise NotCanonicalError("no NUL allowed here", offset=start, value=packed)
        try:
            return packed.decode()
        except UnicodeDecodeError:
            raise NotCanonicalError("text is not UTF-8", offset=start, value=packed) from None

    def _symbol(self) -> int:
        symbols = self._tables.read_symbol
        rest = bytes(self.data[self.offset : self.offset + 8])
        window = int.from_bytes(rest, "little")
        core = symbols.get(window)
        if core is not None and len(rest) == 8:
            self.offset += 8
            return core
        if len(rest) < 4 or (len(rest) < 8 and symbols.is_start_of_core(rest)):
            raise TruncatedError("the end of a symbol is missing", offset=self.offset)
        symbol = symbols.smt(window)
        self.offset += 4
        return symbol

    def _elements(self, shapes: list[Shape], *, is_sorted: bool) -> tuple[Any, ...]:
        start = self.offset
        count = self.varint()
        least = sum(minimum_size(shape) for shape in shapes)
        if count * least > len(self.data) - self.offset:
            raise TruncatedError(f"{count} elements do not fit the rest", offset=start, value=count)
        found: list[Any] = []
        last: Any = None
        for index in range(count):
            begin = self.offset
            parts = [within(f"[{index}]", self.read, shape) for shape in shapes]
            if is_sorted:
                key = order_key(shapes[0], parts[0])
                if index and not last < key:
                    raise NotCanonicalError(
                        "keys must be strictly ascending",
                        offset=begin,
                        field=f"[{index}]",
                        value=parts[0],
                    )
                last = key
            found.append(parts[0] if len(parts) == 1 else tuple(parts))
        return tuple(found)

    def _struct(self, cls: type) -> Any:
        values = {
            member.attribute: within(member.names[0], self.read, member.shape)
            for member in struct_of(cls).members
        }
        return cls(**values)
