"""Values to JSON: one printing function for each shape, made when the shape is first printed."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any, Protocol

from protocol.crypto import public_key_text
from protocol.jsonscalars import print_integer, print_time, print_version
from protocol.params import Network
from protocol.shapes import (
    EnumShape,
    ListShape,
    MapShape,
    OptionalShape,
    PublicKeyShape,
    Shape,
    StructShape,
    SymbolShape,
    TaggedShape,
    VariantShape,
    struct_of,
)
from protocol.symbols import nai_string, precision_of
from protocol.types import FixedBytes, TimePoint, VarBytes, VersionNumber, Width

SUFFIX = "_operation"


class Form(Enum):
    """The two styles of the reference's APIs."""

    NAI = "nai"
    LEGACY = "legacy"


class JsonSpoken(Protocol):
    """A struct with a JSON form of its own (amounts, versions).

    A class may name the members of its object form in `JSON_MEMBERS`; others are then dropped
    before a reading that is not strict.
    """

    def to_json_form(self, network: Network, form: Form) -> Any:
        """Return the JSON-able form of self."""
        ...

    @classmethod
    def from_json_form(cls, data: Any, network: Network) -> Any:
        """Return the value `data` describes; raises a `JsonFormError`."""
        ...

    @classmethod
    def json_zero(cls) -> Any:
        """Return what an absent member means."""
        ...


@dataclass(frozen=True, slots=True)
class Style:
    """What the output depends on besides the value."""

    network: Network
    form: Form


Printer = Callable[[Any, Style], Any]


def _plain(value: Any, _style: Style) -> Any:
    return value


def _time(value: Any, _style: Style) -> Any:
    return print_time(value)


def _version(value: Any, _style: Style) -> Any:
    return print_version(value)


def _hex(value: Any, _style: Style) -> Any:
    return value.hex()


def _public_key(value: Any, style: Style) -> Any:
    return public_key_text(value, style.network.address_prefix)


def _symbol(value: Any, _style: Style) -> Any:
    return {"nai": nai_string(value), "decimals": precision_of(value)}


def _spoken(value: Any, style: Style) -> Any:
    return value.to_json_form(style.network, style.form)


def _integer(bits: int) -> Printer:
    if bits <= 32:
        return _plain

    def show(value: Any, _style: Style) -> Any:
        return print_integer(value, bits)

    return show


def _optional(inner: Printer) -> Printer:
    def show(value: Any, style: Style) -> Any:
        return None if value is None else inner(value, style)

    return show


def _list(inner: Printer) -> Printer:
    def show(value: Any, style: Style) -> Any:
        return [inner(element, style) for element in value]

    return show


def _map(key: Printer, inner: Printer) -> Printer:
    def show(value: Any, style: Style) -> Any:
        return [[key(k, style), inner(v, style)] for k, v in value]

    return show


def _variant(members: tuple[type, ...]) -> Printer:
    def show(value: Any, style: Style) -> Any:
        cls = value.__class__
        body = struct_printer(cls)(value, style)
        if style.form is Form.LEGACY:
            return [members.index(cls), body]
        return {"type": struct_of(cls).name, "value": body}

    return show


def _tagged(value: Any, style: Style) -> Any:
    cls = value.__class__
    body = struct_printer(cls)(value, style)
    name = struct_of(cls).name
    if style.form is Form.LEGACY:
        return [name, body]
    return {"type": name + SUFFIX, "value": body}


def printer_of(shape: Shape) -> Printer:  # noqa: PLR0911, PLR0912 - one per shape
    """Return the function that prints values of this shape."""
    match shape:
        case Width(bits):
            return _integer(bits)
        case TimePoint():
            return _time
        case VersionNumber():
            return _version
        case FixedBytes() | VarBytes():
            return _hex
        case PublicKeyShape():
            return _public_key
        case SymbolShape():
            return _symbol
        case EnumShape(cls):
            names = {int(member): member.name for member in cls}
            return lambda value, _style: names[value]
        case OptionalShape(inner):
            return _optional(printer_of(inner))
        case ListShape(inner):
            return _list(printer_of(inner))
        case MapShape(key, inner):
            return _map(printer_of(key), printer_of(inner))
        case StructShape(cls):
            return struct_printer(cls)
        case VariantShape(members):
            return _variant(members)
        case TaggedShape():
            return _tagged
        case _:
            return _plain


_STRUCT_PRINTERS: dict[type, Printer] = {}


def struct_printer(cls: type) -> Printer:
    """Return the function that prints a struct as an object of its fields, or in its own form."""
    known = _STRUCT_PRINTERS.get(cls)
    if known is None:
        known = _STRUCT_PRINTERS[cls] = _make_struct_printer(cls)
    return known


def _make_struct_printer(cls: type) -> Printer:
    if hasattr(cls, "to_json_form"):
        return _spoken
    steps = [
        (member.names[0], attrgetter(member.attribute), printer_of(member.shape))
        for member in struct_of(cls).members
    ]

    def show(value: Any, style: Style) -> Any:
        shown = {}
        for name, get, inner in steps:
            part = get(value)
            # An empty optional is left out, as the reference does.
            if part is not None:
                shown[name] = inner(part, style)
        return shown

    return show
