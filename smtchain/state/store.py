"""The LMDB environment: committed state and history, and nothing newer.

A data directory holds `data.mdb` and `lock.mdb` (LMDB's), and `LOCK`, which the process that has
the state open keeps locked.  The sub-database `meta` holds:

=================  =========================================================
name               value
=================  =========================================================
`chain_id`         32 bytes
`layout`           SHA-256 of all row layouts (`schema.layout_digest`)
`revision`         number of the newest committed block, 8 bytes big-endian
`digest`           state digest of that block, 32 bytes
others             whatever the chain put there
=================  =========================================================
"""

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, Protocol, TypeAlias, cast

import lmdb

from smtchain.state.errors import (
    ChainMismatchError,
    SessionError,
    StateCorruptError,
    StateFullError,
    StateLockedError,
    StateVersionError,
)
from smtchain.state.schema import META_DATABASE

Database: TypeAlias = lmdb._Database  # noqa: SLF001 - the type has no public name


class Cursor(Protocol):
    """The part of an LMDB cursor that walks use."""

    def key(self) -> bytes:
        """Return the key under the cursor."""

    def value(self) -> bytes:
        """Return the value under the cursor."""

    def set_range(self, key: bytes) -> bool:
        """Move to the first key not below `key`; False if there is none."""

    def first(self) -> bool:
        """Move to the first key; False if there is none."""

    def last(self) -> bool:
        """Move to the last key; False if there is none."""

    def next(self) -> bool:
        """Move on; False at the end."""

    def prev(self) -> bool:
        """Move back; False at the beginning."""


MAP_SIZE = 1 << 40
"""Bytes of address space, 1 TiB.  The file grows only as it is written, so the one cost of a large
map is address space, of which a 64-bit process has 128 TiB; and it never has to be resized."""

MIN_FREE_BYTES = 64 << 20
"""Free disk that a commit must leave."""

_AMPLE_FREE_BYTES = 1 << 34
"""Free disk beyond which a commit's size does not matter: what it writes has been in memory."""

_COPY_ON_WRITE_FACTOR = 4
"""Pages are copied when written: a commit is taken to need this many times its own bytes."""

_FULL_SIGNS = tuple(
    os.strerror(number) for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)
)
"""How LMDB's messages end when the disk, the file or the quota is full.  EIO is among them because
LMDB reports it when a page was written in part, which is what a disk does as it fills up."""


class Batch(NamedTuple):
    """Changes of one sub-database: entries to write and keys to delete, each in key order."""

    database: Database
    puts: Sequence[tuple[bytes, bytes]]
    deletes: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """How a data directory is opened; `State.open` explains each."""

    chain_id: bytes = b""
    map_size: int = MAP_SIZE
    is_durable: bool = True


class Store:
    """One open data directory."""

    def __init__(
        self, path: Path, databases: Iterable[str], layout: bytes, options: StoreOptions
    ) -> None:
        """Open or create the data directory.

        Raises
        ------
        StateLockedError
            Another process has it open.
        ChainMismatchError, StateVersionError
            It holds another chain, or rows of another layout.
        StateCorruptError
            LMDB cannot read it.
        StateFullError
            There is no room to create it.
        """
        names = sorted(databases)
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.generation = 0
        with ExitStack() as undo:
            self._lock = undo.enter_context(_lock(path))
            self._env = undo.enter_context(_open(path, len(names) + 1, options))
            try:
                self._handles = {name: self._env.open_db(name.encode()) for name in names}
                self._meta_handle = self._env.open_db(META_DATABASE.encode())
                self._reader = self._env.begin()
                with self._reader.cursor(db=self._meta_handle) as cursor:
                    self._meta = {bytes(key).decode(): bytes(value) for key, value in cursor}
            except lmdb.Error as error:
                raise _translate(error, path) from error
            self._check_identity(options.chain_id, layout)
            undo.pop_all()

    def handle(self, database: str) -> Database:
        """Return the handle of a sub-database."""
        return self._handles[database]

    def get(self, database: Database, key: bytes) -> bytes | None:
        """Return a committed value, or None."""
        return self._reader.get(key, db=database)

    def cursor(self, database: Database) -> Cursor:
        """Return a cursor over committed entries, good until `generation` changes."""
        return cast("Cursor", self._reader.cursor(db=database))

    def meta_get(self, name: str) -> bytes | None:
        """Return a committed metadata value."""
        return self._meta.get(name)

    def write(self, batches: Iterable[Batch], meta: Mapping[str, bytes]) -> None:
        """Write everything in one durable transaction.

        Raises
        ------
        StateFullError
            Too little disk is free, or the map is full; the data are as before.
        StateCorruptError
            LMDB failed otherwise.
        """
        batches = list(batches)
        self._require_room(batches)
        # The snapshot is released first: while it is held its pages cannot be used again.
        self._reader.abort()
        self.generation += 1
        try:
            with self._env.begin(write=True) as transaction:
                for database, puts, deletes in batches:
                    with transaction.cursor(db=database) as cursor:
                        cursor.putmulti(puts)
                        for key in deletes:
                            if cursor.set_key(key):
                                cursor.delete()
                for name, value in sorted(meta.items()):
                    transaction.put(name.encode(), value, db=self._meta_handle)
        except lmdb.Error as error:
            raise _translate(error, self.path) from error
        finally:
            self._reader = self._env.begin()
        self._meta.update(meta)

    def copy_to(self, path: Path) -> None:
        """Write a compacted copy of the committed data into a new or empty directory.

        Raises
        ------
        SessionError
            The directory is not empty.
        StateFullError
            Too little disk is free.
        """
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise SessionError(f"{path} is not empty")
        _require_free(path, (self.path / "data.mdb").stat().st_size)
        try:
            self._env.copy(str(path), compact=True)
        except lmdb.Error as error:
            raise _translate(error, path) from error

    def close(self) -> None:
        """Close the environment and unlock the directory; again is harmless."""
        self._env.close()
        self._lock.close()

    def _check_identity(self, chain_id: bytes, layout: bytes) -> None:
        found = self._meta.get("chain_id")
        if found is None:
            self._meta["chain_id"] = chain_id
            self.write([], {"chain_id": chain_id, "layout": layout})
        elif found != chain_id:
            raise ChainMismatchError(
                f"{self.path} belongs to chain {found.hex()}, not {chain_id.hex()}"
            )
        elif self._meta.get("layout") != layout:
            raise StateVersionError(
                f"{self.path} was written by a version with other row layouts;"
                " delete it and replay the block log"
            )

    def _require_room(self, batches: Iterable[Batch]) -> None:
        if _free_bytes(self.path) >= _AMPLE_FREE_BYTES:
            return
        size = sum(
            sum(len(key) + len(value) for key, value in batch.puts) + sum(map(len, batch.deletes))
            for batch in batches
        )
        _require_free(self.path, size * _COPY_ON_WRITE_FACTOR)


def _free_bytes(path: Path) -> int:
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize


def _require_free(path: Path, needed: int) -> None:
    free = _free_bytes(path)
    if free < needed + MIN_FREE_BYTES:
        raise StateFullError(
            f"the disk of {path} is nearly full: {free} bytes free,"
            f" {needed + MIN_FREE_BYTES} needed; nothing committed is lost"
        )


def _open(path: Path, databases: int, options: StoreOptions) -> lmdb.Environment:
    try:
        return lmdb.open(
            str(path),
            map_size=options.map_size,
            max_dbs=databases,
            sync=options.is_durable,
            writemap=False,
            readahead=False,
            meminit=False,
        )
    except lmdb.Error as error:
        raise _translate(error, path) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes out of a data directory without opening it.

    Raises
    ------
    StateLockedError
        One has it open.
    """
    with _lock(path):
        yield


def _lock(path: Path) -> IO[bytes]:
    file = (path / "LOCK").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StateLockedError(f"{path} is open in another process") from error
    return file


def _translate(error: lmdb.Error, path: Path) -> StateFullError | StateCorruptError:
    if isinstance(error, lmdb.MapFullError):
        return StateFullError(f"the LMDB map of {path} is full; nothing committed is lost")
    if isinstance(error, lmdb.DiskError) or any(sign in str(error) for sign in _FULL_SIGNS):
        return StateFullError(
            f"the disk of {path} is full or failing ({error}); nothing committed is lost"
        )
    return StateCorruptError(f"LMDB failed on {path}: {error}")
