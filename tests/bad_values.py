"""Wrong JSON for every place of an operation, generated from its declared type.

`places` walks an operation's JSON along the shapes of its fields, into structs, lists, maps and
variants; `wrong_types` says which values a place of a shape can never take, and `doubtful` which
values it can take by type, although most fields refuse them by a rule.
"""

import copy
from collections.abc import Iterator
from typing import Any

from protocol.assets import SBD, STEEM, VESTS, Asset, nai_string, precision_of
from protocol.shapes import (
    BoolShape,
    EnumShape,
    ListShape,
    MapShape,
    OptionalShape,
    PublicKeyShape,
    Shape,
    StructShape,
    SymbolShape,
    TextShape,
    VariantShape,
    struct_of,
)
from protocol.symbols import paired_symbol
from protocol.types import FixedBytes, TimePoint, Width

Step = str | int
Path = tuple[Step, ...]

STRANGE = (5, 1.5, True, None, "\ud83d\ude00", [], {}, [[]], [None], {"a": 1})
"""One of every kind of JSON; a place takes none of those that its shape does not take out."""


def field_path(path: Path) -> str:
    """Return a path as error objects write it: `owner.key_auths[0][1]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def replaced(document: Any, path: Path, value: Any) -> Any:
    """Return a copy of a JSON document with another value at a path."""
    made = copy.deepcopy(document)
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return made


def places(shape: Shape, data: Any, path: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Yield every place of a value with its shape, outermost first; the value itself is one."""
    if path:
        yield path, shape
    match shape:
        case OptionalShape(inner):
            if data is not None:
                yield from (found for found in places(inner, data, path) if found[0] != path)
        case ListShape(inner):
            for index, element in enumerate(data):
                yield from places(inner, element, (*path, index))
        case MapShape(key, inner):
            for index, pair in enumerate(data):
                yield from places(key, pair[0], (*path, index, 0))
                yield from places(inner, pair[1], (*path, index, 1))
        case StructShape(cls) if cls is not Asset:
            for member in struct_of(cls).members:
                name = member.names[0]
                yield from places(member.shape, data[name], (*path, name))
        case VariantShape(members):
            (cls,) = [each for each in members if struct_of(each).name == data["type"]]
            yield from places(StructShape(cls), data["value"], (*path, "value"))


def wrong_types(shape: Shape) -> list[Any]:  # noqa: PLR0911, PLR0912 - one per shape
    """Return values that no place of this shape takes."""
    match shape:
        case OptionalShape(inner):
            return [value for value in wrong_types(inner) if value is not None]
        case Width(bits, signed):
            low = -(1 << bits - 1) if signed else 0
            beyond = [low - 1, low + (1 << bits), str(low - 1), "9" * 40, 1 << 70]
            return [*_without(int), "", " 1", "0x1", "1e3", "1.0", "one", *beyond]
        case BoolShape():
            return [*_without(bool), 2, -1, "yes", "True", ""]
        case TimePoint():
            return [
                *_without(),
                *("", "yesterday", "2030-02-30T00:00:00", "2030-01-01", "2030-01-01T24:00:00"),
                *("2106-02-07T06:28:16", "1969-12-31T23:59:58", "2030-01-01T00:00:00+01:00"),
            ]
        case TextShape(None):
            return [value for value in STRANGE if not isinstance(value, str)]
        case TextShape():
            return [*_without(str), "a" * 17, "ab\0c", "\u00fc" * 9]
        case FixedBytes(size):
            return [*_without(), "00" * (size - 1), "00" * (size + 1), "0" * (size * 2 - 1), "zz"]
        case PublicKeyShape():
            return [*_without(), "", "STM", "STM1111", "TST" + "1" * 50, "STM" + "1" * 5_000]
        case SymbolShape():
            steem = nai_string(STEEM)
            return [
                *_without(),
                *("STEEM", steem, {"nai": steem}, {"decimals": 3}, {"nai": 21, "decimals": 3}),
                {"nai": "@@000000022", "decimals": 3},
                {"nai": steem, "decimals": -1},
                {"nai": steem, "decimals": 13},
                {"nai": steem, "decimals": 4},
                {"nai": "@@0000000210", "decimals": 3},
                {"nai": steem, "decimals": 3, "precision": 3},
            ]
        case EnumShape():
            return [*_without(int), "", "no_such_name", 99, -1, "99"]
        case ListShape():
            return [*_without(list), [[]], [None], "[]"]
        case MapShape():
            return [*_without(list, dict), [[]], [None], [["a"]], [["a", 1, 2]], "[]"]
        case StructShape(cls) if cls is Asset:
            return _wrong_assets()
        case StructShape():
            return [*(value for value in _without(dict) if value != []), [1, 2, 3]]
        case VariantShape():
            return [
                *_without(),
                *([0], [0, 5], [99, {}], [-1, {}], ["nosuch", {}], [True, {}], [0, {}, 1]),
                *({"type": 0}, {"value": {}}, {"type": "nosuch", "value": {}}),
            ]
    raise AssertionError(shape)


def _without(*kinds: type) -> list[Any]:
    """Return strange values but those of some kinds; exact kinds, so that true is no integer."""
    return [value for value in STRANGE if type(value) not in kinds]


def _wrong_assets() -> list[Any]:
    good = {"amount": "1", "precision": 3, "nai": nai_string(STEEM)}
    return [
        *_without(),
        *("1", "1.000", "1.0 STEEM", "1.0000 STEEM", "1.000 TESTS", "1.000 steem", "STEEM 1.000"),
        *(" 1.000 STEEM", "1,000 STEEM", "-.001 STEEM", "9" * 30 + ".000 STEEM"),
        *(["1", 3], ["1", 3, 5], ["1", "x", nai_string(STEEM)], [1.5, 3, nai_string(STEEM)]),
        *(
            {name: value for name, value in good.items() if name != absent}
            for absent in ("amount", "nai")
        ),
        *(good | {"amount": value} for value in ("", "1.0", "x", None, [], 1.5, str(1 << 63))),
        *(good | {"precision": value} for value in (2, -1, 256, "x", None, 1.5)),
        *(good | {"nai": value} for value in ("", "@@0", "@@000000022", "000000021", 21, None)),
    ]


def asset(amount: int, symbol: int) -> dict[str, Any]:
    return {"amount": str(amount), "precision": precision_of(symbol), "nai": nai_string(symbol)}


def symbol_form(symbol: int) -> dict[str, Any]:
    return {"nai": nai_string(symbol), "decimals": precision_of(symbol)}


def doubtful(shape: Shape, stranger: int) -> list[Any]:  # noqa: PLR0911 - one per shape
    """Return values of the right type that a rule may refuse; `stranger` is no token's symbol."""
    twin = paired_symbol(stranger)
    match shape:
        case OptionalShape(inner):
            return doubtful(inner, stranger)
        case Width(bits, signed):
            low = -(1 << bits - 1) if signed else 0
            return [low, 0, 1, str(low + (1 << bits) - 1)]
        case BoolShape():
            return [True, False]
        case TimePoint():
            return ["1970-01-01T00:00:00", "2106-02-07T06:28:15"]
        case TextShape(None):
            return ["", "{", '{"a":NaN}', "x" * 3_000, "[" * 300 + "]" * 300]
        case TextShape():
            return [
                "",
                "ab",
                "Alice",
                "a..b",
                "-bob",
                "bob-",
                "1st",
                "bob bob",
                "nosuchname",
                "\u00e4bc",
            ]
        case SymbolShape():
            return [symbol_form(each) for each in (STEEM, SBD, VESTS, stranger, twin)]
        case EnumShape(cls):
            return [each.name for each in cls]
        case StructShape(cls) if cls is Asset:
            symbols = (STEEM, SBD, VESTS, stranger, twin)
            return [asset(n, s) for s in symbols for n in (-(1 << 63), -1, 0, 1, (1 << 63) - 1)]
        case MapShape():
            return [[]]
        case ListShape():
            return [[]]
    return []
