"""A struct with every kind of field, and hypothesis strategies that follow its shapes."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any

from hypothesis import strategies as st

from protocol.assets import SBD, STEEM, VESTS, Asset, Price
from protocol.operation import Operation
from protocol.operations.transfer import Transfer
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
    TaggedShape,
    TextShape,
    VariantShape,
    order_key,
    struct_of,
)
from protocol.symbols import smt_symbol
from protocol.types import (
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    U128,
    AccountName,
    Bytes,
    CustomId,
    EnumWidth,
    FixedBytes,
    FlatMap,
    FlatSet,
    PublicKey,
    Ripemd160,
    Sha256,
    SignedVarint,
    StaticVariant,
    Symbol,
    Time,
    TimePoint,
    VarBytes,
    VarI32,
    Varint,
    VarU32,
    Version,
    VersionNumber,
    Width,
)
from protocol.wire import wire_struct


class Colour(IntEnum):
    RED = 0
    GREEN = 7


@wire_struct
@dataclass(frozen=True, slots=True)
class Empty:
    pass


@wire_struct
@dataclass(frozen=True, slots=True)
class Named:
    name: AccountName
    note: str


@wire_struct
@dataclass(frozen=True, slots=True)
class Large:
    members: FlatMap[AccountName, U16]
    keys: FlatMap[PublicKey, U16]
    flag: bool
    nonce: U128


Choice = Annotated[Empty | Named | Asset, StaticVariant()]


@wire_struct
@dataclass(frozen=True, slots=True)
class Everything:
    small: U8
    short: U16
    word: U32
    long: U64
    huge: U128
    signed_short: I16
    signed_word: I32
    signed_long: I64
    count: VarU32
    zigzag: VarI32
    when: Time
    version: Version
    flag: bool
    text: str
    name: AccountName
    label: CustomId
    blob: Bytes
    digest: Sha256
    short_digest: Ripemd160
    key: PublicKey
    symbol: Symbol
    asset: Asset
    price: Price
    colour: Annotated[Colour, EnumWidth(64)]
    maybe_word: U32 | None
    maybe_name: AccountName | None
    maybe_asset: Asset | None
    maybe_large: Large | None
    maybe_flag: bool | None
    words: tuple[U32, ...]
    texts: tuple[str, ...]
    assets: tuple[Asset, ...]
    larges: tuple[Large, ...]
    optionals: tuple[U8 | None, ...]
    rows: tuple[tuple[U8, ...], ...]
    names: FlatSet[AccountName]
    numbers: FlatSet[I64]
    weights: FlatMap[AccountName, U16]
    props: FlatMap[str, Bytes]
    tokens: FlatMap[Symbol, Choice]
    choice: Choice
    choices: FlatSet[Choice]
    operations: tuple[Operation, ...]


CORE = (SBD, STEEM, VESTS)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
short_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
symbols = st.sampled_from(CORE) | st.builds(
    smt_symbol, st.integers(4, 99_999_999), st.integers(0, 12)
)


def values(shape: Shape) -> st.SearchStrategy[Any]:  # noqa: PLR0911, PLR0912 - one per shape
    """Return a strategy for the values of a shape."""
    match shape:
        case Width(bits, signed):
            low = -(1 << bits - 1) if signed else 0
            return st.integers(low, low + (1 << bits) - 1)
        case TimePoint() | VersionNumber() | Varint():
            return st.integers(0, 0xFFFFFFFF)
        case SignedVarint():
            return st.integers(-(2**31), 2**31 - 1)
        case BoolShape():
            return st.booleans()
        case TextShape(None):
            return texts
        case TextShape(limit):
            return short_texts.filter(lambda text: len(text.encode()) <= (limit or 0))
        case FixedBytes(size):
            return st.binary(min_size=size, max_size=size)
        case PublicKeyShape():
            return st.binary(min_size=33, max_size=33)
        case VarBytes():
            return st.binary(max_size=300)
        case SymbolShape():
            return symbols
        case EnumShape(cls):
            return st.sampled_from(list(cls))
        case OptionalShape(inner):
            return st.none() | values(inner)
        case ListShape(inner, is_sorted):
            found = st.lists(
                values(inner),
                max_size=4,
                unique_by=(lambda value: order_key(inner, value)) if is_sorted else None,
            )
            if is_sorted:
                found = found.map(lambda part: sorted(part, key=lambda v: order_key(inner, v)))
            return found.map(tuple)
        case MapShape(key, inner):
            pairs = st.dictionaries(values(key), values(inner), max_size=4)
            return pairs.map(lambda found: tuple(sorted(found.items(), key=lambda pair: pair[0])))
        case StructShape(cls):
            return structs(cls)
        case VariantShape(members):
            return st.one_of([structs(cls) for cls in members])
        case TaggedShape():
            return structs(Transfer)


def structs(cls: type) -> st.SearchStrategy[Any]:
    """Return a strategy for instances of a struct; amounts are such that JSON can say them."""
    parts = {member.attribute: values(member.shape) for member in struct_of(cls).members}
    if cls is Asset:
        parts["amount"] = st.integers(0, 2**63 - 1)
    return st.builds(cls, **parts)
