"""Order-preserving key bytes: comparing two keys byte by byte compares their values.

A key is the concatenation of its parts, each of which ends by itself, so a prefix of the parts is
a prefix of the bytes.

=================  ===========================================================================
type hint          bytes
=================  ===========================================================================
`bool`             1: 0 or 1
`U8`..`U128`       1, 2, 4, 8 or 16, big-endian
`Time`, `Symbol`   4, big-endian
`I16`..`I64`       2, 4 or 8, big-endian, of the value plus 2^(bits-1): negative sorts first
`str`              UTF-8 without NUL, then one NUL; a shorter name sorts before its extensions
fixed bytes        as they are: `Ripemd160` 20, `Sha256` 32, `PublicKey` 33
=================  ===========================================================================

A primary key is its declared parts; the key of a table of one row, which has none, is one NUL,
because LMDB knows no empty keys.  An index entry is its declared parts followed by the parts of
the primary key that it does not contain, so entries are unique and lead back to their row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from protocol.types import FixedBytes, PublicKey, Symbol, TimePoint, Width

MAX_KEY_SIZE = 510  # bytes; LMDB's limit of 511, less the one that makes "just after this key"

MAX_TEXT_SIZE = 64  # bytes of one text part; names have 16, table names fewer than this

SINGLETON_KEY = b"\0"

PUBLIC_KEY_SIZE = 33  # bytes of a compressed point


class KeyValueError(ValueError):
    """A value cannot be part of a key; no row has such a key."""


@dataclass(frozen=True, slots=True)
class KeyPart:
    """One part of a key: how to write it and how generated code reads it back.

    Attributes
    ----------
    encode : Callable
        Value to bytes; raises `KeyValueError`.
    size : int | None
        Bytes taken, None for NUL-terminated text.
    decode_source : str
        Python expression over `raw`, the part's bytes (without a NUL), giving the value.
    """

    encode: Callable[[Any], bytes]
    size: int | None
    decode_source: str


def _encode_text(value: str) -> bytes:
    try:
        raw = value.encode()
    except UnicodeEncodeError as error:
        raise KeyValueError(str(error)) from error
    if 0 in raw:
        raise KeyValueError("text in a key contains NUL")
    if len(raw) > MAX_TEXT_SIZE:
        raise KeyValueError(f"text in a key has more than {MAX_TEXT_SIZE} bytes")
    return raw + b"\0"


def _encode_bool(value: bool) -> bytes:  # noqa: FBT001 - the value itself, not a switch
    return b"\1" if value else b"\0"


def _integer_part(size: int, bias: int) -> KeyPart:
    def encode(value: int) -> bytes:
        try:
            return (value + bias).to_bytes(size, "big")
        except OverflowError as error:
            raise KeyValueError(f"{value} does not fit {size} bytes") from error

    shift = f" - {bias}" if bias else ""
    return KeyPart(encode, size, f"int.from_bytes(raw, 'big'){shift}")


def _bytes_part(size: int) -> KeyPart:
    def encode(value: bytes) -> bytes:
        if len(value) != size:
            raise KeyValueError(f"{len(value)} bytes where a key has {size}")
        return value

    return KeyPart(encode, size, "raw")


def key_part(hint: object) -> KeyPart:
    """Return how a field with this type hint is written into keys.

    Raises
    ------
    TypeError
        The hint has no order-preserving form.
    """
    if hint is str or getattr(hint, "__supertype__", None) is str:
        return KeyPart(_encode_text, None, "raw.decode()")
    match get_args(hint)[1] if get_origin(hint) is Annotated else hint:
        case Width(bits, signed):
            return _integer_part(bits // 8, 1 << (bits - 1) if signed else 0)
        case FixedBytes(size):
            return _bytes_part(size)
        case marker if marker is Symbol or isinstance(marker, TimePoint):
            return _integer_part(4, 0)
        case marker if marker is PublicKey:
            return _bytes_part(PUBLIC_KEY_SIZE)
        case marker if marker is bool:
            return KeyPart(_encode_bool, 1, "raw == b'\\x01'")
        case _:
            pass
    raise TypeError(f"no key encoding for {hint!r}")


def encode_parts(parts: Sequence[KeyPart], values: Sequence[object]) -> bytes:
    """Return the bytes of the leading `parts` given by `values` (a prefix, or a whole key).

    Raises
    ------
    KeyValueError
        A value has no place in such a key.
    """
    return b"".join([part.encode(value) for part, value in zip(parts, values, strict=False)])


def make_key_encoder(fields: Sequence[str], parts: Mapping[str, KeyPart]) -> Callable[..., bytes]:
    """Return a generated function from the values of `fields` to their key bytes.

    The function raises `KeyValueError` for a value that no key has.
    """
    names: dict[str, Any] = {f"encode_{name}": parts[name].encode for name in fields}
    body = " + ".join(f"encode_{name}({name})" for name in fields) or repr(SINGLETON_KEY)
    return _compile("encode", f"def encode({', '.join(fields)}):\n    return {body}\n", names)


def make_row_key(fields: Sequence[str], parts: Mapping[str, KeyPart]) -> Callable[[Any], bytes]:
    """Return a generated function from a row to the key bytes of `fields`."""
    names: dict[str, Any] = {f"encode_{name}": parts[name].encode for name in fields}
    body = " + ".join(f"encode_{name}(row.{name})" for name in fields) or repr(SINGLETON_KEY)
    return _compile("row_key", f"def row_key(row):\n    return {body}\n", names)


def make_key_reader(
    fields: Sequence[str], parts: Mapping[str, KeyPart], wanted: Sequence[str]
) -> Callable[[bytes], tuple[Any, ...]]:
    """Return a generated function from key bytes of `fields` to the values of `wanted`."""
    lines = ["def read_key(key):"]
    offset: int | None = 0  # known position so far, or None once a text part has gone by
    for name in fields:
        part = parts[name]
        start = str(offset) if offset is not None else "end"
        if part.size is None:
            lines.append(f"    stop = key.index(0, {start})")
            lines.append(f"    raw = key[{start}:stop]")
            lines.append("    end = stop + 1")
            offset = None
        elif offset is not None:
            lines.append(f"    raw = key[{offset}:{offset + part.size}]")
            offset += part.size
        else:
            lines.append(f"    raw = key[end:end + {part.size}]")
            lines.append(f"    end += {part.size}")
        if name in wanted:
            lines.append(f"    value_{name} = {part.decode_source}")
    tail = "".join(f"value_{name}, " for name in wanted)
    lines.append(f"    return ({tail})")
    return _compile("read_key", "\n".join(lines) + "\n", {})


def make_key_tuple(fields: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a generated function from a row to the tuple of its `fields`."""
    tail = "".join(f"row.{name}, " for name in fields)
    return _compile("key_tuple", f"def key_tuple(row):\n    return ({tail})\n", {})


def _compile(name: str, source: str, names: dict[str, Any]) -> Callable[..., Any]:
    # Source is built from identifiers of our own row classes only.
    exec(compile(source, f"<{name}>", "exec"), names)  # noqa: S102
    function: Callable[..., Any] = names[name]
    return function
