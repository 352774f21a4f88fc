"""What lies in a data directory, and how the block files in it are opened and kept.

::

    state/                  LMDB, irreversible state
    block_log               irreversible blocks, with block_log.index beside it
    fork_file               reversible blocks
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from protocol.block import BlockEnvelope
from protocol.params import ChainParams
from smtchain.chain.block_log import BlockLog, BlockStore
from smtchain.chain.fork_file import ForkFile
from smtchain.chain.options import ChainOptions
from smtchain.state.state import CACHE_ROWS, State
from smtchain.state.store import MAP_SIZE, locked

BLOCK_LOG = "block_log"
FORK_FILE = "fork_file"
STATE = "state"

_SLACK = 64  # forgotten blocks that a fork file may still hold


@dataclass(slots=True)
class BlockStorage:
    """Where a chain keeps blocks.

    Attributes
    ----------
    log : BlockStore
        Irreversible blocks.
    fork_file : ForkFile or None
        Reversible blocks; None keeps them in memory only.
    is_durable : bool
        Whether writes wait for the disk.
    """

    log: BlockStore
    fork_file: ForkFile | None
    is_durable: bool
    path: Path = field(default=Path())
    _records: int = 0
    _is_restoring: bool = False

    def keep_reversible(self, raw: bytes) -> None:
        """Write a reversible block down before anyone else hears of it."""
        if self.fork_file is not None and not self._is_restoring:
            self.fork_file.append(raw, sync=self.is_durable)
            self._records += 1

    def forget_irreversible(self, reversible: Sequence[bytes]) -> None:
        """Drop from the fork file all but `reversible`, once that is worth a rewrite."""
        if self._is_restoring or self.fork_file is None:
            return
        if self._records > 2 * len(reversible) + _SLACK:
            self.fork_file.rewrite(reversible)
            self._records = len(reversible)

    @contextmanager
    def restoring(self) -> Iterator[list[bytes]]:
        """Give the blocks the fork file held when it was opened; what the caller leaves is kept.

        Nothing is written before the end, so a crash meanwhile loses nothing.
        """
        if self.fork_file is None:
            yield []
            return
        blocks, self.fork_file.blocks = self.fork_file.blocks, []
        self._is_restoring = True
        yield blocks
        self._is_restoring = False
        self.fork_file.rewrite(blocks)
        self._records = len(blocks)

    def sync(self) -> None:
        """Make the block log survive a power failure, if that is wanted."""
        if self.is_durable:
            self.log.sync()

    def close(self) -> None:
        """Release the files."""
        self.log.close()
        if self.fork_file is not None:
            self.fork_file.close()


def open_storage(
    data_dir: Path, params: ChainParams, options: ChainOptions
) -> tuple[State, BlockStorage]:
    """Open or create the files of a data directory.

    The state comes first: it locks the directory, and the log must reach its committed block.

    Raises
    ------
    StateError
        The state cannot be opened; the subclass says why.
    BlockLogDamagedError
        The block log holds less than the state has committed.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    state = State.open(
        data_dir.joinpath(STATE),
        chain_id=params.chain_id,
        map_size=options.map_size or MAP_SIZE,
        cache_rows=options.cache_rows or CACHE_ROWS,
        is_durable=options.is_durable,
    )
    log = None
    try:
        log = BlockLog(
            data_dir.joinpath(BLOCK_LOG),
            lambda raw: BlockEnvelope.from_bytes(raw, params).num,
            must_reach=max(state.committed_revision, 0),
        )
        forks = ForkFile(data_dir.joinpath(FORK_FILE))
    except BaseException:
        if log is not None:
            log.close()
        state.close()
        raise
    if options.is_durable:
        _sync_directory(data_dir)
    return state, BlockStorage(log, forks, options.is_durable, data_dir.joinpath(BLOCK_LOG))


def remove_chain(data_dir: Path) -> None:
    """Remove the files of a chain, and nothing else that lies in its directory.

    Raises
    ------
    StateLockedError
        A node has the chain open.
    """
    state = data_dir.joinpath(STATE)
    if state.is_dir():
        with locked(state):
            shutil.rmtree(state)
    # Without its state a chain is what its log says: cut off here, nothing is lost.
    for name in (BLOCK_LOG, f"{BLOCK_LOG}.index", FORK_FILE):
        data_dir.joinpath(name).unlink(missing_ok=True)


def _sync_directory(path: Path) -> None:
    """Make the names of new files survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
