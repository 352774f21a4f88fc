"""The block log: every irreversible block, append-only, in steemd's file format.

Layout of `block_log`::

    block 1 bytes | u64 LE offset of block 1 (0)
    block 2 bytes | u64 LE offset of block 2
    ...

Layout of `block_log.index`: entry n (8 bytes, from n = 1) is the offset of block n, u64 LE.

The log is the authority and the index is derived from it: a missing, short or overlong index is
rebuilt on opening.  A process that dies while appending leaves a truncated last record; opening
detects it and cuts it off, so a reader only ever sees whole blocks.

Spec
----
steemd: block_log.cpp::block_log::append, block_log.cpp::block_log::open
"""

import mmap
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from protocol.errors import ProtocolError

BlockT = TypeVar("BlockT")

OFFSET_BYTES = 8
"""What a record has besides the block."""

_NOT_TORN = "no block begins where the last one ends, and the log goes on behind it"
_OPEN_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


class BlockLogDamagedError(Exception):
    """A record before the tail of the block log is not what was written: the disk's fault.

    Attributes
    ----------
    block_number : int
        The first block that cannot be read.
    """

    def __init__(self, path: Path, block_number: int, reason: str) -> None:
        super().__init__(f"block log {path} is damaged at block {block_number}: {reason}")
        self.block_number = block_number


class BlockStore(Protocol):
    """Where irreversible blocks are kept: a file (`BlockLog`) or memory (`MemoryBlockLog`)."""

    @property
    def head_number(self) -> int:
        """Number of the last block, 0 when empty."""

    def append(self, number: int, raw: bytes) -> None:
        """Add block `number`, which must be `head_number + 1`."""

    def sync(self) -> None:
        """Make everything appended so far survive a power failure."""

    def read(self, number: int) -> bytes | None:
        """Return the bytes of a block, or None when the log does not reach it."""

    def cut_to(self, number: int) -> None:
        """Forget all blocks after `number`."""

    def close(self) -> None:
        """Release the files."""


class MemoryBlockLog:
    """A block log of a chain that keeps nothing on disk."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    @property
    def head_number(self) -> int:
        """Number of the last block, 0 when empty."""
        return len(self._blocks)

    def append(self, number: int, raw: bytes) -> None:
        """Add block `number`, which must be `head_number + 1`."""
        assert number == len(self._blocks) + 1
        self._blocks.append(raw)

    def sync(self) -> None:
        """Do nothing: memory does not survive."""

    def read(self, number: int) -> bytes | None:
        """Return the bytes of a block, or None when the log does not reach it."""
        return self._blocks[number - 1] if 0 < number <= len(self._blocks) else None

    def cut_to(self, number: int) -> None:
        """Forget all blocks after `number`."""
        del self._blocks[number:]

    def close(self) -> None:
        """Do nothing."""


class BlockLog:
    """The block log on disk.

    Parameters
    ----------
    path : Path
        The log file; the index is `<path>.index` beside it.
    block_number_of : callable
        Decodes a whole block strictly and returns its number; raises `ProtocolError` on bytes that
        are not exactly one block.  It is what tells a whole record from a torn one.

    must_reach : int
        The block number the state has committed.  A log that holds less is damaged, not torn.

    Attributes
    ----------
    cut_bytes : int
        Length of the torn record that opening cut off, 0 when there was none.

    Raises
    ------
    BlockLogDamagedError
        The log cannot be read up to `must_reach`; the files are left as they were found.
    """

    def __init__(
        self, path: Path, block_number_of: Callable[[bytes], int], *, must_reach: int = 0
    ) -> None:
        self.path = path
        self._block_number_of = block_number_of
        self._log = os.open(path, _OPEN_FLAGS, 0o644)
        self._index = os.open(path.with_name(path.name + ".index"), _OPEN_FLAGS, 0o644)
        self._size = os.fstat(self._log).st_size
        self._count = 0
        self._is_index_new = False
        self.cut_bytes = 0
        try:
            self._recover(must_reach)
        except BaseException:
            self.close()
            raise

    @property
    def head_number(self) -> int:
        """Number of the last block, 0 when empty."""
        return self._count

    def append(self, number: int, raw: bytes) -> None:
        """Add block `number`, which must be `head_number + 1`, and hand it to the system.

        It survives the death of this process from here on, and a power failure after `sync`.
        """
        assert number == self._count + 1, f"block {number} does not follow {self._count}"
        offset = _mark(self._size)
        record = raw + offset
        _write_all(self._log, record, self._size)
        _write_all(self._index, offset, self._count * OFFSET_BYTES)
        self._size += len(record)
        self._count = number

    def sync(self) -> None:
        """Make everything appended so far survive a power failure.

        The index is left to the system: it can be rebuilt.
        """
        os.fdatasync(self._log)

    def read(self, number: int) -> bytes | None:
        """Return the bytes of a block, or None when the log does not reach it.

        Where record and index disagree the index is made anew, once.

        Raises
        ------
        BlockLogDamagedError
            The record does not end with its own offset.
        """
        if not 0 < number <= self._count:
            return None
        record = self._record(number)
        if record is None and not self._is_index_new:
            self._is_index_new = True
            self._index_anew()
            record = self._record(number)
        if record is None:
            raise BlockLogDamagedError(self.path, number, "record and index disagree")
        return record[:-OFFSET_BYTES]

    def cut_to(self, number: int) -> None:
        """Forget all blocks after `number`."""
        if number < self._count:
            self._cut(number, self._start_of(number + 1))

    def close(self) -> None:
        """Release the files."""
        for descriptor in (self._log, self._index):
            if descriptor >= 0:
                os.close(descriptor)
        self._log = self._index = -1

    def _record(self, number: int) -> bytes | None:
        """Return the record that the index names, or None if there is none."""
        start = self._start_of(number)
        end = self._start_of(number + 1) if number < self._count else self._size
        if not start + OFFSET_BYTES < end <= self._size:
            return None
        record = os.pread(self._log, end - start, start)
        return record if record[-OFFSET_BYTES:] == _mark(start) else None

    def _index_anew(self) -> None:
        """Write the index as the log has it, if the log can be read from end to end."""
        marks = self._whole_records(0, 0)
        if len(marks) == self._count + 1:
            _write_all(self._index, b"".join(marks[:-1]), 0)

    def _start_of(self, number: int) -> int:
        entry = os.pread(self._index, OFFSET_BYTES, (number - 1) * OFFSET_BYTES)
        return int.from_bytes(entry, "little")

    def _cut(self, count: int, size: int) -> None:
        os.ftruncate(self._log, size)
        os.ftruncate(self._index, count * OFFSET_BYTES)
        self._size = size
        self._count = count

    def _recover(self, must_reach: int) -> None:
        """Bring log and index to the same last whole block; touch nothing when that loses blocks.

        The usual case, an index whose last record ends the log, reads one record.  Otherwise the
        newest two neighbouring index entries that enclose a whole record are where indexing
        starts again.
        """
        entries = os.fstat(self._index).st_size // OFFSET_BYTES
        if entries and self._is_whole(entries, self._size):
            self._count = entries
            return
        known = entries
        while known and not (known < entries and self._is_whole(known, self._start_of(known + 1))):
            known -= 1
        start = self._start_of(known + 1) if known else 0
        marks = self._whole_records(known, start)
        count = known + len(marks) - 1
        if count < must_reach:
            reason = f"{must_reach} blocks were committed and only {count} can be read"
            raise BlockLogDamagedError(self.path, count + 1, reason)
        end = int.from_bytes(marks[-1], "little")
        last_bytes = os.pread(self._log, OFFSET_BYTES, max(self._size - OFFSET_BYTES, 0))
        if _goes_on(last_bytes, end, self._size):
            raise BlockLogDamagedError(self.path, count + 1, _NOT_TORN)
        _write_all(self._index, b"".join(marks[:-1]), known * OFFSET_BYTES)
        self.cut_bytes = self._size - end
        self._cut(count, end)

    def _is_whole(self, number: int, end: int) -> bool:
        """Return whether bytes from the index entry of `number` to `end` are its whole record."""
        start = self._start_of(number)
        if not start + OFFSET_BYTES < end <= self._size:
            return False
        record = os.pread(self._log, end - start, start)
        if record[-OFFSET_BYTES:] != _mark(start):
            return False
        return self._read(record[:-OFFSET_BYTES], number) is not None

    def _read(self, raw: bytes, number: int) -> bytes | None:
        try:
            return raw if self._block_number_of(raw) == number else None
        except ProtocolError:
            return None

    def _whole_records(self, count: int, start: int) -> list[bytes]:
        """Return where whole records begin (u64 LE) from `start` on, then where the last ends."""
        marks = [_mark(start)]
        if start < self._size:
            with mmap.mmap(self._log, self._size, access=mmap.ACCESS_READ) as view:
                records = _records(view, start, count + 1, self._read)
                marks.extend(_mark(end) for _, end in records)
        return marks


def scan_log(path: Path, read: Callable[[bytes, int], BlockT | None]) -> Iterator[BlockT]:
    """Yield the blocks of a log that may be anyone's, from the first; neither file is touched.

    A torn last record is passed over.

    Parameters
    ----------
    read : callable
        Returns what bytes are as the block of a number, or None if they are not that block.

    Raises
    ------
    BlockLogDamagedError
        A record before the last is not a block.
    OSError
        The file cannot be read.
    """
    size = path.stat().st_size
    if size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        start = 0
        number = 1
        for block, end in _records(view, start, number, read):
            yield block
            start = end
            number += 1
        if _goes_on(view[-OFFSET_BYTES:], start, size):
            raise BlockLogDamagedError(path, number, _NOT_TORN)


def _records(
    view: mmap.mmap, start: int, number: int, read: Callable[[bytes, int], BlockT | None]
) -> Iterator[tuple[BlockT, int]]:
    """Yield each whole record and where it ends, from the one at `start`, which is block `number`.

    A record ends with its own offset, so the end of the record at `start` is the first occurrence
    of that number behind which the bytes before it are the block.
    """
    while start < len(view):
        mark = _mark(start)
        at = view.find(mark, start + 1)
        block = None
        while at >= 0 and (block := read(view[start:at], number)) is None:
            at = view.find(mark, at + 1)
        if block is None:
            return
        start = at + OFFSET_BYTES
        yield block, start
        number += 1


def _goes_on(last_bytes: bytes, end: int, size: int) -> bool:
    """Tell whether a log of `size` bytes has whole records behind `end`, where reading stopped.

    A log that ends with the offset of a record ends well: what lies before that is damaged and not
    torn, and must not be cut off.
    """
    return end < int.from_bytes(last_bytes, "little") < size


def _mark(offset: int) -> bytes:
    return offset.to_bytes(OFFSET_BYTES, "little")


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`; a short write (full disk) raises `OSError`."""
    written = os.pwrite(descriptor, data, offset)
    while written < len(data):
        more = os.pwrite(descriptor, data[written:], offset + written)
        if more == 0:
            raise OSError("the disk accepts no more data")
        written += more
