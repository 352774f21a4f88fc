"""The reference: tables as dictionaries and sorted lists, undo by row images.  Slow and obvious.

It shares with the LMDB engine the declarations (`schema`) and the codecs, because digests are
defined over bytes, and nothing else: it orders by Python values, not by key bytes, and undoes by
putting back whole rows.  Tests drive both engines alike and compare them.
"""

import hashlib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from protocol.arith import ArithmeticRangeError
from smtchain.state.errors import RowExistsError, RowNotFoundError, SessionError, StaleRowError
from smtchain.state.history import History
from smtchain.state.keys import encode_parts
from smtchain.state.schema import TableSchema, schema_of
from smtchain.state.table import Key, check_meta_name, find_index
from smtchain.state.tables.chain import Sequence

RowT = TypeVar("RowT")

_DIGEST_MODULUS = 1 << 256


class MemoryTable(Generic[RowT]):
    """All rows of one class, held in memory; see `table.Table`."""

    def __init__(self, engine: "MemoryEngine", schema: TableSchema[RowT]) -> None:
        self.schema = schema
        self.reads = 0
        self.writes = 0
        self.steps = 0
        self.rows: dict[Key, RowT] = {}
        self._engine = engine
        self._orders: dict[str, list[Key]] = {
            index.name: [] for index in (schema.primary, *schema.indexes)
        }

    def find(self, *key: object) -> RowT | None:
        """See `Table.find`."""
        self.reads += 1
        return self.rows.get(key)

    def get(self, *key: object) -> RowT:
        """See `Table.get`."""
        row = self.find(*key)
        if row is None:
            raise RowNotFoundError(self.schema.name, key)
        return row

    def exists(self, *key: object) -> bool:
        """See `Table.exists`."""
        return self.find(*key) is not None

    def insert(self, row: RowT) -> RowT:
        """See `Table.insert`."""
        key = self.schema.key_of(row)
        self._engine.require_session()
        if key in self.rows:
            raise RowExistsError(self.schema.name, key)
        for name, least, greatest in self.schema.bounds:
            self._check(name, getattr(row, name), least, greatest)
        self._check_keys(row)
        self.writes += 1
        self._engine.remember(self, key)
        self.place(key, row)
        return row

    def modify(self, row: RowT, /, **changes: object) -> None:
        """See `Table.modify`."""
        key = self._key_of_live(row)
        bounds = {name: (least, greatest) for name, least, greatest in self.schema.bounds}
        for name, value in changes.items():
            if name in self.schema.key or name not in self.schema.fields:
                raise TypeError(f"{self.schema.name}.{name} cannot be set")
            if name in bounds:
                self._check(name, value, *bounds[name])
        changed = copy(row)
        for name, value in changes.items():
            object.__setattr__(changed, name, value)
        self._check_keys(changed)
        self.writes += 1
        self._engine.remember(self, key)
        self.take(key)
        for name, value in changes.items():
            object.__setattr__(row, name, value)
        self.place(key, row)

    def remove(self, row: RowT) -> None:
        """See `Table.remove`."""
        key = self._key_of_live(row)
        self.writes += 1
        self._engine.remember(self, key)
        self.take(key)

    def next_id(self) -> int:
        """See `Table.next_id`."""
        sequences = self._engine.table(Sequence)
        sequence = sequences.find(self.schema.name)
        if sequence is None:
            sequence = sequences.insert(Sequence(table=self.schema.name, next_id=0))
        number = sequence.next_id
        sequences.modify(sequence, next_id=number + 1)
        return number

    def scan(
        self,
        index: str = "",
        *prefix: object,
        start: tuple[object, ...] | None = None,
        reverse: bool = False,
    ) -> Iterator[RowT]:
        """See `Table.scan`."""
        chosen = find_index(self.schema, index)
        if start is not None:  # the same values are refused as by keys of bytes
            encode_parts(chosen.parts[len(prefix) :], start)
        key_places = [chosen.fields.index(field) for field in self.schema.key]
        return self._walk(self._orders[index], key_places, prefix, start or (), reverse=reverse)

    def first(self, index: str = "", *prefix: object) -> RowT | None:
        """See `Table.first`."""
        return next(self.scan(index, *prefix), None)

    def last(self, index: str = "", *prefix: object) -> RowT | None:
        """See `Table.last`."""
        return next(self.scan(index, *prefix, reverse=True), None)

    def _walk(
        self, order: list[Key], key_places: list[int], prefix: Key, start: Key, *, reverse: bool
    ) -> Iterator[RowT]:
        bound = prefix + start
        if reverse:
            place = bisect_right(order, bound, key=lambda entry: entry[: len(bound)]) - 1
        else:
            place = bisect_left(order, bound)
        while 0 <= place < len(order):
            entry = order[place]
            if entry[: len(prefix)] != prefix:
                return
            self.steps += 1
            yield self.rows[tuple(entry[each] for each in key_places)]
            # The order may have changed: find the neighbour of the entry just yielded again.
            place = bisect_left(order, entry) - 1 if reverse else bisect_right(order, entry)

    def place(self, key: Key, row: RowT) -> None:
        """Put a row and its index entries in."""
        self.rows[key] = row
        for index in (self.schema.primary, *self.schema.indexes):
            insort(self._orders[index.name], tuple(getattr(row, name) for name in index.fields))

    def take(self, key: Key) -> None:
        """Take a row and its index entries out."""
        row = self.rows.pop(key)
        for index in (self.schema.primary, *self.schema.indexes):
            order = self._orders[index.name]
            entry = tuple(getattr(row, name) for name in index.fields)
            del order[bisect_left(order, entry)]

    def _key_of_live(self, row: RowT) -> Key:
        self._engine.require_session()
        key = self.schema.key_of(row)
        if self.rows.get(key) is not row:
            raise StaleRowError(f"{self.schema.name} {key!r} is not held by its table")
        return key

    def _check_keys(self, row: RowT) -> None:
        """Refuse the text that keys of bytes refuse, too."""
        for index in (self.schema.primary, *self.schema.indexes):
            index.encode(row)

    def _check(self, name: str, value: Any, least: int, greatest: int) -> None:
        if not least <= value <= greatest:
            raise ArithmeticRangeError(
                "integer does not fit its column", field=f"{self.schema.name}.{name}", value=value
            )


class _Session:
    """What each touched row was before: the object and its field values, or None if absent."""

    def __init__(self, number: int = -1) -> None:
        self.number = number
        self.images: dict[tuple[MemoryTable[Any], Key], tuple[Any, Key] | None] = {}

    def restore(self) -> None:
        """Put every touched row back."""
        for (table, key), image in self.images.items():
            if key in table.rows:
                table.take(key)
            if image is not None:
                row, values = image
                for name, value in zip(table.schema.fields, values, strict=True):
                    object.__setattr__(row, name, value)
                table.place(key, row)


class _Checkpoint:
    def __init__(self, engine: "MemoryEngine") -> None:
        self._engine = engine

    def __enter__(self) -> None:
        self._engine.open.append(_Session())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        inner = self._engine.open.pop()
        if kind is not None:
            inner.restore()
            return
        outer = self._engine.open[-1]
        for place, image in inner.images.items():
            outer.images.setdefault(place, image)


class MemoryEngine:
    """Tables and sessions in memory; see `State` for what each method means."""

    def __init__(self, row_classes: Iterable[type], chain_id: bytes = b"") -> None:
        self._tables: dict[type, MemoryTable[Any]] = {
            row_class: MemoryTable(self, schema_of(row_class)) for row_class in row_classes
        }
        self.open: list[_Session] = []
        self._sealed: list[tuple[_Session, int]] = []
        self._is_pending = False
        self._digest = 0
        self._hashes: dict[tuple[str, Key], int] = {}
        self.history = History(None)
        self._meta: dict[str, bytes] = {"chain_id": chain_id}
        self.revision = -1
        self.committed_revision = -1

    @property
    def has_open_session(self) -> bool:
        """See `State.has_open_session`."""
        return bool(self.open)

    def table(self, row_class: type[RowT]) -> MemoryTable[RowT]:
        """Return the table of a row class."""
        return self._tables[row_class]

    def checkpoint(self) -> _Checkpoint:
        """See `State.checkpoint`."""
        self.require_session()
        return _Checkpoint(self)

    def begin_block(self, number: int) -> None:
        """See `State.begin_block`."""
        self._require_idle()
        if self.revision >= 0 and number != self.revision + 1:
            raise SessionError(f"block {number} cannot follow block {self.revision}")
        self.open.append(_Session(number))

    def extend_block(self, number: int) -> None:
        """See `State.extend_block`."""
        session = self._close(is_pending=False)
        self.open.append(session)
        if number != session.number + 1:
            raise SessionError(f"block {number} cannot follow block {session.number}")
        session.number = number

    def seal_block(self) -> bytes:
        """See `State.seal_block`."""
        session = self._close(is_pending=False)
        self._sealed.append((session, self.revision))
        self.revision = session.number
        self._rehash(session)
        return self.digest()

    def discard_block(self) -> None:
        """See `State.discard_block`."""
        self._close(is_pending=False).restore()
        self.history.drop_above(self.revision)

    def undo_block(self) -> None:
        """See `State.undo_block`."""
        self._require_idle()
        if not self._sealed:
            raise SessionError("no reversible block to undo")
        session, self.revision = self._sealed.pop()
        session.restore()
        self._rehash(session)
        self.history.drop_above(self.revision)

    def commit(self, number: int) -> None:
        """See `State.commit`."""
        if not self.committed_revision <= number <= self.revision:
            raise SessionError(f"block {number} cannot be committed")
        while self._sealed and self._sealed[0][0].number <= number:
            self.committed_revision = self._sealed.pop(0)[0].number

    def begin_pending(self) -> None:
        """See `State.begin_pending`."""
        self._require_idle()
        self._is_pending = True
        self.open.append(_Session())

    def discard_pending(self) -> None:
        """See `State.discard_pending`."""
        self._close(is_pending=True).restore()
        self._is_pending = False

    def digest(self) -> bytes:
        """See `State.digest`."""
        return self._digest.to_bytes(32, "big")

    def recount_digest(self) -> bytes:
        """See `State.recount_digest`."""
        self._require_idle()
        total = sum(
            _row_hash(table.schema, row)
            for table in self._tables.values()
            for row in table.rows.values()
        )
        return (total % _DIGEST_MODULUS).to_bytes(32, "big")

    def meta_get(self, name: str) -> bytes | None:
        """See `State.meta_get`."""
        return self._meta.get(name)

    def meta_put(self, name: str, value: bytes) -> None:
        """See `State.meta_put`."""
        check_meta_name(name)
        self._meta[name] = value

    def copy_to(self, path: Path) -> None:
        """Refuse: nothing of this engine is on disk."""
        raise SessionError(f"a state in memory cannot be copied to {path}")

    def close(self) -> None:
        """Do nothing."""

    def remember(self, table: MemoryTable[Any], key: Key) -> None:
        """Keep the row's present image in the innermost session, unless it has one."""
        images = self.open[-1].images
        if (table, key) in images:
            return
        row = table.rows.get(key)
        values = None if row is None else tuple(getattr(row, name) for name in table.schema.fields)
        images[table, key] = None if values is None else (row, values)

    def require_session(self) -> None:
        """Raise `SessionError` unless a block or a pending session is open."""
        if not self.open:
            raise SessionError("open a session first: begin_block() or begin_pending()")

    def _require_idle(self) -> None:
        if self.open:
            raise SessionError("a session is open")

    def _close(self, *, is_pending: bool) -> _Session:
        if len(self.open) != 1 or self._is_pending != is_pending:
            raise SessionError("no such session is open, or a checkpoint is open inside it")
        return self.open.pop()

    def _rehash(self, session: _Session) -> None:
        for table, key in session.images:
            self._digest -= self._hashes.pop((table.schema.name, key), 0)
            row = table.rows.get(key)
            if row is not None:
                fresh = _row_hash(table.schema, row)
                self._hashes[table.schema.name, key] = fresh
                self._digest += fresh
        self._digest %= _DIGEST_MODULUS


def _row_hash(schema: TableSchema[Any], row: Any) -> int:
    data = schema.name.encode() + b"\0" + schema.primary.encode(row) + schema.encode(row)
    return int.from_bytes(hashlib.sha256(data).digest(), "big")
