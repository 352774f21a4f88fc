"""Compile a struct's shape into one function that unpacks it.

An unpacker is `unpack(data, offset, end, tables) -> (value, offset)`, on data with `PADDING` after
`end`: a symbol is read as eight bytes although the last four may not belong to it.
"""

import struct
from collections.abc import Callable
from typing import Any

from protocol.shapes import (
    ACCOUNT_NAME_SIZE,
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
from protocol.wire_source import FORMATS, Unit, is_inlined
from protocol.wire_tables import Tables

Unpacker = Callable[[bytes, int, int, Tables], tuple[Any, int]]

PADDING = bytes(8)


class _Block:
    """Statements at one level of indentation, with a pending run of fixed-width fields."""

    def __init__(self, unit: Unit, depth: int) -> None:
        self._unit = unit
        self._indent = "    " * depth
        self._depth = depth
        self._run: list[tuple[str, str]] = []
        self._after: list[str] = []

    def line(self, text: str) -> None:
        self._unit.lines.append(self._indent + text)

    def nested(self) -> "_Block":
        return _Block(self._unit, self._depth + 1)

    def flush(self) -> None:
        """Read the pending fields."""
        run, self._run = self._run, []
        after, self._after = self._after, []
        if not run:
            return
        layout = struct.Struct("<" + "".join(code for code, _ in run))
        if len(run) == 1 and run[0][0] == "B":
            self.line(f"{run[0][1]} = data[offset]")
        elif len(run) == 1 and run[0][0].endswith("s"):
            self.line(f"{run[0][1]} = data[offset:offset + {layout.size}]")
        else:
            names = "".join(f"{name}, " for _, name in run)
            reader = self._unit.bind("read", layout.unpack_from)
            self.line(f"{names}= {reader}(data, offset)")
        self.line(f"offset += {layout.size}")
        for text in after:
            self.line(text)

    def _fixed(self, code: str) -> str:
        name = self._unit.fresh()
        self._run.append((code, name))
        return name

    def count(self) -> str:
        """Read a varint; return its name."""
        name = self._fixed("B")
        self.flush()
        self.line(f"if {name} > 127: {name}, offset = read_varint(data, offset - 1)")
        return name

    def take(self, shape: Shape) -> str:  # noqa: PLR0911, PLR0912 - one per shape
        """Read a value; return an expression for it, good once the block is flushed."""
        match shape:
            case Width(128):
                return f"({self._fixed('Q')} << 64 | {self._fixed('Q')})"
            case Width(bits, signed):
                code = FORMATS[bits]
                return self._fixed(code.lower() if signed else code)
            case TimePoint() | VersionNumber():
                return self._fixed("I")
            case EnumShape(cls, bits):
                table = self._unit.bind("enum", {int(member): member for member in cls})
                return f"{table}[{self._fixed(FORMATS[bits])}]"
            case BoolShape():
                name = self._fixed("B")
                self._after.append(f"if {name} > 1: raise RefusedError")
                return f"({name} == 1)"
            case FixedBytes(size):
                return self._fixed(f"{size}s")
            case PublicKeyShape():
                return self._fixed(f"{PUBLIC_KEY_SIZE}s")
            case Varint():
                return self.count()
            case SignedVarint():
                number = self.count()
                return f"({number} >> 1 ^ -({number} & 1))"
            case TextShape(limit):
                return self._text(limit)
            case VarBytes():
                return self._sized("data[offset:offset + {size}]")
            case SymbolShape():
                return self._symbol()
            case _:
                return self._composite(shape)

    def _sized(self, pattern: str) -> str:
        size = self.count()
        name = self._unit.fresh()
        self.line(f"{name} = {pattern.format(size=size)}")
        self.line(f"offset += {size}")
        return name

    def _text(self, limit: int | None) -> str:
        if limit == ACCOUNT_NAME_SIZE:
            return self._sized("READ_NAME[data[offset:offset + {size}]]")
        name = self._sized("data[offset:offset + {size}]")
        if limit is not None:
            self.line(f"if len({name}) > {limit} or 0 in {name}: raise RefusedError")
        self.line(f"{name} = {name}.decode()")
        return name

    def _symbol(self) -> str:
        window = self._fixed("Q")
        name = self._unit.fresh()
        self.flush()
        self.line(f"{name} = tables.find_core({window})")
        self.line(f"if {name} is None:")
        self.line(f"    {name} = tables.read_smt({window})")
        self.line("    offset -= 4")
        return name

    def _composite(self, shape: CompositeShape) -> str:  # noqa: PLR0911 - one per shape
        match shape:
            case StructShape(cls) if is_inlined(cls):
                return self.construct(cls)
            case StructShape(cls):
                return self._call(self._unit.bind("unpack", unpacker_of(cls)))
            case VariantShape(members):
                index = self.count()
                table = self._unit.bind("variants", tuple(unpacker_of(cls) for cls in members))
                return self._call(f"{table}[{index}]")
            case TaggedShape(base):
                tag = self.count()
                return self._call(f"{self._unit.bind('tagged', tagged_unpackers(base))}[{tag}]")
            case OptionalShape(inner):
                return self._optional(inner)
            case ListShape(inner, is_sorted):
                return self._sequence([inner], is_sorted=is_sorted)
            case MapShape(key, inner):
                return self._sequence([key, inner], is_sorted=True)

    def _call(self, function: str) -> str:
        self.flush()
        name = self._unit.fresh()
        self.line(f"{name}, offset = {function}(data, offset, end, tables)")
        return name

    def construct(self, cls: type) -> str:
        """Read the fields of `cls`; return the name of the object, which exists at once."""
        members = struct_of(cls).members
        values = [self.take(member.shape) for member in members]
        self.flush()
        name = self._unit.fresh()
        maker = self._unit.bind("cls", cls)
        if hasattr(cls, "__post_init__"):
            given = zip(members, values, strict=True)
            self.line(f"{name} = {maker}({', '.join(f'{m.attribute}={v}' for m, v in given)})")
            return name
        # Slot descriptors write past the frozen `__setattr__`, at half the price of `__init__`.
        self.line(f"{name} = new({maker})")
        for member, value in zip(members, values, strict=True):
            setter = self._unit.bind("set", getattr(cls, member.attribute).__set__)
            self.line(f"{setter}({name}, {value})")
        return name

    def _optional(self, inner: Shape) -> str:
        flag = self._fixed("B")
        self.flush()
        name = self._unit.fresh("o")
        self.line(f"if {flag} == 0: {name} = None")
        self.line(f"elif {flag} == 1:")
        block = self.nested()
        value = block.take(inner)
        block.flush()
        block.line(f"{name} = {value}")
        self.line("else: raise RefusedError")
        return name

    def _sequence(self, shapes: list[Shape], *, is_sorted: bool) -> str:
        count = self.count()
        name = self._unit.fresh("o")
        self.line(f"if {count} == 0: {name} = ()")
        self.line("else:")
        block = self.nested()
        least = sum(minimum_size(shape) for shape in shapes)
        block.line(f"if {count} * {least} > end - offset: raise RefusedError")
        block.line(f"{name} = []")
        last = self._unit.fresh("last")
        if is_sorted:
            block.line(f"{last} = None")
        block.line(f"for _ in range({count}):")
        body = block.nested()
        values = [body.take(shape) for shape in shapes]
        body.flush()
        if is_sorted:
            key = values[0]
            if isinstance(shapes[0], VariantShape):
                ranks = {cls: index for index, cls in enumerate(shapes[0].members)}
                key = f"{self._unit.bind('ranks', ranks)}[{values[0]}.__class__]"
            body.line(f"key = {key}")
            body.line(f"if {last} is not None and not {last} < key: raise RefusedError")
            body.line(f"{last} = key")
        element = values[0] if len(values) == 1 else f"({', '.join(values)})"
        body.line(f"{name}.append({element})")
        block.line(f"{name} = tuple({name})")
        return name


def _compile_unpacker(cls: type) -> Unpacker:
    unit = Unit()
    block = _Block(unit, 1)
    block.line(f"return {block.construct(cls)}, offset")
    unpacker: Unpacker = unit.function(
        "unpack(data, offset, end, tables)", f"unpack {cls.__name__}"
    )
    return unpacker


UNPACKERS: dict[type, Unpacker] = {}


def unpacker_of(cls: type) -> Unpacker:
    """Return the compiled unpacker of a struct, compiling it at first use.

    Raises
    ------
    UnsupportedHintError
        `cls` is no wire struct.
    """
    known = UNPACKERS.get(cls)
    if known is None:
        known = UNPACKERS[cls] = _compile_unpacker(cls)
    return known


class _TaggedUnpackers(dict[int, Unpacker]):
    """Unpackers by number, made when a number is first met."""

    def __init__(self, base: type) -> None:
        super().__init__()
        self._base = base

    def __missing__(self, tag: int) -> Unpacker:
        self[tag] = unpacker_of(family_of(self._base).by_tag[tag])
        return self[tag]


_TAGGED_UNPACKERS: dict[type, _TaggedUnpackers] = {}


def tagged_unpackers(base: type) -> dict[int, Unpacker]:
    """Return the unpackers of a family, keyed by number."""
    return _TAGGED_UNPACKERS.setdefault(base, _TaggedUnpackers(base))


def compile_shape_unpacker(shape: Shape) -> Unpacker:
    """Return an unpacker for a value of any shape."""
    unit = Unit()
    block = _Block(unit, 1)
    value = block.take(shape)
    block.flush()
    block.line(f"return {value}, offset")
    unpacker: Unpacker = unit.function("unpack(data, offset, end, tables)", "unpack a value")
    return unpacker
