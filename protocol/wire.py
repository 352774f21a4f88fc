"""Canonical bytes of everything that is said on the chain.

`wire_struct` reads a dataclass's type hints once and compiles its packer and unpacker.  The decoder
is strict: a value has exactly one encoding, every other byte sequence raises a `WireError` with the
byte offset and the field path.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast, overload

from protocol.errors import InvariantViolationError
from protocol.params import Network
from protocol.shapes import Shape, StructShape, declare_struct, shape_of, snake_case
from protocol.wire_pack import PACKERS, Packer, compile_shape_packer, packer_of
from protocol.wire_tables import TABLES, Tables, tables_of
from protocol.wire_unpack import (
    PADDING,
    UNPACKERS,
    Unpacker,
    compile_shape_unpacker,
    unpacker_of,
)
from protocol.wire_walk import Reader, Writer

T = TypeVar("T")


@overload
def wire_struct(cls: type[T]) -> type[T]: ...


@overload
def wire_struct(
    *, name: str = "", aliases: tuple[str, ...] = (), ignored: tuple[str, ...] = ()
) -> Callable[[type[T]], type[T]]: ...


def wire_struct(
    cls: type[T] | None = None,
    *,
    name: str = "",
    aliases: tuple[str, ...] = (),
    ignored: tuple[str, ...] = (),
) -> type[T] | Callable[[type[T]], type[T]]:
    """Give a frozen slotted dataclass its wire form, field by field in declaration order.

    Parameters
    ----------
    name : str
        What JSON calls the struct inside a static variant; by default the class name in snake case.
    aliases : tuple of str
        Other names that JSON may use.
    ignored : tuple of str
        Members that JSON may hold and that mean nothing (the reference drops them).

    Raises
    ------
    UnsupportedHintError
        At import, for a field whose hint has no wire form.
    """

    def declare(target: type[T]) -> type[T]:
        declare_struct(target, name or snake_case(target.__name__), aliases, ignored)
        return target

    return declare if cls is None else declare(cls)


def encode(value: object, network: Network) -> bytes:
    """Return the bytes of a struct; of an operation: its body without the number.

    Raises
    ------
    WireError
        A field is outside its type's range or not canonical; `field` says which.
    """
    try:
        tables = TABLES[network.name]
        if tables.network is network:
            return PACKERS[value.__class__](value, tables)
    except Exception:  # noqa: S110 - first use, or a refusal that the walk will name
        pass
    cls = value.__class__
    return _packed(packer_of(cls), StructShape(cls), value, tables_of(network))


def decode(cls: type[T], data: bytes, network: Network) -> T:
    """Return the struct that the whole of `data` encodes.

    Raises
    ------
    WireError
        `data` is not the canonical encoding of a `cls`.
    """
    value: T
    try:
        tables = TABLES[network.name]
        if tables.network is network:
            value, offset = UNPACKERS[cls](data + PADDING, 0, len(data), tables)
            if offset == len(data):
                return value
    except Exception:  # noqa: S110 - first use, or a refusal that the walk will name
        pass
    value = _unpacked(unpacker_of(cls), StructShape(cls), data, tables_of(network))
    return value


def encode_as(hint: object, value: object, network: Network) -> bytes:
    """Return the bytes of a value of any hinted type, e.g. `U128` or `Operation`.

    An operation given as `Operation` is preceded by its number.

    Raises
    ------
    WireError
        As `encode`.
    """
    try:
        tables = TABLES[network.name]
        if tables.network is network:
            return _CLASS_PACKERS[cast("type", hint)](value, tables)
    except Exception:  # noqa: S110 - not a class, first use, or a refusal that the walk will name
        pass
    shape = shape_of(hint)
    pack = _SHAPE_PACKERS.get(shape)
    if pack is None:
        pack = _SHAPE_PACKERS[shape] = compile_shape_packer(shape)
        if isinstance(hint, type):
            _CLASS_PACKERS[hint] = pack
    return _packed(pack, shape, value, tables_of(network))


def decode_as(hint: object, data: bytes, network: Network) -> Any:
    """Return the value of any hinted type that the whole of `data` encodes.

    Raises
    ------
    WireError
        As `decode`.
    """
    try:
        tables = TABLES[network.name]
        if tables.network is network:
            unpack = _CLASS_UNPACKERS[cast("type", hint)]
            value, offset = unpack(data + PADDING, 0, len(data), tables)
            if offset == len(data):
                return value
    except Exception:  # noqa: S110 - not a class, first use, or a refusal that the walk will name
        pass
    shape = shape_of(hint)
    known = _SHAPE_UNPACKERS.get(shape)
    if known is None:
        known = _SHAPE_UNPACKERS[shape] = compile_shape_unpacker(shape)
        if isinstance(hint, type):
            _CLASS_UNPACKERS[hint] = known
    return _unpacked(known, shape, data, tables_of(network))


# One entry for each type that the program names in a call; bounded by its source.
_SHAPE_PACKERS: dict[Shape, Packer] = {}
_SHAPE_UNPACKERS: dict[Shape, Unpacker] = {}
# The same functions for hints that are classes, which are quick to look up.
_CLASS_PACKERS: dict[type, Packer] = {}
_CLASS_UNPACKERS: dict[type, Unpacker] = {}


def _packed(pack: Packer, shape: Shape, value: object, tables: Tables) -> bytes:
    try:
        return pack(value, tables)
    except Exception as error:  # whatever it was, the walk below names it
        Writer(tables).write(shape, value)
        raise InvariantViolationError(f"encoders disagree on {value!r}") from error


def _unpacked(unpack: Unpacker, shape: Shape, data: bytes, tables: Tables) -> Any:
    data = bytes(data)  # other byte strings come this way; compiled code wants the one type
    size = len(data)
    cause: Exception | None = None
    try:
        value, offset = unpack(data + PADDING, 0, size, tables)
        if offset == size:
            return value
    except Exception as error:  # whatever it was, the walk below names it
        cause = error
    _explain(shape, data, tables)
    raise InvariantViolationError(f"decoders disagree on {data.hex()}") from cause


def _explain(shape: Shape, data: bytes, tables: Tables) -> None:
    """Raise the error that the rules have for `data`."""
    reader = Reader(data, tables)
    reader.read(shape)
    reader.finish()
