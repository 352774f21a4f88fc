"""What every table offers, whichever engine keeps it, and what every engine offers to `State`."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from smtchain.state.history import History
from smtchain.state.schema import IndexSchema, TableSchema

RowT = TypeVar("RowT")
Key = tuple[object, ...]


class Table(Protocol[RowT]):
    """The rows of one class.

    A row is *live*: after `modify(row, balance=5)` the same object reads `row.balance == 5`, and
    after the checkpoint around it fails, the old value again.  Nothing but its table can change
    it.  Do not keep rows from one block to the next: ask the table again.

    Attributes
    ----------
    reads, writes : int
        Rows looked up by key and changes made, since the table was opened.  Tests compare them,
        and `steps`, at different state sizes.
    """

    schema: TableSchema[RowT]
    reads: int
    writes: int

    @property
    def steps(self) -> int:
        """Return the number of index entries that scans walked over."""
        ...

    def find(self, *key: object) -> RowT | None:
        """Return the row with this primary key, or None."""
        ...

    def get(self, *key: object) -> RowT:
        """Return the row with this primary key.

        Raises
        ------
        RowNotFoundError
            There is none.
        """
        ...

    def exists(self, *key: object) -> bool:
        """Return whether there is a row with this primary key."""
        ...

    def insert(self, row: RowT) -> RowT:
        """Add `row` and return it; from now on the object belongs to the table.

        Raises
        ------
        RowExistsError
            Its primary key is taken.
        ArithmeticRangeError
            An integer does not fit its column.
        SessionError
            Neither a block nor a pending session is open.
        """
        ...

    def modify(self, row: RowT, /, **changes: object) -> None:
        """Set fields of a live row; fields of the primary key cannot be set.

        Raises
        ------
        ArithmeticRangeError
            An integer does not fit its column; nothing has changed.
        StaleRowError
            The table does not hold this object (any more).
        SessionError
            Neither a block nor a pending session is open.
        """
        ...

    def remove(self, row: RowT) -> None:
        """Take a live row out of the table.

        Raises
        ------
        StaleRowError
            The table does not hold this object (any more).
        SessionError
            Neither a block nor a pending session is open.
        """
        ...

    def next_id(self) -> int:
        """Return 0, 1, 2, ... for this table; undone with the session that asked."""
        ...

    def scan(
        self,
        index: str = "",
        *prefix: object,
        start: tuple[object, ...] | None = None,
        reverse: bool = False,
    ) -> Iterator[RowT]:
        """Yield rows in the order of an index.

        Rows may be inserted, modified and removed meanwhile: after each row the scan goes on with
        the entry that then follows the one it yielded.

        Parameters
        ----------
        index : str
            Name of the index; "" is the order of the primary key.
        prefix : object
            Values of the leading index fields that yielded rows must have.
        start : tuple[object, ...] | None
            Values of the index fields that follow the prefix, or of the first few of them, where
            to begin.  Rows equal in those fields are included, in both directions.
        reverse : bool
            From the last to the first.

        Raises
        ------
        KeyValueError
            `start` is no possible value of its fields.  An impossible prefix yields nothing.
        """
        ...

    def first(self, index: str = "", *prefix: object) -> RowT | None:
        """Return the first row that `scan` would yield, or None."""
        ...

    def last(self, index: str = "", *prefix: object) -> RowT | None:
        """Return the last row that `scan` would yield, or None."""
        ...


class Engine(Protocol):
    """Keeps tables, sessions and sealed blocks; `State` documents each member in full."""

    history: History

    @property
    def revision(self) -> int:
        """Return the number of the newest sealed block."""
        ...

    @property
    def committed_revision(self) -> int:
        """Return the number of the newest committed block."""
        ...

    @property
    def has_open_session(self) -> bool:
        """Return whether a session is open."""
        ...

    def table(self, row_class: type[RowT]) -> Table[RowT]:
        """Return the table of a row class."""
        ...

    def checkpoint(self) -> AbstractContextManager[None]:
        """Return the context manager of a nested session."""
        ...

    def begin_block(self, number: int) -> None:
        """Open a block."""
        ...

    def extend_block(self, number: int) -> None:
        """Let the open block cover the next one too."""
        ...

    def seal_block(self) -> bytes:
        """Close the open block; return the digest."""
        ...

    def discard_block(self) -> None:
        """Undo the open block."""
        ...

    def undo_block(self) -> None:
        """Undo the newest sealed block."""
        ...

    def commit(self, number: int) -> None:
        """Make blocks irreversible."""
        ...

    def begin_pending(self) -> None:
        """Open the pending session."""
        ...

    def discard_pending(self) -> None:
        """Undo the pending session."""
        ...

    def digest(self) -> bytes:
        """Return the digest of the sealed state."""
        ...

    def recount_digest(self) -> bytes:
        """Return the digest computed from every row."""
        ...

    def meta_get(self, name: str) -> bytes | None:
        """Return a metadata value."""
        ...

    def meta_put(self, name: str, value: bytes) -> None:
        """Set a metadata value."""
        ...

    def copy_to(self, path: Path) -> None:
        """Copy the committed state into a new directory."""
        ...

    def close(self) -> None:
        """Release everything."""
        ...


RESERVED_META = frozenset({"chain_id", "layout", "revision", "digest"})
"""Metadata that the engine itself writes."""


def check_meta_name(name: str) -> None:
    """Raise `ValueError` for a metadata name that belongs to the engine."""
    if name in RESERVED_META:
        raise ValueError(f"metadata {name!r} belongs to the engine")


def find_index(schema: TableSchema[RowT], name: str) -> IndexSchema:
    """Return the index of that name; "" is the primary key.

    Raises
    ------
    KeyError
        The table has no such index: a bug in the caller.
    """
    if not name:
        return schema.primary
    for index in schema.indexes:
        if index.name == name:
            return index
    raise KeyError(f"table {schema.name} has no index {name}")
