"""Tables of the LMDB engine: live decoded rows over sealed row bytes over committed row bytes."""

from collections.abc import Iterator
from hashlib import sha256
from operator import itemgetter
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from protocol.arith import ArithmeticRangeError
from smtchain.state.errors import (
    RowExistsError,
    RowNotFoundError,
    SessionError,
    StaleRowError,
    StateCorruptError,
)
from smtchain.state.journal import INSERTED, REMOVED, Change, Journal, Undo
from smtchain.state.keys import KeyValueError, encode_parts
from smtchain.state.overlay import Overlay, after_prefix
from smtchain.state.schema import IndexSchema, TableSchema
from smtchain.state.store import Batch, Store
from smtchain.state.table import Key, Table
from smtchain.state.tables.chain import Sequence

RowT = TypeVar("RowT")


class CacheOwner(Protocol):
    """The engine as its tables see it."""

    journal: Journal

    def table(self, row_class: type[RowT]) -> Table[RowT]:
        """Return the table of a row class."""

    def note_load(self) -> None:
        """Count a row that was brought into a cache."""


Sealed = tuple[int, bytes | None]
"""A block number, and the row bytes that this block left; None if it removed the row."""

RowChange = tuple[Key, bytes, Sealed | None, bytes | None, int]
"""What one block did to one row: its key, its key bytes, what was sealed before (None if the row
was as on disk), its new bytes (None if removed), and its new share of the digest."""

_KEY = itemgetter(0)
_UNKNOWN: Any = object()  # what a cache says of a key that it does not know
_FROM_BYTES = int.from_bytes
_REFUSED: Any = (None, 1, 0)  # the setter of a field that cannot be set: no value is in bounds


class LiveTable(Generic[RowT]):
    """The rows of one class; see `table.Table`.

    A row is looked for in three places.  `_young` and `_old` are the cache: decoded rows, None for
    a row known to be absent.  What is used moves to `_young`; when the engine rotates, `_old` is
    dropped and `_young` becomes `_old`.  Rows changed in the open session are in `_young`, and no
    rotation happens while there are any.  `sealed` has the bytes of rows changed by blocks not yet
    committed.  The store has the rest.
    """

    def __init__(self, engine: "CacheOwner", schema: TableSchema[RowT], store: Store) -> None:
        self.schema = schema
        self.reads = 0
        self.writes = 0
        self.sealed: dict[Key, Sealed] = {}
        self.database = store.handle(schema.primary.database)
        self._engine = engine
        self._store = store
        self._journal: Journal = engine.journal
        self._entries = engine.journal.entries
        self._young: dict[Key, RowT | None] = {}
        self._old: dict[Key, RowT | None] = {}
        self.touched: dict[Key, RowT] = {}  # by the open session, taken back or not
        self._shares: dict[Key, int] = {}  # in the sealed digest; of rows sealed not long ago
        self._key_of = schema.key_of
        self._setters = schema.setters
        self._indexed = schema.indexed_fields
        self._digest_prefix = schema.name.encode() + b"\0"
        self._ways = {
            index.name: (index, Overlay(store, store.handle(index.database)))
            for index in (schema.primary, *schema.indexes)
        }
        self._writers = [(index.encode, overlay) for index, overlay in self._ways.values()]
        self.overlays = [overlay for _, overlay in self._ways.values()]

    @property
    def steps(self) -> int:
        """See `Table`."""
        return sum(overlay.steps for overlay in self.overlays)

    def find(self, *key: object) -> RowT | None:
        """See `Table.find`."""
        self.reads += 1
        row: RowT | None = self._young.get(key, _UNKNOWN)
        return self._load(key) if row is _UNKNOWN else row

    def get(self, *key: object) -> RowT:
        """See `Table.get`."""
        self.reads += 1
        row: RowT | None = self._young.get(key, _UNKNOWN)
        if row is _UNKNOWN:
            row = self._load(key)
        if row is None:
            raise RowNotFoundError(self.schema.name, key)
        return row

    def exists(self, *key: object) -> bool:
        """See `Table.exists`."""
        return self.find(*key) is not None

    def insert(self, row: RowT) -> RowT:
        """See `Table.insert`."""
        if not self._journal.is_open:
            raise _no_session()
        schema = self.schema
        key = self._key_of(row)
        if self._held(key) is not None:
            raise RowExistsError(schema.name, key)
        for name, least, greatest in schema.bounds:
            if not least <= getattr(row, name) <= greatest:
                raise _out_of_range(schema.name, name, getattr(row, name))
        entries = [encode(row) for encode, _ in self._writers]
        self.writes += 1
        self._young[key] = row
        self.touched[key] = row
        self._entries.append((self, row, INSERTED))
        for (_, overlay), entry in zip(self._writers, entries):  # noqa: B905 - same length, and hot
            overlay.add(entry)
        return row

    def modify(self, row: RowT, /, **changes: Any) -> None:
        """See `Table.modify`."""
        key = self._key_of(row)
        if self._young.get(key) is not row or not self._journal.is_open:
            self._require_live(row)
        self.writes += 1
        self.touched[key] = row
        setters = self._setters
        if not self._indexed.isdisjoint(changes):
            self._modify_indexed(row, changes)
            return
        for name, value in changes.items():
            setter, least, greatest = setters.get(name, _REFUSED)
            if least is None or least <= value <= greatest:
                changes[name] = getattr(row, name)
                setter(row, value)
            else:
                self._refuse(row, changes, name)
        # `changes` is ours alone and by now holds the old values: the undo record.
        self._entries.append((self, row, changes))

    def remove(self, row: RowT) -> None:
        """See `Table.remove`."""
        self._require_live(row)
        self.writes += 1
        key = self._key_of(row)
        self._young[key] = None
        self.touched[key] = row
        self._entries.append((self, row, REMOVED))
        for encode, overlay in self._writers:
            overlay.remove(encode(row))

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
        chosen, overlay = self._ways[index]
        bound = encode_parts(chosen.parts[len(prefix) :], start) if start else b""
        try:
            lead = encode_parts(chosen.parts, prefix) if prefix else b""
        except KeyValueError:
            return iter(())
        bound = lead + bound
        if reverse:
            entries = overlay.descend(after_prefix(bound))
        elif start:
            entries = overlay.ascend(bound)
        else:
            entries = overlay.entries(lead)
        return self._rows_of(chosen, entries, lead)

    def first(self, index: str = "", *prefix: object) -> RowT | None:
        """See `Table.first`."""
        chosen, overlay = self._ways[index]
        try:
            lead = encode_parts(chosen.parts, prefix) if prefix else b""
        except KeyValueError:
            return None
        entry = overlay.first(lead)
        return None if entry is None else self._present(chosen.primary_key(entry))

    def last(self, index: str = "", *prefix: object) -> RowT | None:
        """See `Table.last`."""
        return next(self.scan(index, *prefix, reverse=True), None)

    def revert(self, row: RowT, undo: Undo) -> None:
        """See `Journalled.revert`."""
        if isinstance(undo, Change):
            is_insert = undo is INSERTED
            self._young[self._key_of(row)] = None if is_insert else row
            for encode, overlay in self._writers:
                if is_insert:
                    overlay.remove(encode(row))
                else:
                    overlay.add(encode(row))
            return
        moved = not self._indexed.isdisjoint(undo)
        before = [encode(row) for encode, _ in self._writers] if moved else []
        for name, value in undo.items():
            self._setters[name][0](row, value)
        if moved:
            self._move_entries(before, [encode(row) for encode, _ in self._writers])

    def collect(self) -> tuple[list[RowChange], int]:
        """Return what the open session did to rows, and the digest difference."""
        changes: list[RowChange] = []
        difference = 0
        encode_key, encode = self.schema.primary.encode, self.schema.encode
        prefix = self._digest_prefix
        young, sealed, shares = self._young, self.sealed, self._shares
        added = self.overlays[0].delta
        for key, row in self.touched.items():
            current = young[key]
            key_bytes = encode_key(row)
            old = shares.get(key)
            if old is None:
                old = 0 if added.get(key_bytes) == 1 else self._sealed_share(key, key_bytes)
            if current is None:
                data, new = None, 0
            else:
                data = encode(current)
                new = _FROM_BYTES(sha256(prefix + key_bytes + data).digest(), "big")
            if new != old:
                difference += new - old
                changes.append((key, key_bytes, sealed.get(key), data, new))
        return changes, difference

    def seal(self, changes: list[RowChange], number: int) -> list[dict[bytes, int]]:
        """Take the changes of block `number` as sealed; return its net entries per index."""
        self.touched.clear()
        self.sealed.update([(key, (number, data)) for key, _, _, data, _ in changes])
        self._shares.update([(key, share) for key, _, _, _, share in changes])
        return [overlay.take_delta() for overlay in self.overlays]

    def unseal(
        self, changes: list[RowChange], deltas: list[dict[bytes, int]], committed: int
    ) -> None:
        """Take back what the newest sealed block did."""
        for overlay, delta in zip(self.overlays, deltas, strict=True):
            overlay.revert(delta)
        for key, _, previous, _, _ in changes:
            if previous is None or previous[0] <= committed:
                del self.sealed[key]
            else:
                self.sealed[key] = previous
            self._shares.pop(key, None)
            self._old.pop(key, None)
            stale = self._young.pop(key, None)
            if not key and stale is not None:
                # Everybody holds the rows of one-row tables: the object goes on being the row.
                fresh = self._load(key)
                if fresh is not None:
                    for name, value in self._setters.items():
                        value[0](stale, getattr(fresh, name))
                    self._young[key] = stale

    def batches(self, changes: list[RowChange], deltas: list[dict[bytes, int]]) -> list[Batch]:
        """Return what a commit of these changes has to write."""
        puts = [(key, data) for _, key, _, data, _ in changes if data is not None]
        deletes = [key for _, key, _, data, _ in changes if data is None]
        puts.sort(key=_KEY)
        deletes.sort()
        batches = [Batch(self.database, puts, deletes)]
        # The primary key's entries are the rows themselves.
        for overlay, delta in zip(self.overlays[1:], deltas[1:], strict=True):
            if delta:
                entries = [(key, b"") for key, sign in delta.items() if sign > 0]
                entries.sort(key=_KEY)
                gone = [key for key, sign in delta.items() if sign < 0]
                gone.sort()
                batches.append(Batch(overlay.database, entries, gone))
        return batches

    def settle(self, changes: list[RowChange], deltas: list[dict[bytes, int]], number: int) -> None:
        """Forget what is on disk now that blocks up to `number` are committed."""
        for overlay, delta in zip(self.overlays, deltas, strict=True):
            overlay.settle(delta)
        for key, _, _, _, _ in changes:
            newest = self.sealed.get(key)
            if newest is not None and newest[0] <= number:
                del self.sealed[key]

    def settle_all(self) -> None:
        """Forget what is on disk now that everything is committed and no session is open."""
        self.sealed.clear()
        for overlay in self.overlays:
            overlay.settle_all()

    def rotate(self) -> None:
        """Drop the rows not used since the last rotation."""
        if not self.schema.is_singleton:
            self._old = self._young
            self._young = {}
            self._shares.clear()

    def row_hashes(self) -> Iterator[int]:
        """Yield each row's share of the digest, from stored bytes; no session may be open."""
        for entry in self.overlays[0].ascend(b""):
            key = self.schema.primary.primary_key(entry)
            sealed = self.sealed.get(key)
            data = self._store.get(self.database, entry) if sealed is None else sealed[1]
            if data is None:
                raise StateCorruptError(f"{self.schema.name} {key!r} has an entry and no row")
            yield _hash(self._digest_prefix + entry + data)

    def _rows_of(self, index: IndexSchema, entries: Iterator[bytes], lead: bytes) -> Iterator[RowT]:
        for entry in entries:
            if not entry.startswith(lead):
                return
            yield self._present(index.primary_key(entry))

    def _present(self, key: Key) -> RowT:
        row = self._held(key)
        if row is None:
            raise StateCorruptError(f"{self.schema.name} {key!r} has an index entry and no row")
        return row

    def _sealed_share(self, key: Key, key_bytes: bytes) -> int:
        """Return a row's share of the digest of the sealed state, 0 for no row."""
        sealed = self.sealed.get(key)
        data = self._store.get(self.database, key_bytes) if sealed is None else sealed[1]
        share = 0 if data is None else _hash(self._digest_prefix + key_bytes + data)
        self._shares[key] = share
        return share

    def _held(self, key: Key) -> RowT | None:
        row: RowT | None = self._young.get(key, _UNKNOWN)
        return self._load(key) if row is _UNKNOWN else row

    def _load(self, key: Key) -> RowT | None:
        row = self._old.pop(key, _UNKNOWN)
        if row is _UNKNOWN:
            row = self._read(key)
        self._engine.note_load()
        self._young[key] = row
        return row

    def _read(self, key: Key) -> RowT | None:
        sealed = self.sealed.get(key)
        if sealed is not None:
            return None if sealed[1] is None else self._decode(key, sealed[1])
        try:
            key_bytes = self.schema.encode_key(*key)
        except KeyValueError:
            return None
        data = self._store.get(self.database, key_bytes)
        return None if data is None else self._decode(key, data)

    def _decode(self, key: Key, data: bytes) -> RowT:
        try:
            return self.schema.decode(data)
        except Exception as error:
            raise StateCorruptError(f"{self.schema.name} {key!r}: {error}") from error

    def _modify_indexed(self, row: RowT, changes: dict[str, Any]) -> None:
        """Do the rest of `modify` when entries of secondary indices may move."""
        before = [encode(row) for encode, _ in self._writers]
        for name, value in changes.items():
            setter, least, greatest = self._setters.get(name, _REFUSED)
            if least is None or least <= value <= greatest:
                changes[name] = getattr(row, name)
                setter(row, value)
            else:
                self._refuse(row, changes, name)
        try:
            after = [encode(row) for encode, _ in self._writers]
        except KeyValueError:
            self._take_back(row, changes, "")
            raise
        self._entries.append((self, row, changes))
        self._move_entries(before, after)

    def _refuse(self, row: RowT, changes: dict[str, Any], failed: str) -> NoReturn:
        """Raise for the field that a `modify` cannot set, after restoring those before it."""
        self._take_back(row, changes, failed)
        if failed not in self._setters:
            raise TypeError(f"{self.schema.name}.{failed} cannot be set")
        raise _out_of_range(self.schema.name, failed, changes[failed])

    def _take_back(self, row: RowT, changes: dict[str, Any], failed: str) -> None:
        for name, value in changes.items():
            if name == failed:
                return
            self._setters[name][0](row, value)

    def _move_entries(self, before: list[bytes], after: list[bytes]) -> None:
        for (_, overlay), old, new in zip(self._writers, before, after, strict=True):
            if new != old:
                overlay.remove(old)
                overlay.add(new)

    def _require_live(self, row: RowT) -> None:
        if not self._journal.is_open:
            raise _no_session()
        key = self._key_of(row)
        if self._held(key) is not row:
            raise StaleRowError(f"{self.schema.name} {key!r} is not held by its table")


def _hash(data: bytes) -> int:
    return int.from_bytes(sha256(data).digest(), "big")


def _no_session() -> SessionError:
    return SessionError("open a session first: begin_block() or begin_pending()")


def _out_of_range(table: str, field: str, value: object) -> ArithmeticRangeError:
    return ArithmeticRangeError(
        "integer does not fit its column", field=f"{table}.{field}", value=value
    )
