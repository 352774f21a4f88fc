"""Compile a struct's shape into one function that packs it: `pack(value, tables) -> bytes`."""

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
from protocol.wire_walk import pack_varint

Packer = Callable[[Any, Tables], bytes]


class _Block:
    """Statements and byte parts at one level of indentation."""

    def __init__(self, unit: Unit, depth: int) -> None:
        self._unit = unit
        self._indent = "    " * depth
        self._depth = depth
        self._parts: list[str] = []
        self._run: list[tuple[str, str]] = []

    def line(self, text: str) -> None:
        self._unit.lines.append(self._indent + text)

    def nested(self) -> "_Block":
        return _Block(self._unit, self._depth + 1)

    def part(self, expression: str) -> None:
        self._flush()
        self._parts.append(expression)

    def joined(self) -> str:
        """Return one expression for all parts."""
        self._flush()
        if len(self._parts) == 1:
            return self._parts[0]
        if len(self._parts) == 2:
            return " + ".join(self._parts)
        return f'b"".join(({", ".join(self._parts)}))' if self._parts else 'b""'

    def _flush(self) -> None:
        run, self._run = self._run, []
        if not run:
            return
        if len(run) == 1 and run[0][0].endswith("s"):
            self._parts.append(run[0][1])
            return
        packer = struct.Struct("<" + "".join(code for code, _ in run)).pack
        name = self._unit.bind("pack", packer)
        self._parts.append(f"{name}({', '.join(expression for _, expression in run)})")

    def _local(self, expression: str) -> str:
        if expression.isidentifier():
            return expression
        name = self._unit.fresh()
        self.line(f"{name} = {expression}")
        return name

    def add(self, shape: Shape, expression: str) -> None:  # noqa: PLR0912 - one per shape
        """Pack the value of `expression`."""
        match shape:
            case Width(128):
                value = self._local(expression)
                self._run += [("Q", f"{value} >> 64"), ("Q", f"{value} & {(1 << 64) - 1}")]
            case Width(bits, signed):
                code = FORMATS[bits]
                self._run.append((code.lower() if signed else code, expression))
            case TimePoint() | VersionNumber():
                self._run.append(("I", expression))
            case EnumShape(cls, bits):
                table = self._unit.bind("enum", {int(member): int(member) for member in cls})
                self._run.append((FORMATS[bits], f"{table}[{expression}]"))
            case BoolShape():
                value = self._local(expression)
                self.line(f"if {value} is not True and {value} is not False: raise RefusedError")
                self._run.append(("?", value))
            case FixedBytes(size):
                self._fixed(expression, size)
            case PublicKeyShape():
                self._fixed(expression, PUBLIC_KEY_SIZE)
            case Varint():
                self.part(f"varint({expression})")
            case SignedVarint():
                self.part(f"varint(zigzag({expression}))")
            case TextShape(limit):
                self._text(expression, limit)
            case VarBytes():
                value = self._local(expression)
                self._sized(value)
            case SymbolShape():
                self.part(f"tables.pack_symbol[{expression}]")
            case _:
                self._composite(shape, expression)

    def _fixed(self, expression: str, size: int) -> None:
        value = self._local(expression)
        self.line(f"if len({value}) != {size}: raise RefusedError")
        self._run.append((f"{size}s", value))

    def _sized(self, value: str) -> None:
        size = self._unit.fresh("n")
        self.line(f"{size} = len({value})")
        self.part(f"(SHORT[{size}] if {size} < 128 else varint({size}))")
        self.part(value)

    def _text(self, expression: str, limit: int | None) -> None:
        if limit == ACCOUNT_NAME_SIZE:
            self.part(f"PACK_NAME[{expression}]")
            return
        value = self._unit.fresh()
        self.line(f"{value} = {expression}.encode()")
        if limit is not None:
            self.line(f"if len({value}) > {limit} or 0 in {value}: raise RefusedError")
        self._sized(value)

    def _composite(self, shape: CompositeShape, expression: str) -> None:
        match shape:
            case StructShape(cls) if is_inlined(cls):
                value = self._local(expression)
                for member in struct_of(cls).members:
                    self.add(member.shape, f"{value}.{member.attribute}")
            case StructShape(cls):
                self.part(f"{self._unit.bind('pack', packer_of(cls))}({expression}, tables)")
            case VariantShape(members):
                table = {
                    cls: _compile_packer(cls, pack_varint(index))
                    for index, cls in enumerate(members)
                }
                value = self._local(expression)
                name = self._unit.bind("variants", table)
                self.part(f"{name}[{value}.__class__]({value}, tables)")
            case TaggedShape(base):
                value = self._local(expression)
                name = self._unit.bind("tagged", tagged_packers(base))
                self.part(f"{name}[{value}.__class__]({value}, tables)")
            case OptionalShape(inner):
                self._optional(inner, expression)
            case ListShape(inner, is_sorted):
                self._sequence([inner], expression, is_sorted=is_sorted)
            case MapShape(key, inner):
                self._sequence([key, inner], expression, is_sorted=True)

    def _optional(self, inner: Shape, expression: str) -> None:
        value, result = self._local(expression), self._unit.fresh("o")
        self.line(f'if {value} is None: {result} = b"\\0"')
        self.line("else:")
        block = self.nested()
        block.part('b"\\1"')
        block.add(inner, value)
        block.line(f"{result} = {block.joined()}")
        self.part(result)

    def _sequence(self, shapes: list[Shape], expression: str, *, is_sorted: bool) -> None:
        unit = self._unit
        value, result, count = self._local(expression), unit.fresh("o"), unit.fresh("n")
        items = [unit.fresh() for _ in shapes]
        names = ", ".join(items)
        self.line(f"{count} = len({value})")
        self.line(f'if {count} == 0: {result} = b"\\0"')
        self.line(f"elif {count} == 1:")
        single = self.nested()
        single.line(f"{f'({names})' if len(items) > 1 else names}, = {value}")
        single.part('b"\\1"')
        for shape, item in zip(shapes, items, strict=True):
            single.add(shape, item)
        single.line(f"{result} = {single.joined()}")
        self.line("else:")
        block = self.nested()
        block.line(f"{result} = [varint({count})]")
        last = unit.fresh("last")
        if is_sorted:
            block.line(f"{last} = None")
        block.line(f"for {names} in {value}:")
        body = block.nested()
        if is_sorted:
            body.ascend(shapes[0], items[0], last)
        for shape, item in zip(shapes, items, strict=True):
            body.add(shape, item)
        body.line(f"{result}.append({body.joined()})")
        block.line(f'{result} = b"".join({result})')
        self.part(result)

    def ascend(self, shape: Shape, item: str, last: str) -> None:
        """Refuse an element or key that is not above the one before it."""
        key = item
        if isinstance(shape, VariantShape):
            key = self._unit.fresh("key")
            ranks = {cls: index for index, cls in enumerate(shape.members)}
            self.line(f"{key} = {self._unit.bind('ranks', ranks)}[{item}.__class__]")
        self.line(f"if {last} is not None and not {last} < {key}: raise RefusedError")
        self.line(f"{last} = {key}")


def _compile_packer(cls: type, prefix: bytes) -> Packer:
    unit = Unit()
    block = _Block(unit, 1)
    if prefix:
        block.part(repr(prefix))
    for member in struct_of(cls).members:
        block.add(member.shape, f"value.{member.attribute}")
    block.line(f"return {block.joined()}")
    packer: Packer = unit.function("pack(value, tables)", f"pack {cls.__name__}")
    return packer


PACKERS: dict[type, Packer] = {}


def packer_of(cls: type) -> Packer:
    """Return the compiled packer of a struct, compiling it at first use.

    Raises
    ------
    UnsupportedHintError
        `cls` is no wire struct.
    """
    known = PACKERS.get(cls)
    if known is None:
        known = PACKERS[cls] = _compile_packer(cls, b"")
    return known


class _TaggedPackers(dict[type, Packer]):
    """Packers that put the number before the body, made when a class is first met."""

    def __init__(self, base: type) -> None:
        super().__init__()
        self._base = base

    def __missing__(self, cls: type) -> Packer:
        tag = family_of(self._base).by_class[cls]
        self[cls] = _compile_packer(cls, pack_varint(tag))
        return self[cls]


_TAGGED_PACKERS: dict[type, _TaggedPackers] = {}


def tagged_packers(base: type) -> dict[type, Packer]:
    """Return the packers of a family, keyed by class."""
    return _TAGGED_PACKERS.setdefault(base, _TaggedPackers(base))


def compile_shape_packer(shape: Shape) -> Packer:
    """Return a packer for a value of any shape."""
    unit = Unit()
    block = _Block(unit, 1)
    block.add(shape, "value")
    block.line(f"return {block.joined()}")
    packer: Packer = unit.function("pack(value, tables)", "pack a value")
    return packer
