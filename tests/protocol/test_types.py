"""The hints of `protocol.types` as `protocol.shapes` reads them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any

import pytest

from protocol.shapes import (
    EnumShape,
    ListShape,
    MapShape,
    OptionalShape,
    Shape,
    StructShape,
    TextShape,
    UnsupportedHintError,
    VariantShape,
    minimum_size,
    shape_of,
    snake_case,
)
from protocol.types import (
    I64,
    U8,
    U16,
    U32,
    U128,
    AccountName,
    Bytes,
    CustomId,
    EnumWidth,
    FlatMap,
    FlatSet,
    PublicKey,
    Ripemd160,
    StaticVariant,
    Symbol,
    Time,
    Width,
)
from protocol.wire import wire_struct


@wire_struct
@dataclass(frozen=True, slots=True)
class First:
    number: U16
    names: tuple[AccountName, ...]


@wire_struct
@dataclass(frozen=True, slots=True)
class Second:
    pass


class Colour(IntEnum):
    RED = 0


Either = Annotated[First | Second, StaticVariant()]


@pytest.mark.parametrize(
    ("hint", "shape"),
    [
        (U16, Width(16, signed=False)),
        (str, TextShape()),
        (AccountName, TextShape(16)),
        (CustomId, TextShape(32)),
        (First, StructShape(First)),
        (First | None, OptionalShape(StructShape(First))),
        (tuple[U8, ...], ListShape(Width(8, signed=False))),
        (FlatSet[U8], ListShape(Width(8, signed=False), is_sorted=True)),
        (FlatMap[AccountName, U16], MapShape(TextShape(16), Width(16, signed=False))),
        (Either, VariantShape((First, Second))),
        (Annotated[Colour, EnumWidth(64)], EnumShape(Colour, 64)),
        (Annotated[Second, StaticVariant()], VariantShape((Second,))),
    ],
)
def test_reads_hints(hint: Any, shape: Shape) -> None:
    assert shape_of(hint) == shape


@pytest.mark.parametrize(
    "hint",
    [
        int,
        bytes,
        float,
        list[U8],
        dict[str, str],
        tuple[U8, U8],
        U8 | U16,
        U8 | U16 | None,
        Any,
        [],
        object,
        tuple[Second, ...],  # elements without bytes
        FlatSet[First],  # no order
        FlatMap[tuple[U8, ...], U8],
        Annotated[int, "unknown mark"],
        Annotated[First | int, StaticVariant()],
    ],
)
def test_refuses_hints_without_wire_form(hint: Any) -> None:
    with pytest.raises(UnsupportedHintError):
        shape_of(hint)


def test_a_struct_with_a_bad_field_fails_when_defined() -> None:
    with pytest.raises(UnsupportedHintError, match=r"Broken\.amount"):

        @wire_struct
        @dataclass(frozen=True, slots=True)
        class Broken:
            amount: int


def test_only_slotted_dataclasses_can_be_structs() -> None:
    with pytest.raises(UnsupportedHintError):

        @wire_struct
        @dataclass(frozen=True)
        class Unslotted:
            amount: I64

    with pytest.raises(UnsupportedHintError):

        @wire_struct
        class Plain:
            amount: I64


@pytest.mark.parametrize(
    ("hint", "size"),
    [
        (U128, 16),
        (Time, 4),
        (bool, 1),
        (str, 1),
        (Bytes, 1),
        (Ripemd160, 20),
        (PublicKey, 33),
        (Symbol, 4),
        (U32 | None, 1),
        (First, 3),
        (Either, 1),
        (Second, 0),
    ],
)
def test_minimum_sizes_are_those_of_the_smallest_values(hint: Any, size: int) -> None:
    assert minimum_size(shape_of(hint)) == size


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Transfer", "transfer"),
        ("SmtCreate", "smt_create"),
        ("AccountUpdate2", "account_update2"),
        ("SmtParamWindowsV1", "smt_param_windows_v1"),
        ("LimitOrderCreate2", "limit_order_create2"),
    ],
)
def test_names_become_the_references(name: str, expected: str) -> None:
    assert snake_case(name) == expected
