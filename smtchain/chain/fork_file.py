"""The fork file: reversible blocks on disk, so that no broadcast block is forgotten in a crash.

Each record is::

    u32 LE length of the block | first 8 bytes of sha256(block) | block bytes

A block is written here before anyone else hears of it.  Opening reads records up to the first one
that is torn or damaged and cuts the rest off: what was lost then is at most a block whose writing
never finished, and such a block was never broadcast.
"""

import hashlib
import os
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

_LENGTH_BYTES = 4
_CHECK_BYTES = 8
_HEAD_BYTES = _LENGTH_BYTES + _CHECK_BYTES


def _record(raw: bytes) -> bytes:
    length = len(raw).to_bytes(_LENGTH_BYTES, "little")
    return length + hashlib.sha256(raw).digest()[:_CHECK_BYTES] + raw


def read_records(data: bytes) -> tuple[list[bytes], int]:
    """Return the whole blocks at the start of `data` and how many bytes they take."""
    blocks: list[bytes] = []
    at = 0
    while at + _HEAD_BYTES <= len(data):
        length = int.from_bytes(data[at : at + _LENGTH_BYTES], "little")
        check = data[at + _LENGTH_BYTES : at + _HEAD_BYTES]
        raw = data[at + _HEAD_BYTES : at + _HEAD_BYTES + length]
        if len(raw) != length or hashlib.sha256(raw).digest()[:_CHECK_BYTES] != check:
            break
        blocks.append(raw)
        at += _HEAD_BYTES + length
    return blocks, at


def _open(path: Path) -> FileIO:
    """Open for appending, unbuffered: what was refused is not tried again later."""
    return path.open("ab", buffering=0)


class ForkFile:
    """Reversible blocks of all branches, in the order in which they arrived.

    Parameters
    ----------
    path : Path
        The file; created when missing.

    Attributes
    ----------
    blocks : list of bytes
        What the file held when it was opened; taken once by the chain on start.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.blocks, size = read_records(path.read_bytes()) if path.exists() else ([], 0)
        self._file = _open(path)
        self._file.truncate(size)

    def append(self, raw: bytes, *, sync: bool) -> None:
        """Add a block; with `sync` it survives a power failure, without only this process."""
        rest = memoryview(_record(raw))
        while rest:
            # A nearly full disk may take a part; the next attempt then says what is wrong.
            rest = rest[self._file.write(rest) :]
        if sync:
            os.fdatasync(self._file.fileno())

    def rewrite(self, blocks: Sequence[bytes]) -> None:
        """Replace the whole content in one step; a crash leaves the old file or the new one."""
        fresh = self.path.with_name(self.path.name + ".new")
        with fresh.open("wb") as file:
            file.writelines(_record(raw) for raw in blocks)
            file.flush()
            os.fsync(file.fileno())
        self._file.close()
        fresh.replace(self.path)
        self._file = _open(self.path)

    def close(self) -> None:
        """Release the file."""
        self._file.close()
