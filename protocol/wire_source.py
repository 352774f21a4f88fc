"""What the two code generators share: the function under construction and its small parts.

The compiled functions hold no rules of their own: they are `protocol.wire_walk` unrolled, with runs
of fixed-width fields merged into one `struct.Struct` call, one-byte varints read in place and small
structs (amounts, prices) inlined.  They only say *that* something is wrong, by any exception or a
wrong end offset; the walk then says *what*.
"""

from typing import Any

from protocol.shapes import (
    ListShape,
    MapShape,
    OptionalShape,
    Shape,
    StructShape,
    TaggedShape,
    VariantShape,
    struct_of,
)
from protocol.wire_tables import PACK_NAME, READ_NAME
from protocol.wire_walk import pack_varint, zigzag

FORMATS = {8: "B", 16: "H", 32: "I", 64: "Q"}
_INLINE_LEAVES = 4  # structs of at most this many plain fields are inlined
_SHORT = tuple(bytes((size,)) for size in range(128))


class RefusedError(Exception):
    """A compiled function met something that the rules refuse; never leaves `protocol.wire`."""


def _short_or_long(value: int) -> bytes:
    return _SHORT[value] if 0 <= value < 128 else pack_varint(value)


def _read_varint(data: bytes, offset: int) -> tuple[int, int]:
    """Return a varint of two bytes or more and the offset after it."""
    value = 0
    for shift in range(0, 35, 7):
        byte = data[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if (byte == 0 and shift) or value > 0xFFFFFFFF:
                break
            return value, offset
    raise RefusedError


class Unit:
    """Source text of one function under construction, and the objects it refers to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.env: dict[str, Any] = {
            "PACK_NAME": PACK_NAME,
            "READ_NAME": READ_NAME,
            "RefusedError": RefusedError,
            "SHORT": _SHORT,
            "new": object.__new__,
            "read_varint": _read_varint,
            "varint": _short_or_long,
            "zigzag": zigzag,
        }
        self._count = 0

    def fresh(self, stem: str = "v") -> str:
        """Return a new name."""
        self._count += 1
        return f"{stem}{self._count}"

    def bind(self, stem: str, value: Any) -> str:
        """Make `value` known to the function; return its name there."""
        name = self.fresh(f"{stem}_")
        self.env[name] = value
        return name

    def function(self, head: str, title: str) -> Any:
        """Compile the lines as `def head`; `title` stands in tracebacks."""
        source = f"def {head}:\n" + "\n".join(self.lines) + "\n"
        exec(compile(source, f"<wire {title}>", "exec"), self.env)  # noqa: S102 - our own source
        return self.env[head.partition("(")[0]]


def is_inlined(cls: type) -> bool:
    """Tell whether a struct is small and plain enough to be compiled into its users."""
    return 0 < _leaves(StructShape(cls)) <= _INLINE_LEAVES


def _leaves(shape: Shape) -> int:
    """Return the number of plain fields, or more than any bound where there are others."""
    if isinstance(shape, StructShape):
        return sum(_leaves(member.shape) for member in struct_of(shape.cls).members)
    if isinstance(shape, OptionalShape | ListShape | MapShape | VariantShape | TaggedShape):
        return _INLINE_LEAVES + 1
    return 1
