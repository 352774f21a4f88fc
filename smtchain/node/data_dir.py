"""A node's data directory: the chain's files and a copy of the genesis file they began with.

The copy makes a directory complete in itself: whoever opens it needs to know nothing else.
"""

from pathlib import Path

from smtchain.chain.chain import Chain
from smtchain.chain.data_directory import remove_chain
from smtchain.chain.genesis import load_genesis
from smtchain.chain.options import ChainOptions

GENESIS_COPY = "genesis.json"


class DataDirEmptyError(Exception):
    """The directory holds no chain, and no genesis file was named to begin one."""


class DataDirTakenError(Exception):
    """The directory holds a chain already."""


def open_chain(
    data_dir: Path, genesis_path: Path | None, options: ChainOptions | None = None
) -> Chain:
    """Open the chain of a directory, or begin one there from a genesis file.

    Parameters
    ----------
    data_dir : Path
        Made if it does not exist.
    genesis_path : Path or None
        Where to begin; a chain that is there already must have begun with the same content.  None
        takes the directory's own copy.

    Raises
    ------
    DataDirEmptyError
        There is neither a chain nor a genesis file.
    GenesisError
        The genesis file is refused.
    GenesisMismatchError, StateError, BlockLogDamagedError
        The chain cannot be opened; see `Chain.open`.
    """
    copy = data_dir / GENESIS_COPY
    if not copy.exists() and genesis_path is None:
        raise DataDirEmptyError(f"{data_dir} holds no chain; begin one with `smtchain init`")
    genesis = load_genesis(genesis_path or copy)
    if genesis_path is not None:
        keep_genesis(data_dir, genesis_path)
    return Chain.open(data_dir, genesis, options)


def keep_genesis(data_dir: Path, genesis_path: Path) -> None:
    """Copy a genesis file into a directory that has none; the directory is made if missing."""
    copy = data_dir / GENESIS_COPY
    if copy.exists():
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = copy.with_suffix(".new")
    fresh.write_bytes(genesis_path.read_bytes())
    fresh.replace(copy)


def forget_chain(data_dir: Path) -> None:
    """Remove the chain that a directory holds, if it holds one.

    Raises
    ------
    StateLockedError
        A node has it open.
    """
    copy = data_dir / GENESIS_COPY
    if copy.exists():
        remove_chain(data_dir)
        copy.unlink()


def require_empty(data_dir: Path) -> None:
    """Check that no chain lives in a directory.

    Raises
    ------
    DataDirTakenError
        One does.
    """
    if (data_dir / GENESIS_COPY).exists():
        raise DataDirTakenError(f"{data_dir} holds a chain already")
