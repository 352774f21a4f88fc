"""What a node is started with."""

import hashlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from protocol.crypto import PrivateKey

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8_090

SHIPPED_NETWORKS = ("dev", "testnet")
"""Networks whose genesis file comes with the program."""


class ClockMode(Enum):
    """Where a node takes the time from."""

    RESUME = "resume"
    """The machine's clock, set back to the head block after a pause."""
    WALL = "wall"
    """The machine's clock, whatever was missed."""
    BLOCKS = "blocks"
    """The blocks themselves: every block is one interval after the one before."""


class GenesisNotShippedError(Exception):
    """The program's own genesis files are not where they were installed."""


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One node's settings.

    Attributes
    ----------
    data_dir : Path
        Where state and blocks are kept.
    genesis : Path or None
        The genesis file; None when the data directory must already hold a chain.
    host, port : str, int
        Where JSON-RPC listens; port 0 takes a free one.
    block_seconds : int
        3: a block in every slot.  0: a block for every transaction.
    witness_keys : tuple of PrivateKey
        Signing keys of the witnesses this node produces for.
    clock : ClockMode
        Where the time comes from.
    seed : str
        With `ClockMode.BLOCKS`: sets the time of the first block.
    is_testnet : bool
        Serve debug_node_api.
    check_invariants : int
        Check every invariant over all rows after each block whose number this divides; 0: never.
    """

    data_dir: Path
    genesis: Path | None = None
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    block_seconds: int = 3
    witness_keys: tuple[PrivateKey, ...] = ()
    clock: ClockMode = ClockMode.RESUME
    seed: str = ""
    is_testnet: bool = False
    check_invariants: int = 0


def shipped_genesis(network: str) -> Path:
    """Return the path of a genesis file that comes with the program.

    Raises
    ------
    GenesisNotShippedError
        It is not there.
    """
    package = Path(__file__).resolve().parent.parent
    for directory in (package / "genesis", package.parent / "genesis"):
        path = directory / f"{network}.json"
        if path.is_file():
            return path
    raise GenesisNotShippedError(f"genesis/{network}.json did not come with this installation")


def seeded_slots(seed: str, slots_per_day: int) -> int:
    """Return how many slots after genesis a seeded chain's first block comes, below a day."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) % slots_per_day
