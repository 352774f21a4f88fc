"""The wire format as data: what an encoder in another language needs, read from the type hints."""

from typing import Any

from protocol.block import SignedBlock
from protocol.block_header import BlockHeader
from protocol.operations import OPERATIONS
from protocol.shapes import (
    BoolShape,
    EnumShape,
    ListShape,
    MapShape,
    Member,
    OptionalShape,
    PublicKeyShape,
    Shape,
    StructShape,
    SymbolShape,
    TaggedShape,
    TextShape,
    VariantShape,
    snake_case,
    struct_of,
)
from protocol.transaction import SignedTransaction, Transaction
from protocol.types import (
    FixedBytes,
    SignedVarint,
    TimePoint,
    VarBytes,
    Varint,
    VersionNumber,
    Width,
)

_MESSAGES = (Transaction, SignedTransaction, BlockHeader, SignedBlock)
_ACCOUNT_NAME_SIZE = 16


def schema() -> dict[str, Any]:
    """Return all operations, and every struct and enumeration that they and blocks use."""
    seen: dict[str, Any] = {}
    operations = []
    for cls in OPERATIONS:
        fields = [_field(member, seen) for member in struct_of(cls).members]
        operations.append(
            {"id": cls.TAG, "name": cls.NAME, "virtual": cls.IS_VIRTUAL, "fields": fields}
        )
    for message in _MESSAGES:
        _type(StructShape(message), seen)
    return {
        "description": "fields in wire order; FORMAT.md says how each type is written",
        "operations": operations,
        "types": dict(sorted(seen.items())),
    }


def _field(member: Member, seen: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"name": member.names[0], "type": _type(member.shape, seen)}
    if len(member.names) > 1:
        described["also_named"] = list(member.names[1:])
    return described


def _type(shape: Shape, seen: dict[str, Any]) -> Any:  # noqa: PLR0911 - one per shape
    match shape:
        case OptionalShape(inner):
            return {"optional": _type(inner, seen)}
        case ListShape(inner, is_sorted):
            return {"set" if is_sorted else "list": _type(inner, seen)}
        case MapShape(key, value):
            return {"map": [_type(key, seen), _type(value, seen)]}
        case VariantShape(members):
            return {"variant": [_type(StructShape(cls), seen) for cls in members]}
        case StructShape(cls):
            struct = struct_of(cls)
            if struct.name not in seen:
                seen[struct.name] = {}  # before its members, which may hold it again
                fields = [_field(member, seen) for member in struct.members]
                seen[struct.name] = {"struct": fields}
            return struct.name
        case EnumShape(cls, bits):
            values = {member.name: int(member) for member in cls}
            seen[snake_case(cls.__name__)] = {"enum": f"uint{bits}", "values": values}
            return snake_case(cls.__name__)
        case TaggedShape():
            return "operation"
        case _:
            return _plain(shape)


def _plain(shape: Shape) -> Any:  # noqa: PLR0911 - one per shape
    match shape:
        case Width(bits, signed):
            return f"{'' if signed else 'u'}int{bits}"
        case FixedBytes(size):
            return {"bytes": size}
        case TextShape(None):
            return "string"
        case TextShape(limit):
            return "account_name" if limit == _ACCOUNT_NAME_SIZE else {"string": limit}
        case BoolShape():
            return "bool"
        case TimePoint():
            return "time"
        case VersionNumber():
            return "version_number"
        case VarBytes():
            return "bytes"
        case PublicKeyShape():
            return "public_key"
        case SymbolShape():
            return "symbol"
        case Varint() | SignedVarint():
            raise TypeError("no member of a message is a bare varint")
    raise TypeError(f"no name for {shape!r}")
