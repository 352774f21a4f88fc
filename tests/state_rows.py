"""Rows and engines for tests of the state engine itself."""

from dataclasses import dataclass

from protocol.types import I64, U8, U32, U128, AccountName, FlatMap
from smtchain.state.engine import LiveEngine
from smtchain.state.memory import MemoryEngine
from smtchain.state.schema import stored
from smtchain.state.store import StoreOptions
from smtchain.state.tables.chain import Sequence


@stored(
    "test_entry",
    key=("name", "number"),
    indexes={"by_value": ("value",), "by_color_weight": ("color", "weight")},
)
@dataclass(frozen=True, slots=True)
class Entry:
    name: AccountName
    number: U32
    value: I64 = 0
    color: U8 = 0
    weight: U128 = 0
    shares: FlatMap[str, U32] = ()
    note: str | None = None


@stored("test_single", key=())
@dataclass(frozen=True, slots=True)
class Single:
    total: I64
    is_set: bool = False


@stored("test_label", key=("number",), indexes={"by_text": ("text",)})
@dataclass(frozen=True, slots=True)
class Label:
    number: U32
    text: str


ROWS = (Sequence, Entry, Single, Label)
CHAIN_ID = bytes(range(32))


def memory_engine():
    return MemoryEngine(ROWS, CHAIN_ID)


def lmdb_engine(path, *, cache_rows=200_000, map_size=1 << 28, chain_id=CHAIN_ID, rows=ROWS):
    return LiveEngine(rows, path, StoreOptions(chain_id, map_size, False), cache_rows=cache_rows)


def copy_of(row):
    return type(row)(*(getattr(row, name) for name in type(row).__dataclass_fields__))


def names(rows):
    return [row.name for row in rows]
