"""The case files and the genesis that come with the program, in a checkout and in a wheel."""

from pathlib import Path

from smtchain.chain.genesis import Genesis, load_genesis
from smtchain.node.config import shipped_genesis

GENESIS_NAME = "genesis.json"
_FOLDER = "whitepaper"


def whitepaper_folder() -> Path:
    """Return the folder of the shipped case files.

    Raises
    ------
    GenesisNotShippedError
        The program's own files are not where they were installed.
    """
    return shipped_genesis("dev").parent / _FOLDER


def shipped_case_files() -> list[Path]:
    """Return all shipped case files: the whitepaper's full examples first, then each folder."""
    folder = whitepaper_folder()
    found = (path for path in folder.rglob("*.json") if path.name != GENESIS_NAME)
    return sorted(found, key=lambda path: (len(path.parts), path))


def conformance_genesis() -> Genesis:
    """Return the beginning of the chain that every case runs on."""
    return load_genesis(whitepaper_folder() / GENESIS_NAME)


def shown_name(path: Path) -> str:
    """Return a shipped file's name within the folder, or the path of any other file."""
    folder = whitepaper_folder()
    resolved = path.resolve()
    if resolved.is_relative_to(folder):
        return resolved.relative_to(folder).as_posix()
    return str(path)
