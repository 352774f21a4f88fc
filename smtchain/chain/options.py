"""How a chain is run: limits of this node, not rules of the network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChainOptions:
    """Choices of one node.

    Attributes
    ----------
    recount_every : int
        Check every invariant over all rows after each block whose number this divides; 0: never.
    is_durable : bool
        Whether a block waits for the disk before anyone hears of it.  False survives the death
        of the process and not that of the machine.
    map_size : int
        Bytes of address space for the state; 0 for the state's own default.
    cache_rows : int
        Decoded rows kept in memory; 0 for the state's own default.
    mempool_count : int
        Most transactions waiting for a block.
    mempool_size : int
        Most bytes they may take together.
    """

    recount_every: int = 0
    is_durable: bool = True
    map_size: int = 0
    cache_rows: int = 0
    mempool_count: int = 20_000
    mempool_size: int = 16_777_216
