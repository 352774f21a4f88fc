"""The LMDB engine: sessions over live tables, sealed blocks in memory, commits in one transaction.

A block goes through three forms.  While open it is a field journal (`journal`).  Sealing turns it
into a `SealedBlock`: for each row its new bytes and what was sealed before, and for each index its
net entries.  Committing writes the net of all sealed blocks up to a number and forgets them.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from smtchain.state.errors import SessionError
from smtchain.state.history import HISTORY_DATABASES, History
from smtchain.state.journal import Journal
from smtchain.state.live import LiveTable, RowChange
from smtchain.state.overlay import net_of
from smtchain.state.schema import IndexSchema, TableSchema, layout_digest, schema_of
from smtchain.state.store import Store, StoreOptions
from smtchain.state.table import check_meta_name

RowT = TypeVar("RowT")

DIGEST_MODULUS = 1 << 256
_BEFORE_GENESIS = -1


class TableBlock(NamedTuple):
    """What one block did to one table; `deltas` are its indices' net changes, primary first."""

    table: LiveTable[Any]
    changes: list[RowChange]
    deltas: list[dict[bytes, int]]


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A reversible block: how to take it back, and how to write it."""

    number: int
    previous_number: int
    previous_digest: int
    digest: int
    parts: list[TableBlock]


class LiveEngine:
    """Tables over one data directory; see `State` for what each method means."""

    def __init__(
        self,
        row_classes: Iterable[type],
        path: Path,
        options: StoreOptions,
        *,
        cache_rows: int,
    ) -> None:
        schemas: list[TableSchema[Any]] = [schema_of(row_class) for row_class in row_classes]
        self.journal = Journal()
        self.checkpoint = self.journal.checkpoint
        self._store = Store(
            path,
            [
                *HISTORY_DATABASES,
                *(index.database for schema in schemas for index in _indexes(schema)),
            ],
            layout_digest(schemas),
            options,
        )
        self.history = History(self._store)
        self._tables: dict[type, LiveTable[Any]] = {
            schema.row_class: LiveTable(self, schema, self._store) for schema in schemas
        }
        self._generation_rows = cache_rows // 2
        self._loads = 0
        self._sealed: deque[SealedBlock] = deque()
        self._is_pending = False
        self._open_number = _BEFORE_GENESIS
        self._staged_meta: dict[str, bytes] = {}
        revision = self._store.meta_get("revision")
        self.revision = _BEFORE_GENESIS if revision is None else int.from_bytes(revision, "big")
        self.committed_revision = self.revision
        self._digest = int.from_bytes(self._store.meta_get("digest") or b"", "big")

    @property
    def has_open_session(self) -> bool:
        """See `State.has_open_session`."""
        return self.journal.is_open

    def table(self, row_class: type[RowT]) -> LiveTable[RowT]:
        """Return the table of a row class."""
        return self._tables[row_class]

    def note_load(self) -> None:
        """Count a row brought into a cache; make room if nobody can be editing rows."""
        self._loads += 1
        if not self.journal.is_open:
            self._make_room()

    def begin_block(self, number: int) -> None:
        """See `State.begin_block`."""
        if self.revision >= 0 and number != self.revision + 1:
            raise SessionError(f"block {number} cannot follow block {self.revision}")
        self._open(is_pending=False)
        self._open_number = number

    def extend_block(self, number: int) -> None:
        """See `State.extend_block`."""
        self._require_open(is_pending=False)
        if number != self._open_number + 1:
            raise SessionError(f"block {number} cannot follow block {self._open_number}")
        self._open_number = number

    def seal_block(self) -> bytes:
        """See `State.seal_block`."""
        self._require_open(is_pending=False)
        digest = self._digest
        collected: list[tuple[LiveTable[Any], list[RowChange]]] = []
        for table in self._tables.values():
            if table.touched:
                changes, difference = table.collect()
                digest += difference
                collected.append((table, changes))
        # Nothing above changed anything: a row that cannot be encoded leaves the block open.
        digest %= DIGEST_MODULUS
        number = self._open_number
        parts = [
            TableBlock(table, changes, table.seal(changes, number)) for table, changes in collected
        ]
        self._sealed.append(SealedBlock(number, self.revision, self._digest, digest, parts))
        self.journal.entries.clear()
        self.journal.is_open = False
        self.revision = number
        self._digest = digest
        return self.digest()

    def discard_block(self) -> None:
        """See `State.discard_block`."""
        self._discard(is_pending=False)

    def undo_block(self) -> None:
        """See `State.undo_block`."""
        self._require_idle()
        if not self._sealed:
            raise SessionError("no reversible block to undo")
        block = self._sealed.pop()
        for table, changes, deltas in block.parts:
            table.unseal(changes, deltas, self.committed_revision)
        self.revision = block.previous_number
        self._digest = block.previous_digest
        self.history.drop_above(self.revision)

    def commit(self, number: int) -> None:
        """See `State.commit`."""
        if not self.committed_revision <= number <= self.revision:
            raise SessionError(f"block {number} cannot be committed")
        blocks = list(takewhile(lambda block: block.number <= number, self._sealed))
        if not blocks and not self._staged_meta:
            return
        meta = dict(self._staged_meta)
        newest = self.committed_revision
        if blocks:
            newest = blocks[-1].number
            meta["revision"] = newest.to_bytes(8, "big")
            meta["digest"] = blocks[-1].digest.to_bytes(32, "big")
        by_table: dict[LiveTable[Any], list[TableBlock]] = {}
        for block in blocks:
            for part in block.parts:
                by_table.setdefault(part.table, []).append(part)
        settled = [_net_of(table, parts) for table, parts in by_table.items()]
        batches = [batch for net in settled for batch in net.table.batches(net.changes, net.deltas)]
        self._store.write([*batches, *self.history.batches(newest)], meta)
        is_everything = newest == self.revision and not self.journal.is_open
        for table, changes, deltas in settled:
            if is_everything:
                table.settle_all()
            else:
                table.settle(changes, deltas, newest)
        self.history.settle(newest)
        for _ in blocks:
            self._sealed.popleft()
        self._staged_meta.clear()
        self.committed_revision = newest

    def begin_pending(self) -> None:
        """See `State.begin_pending`."""
        self._open(is_pending=True)

    def discard_pending(self) -> None:
        """See `State.discard_pending`."""
        self._discard(is_pending=True)

    def digest(self) -> bytes:
        """See `State.digest`."""
        return self._digest.to_bytes(32, "big")

    def recount_digest(self) -> bytes:
        """See `State.recount_digest`."""
        self._require_idle()
        total = sum(each for table in self._tables.values() for each in table.row_hashes())
        return (total % DIGEST_MODULUS).to_bytes(32, "big")

    def meta_get(self, name: str) -> bytes | None:
        """See `State.meta_get`."""
        return self._staged_meta.get(name, self._store.meta_get(name))

    def meta_put(self, name: str, value: bytes) -> None:
        """See `State.meta_put`."""
        check_meta_name(name)
        self._staged_meta[name] = value

    def copy_to(self, path: Path) -> None:
        """See `State.copy_to`."""
        self._store.copy_to(path)

    def close(self) -> None:
        """See `State.close`."""
        self._store.close()

    def _open(self, *, is_pending: bool) -> None:
        self._require_idle()
        self._make_room()
        self._is_pending = is_pending
        self.journal.is_open = True

    def _discard(self, *, is_pending: bool) -> None:
        self._require_open(is_pending=is_pending)
        self.journal.rollback(0)
        self.journal.is_open = False
        for table in self._tables.values():
            if table.touched:
                table.touched.clear()
        self.history.drop_above(self.revision)
        self._make_room()

    def _require_idle(self) -> None:
        if self.journal.is_open:
            raise SessionError("a session is open")

    def _require_open(self, *, is_pending: bool) -> None:
        journal = self.journal
        if not journal.is_open or journal.marks or self._is_pending != is_pending:
            raise SessionError("no such session is open, or a checkpoint is open inside it")

    def _make_room(self) -> None:
        if self._loads <= self._generation_rows:
            return
        self._loads = 0
        for table in self._tables.values():
            table.rotate()


def _indexes(schema: TableSchema[Any]) -> tuple[IndexSchema, ...]:
    return (schema.primary, *schema.indexes)


def _net_of(table: LiveTable[Any], parts: list[TableBlock]) -> TableBlock:
    """Return what several blocks, oldest first, did to a table altogether."""
    if len(parts) == 1:
        return parts[0]
    newest: dict[bytes, RowChange] = {}
    for part in parts:
        newest.update({change[1]: change for change in part.changes})
    deltas = [net_of(columns) for columns in zip(*(part.deltas for part in parts), strict=True)]
    return TableBlock(table, list(newest.values()), deltas)
