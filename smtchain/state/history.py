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
from dataclasses import dataclass
from itertools import islice
from struct import Struct
from typing import NamedTuple

from protocol.types import U32, AccountName, Bytes, Ripemd160, Time
from smtchain.state.codec import make_row_decoder, make_row_encoder
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
_PAIR = Struct(">II")
_SEQUENCE = Struct(">I")


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One applied operation.

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

    block_num: U32
    operation: Bytes
    trx_id: Ripemd160
    trx_in_block: U32
    op_in_trx: U32
    virtual_op: U32
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


class _Place(NamedTuple):
    """An operation of an account: its sequence number and where it is."""

    sequence: int
    block_num: int
    position: int


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that is not committed yet."""

    entries: tuple[HistoryEntry, ...]
    places: tuple[tuple[AccountName, _Place], ...]
    transactions: dict[bytes, TransactionPlace]


_encode_entry = make_row_encoder(HistoryEntry)
_decode_entry = make_row_decoder(HistoryEntry)


class History:
    """Operation history over a store, or, with None, in memory for good."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._blocks: dict[int, _Block] = {}
        self._recent: dict[AccountName, list[_Place]] = {}
        self._counts: dict[AccountName, int] = {}

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
        places: list[tuple[AccountName, _Place]] = []
        transactions: dict[bytes, TransactionPlace] = {}
        for position, (entry, accounts) in enumerate(entries):
            kept.append(entry)
            if entry.trx_in_block != NO_TRANSACTION:
                transactions[entry.trx_id] = TransactionPlace(block_num, entry.trx_in_block)
            for name in accounts:
                sequence = self._count(name)
                self._counts[name] = sequence + 1
                place = _Place(sequence, block_num, position)
                places.append((name, place))
                self._recent.setdefault(name, []).append(place)
        self._blocks[block_num] = _Block(tuple(kept), tuple(places), transactions)

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
        for place in islice(self._places(name, highest), MOST_SCANNED):
            if len(found) >= limit:
                break
            entry = self._entry(place.block_num, place.position)
            if not operation_filter or operation_filter >> entry.tag & 1:
                found.append((place.sequence, entry))
        found.reverse()
        return found

    def get_transaction(self, transaction_id: bytes) -> TransactionPlace | None:
        """Return where a transaction is, or None if no block has it."""
        for block in self._blocks.values():
            place = block.transactions.get(transaction_id)
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
            _, block = self._blocks.popitem()
            for name, _ in reversed(block.places):
                self._recent[name].pop()
                self._counts[name] -= 1
                if not self._recent[name]:
                    del self._recent[name]

    def batches(self, block_num: int) -> list[Batch]:
        """Return what a commit of blocks up to `block_num` has to write."""
        store = self._store
        if store is None or not self._blocks:
            return []
        operations: list[tuple[bytes, bytes | None]] = []
        accounts: list[tuple[bytes, bytes | None]] = []
        transactions: list[tuple[bytes, bytes | None]] = []
        for number, block in self._blocks.items():
            if number > block_num:
                break
            for position, entry in enumerate(block.entries):
                operations.append((_PAIR.pack(number, position), _encode_entry(entry)))
            for name, place in block.places:
                key = name.encode() + b"\0" + _SEQUENCE.pack(place.sequence)
                accounts.append((key, _PAIR.pack(place.block_num, place.position)))
            for transaction_id, where in block.transactions.items():
                transactions.append((transaction_id, _PAIR.pack(*where)))
        return [
            Batch(store.handle(OPERATIONS), operations),
            Batch(store.handle(ACCOUNTS), sorted(accounts)),
            Batch(store.handle(TRANSACTIONS), sorted(transactions)),
        ]

    def settle(self, block_num: int) -> None:
        """Forget blocks up to `block_num`, which are on disk now."""
        if self._store is None:
            return
        settled = [number for number in self._blocks if number <= block_num]
        touched: dict[AccountName, None] = {}
        for number in settled:
            touched.update((name, None) for name, _ in self._blocks.pop(number).places)
        for name in touched:
            rest = [place for place in self._recent[name] if place.block_num > block_num]
            if rest:
                self._recent[name] = rest
            else:
                del self._recent[name]
        if len(self._counts) > _MOST_COUNTS:
            self._counts = {name: self._counts[name] for name in self._recent}

    def _count(self, name: AccountName) -> int:
        count = self._counts.get(name)
        if count is None:
            newest = next(self._stored_places(name, _LAST_SEQUENCE), None)
            count = 0 if newest is None else newest.sequence + 1
        return count

    def _places(self, name: AccountName, highest: int) -> Iterator[_Place]:
        """Yield an account's operations up to sequence `highest`, newest first."""
        for place in reversed(self._recent.get(name, [])):
            if place.sequence <= highest:
                yield place
        yield from self._stored_places(name, highest)

    def _stored_places(self, name: AccountName, highest: int) -> Iterator[_Place]:
        store = self._store
        if store is None:
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
            yield _Place(*_SEQUENCE.unpack(key[len(lead) :]), *_PAIR.unpack(cursor.value()))
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
        entry: HistoryEntry = _decode_entry(data)
        return entry

    def _stored_block(self, block_num: int) -> Iterator[HistoryEntry]:
        store = self._store
        if store is None:
            return
        cursor = store.cursor(store.handle(OPERATIONS))
        found = cursor.set_range(_PAIR.pack(block_num, 0))
        while found and _PAIR.unpack(cursor.key())[0] == block_num:
            yield _decode_entry(cursor.value())
            found = cursor.next()
