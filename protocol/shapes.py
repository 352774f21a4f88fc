"""Read type hints into shapes: the one description that the wire and JSON codecs both follow."""

import dataclasses
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from protocol.types import (
    AccountName,
    EnumWidth,
    FixedBytes,
    PublicKey,
    SignedVarint,
    Sorted,
    SortedMap,
    StaticVariant,
    Symbol,
    TextLimit,
    TimePoint,
    VarBytes,
    Varint,
    VersionNumber,
    Width,
)

ACCOUNT_NAME_SIZE = 16  # bytes; steemd fixed_string<16>
PUBLIC_KEY_SIZE = 33  # bytes; compressed point

_JSON_NAMES = "json_names"
_JSON_DEFAULT = "json_default"


class UnsupportedHintError(TypeError):
    """A type hint has no wire form: a mistake in a declaration, raised at import."""


def json_name(name: str, *aliases: str) -> dict[str, Any]:
    """Return field metadata: `name` is printed in JSON, `aliases` are accepted beside it."""
    return {_JSON_NAMES: (name, *aliases)}


def json_default(value: object) -> dict[str, Any]:
    """Return field metadata: `value` stands for an absent JSON member.

    For fields whose dataclass has no default because later fields have none.  Join with `|`.
    """
    return {_JSON_DEFAULT: value}


@dataclass(frozen=True, slots=True)
class BoolShape:
    """One byte, 0 or 1."""


@dataclass(frozen=True, slots=True)
class TextShape:
    """Varint length and UTF-8; `limit` bytes at most and no NUL where a limit is set."""

    limit: int | None = None


@dataclass(frozen=True, slots=True)
class PublicKeyShape:
    """33 bytes."""


@dataclass(frozen=True, slots=True)
class SymbolShape:
    """Eight bytes of text for a core symbol, four bytes of number for an SMT."""


@dataclass(frozen=True, slots=True)
class EnumShape:
    """Unsigned integer of `bits` bits whose values are those of `cls`."""

    cls: type[IntEnum]
    bits: int


@dataclass(frozen=True, slots=True)
class OptionalShape:
    """One flag byte, then the value if the flag is 1."""

    inner: "Shape"


@dataclass(frozen=True, slots=True)
class ListShape:
    """Varint count, then the elements; `is_sorted` demands strictly ascending elements."""

    inner: "Shape"
    is_sorted: bool = False


@dataclass(frozen=True, slots=True)
class MapShape:
    """Varint count, then key-value pairs with strictly ascending keys."""

    key: "Shape"
    value: "Shape"


@dataclass(frozen=True, slots=True)
class StructShape:
    """The fields of `cls` in declaration order."""

    cls: type


@dataclass(frozen=True, slots=True)
class VariantShape:
    """Varint index into `members`, then that struct."""

    members: tuple[type, ...]


@dataclass(frozen=True, slots=True)
class TaggedShape:
    """Varint tag, then the struct that `base` has registered under the tag."""

    base: type


PlainShape = (
    Width
    | TimePoint
    | Varint
    | SignedVarint
    | VersionNumber
    | BoolShape
    | TextShape
    | FixedBytes
    | VarBytes
    | PublicKeyShape
    | SymbolShape
    | EnumShape
)
CompositeShape = OptionalShape | ListShape | MapShape | StructShape | VariantShape | TaggedShape
Shape = PlainShape | CompositeShape


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a struct: attribute, shape, JSON names, value when JSON omits it."""

    attribute: str
    shape: Shape
    names: tuple[str, ...]
    default: object


NO_DEFAULT: object = object()
"""Marks a member whose absent JSON means the zero of its type."""


@dataclass(frozen=True, slots=True)
class Struct:
    """What is known about a declared class."""

    cls: type
    members: tuple[Member, ...]
    name: str
    aliases: tuple[str, ...]
    ignored: tuple[str, ...]


class TagTable:
    """The numbered members of an open family of structs (the operations)."""

    __slots__ = ("by_class", "by_name", "by_tag")

    def __init__(self) -> None:
        self.by_tag: dict[int, type] = {}
        self.by_class: dict[type, int] = {}
        self.by_name: dict[str, type] = {}

    def add(self, cls: type, tag: int, names: tuple[str, ...]) -> None:
        """Enter `cls` under its number and its names.

        Raises
        ------
        UnsupportedHintError
            The number or a name is taken, or the number does not fit a varint.
        """
        if not 0 <= tag <= 0xFFFFFFFF:
            raise UnsupportedHintError(f"{cls.__name__}: tag {tag} does not fit 32 bits")
        if tag in self.by_tag:
            raise UnsupportedHintError(
                f"{cls.__name__}: tag {tag} belongs to {self.by_tag[tag].__name__}"
            )
        for name in names:
            if name in self.by_name:
                raise UnsupportedHintError(
                    f"{cls.__name__}: name {name} belongs to {self.by_name[name].__name__}"
                )
        self.by_tag[tag] = cls
        self.by_class[cls] = tag
        for name in names:
            self.by_name[name] = cls


_STRUCTS: dict[type, Struct] = {}
_FAMILIES: dict[type, TagTable] = {}


def snake_case(name: str) -> str:
    """Return `SmtCreate` as `smt_create`; digits stay with the word before them."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def declare_family(base: type) -> TagTable:
    """Make `base` a hint that stands for any struct entered in the returned table."""
    return _FAMILIES.setdefault(base, TagTable())


def family_of(base: type) -> TagTable:
    """Return the table of a base class that `declare_family` has seen."""
    return _FAMILIES[base]


def family_of_member(cls: type) -> type | None:
    """Return the family base that numbers `cls`, or None."""
    for base in cls.__mro__[1:]:
        table = _FAMILIES.get(base)
        if table is not None and cls in table.by_class:
            return base
    return None


def declare_struct(
    cls: type, name: str, aliases: tuple[str, ...], ignored: tuple[str, ...]
) -> Struct:
    """Read the hints of a dataclass and remember them.

    Raises
    ------
    UnsupportedHintError
        `cls` is not a slotted frozen dataclass, or a field has no wire form.
    """
    if not dataclasses.is_dataclass(cls) or "__slots__" not in cls.__dict__:
        raise UnsupportedHintError(f"{cls.__name__} is not a slotted dataclass")
    hints = typing.get_type_hints(cls, include_extras=True)
    members = []
    for entry in dataclasses.fields(cls):
        try:
            shape = shape_of(hints[entry.name])
        except UnsupportedHintError as error:
            raise UnsupportedHintError(f"{cls.__name__}.{entry.name}: {error}") from None
        members.append(
            Member(
                entry.name,
                shape,
                entry.metadata.get(_JSON_NAMES, (entry.name,)),
                _default_of(entry),
            )
        )
    struct = Struct(cls, tuple(members), name, aliases, ignored)
    _STRUCTS[cls] = struct
    return struct


def _default_of(entry: "dataclasses.Field[Any]") -> object:
    if _JSON_DEFAULT in entry.metadata:
        return entry.metadata[_JSON_DEFAULT]
    return NO_DEFAULT if entry.default is dataclasses.MISSING else entry.default


def struct_of(cls: type) -> Struct:
    """Return the declaration of `cls`.

    Raises
    ------
    UnsupportedHintError
        `cls` was never declared with `wire_struct`.
    """
    try:
        return _STRUCTS[cls]
    except KeyError:
        raise UnsupportedHintError(f"{cls.__name__} is not a wire struct") from None


def is_struct(cls: object) -> bool:
    """Tell whether `cls` was declared with `wire_struct`."""
    return isinstance(cls, type) and cls in _STRUCTS


def shape_of(hint: object) -> Shape:
    """Return the shape of a type hint.

    Raises
    ------
    UnsupportedHintError
        The hint has no wire form, e.g. a bare `int`.
    """
    try:
        plain = _PLAIN.get(hint)
    except TypeError:
        raise UnsupportedHintError(f"{hint!r} has no wire form") from None
    if plain is not None:
        return plain
    if isinstance(hint, type):
        if hint in _STRUCTS:
            return StructShape(hint)
        if hint in _FAMILIES:
            return TaggedShape(hint)
    return _read_generic(hint)


_PLAIN: Mapping[object, Shape] = {
    bool: BoolShape(),
    str: TextShape(),
    AccountName: TextShape(ACCOUNT_NAME_SIZE),
    Symbol: SymbolShape(),
    PublicKey: PublicKeyShape(),
}


def _read_generic(hint: object) -> Shape:
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *marks = get_args(hint)
        return _read_annotated(inner, marks)
    if origin in {Union, UnionType}:
        rest = [arm for arm in get_args(hint) if arm is not NoneType]
        if len(rest) == 1 and len(get_args(hint)) == 2:
            return OptionalShape(shape_of(rest[0]))
    if origin is tuple:
        args = get_args(hint)
        if len(args) == 2 and args[1] is Ellipsis:
            return ListShape(_element(args[0]))
    raise UnsupportedHintError(f"{hint!r} has no wire form")


def _read_annotated(inner: Any, marks: list[object]) -> Shape:  # noqa: PLR0911 - one per mark
    for mark in marks:
        match mark:
            case (
                Width()
                | TimePoint()
                | Varint()
                | SignedVarint()
                | VersionNumber()
                | FixedBytes()
                | VarBytes()
            ):
                return mark
            case TextLimit(size):
                return TextShape(size)
            case EnumWidth(bits):
                return EnumShape(inner, bits)
            case Sorted():
                return ListShape(_orderable(get_args(inner)[0]), is_sorted=True)
            case SortedMap():
                key, value = get_args(get_args(inner)[0])
                return MapShape(_orderable(key), shape_of(value))
            case StaticVariant():
                arms = get_args(inner) if get_origin(inner) in {Union, UnionType} else (inner,)
                return VariantShape(tuple(struct_of(arm).cls for arm in arms))
            case _:
                continue
    return shape_of(inner)


def _element(hint: object) -> Shape:
    """Return the shape of a list element, which must take at least one byte.

    Otherwise a count of four thousand million empty elements would fit five bytes.
    """
    shape = shape_of(hint)
    if minimum_size(shape) == 0:
        raise UnsupportedHintError(f"elements of type {hint!r} take no bytes")
    return shape


def _orderable(hint: object) -> Shape:
    shape = _element(hint)
    if isinstance(shape, OptionalShape | ListShape | MapShape | StructShape | TaggedShape):
        raise UnsupportedHintError(f"{hint!r} has no order")
    return shape


def minimum_size(shape: Shape) -> int:  # noqa: PLR0911 - one per shape
    """Return the fewest bytes a value of this shape can take."""
    match shape:
        case Width(bits) | EnumShape(bits=bits):
            return bits // 8
        case TimePoint() | VersionNumber() | SymbolShape():
            return 4
        case FixedBytes(size):
            return size
        case PublicKeyShape():
            return PUBLIC_KEY_SIZE
        case StructShape(cls):
            return sum(minimum_size(member.shape) for member in struct_of(cls).members)
        case VariantShape(members):
            return 1 + min(minimum_size(StructShape(cls)) for cls in members)
        case _:
            return 1


def order_key(shape: Shape, value: Any) -> Any:
    """Return what orders `value` among elements or keys of this shape.

    Text is ordered as its bytes (the same as by code point), variants by their index.
    """
    if isinstance(shape, VariantShape):
        return shape.members.index(value.__class__)
    return value
