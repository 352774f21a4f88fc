"""What happened: applied operations by block, by account and by transaction.

History lies beside the state in the same environment, is written by the same commit, and is no
part of the digest.  Blocks that are not committed yet are kept in memory and can be undone.

=======================  =================================  ====================================
sub-database             key                                value
=======================  =================================  ====================================
`history/operation`      block u32, position u32            msgpack array of `HistoryEntry`
`history/account`        name NUL, sequence u32             block u32, position u32
`history/transaction`    transaction id, 20 bytes           block u32, position in the block u32
=======================  =================================  ====================================

All integers in keys and values are big-endian.  An account's sequence numbers rise from 0.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile
from operator import itemgetter
from struct import Struct
from typing import NamedTuple

import msgpack

from protocol.types import AccountName, Time
from smtchain.state.errors import SessionError, StateCorruptError
from smtchain.state.store import Batch, Store

OPERATIONS = "history/operation"
ACCOUNTS = "history/account"
TRANSACTIONS = "history/transaction"
HISTORY_DATABASES = (OPERATIONS, ACCOUNTS, TRANSACTIONS)

NO_TRANSACTION = 0xFFFF_FFFF
"""Position of a virtual operation that belongs to no transaction."""

MOST_SCANNED = 20_000
"""Entries that one filtered question may walk over, so that none can stall the node."""

_MOST_COUNTS = 100_000  # accounts whose next sequence number is remembered
_LAST_SEQUENCE = 0xFFFF_FFFF
_KEY = itemgetter(0)
_PAIR = Struct(">II")
_SEQUENCE = Struct(">I")
_NO_ID = bytes(20)  # of operations outside of transactions
_PLACE_BITS = 32  # a place is one number: the block's, then the position's 32 bits
_POSITION_MASK = (1 << _PLACE_BITS) - 1


class HistoryEntry(NamedTuple):
    """One applied operation; a tuple because there are many.

    Attributes
    ----------
    operation : bytes
        Operation number and body, as on the wire.
    trx_id : bytes
        Transaction id, 20 zero bytes outside of transactions.
    trx_in_block : int
        Position of the transaction in its block, `NO_TRANSACTION` outside of transactions.
    op_in_trx : int
        Position of the operation in its transaction.
    virtual_op : int
        0, or the number of the virtual operation among those at this position.
    """

    block_num: int
    operation: bytes
    trx_id: bytes
    trx_in_block: int
    op_in_trx: int
    virtual_op: int
    is_virtual: bool
    timestamp: Time

    @property
    def tag(self) -> int:
        """Operation number: the varint that its bytes begin with."""
        tag = 0
        for place, byte in enumerate(self.operation):
            tag |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                break
        return tag


class TransactionPlace(NamedTuple):
    """Where a transaction is."""

    block_num: int
    trx_in_block: int


class _Block(NamedTuple):
    """A block that is not committed yet.

    `places` are the operations of accounts: name, the account's sequence number, and the place.
    """

    entries: list[HistoryEntry]
    places: list[tuple[AccountName, int, int]]

    def transactions(self) -> dict[bytes, int]:
        """Return the ids of the block's transactions with their positions."""
        found = {entry.trx_id: entry.trx_in_block for entry in self.entries}
        found.pop(_NO_ID, None)
        return found


_encode_entry = msgpack.Packer(autoreset=True).pack


def _decode_entry(data: bytes) -> HistoryEntry:
    return HistoryEntry(*msgpack.unpackb(data, use_list=False))


class History:
    """Operation history over a store, or, with None, in memory for good."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._blocks: dict[int, _Block] = {}
        self._counts: dict[AccountName, int] = {}
        # Sequence numbers and places by account, and places of transactions, of the blocks up to
        # `_sorted_to`.  Only questions need them: what nobody asks about is never sorted in.
        self._recent: dict[AccountName, list[tuple[int, int]]] = {}
        self._recent_transactions: dict[bytes, TransactionPlace] = {}
        self._sorted_to = -1

    def append_block(
        self, block_num: int, entries: Iterable[tuple[HistoryEntry, Sequence[AccountName]]]
    ) -> None:
        """Add a block's operations, each with the accounts it concerns, in order.

        Raises
        ------
        SessionError
            Not above the newest block that is here already.
        """
        if self._blocks and block_num <= next(reversed(self._blocks)):
            raise SessionError(f"history of block {block_num} comes too late")
        kept: list[HistoryEntry] = []
        places: list[tuple[AccountName, int, int]] = []
        counts = self._counts
        place = block_num << _PLACE_BITS
        for entry, accounts in entries:
            kept.append(entry)
            for name in accounts:
                sequence = counts.get(name)
                if sequence is None:
                    sequence = self._stored_count(name)
                counts[name] = sequence + 1
                places.append((name, sequence, place))
            place += 1
        self._blocks[block_num] = _Block(kept, places)

    def get_ops_in_block(self, block_num: int, *, only_virtual: bool = False) -> list[HistoryEntry]:
        """Return the operations of a block in the order in which they happened."""
        block = self._blocks.get(block_num)
        entries = self._stored_block(block_num) if block is None else block.entries
        return [entry for entry in entries if entry.is_virtual or not only_virtual]

    def get_account_history(
        self,
        name: AccountName,
        start: int | None = None,
        limit: int = 1_000,
        operation_filter: int = 0,
    ) -> list[tuple[int, HistoryEntry]]:
        """Return operations of an account with their sequence numbers, oldest first.

        Parameters
        ----------
        start : int | None
            Highest sequence number wanted; None for the newest.
        limit : int
            Most entries returned: the newest of those that qualify.
        operation_filter : int
            Bit set of operation numbers; 0 for all.  At most `MOST_SCANNED` entries are examined.
        """
        found: list[tuple[int, HistoryEntry]] = []
        highest = _LAST_SEQUENCE if start is None else min(start, _LAST_SEQUENCE)
        for sequence, place in islice(self._places(name, highest), MOST_SCANNED):
            if len(found) >= limit:
                break
            entry = self._entry(place >> _PLACE_BITS, place & _POSITION_MASK)
            if not operation_filter or operation_filter >> entry.tag & 1:
                found.append((sequence, entry))
        found.reverse()
        return found

    def get_transaction(self, transaction_id: bytes) -> TransactionPlace | None:
        """Return where a transaction is, or None if no block has it."""
        self._sort_in()
        place = self._recent_transactions.get(transaction_id)
        if place is not None:
            return place
        store = self._store
        if store is None:
            return None
        raw = store.get(store.handle(TRANSACTIONS), transaction_id)
        return None if raw is None else TransactionPlace(*_PAIR.unpack(raw))

    def drop_above(self, block_num: int) -> None:
        """Undo blocks above `block_num`; the engine does so with the state's blocks."""
        while self._blocks and next(reversed(self._blocks)) > block_num:
            number, block = self._blocks.popitem()
            for name, _, _ in block.places:
                self._counts[name] -= 1
            if number <= self._sorted_to:
                for name, _, _ in block.places:
                    self._recent[name].pop()
                for transaction_id in block.transactions():
                    del self._recent_transactions[transaction_id]
        self._sorted_to = min(self._sorted_to, block_num)

    def batches(self, block_num: int) -> list[Batch]:
        """Return what a commit of blocks up to `block_num` has to write."""
        store = self._store
        if store is None or not self._blocks:
            return []
        operations: list[tuple[bytes, bytes]] = []
        accounts: list[tuple[bytes, bytes]] = []
        transactions: list[tuple[bytes, bytes]] = []
        for number, block in self._blocks.items():
            if number > block_num:
                break
            place = number << _PLACE_BITS
            for entry in block.entries:
                operations.append((place.to_bytes(8, "big"), _encode_entry(entry)))
                place += 1
            for name, sequence, place in block.places:
                key = name.encode() + b"\0" + sequence.to_bytes(4, "big")
                accounts.append((key, place.to_bytes(8, "big")))
            for transaction_id, position in block.transactions().items():
                transactions.append((transaction_id, _PAIR.pack(number, position)))
        accounts.sort(key=_KEY)
        transactions.sort(key=_KEY)
        return [
            Batch(store.handle(OPERATIONS), operations),
            Batch(store.handle(ACCOUNTS), accounts),
            Batch(store.handle(TRANSACTIONS), transactions),
        ]

    def settle(self, block_num: int) -> None:
        """Forget blocks up to `block_num`, which are on disk now."""
        if self._store is None:
            return
        for number in [number for number in self._blocks if number <= block_num]:
            del self._blocks[number]
        # What is still reversible is sorted in again when somebody asks.
        self._recent.clear()
        self._recent_transactions.clear()
        self._sorted_to = block_num
        if len(self._counts) > _MOST_COUNTS:
            uncommitted = {name for block in self._blocks.values() for name, _, _ in block.places}
            self._counts = {name: self._counts[name] for name in sorted(uncommitted)}

    def _stored_count(self, name: AccountName) -> int:
        newest = next(self._stored_places(name, _LAST_SEQUENCE), None)
        return 0 if newest is None else newest[0] + 1

    def _sort_in(self) -> None:
        """Make what came since the last question ready for questions."""
        recent = self._recent
        fresh = list(takewhile(lambda number: number > self._sorted_to, reversed(self._blocks)))
        for number in reversed(fresh):
            block = self._blocks[number]
            for name, sequence, place in block.places:
                recent.setdefault(name, []).append((sequence, place))
            for transaction_id, position in block.transactions().items():
                self._recent_transactions[transaction_id] = TransactionPlace(number, position)
            self._sorted_to = number

    def _places(self, name: AccountName, highest: int) -> Iterator[tuple[int, int]]:
        """Yield sequence numbers and places of an account up to `highest`, newest first."""
        self._sort_in()
        recent = self._recent.get(name, [])
        for sequence, place in reversed(recent):
            if sequence <= highest:
                yield sequence, place
        if recent:
            highest = min(highest, recent[0][0] - 1)
        yield from self._stored_places(name, highest)

    def _stored_places(self, name: AccountName, highest: int) -> Iterator[tuple[int, int]]:
        store = self._store
        if store is None or highest < 0:
            return
        lead = name.encode() + b"\0"
        cursor = store.cursor(store.handle(ACCOUNTS))
        found = cursor.set_range(lead + _SEQUENCE.pack(highest))
        if not found:
            found = cursor.last()
        elif cursor.key() > lead + _SEQUENCE.pack(highest):
            found = cursor.prev()
        while found:
            key = cursor.key()
            if not key.startswith(lead):
                return
            (sequence,) = _SEQUENCE.unpack(key[len(lead) :])
            yield sequence, int.from_bytes(cursor.value(), "big")
            found = cursor.prev()

    def _entry(self, block_num: int, position: int) -> HistoryEntry:
        block = self._blocks.get(block_num)
        if block is not None:
            return block.entries[position]
        store = self._store
        data = None
        if store is not None:
            data = store.get(store.handle(OPERATIONS), _PAIR.pack(block_num, position))
        if data is None:
            raise StateCorruptError(f"history of block {block_num} has no operation {position}")
        return _decode_entry(data)

    def _stored_block(self, block_num: int) -> Iterator[HistoryEntry]:
        store = self._store
        if store is None:
            return
        cursor = store.cursor(store.handle(OPERATIONS))
        found = cursor.set_range(_PAIR.pack(block_num, 0))
        while found and _PAIR.unpack(cursor.key())[0] == block_num:
            yield _decode_entry(cursor.value())
            found = cursor.next()
