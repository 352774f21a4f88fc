"""The undo journal of the open session: one list, in which a checkpoint is only a position.

Every change appends `(table, row, what)`, where `what` is the mapping of the old field values of a
`modify`, or `INSERTED` or `REMOVED`.  Keeping a checkpoint costs nothing, for its entries simply
become part of what is around it; failing one walks back to its position.
"""

from types import TracebackType
from typing import Any, Final, Protocol

from smtchain.state.errors import SessionError


class Change:
    """What happened to a row whose field values did not change."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


INSERTED: Final = Change("inserted")
REMOVED: Final = Change("removed")

Undo = dict[str, Any] | Change


class Journalled(Protocol):
    """A table as the journal sees it."""

    def revert(self, row: Any, undo: Undo) -> None:
        """Take back one change, the newest that is not taken back yet."""


class Checkpoint:
    """The context manager of `State.checkpoint`; one object serves all levels."""

    __slots__ = ("_entries", "_journal", "_marks")

    def __init__(self, journal: "Journal") -> None:
        self._journal = journal
        self._entries = journal.entries
        self._marks = journal.marks

    def __enter__(self) -> None:
        """Mark the present position."""
        self._marks.append(len(self._entries))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget the mark, after walking back to it if an exception passes."""
        mark = self._marks.pop()
        if kind is not None:
            self._journal.rollback(mark)


class Journal:
    """Changes of the open session, oldest first."""

    __slots__ = ("_checkpoint", "entries", "is_open", "marks")

    def __init__(self) -> None:
        self.entries: list[tuple[Any, Any, Undo]] = []
        self.marks: list[int] = []
        self.is_open = False
        self._checkpoint = Checkpoint(self)

    def checkpoint(self) -> Checkpoint:
        """Return the context manager of a nested session.

        Raises
        ------
        SessionError
            No session is open.
        """
        if not self.is_open:
            raise SessionError("open a session first: begin_block() or begin_pending()")
        return self._checkpoint

    def rollback(self, mark: int) -> None:
        """Take back all changes after position `mark`, newest first."""
        entries = self.entries
        while len(entries) > mark:
            table, row, undo = entries.pop()
            table.revert(row, undo)
