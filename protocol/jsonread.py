"""JSON to values: one reading function for each shape, made when the shape is first read.

A reader's errors carry the path below it; whoever calls it for a member or an element puts that
member's name or index in front.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar, cast

from protocol.crypto import parse_public_key
from protocol.errors import (
    JsonDuplicateError,
    JsonFormError,
    JsonMissingFieldError,
    JsonRangeError,
    JsonUnknownFieldError,
    JsonUnknownTypeError,
    ProtocolError,
)
from protocol.jsonprint import SUFFIX, JsonSpoken
from protocol.jsonscalars import (
    parse_bool,
    parse_hex,
    parse_integer,
    parse_text,
    parse_time,
    parse_version,
)
from protocol.params import Network
from protocol.shapes import (
    NO_DEFAULT,
    PUBLIC_KEY_SIZE,
    BoolShape,
    EnumShape,
    ListShape,
    MapShape,
    OptionalShape,
    PublicKeyShape,
    Shape,
    StructShape,
    SymbolShape,
    TaggedShape,
    TagTable,
    TextShape,
    VariantShape,
    family_of,
    family_of_member,
    order_key,
    struct_of,
)
from protocol.symbols import symbol_from_nai
from protocol.types import (
    FixedBytes,
    SignedVarint,
    Symbol,
    TimePoint,
    VarBytes,
    Varint,
    VersionNumber,
    Width,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What reading depends on besides the data."""

    network: Network
    strict: bool


Parser = Callable[[Any, Rules], Any]
T = TypeVar("T")


def parser_of(shape: Shape) -> Parser:  # noqa: PLR0911 - one per shape
    """Return the function that reads values of this shape."""
    match shape:
        case OptionalShape(inner):
            return _optional(parser_of(inner))
        case ListShape(inner, is_sorted):
            return _sorted_list(inner) if is_sorted else _list(parser_of(inner))
        case MapShape(key, inner):
            return _map(key, inner)
        case StructShape(cls):
            return struct_parser(cls)
        case VariantShape(members):
            return _variant(members)
        case TaggedShape(base):
            return _tagged(family_of(base), base.__name__.lower())
        case _:
            return _scalar(shape)


def _scalar(shape: Shape) -> Parser:  # noqa: PLR0911 - one per shape
    match shape:
        case Width(bits, signed):
            return lambda data, _rules: parse_integer(data, bits, signed=signed)
        case TextShape(limit):
            return lambda data, _rules: parse_text(data, limit)
        case BoolShape():
            return lambda data, _rules: parse_bool(data)
        case TimePoint():
            return lambda data, _rules: parse_time(data)
        case VersionNumber():
            return lambda data, _rules: parse_version(data)
        case Varint():
            return lambda data, _rules: parse_integer(data, 32, signed=False)
        case SignedVarint():
            return lambda data, _rules: parse_integer(data, 32, signed=True)
        case FixedBytes(size):
            return lambda data, _rules: parse_hex(data, size)
        case VarBytes():
            return lambda data, _rules: parse_hex(data, None)
        case PublicKeyShape():
            return lambda data, rules: parse_public_key(
                parse_text(data, None), rules.network.address_prefix
            )
        case EnumShape(cls):
            return lambda data, _rules: _enum(cls, data)
        case _:
            return _symbol


def zero_of(shape: Shape) -> Any:  # noqa: PLR0911 - one per shape
    """Return what an absent member of this shape means: the reference's constructor's value.

    Raises
    ------
    JsonMissingFieldError
        Nothing valid stands for it (symbols, operations).
    """
    match shape:
        case BoolShape():
            return False
        case TextShape():
            return ""
        case FixedBytes(size):
            return bytes(size)
        case VarBytes():
            return b""
        case PublicKeyShape():
            return bytes(PUBLIC_KEY_SIZE)
        case EnumShape(cls):
            return cls(0)
        case OptionalShape():
            return None
        case ListShape() | MapShape():
            return ()
        case StructShape(cls):
            return _struct_zero(cls)
        case VariantShape(members):
            return _struct_zero(members[0])
        case SymbolShape() | TaggedShape():
            raise JsonMissingFieldError("required")
        case _:
            return 0


def _struct_zero(cls: type) -> Any:
    spoken = _spoken_class(cls)
    if spoken is not None:
        return spoken.json_zero()
    values = {}
    for member in struct_of(cls).members:
        if member.default is not NO_DEFAULT:
            values[member.attribute] = member.default
        else:
            values[member.attribute] = within(member.names[0], zero_of, member.shape)
    return cls(**values)


def within(prefix: str, step: Callable[..., T], *arguments: Any) -> T:
    """Run a step; put `prefix` before the field path of what it raises."""
    try:
        return step(*arguments)
    except ProtocolError as error:
        raise error.within(prefix)  # noqa: B904 - the same error, one level further out


def _optional(inner: Parser) -> Parser:
    return lambda data, rules: None if data is None else inner(data, rules)


def _array(data: Any) -> Any:
    if not isinstance(data, list | tuple):
        raise JsonFormError("must be an array", value=data)
    return data


def _list(inner: Parser) -> Parser:
    def read(data: Any, rules: Rules) -> tuple[Any, ...]:
        found: list[Any] = []
        try:
            for element in _array(data):
                found.append(inner(element, rules))  # noqa: PERF401 - its length is the index
        except ProtocolError as error:
            if not isinstance(data, list | tuple):
                raise
            raise error.within(f"[{len(found)}]")  # noqa: B904 - the same error, one level out
        return tuple(found)

    return read


def _sorted_list(shape: Shape) -> Parser:
    read_all = _list(parser_of(shape))

    def read(data: Any, rules: Rules) -> tuple[Any, ...]:
        found = sorted(read_all(data, rules), key=lambda value: order_key(shape, value))
        _refuse_twins([order_key(shape, value) for value in found])
        return tuple(found)

    return read


def _map(key_shape: Shape, value_shape: Shape) -> Parser:
    read_key, read_value = parser_of(key_shape), parser_of(value_shape)

    def read(data: Any, rules: Rules) -> tuple[Any, ...]:
        # An object is accepted where keys are text: JavaScript authors write maps so.
        pairs = list(data.items()) if isinstance(data, dict) else _array(data)
        found = []
        for index, pair in enumerate(pairs):
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                raise JsonFormError("must be a pair", field=f"[{index}]", value=pair)
            found.append(
                (
                    within(f"[{index}][0]", read_key, pair[0], rules),
                    within(f"[{index}][1]", read_value, pair[1], rules),
                )
            )
        found.sort(key=lambda pair: order_key(key_shape, pair[0]))
        _refuse_twins([order_key(key_shape, pair[0]) for pair in found])
        return tuple(found)

    return read


def _refuse_twins(keys: list[Any]) -> None:
    for index in range(1, len(keys)):
        if keys[index - 1] == keys[index]:
            raise JsonDuplicateError("given twice", value=keys[index])


def _variant(members: tuple[type, ...]) -> Parser:
    by_name = {
        name: cls for cls in members for name in (struct_of(cls).name, *struct_of(cls).aliases)
    }

    def read(data: Any, rules: Rules) -> Any:
        kind, body, place = named_body(data, rules)
        if isinstance(kind, str):
            cls = by_name.get(kind)
        else:
            cls = members[kind] if kind < len(members) else None
        if cls is None:
            raise JsonUnknownTypeError("no such variant", field="type", value=kind)
        return within(place, struct_parser(cls), body, rules)

    return read


def _tagged(table: TagTable, noun: str) -> Parser:
    def read(data: Any, rules: Rules) -> Any:
        kind, body, place = named_body(data, rules)
        if isinstance(kind, str):
            cls = table.by_name.get(kind.removesuffix(SUFFIX))
        else:
            cls = table.by_tag.get(kind)
        if cls is None:
            raise JsonUnknownTypeError(f"no such {noun}", field="type", value=kind)
        return within(place, _fields_parser(cls), body, rules)

    return read


def named_body(data: Any, rules: Rules) -> tuple[str | int, Any, str]:
    """Return kind, body and the body's path in `[kind, body]` or `{"type", "value"}`.

    Raises
    ------
    JsonFormError
        `data` has neither form, or the kind is neither text nor a number from 0.
    """
    if isinstance(data, dict):
        for name in ("type", "value"):
            if name not in data:
                raise JsonMissingFieldError("required", field=name)
        if len(data) > 2 and rules.strict:
            extra = next(str(name) for name in data if name not in {"type", "value"})
            raise JsonUnknownFieldError("only type and value belong here", field=extra)
        kind, body, place = data["type"], data["value"], "value"
    elif isinstance(data, list | tuple) and len(data) == 2:
        kind, body, place = data[0], data[1], "[1]"
    else:
        raise JsonFormError("must be [type, value] or an object of both", value=data)
    if isinstance(kind, str):
        return kind, body, place
    if isinstance(kind, int) and not isinstance(kind, bool) and kind >= 0:
        return kind, body, place
    raise JsonFormError("must be a name or a number", field="type", value=kind)


_STRUCT_PARSERS: dict[type, Parser] = {}
_FIELDS_PARSERS: dict[type, Parser] = {}


def struct_parser(cls: type) -> Parser:
    """Return the function that reads a struct from an object of its fields, or its own form.

    A numbered class (an operation) is also read from the form with its name.
    """
    known = _STRUCT_PARSERS.get(cls)
    if known is None:
        known = _STRUCT_PARSERS[cls] = _make_struct_parser(cls)
    return known


def _make_struct_parser(cls: type) -> Parser:
    spoken = _spoken_class(cls)
    if spoken is not None:
        return _spoken_parser(spoken)
    base = family_of_member(cls)
    if base is None:
        return _fields_parser(cls)
    read_bare, read_named = _fields_parser(cls), parser_of(TaggedShape(base))

    def read(data: Any, rules: Rules) -> Any:
        is_named = isinstance(data, list | tuple) or (
            isinstance(data, dict) and data.keys() == {"type", "value"}
        )
        if not is_named:
            return read_bare(data, rules)
        value = read_named(data, rules)
        if value.__class__ is not cls:
            found = struct_of(value.__class__).name
            raise JsonUnknownTypeError(f"expected {struct_of(cls).name}", field="type", value=found)
        return value

    return read


def _spoken_class(cls: type) -> type[JsonSpoken] | None:
    return cast("type[JsonSpoken]", cls) if hasattr(cls, "from_json_form") else None


def _spoken_parser(cls: type[JsonSpoken]) -> Parser:
    members: frozenset[str] | None = getattr(cls, "JSON_MEMBERS", None)

    def read(data: Any, rules: Rules) -> Any:
        if members is not None and not rules.strict and isinstance(data, dict):
            data = {name: part for name, part in data.items() if name in members}
        return cls.from_json_form(data, rules.network)

    return read


def _fields_parser(cls: type) -> Parser:
    known = _FIELDS_PARSERS.get(cls)
    if known is None:
        known = _FIELDS_PARSERS[cls] = _make_fields_parser(cls)
    return known


def _make_fields_parser(cls: type) -> Parser:
    struct = struct_of(cls)
    steps = [(member.attribute, member, parser_of(member.shape)) for member in struct.members]
    known = {name for member in struct.members for name in member.names} | set(struct.ignored)
    # A class may hold what it does not carry against what it does (`SmtCreate.precision`).
    check_ignored = getattr(cls, "check_ignored", None)

    def read(data: Any, rules: Rules) -> Any:
        if not isinstance(data, dict):
            raise JsonFormError("must be an object", value=data)
        if rules.strict and not known.issuperset(data):
            extra = next(str(name) for name in data if name not in known)
            raise JsonUnknownFieldError(f"{struct.name} has no such member", field=extra)
        values = {}
        name = ""
        try:
            for attribute, member, parse in steps:
                name = member.names[0]
                if len(member.names) > 1:
                    name = _name_used(member.names, data)
                if name in data:
                    values[attribute] = parse(data[name], rules)
                elif member.default is not NO_DEFAULT:
                    values[attribute] = member.default
                else:
                    values[attribute] = zero_of(member.shape)
        except ProtocolError as error:
            raise error.within(name)  # noqa: B904 - the same error, one level further out
        value = cls(**values)
        if check_ignored is not None:
            check_ignored(value, {name: data[name] for name in struct.ignored if name in data})
        return value

    return read


def _name_used(names: tuple[str, ...], data: dict[str, Any]) -> str:
    given = [name for name in names if name in data]
    if len(given) > 1:
        raise JsonDuplicateError(f"also given as {given[1]}", value=given[1])
    return given[0] if given else names[0]


def _symbol(data: Any, rules: Rules) -> Symbol:
    if not isinstance(data, dict):
        raise JsonFormError('must be {"nai", "decimals"}', value=data)
    extra = [str(name) for name in data if name not in {"nai", "decimals", "precision"}]
    if extra and rules.strict:
        raise JsonUnknownFieldError("a symbol has no such member", field=extra[0])
    if "decimals" in data and "precision" in data:
        raise JsonDuplicateError("also given as precision", field="decimals", value="precision")
    name = "precision" if "precision" in data else "decimals"
    for needed in ("nai", name):
        if needed not in data:
            raise JsonMissingFieldError("required", field=needed)
    text = within("nai", parse_text, data["nai"], None)
    try:
        decimals = parse_integer(data[name], 8, signed=False)
    except JsonFormError as error:
        raise error.within(name) from None
    return symbol_from_nai(text, decimals)


def _enum(cls: type[IntEnum], data: Any) -> IntEnum:
    if isinstance(data, str) and not data.isdecimal():
        try:
            return cls[data]
        except KeyError:
            raise JsonRangeError(f"not a name in {cls.__name__}", value=data) from None
    number = parse_integer(data, 64, signed=False)
    try:
        return cls(number)
    except ValueError:
        raise JsonRangeError(f"not a number in {cls.__name__}", value=number) from None
