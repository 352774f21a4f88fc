"""How the state refuses: two answers to transactions, and the faults that stop a node."""

from protocol.errors import EvaluationError


class RowNotFoundError(EvaluationError):
    """No row has this key."""

    code = "evaluation.not_found"

    def __init__(self, table: str, key: tuple[object, ...]) -> None:
        shown = key[0] if len(key) == 1 else key
        super().__init__(f"no such {table}", field=table, value=shown)
        self.table = table
        self.key = key


class RowExistsError(EvaluationError):
    """A row with this key exists already.

    An evaluation error, as in the reference, where a broken unique index refuses the transaction:
    an evaluator that forgot its own check must not stop the node.
    """

    code = "evaluation.exists"

    def __init__(self, table: str, key: tuple[object, ...]) -> None:
        shown = key[0] if len(key) == 1 else key
        super().__init__(f"{table} exists already", field=table, value=shown)
        self.table = table
        self.key = key


class StateError(Exception):
    """The store cannot go on.  Root of faults that stop the node; never raised itself."""


class StateFullError(StateError):
    """The disk (or it fails to write) or the LMDB map is full.  Nothing committed is lost."""


class StateLockedError(StateError):
    """Another process has the data directory open."""


class StateCorruptError(StateError):
    """Stored bytes are not what this program writes."""


class StateVersionError(StateError):
    """The data directory was written with other row layouts; replay the block log."""


class ChainMismatchError(StateError):
    """The data directory belongs to another chain."""


class SessionError(StateError):
    """Sessions are opened, sealed, undone or committed out of order: a bug in the caller."""


class StaleRowError(StateError):
    """A row is edited that its table no longer holds: removed, undone, or kept across blocks."""
