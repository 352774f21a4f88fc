"""Transactions that wait for a block, in the order in which they were accepted.

The pool holds envelopes and enforces its limits; whether a transaction fits the present state is
the chain's business, which tries each one in the pending session.
"""

from collections.abc import Iterable, Iterator

from protocol.errors import InvalidTransactionError
from protocol.transaction import TransactionEnvelope
from protocol.types import Time


class MempoolFullError(InvalidTransactionError):
    """More transactions wait for a block than this node keeps."""

    code = "transaction.mempool_full"


class Mempool:
    """Pending transactions by id, oldest first.

    Parameters
    ----------
    count_limit : int
        Most transactions kept.
    size_limit : int
        Most bytes kept, all transactions together.
    """

    def __init__(self, count_limit: int, size_limit: int) -> None:
        self._count_limit = count_limit
        self._size_limit = size_limit
        self._envelopes: dict[bytes, TransactionEnvelope] = {}
        self._size = 0

    def __len__(self) -> int:
        """Return how many transactions wait."""
        return len(self._envelopes)

    def __iter__(self) -> Iterator[TransactionEnvelope]:
        """Yield what waits, oldest first; the pool may change meanwhile."""
        return iter(tuple(self._envelopes.values()))

    def find(self, transaction_id: bytes) -> TransactionEnvelope | None:
        """Return a waiting transaction, or None."""
        return self._envelopes.get(transaction_id)

    def check_room(self, size: int) -> None:
        """Check that a transaction of `size` bytes can be added.

        Raises
        ------
        MempoolFullError
            It cannot.
        """
        if len(self._envelopes) >= self._count_limit or self._size + size > self._size_limit:
            raise MempoolFullError(
                f"{len(self._envelopes)} transactions of {self._size} bytes are waiting already",
                value=len(self._envelopes),
            )

    def add(self, envelope: TransactionEnvelope) -> None:
        """Append a transaction; one that waits already keeps its place."""
        if envelope.id not in self._envelopes:
            self._envelopes[envelope.id] = envelope
            self._size += envelope.size

    def remove(self, transaction_id: bytes) -> None:
        """Drop a transaction, if it waits."""
        envelope = self._envelopes.pop(transaction_id, None)
        if envelope is not None:
            self._size -= envelope.size

    def replace(self, envelopes: Iterable[TransactionEnvelope]) -> None:
        """Let exactly these wait, in this order."""
        self._envelopes = {envelope.id: envelope for envelope in envelopes}
        self._size = sum(envelope.size for envelope in self._envelopes.values())

    def drop_expired(self, now: Time) -> None:
        """Drop what can no longer enter a block after one of time `now`."""
        for envelope in self:
            if envelope.transaction.expiration <= now:
                self.remove(envelope.id)
