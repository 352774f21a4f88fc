"""Row bytes: a msgpack array of the fields in declaration order, generated per class.

=======================  ================================================================
type hint                msgpack
=======================  ================================================================
integers up to 64 bits   integer, shortest form
`U128`                   bin of 16 bytes, big-endian (msgpack integers end at 2^64-1)
`bool`, `str`, bytes     boolean, str, bin
`X | None`               nil or X
`tuple`, flat set        array
flat map                 array of arrays of two
struct, `Asset`, ...     array of its fields in declaration order
variant of structs       array of its index in the union and the struct
=======================  ================================================================

Equal rows have equal bytes: msgpack's shortest integer form is unique, and there are no maps.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import IntEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgpack

from protocol.types import TimePoint, Width

_U128_BITS = 128
_PLAIN = (int, bool, str, bytes)
_PACK: Callable[[object], bytes] = msgpack.Packer(autoreset=True).pack
_UNPACK: Callable[..., tuple[Any, ...]] = msgpack.unpackb


def _is_u128(hint: object) -> bool:
    if get_origin(hint) is not Annotated:
        return False
    marker = get_args(hint)[1]
    return isinstance(marker, Width) and marker.bits == _U128_BITS


def _strip(hint: Any) -> Any:
    """Return the run-time type behind `Annotated` and `NewType`."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        else:
            return hint


def _is_plain(hint: Any) -> bool:
    """Return whether msgpack stores values of this hint as they are.

    Raises
    ------
    TypeError
        The hint is a bare `int`: every stored integer has a width.
    """
    if hint is int:
        raise TypeError("a stored integer needs a width, such as I64")
    bare = _strip(hint)
    return bare in _PLAIN or (isinstance(bare, type) and issubclass(bare, IntEnum))


class _Generator:
    """Collects the helper functions that one row class needs."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"pack": _PACK, "unpack": _UNPACK}
        self._structs: dict[type, int] = {}

    def encode(self, hint: object, value: str) -> str:
        """Return an expression packing `value`, or `value` itself where msgpack does it all."""
        if _is_u128(hint):
            return f"{value}.to_bytes(16, 'big')"
        if _is_plain(hint):
            return value
        bare = _strip(hint)
        if get_origin(bare) is tuple:
            return self._tuple(bare, value, self.encode)
        if get_origin(bare) in (Union, UnionType):
            return self._union(bare, value, self.encode, "encode")
        if is_dataclass(bare) and isinstance(bare, type):
            return f"encode_{self._struct(bare)}({value})"
        raise TypeError(f"no stored form for {hint!r}")

    def decode(self, hint: object, value: str) -> str:
        """Return the expression that inverts `encode`."""
        if _is_u128(hint):
            return f"int.from_bytes({value}, 'big')"
        if _is_plain(hint):
            return value
        bare = _strip(hint)
        if get_origin(bare) is tuple:
            return self._tuple(bare, value, self.decode)
        if get_origin(bare) in (Union, UnionType):
            return self._union(bare, value, self.decode, "decode")
        if is_dataclass(bare) and isinstance(bare, type):
            return f"decode_{self._struct(bare)}({value})"
        raise TypeError(f"no stored form for {hint!r}")

    def _tuple(self, hint: object, value: str, convert: Callable[[object, str], str]) -> str:
        arguments = get_args(hint)
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            inner = convert(arguments[0], "item")
            return value if inner == "item" else f"tuple([{inner} for item in {value}])"
        places = [f"{value}[{place}]" for place in range(len(arguments))]
        parts = [convert(each, place) for each, place in zip(arguments, places, strict=True)]
        return value if parts == places else f"({', '.join(parts)},)"

    def _union(
        self, hint: object, value: str, convert: Callable[[object, str], str], verb: str
    ) -> str:
        members = [member for member in get_args(hint) if member is not NoneType]
        optional = len(members) < len(get_args(hint))
        if len(members) == 1:
            inner = convert(members[0], value)
        else:
            inner = f"{verb}_{self._variant(members)}({value})"
        if not optional or inner == value:
            return inner
        return f"(None if {value} is None else {inner})"

    def _variant(self, members: list[Any]) -> str:
        """Register the two functions of a union of structs; return their common suffix."""
        structs = [_strip(member) for member in members]
        if not all(is_dataclass(struct) for struct in structs):
            raise TypeError(f"a stored union must be of structs: {members!r}")
        suffixes = [self._struct(struct) for struct in structs]
        encoders = {
            struct: (index, self.names[f"encode_{suffix}"])
            for index, (struct, suffix) in enumerate(zip(structs, suffixes, strict=True))
        }
        decoders = [self.names[f"decode_{suffix}"] for suffix in suffixes]

        def encode(value: object) -> tuple[int, object]:
            index, inner = encoders[type(value)]
            return index, inner(value)

        def decode(value: tuple[int, object]) -> object:
            return decoders[value[0]](value[1])

        suffix = "or_".join(suffixes)
        self.names[f"encode_{suffix}"] = encode
        self.names[f"decode_{suffix}"] = decode
        return suffix

    def _struct(self, struct: type) -> str:
        """Register the two functions of a nested struct; return their common suffix."""
        known = self._structs.get(struct)
        if known is not None:
            return f"{struct.__name__}_{known}"
        number = len(self._structs)
        self._structs[struct] = number
        suffix = f"{struct.__name__}_{number}"
        hints = get_type_hints(struct, include_extras=True)
        names = [field.name for field in fields(struct)]
        parts = [self.encode(hints[name], f"value.{name}") for name in names]
        back = [self.decode(hints[name], f"value[{place}]") for place, name in enumerate(names)]
        self.names[f"class_{suffix}"] = struct
        self.compile(
            f"def encode_{suffix}(value):\n    return ({''.join(part + ', ' for part in parts)})\n"
            f"def decode_{suffix}(value):\n    return class_{suffix}({', '.join(back)})\n"
        )
        return suffix

    def compile(self, source: str) -> None:
        """Define the functions of `source` among `names`."""
        # Source is built from identifiers of our own classes only.
        exec(compile(source, "<row codec>", "exec"), self.names)  # noqa: S102


def make_row_encoder(row_class: type) -> Callable[[Any], bytes]:
    """Return the generated function from a row to its stored bytes.

    Raises
    ------
    TypeError
        A field's type hint has no stored form.
    """
    generator = _Generator()
    hints = get_type_hints(row_class, include_extras=True)
    names = [field.name for field in fields(row_class)]
    parts = [generator.encode(hints[name], f"row.{name}") for name in names]
    generator.compile(f"def encode(row):\n    return pack(({''.join(p + ', ' for p in parts)}))\n")
    encode: Callable[[Any], bytes] = generator.names["encode"]
    return encode


def make_row_decoder(row_class: type) -> Callable[[bytes], Any]:
    """Return the generated function from stored bytes to a new row.

    A frozen dataclass of 45 fields takes five times longer to build through its own `__init__`
    than through a plain class of the same slots that then becomes the row class, so the latter is
    what the generated code does.
    """
    generator = _Generator()
    hints = get_type_hints(row_class, include_extras=True)
    names = [field.name for field in fields(row_class)]
    sets = "".join(f"\n        self.{name} = {name}" for name in names) or "\n        pass"
    generator.names["row_class"] = row_class
    generator.compile(
        f"class Draft:\n    __slots__ = {tuple(names)!r}\n"
        f"    def __init__(self{''.join(', ' + name for name in names)}):{sets}\n"
    )
    values = [generator.decode(hints[name], name) for name in names]
    generator.compile(
        "def decode(data):\n"
        f"    ({''.join(name + ', ' for name in names)}) = unpack(data, use_list=False)\n"
        f"    row = Draft({', '.join(values)})\n"
        "    row.__class__ = row_class\n"
        "    return row\n"
    )
    decode: Callable[[bytes], Any] = generator.names["decode"]
    return decode


def describe(hint: Any) -> str:
    """Return a text that is equal for two hints exactly if they have the same stored form."""
    bounds = integer_bounds(hint)
    bare = _strip(hint)
    if bounds is not None and bare is int:
        return f"int[{bounds[0]}, {bounds[1]}]"
    if get_origin(bare) is tuple:
        return f"tuple[{', '.join(map(describe, get_args(bare)))}]"
    if get_origin(bare) in (Union, UnionType):
        return " | ".join(map(describe, get_args(bare)))
    if is_dataclass(bare) and isinstance(bare, type):
        hints = get_type_hints(bare, include_extras=True)
        inner = (f"{field.name}: {describe(hints[field.name])}" for field in fields(bare))
        return f"{bare.__name__}({', '.join(inner)})"
    return "..." if bare is Ellipsis else str(bare.__name__)


def integer_bounds(hint: object) -> tuple[int, int] | None:
    """Return the least and the greatest value of an integer hint, None for any other hint."""
    supertype = getattr(hint, "__supertype__", None)
    if supertype is int:  # Symbol
        return 0, (1 << 32) - 1
    if get_origin(hint) is not Annotated:
        return None
    marker = get_args(hint)[1]
    if isinstance(marker, TimePoint):
        return 0, (1 << 32) - 1
    if isinstance(marker, Width):
        if marker.signed:
            return -(1 << (marker.bits - 1)), (1 << (marker.bits - 1)) - 1
        return 0, (1 << marker.bits) - 1
    return None
