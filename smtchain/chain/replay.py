"""Applying a list of blocks to a fresh state: what a block log says happened."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from protocol.block import BlockEnvelope
from protocol.errors import ProtocolError
from protocol.params import ChainParams
from smtchain.chain.apply_block import AppliedBlock
from smtchain.chain.block_log import BlockStore, scan_log
from smtchain.chain.genesis import Genesis
from smtchain.chain.head import Head
from smtchain.chain.skip import Skip
from smtchain.state.state import State

COMMIT_EVERY = 1_000
"""Most blocks between two commits of a replay onto disk."""
COMMIT_TRANSACTIONS = 20_000
"""Most transactions between two commits: what is not committed is held in memory."""


class OtherBlockError(Exception):
    """The data directory already has another block of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"block {number} of the data directory is another one than that of the block log"
        )


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """Where a replay ended."""

    block_number: int
    block_id: bytes
    digest: bytes


def read_blocks(path: Path, params: ChainParams) -> Iterator[BlockEnvelope]:
    """Yield the blocks of a block log, decoded; see `scan_log`."""

    def read(raw: bytes, number: int) -> BlockEnvelope | None:
        try:
            envelope = BlockEnvelope.from_bytes(raw, params)
        except ProtocolError:
            return None
        return envelope if envelope.num == number else None

    return scan_log(path, read)


def replay(  # noqa: PLR0913 - one walk over a log, each way to look at it by name
    genesis: Genesis,
    blocks: Iterable[BlockEnvelope | bytes],
    *,
    state: State | None = None,
    log: BlockStore | None = None,
    skip: Skip = Skip.NONE,
    recount_every: int = 0,
    on_block: Callable[[AppliedBlock], None] | None = None,
) -> ReplayResult:
    """Apply blocks and return the head and its digest.

    Parameters
    ----------
    blocks : iterable of BlockEnvelope or bytes
        In order, for example from `read_blocks`.  Those that the state has are passed over.
    state : State
        Where to; by default a new one in memory.  One that has blocks already goes on from them.
    log : BlockStore
        Where the blocks are kept too.  It is always written before the state commits, so whenever
        this stops a chain can be opened on the two.
    recount_every : int
        See `Head`.
    on_block : callable
        Told of each block that is applied, with the digest after it.  Without it the blocks between
        two commits are sealed as one, which is faster.

    Raises
    ------
    WireError
        A block's bytes are none.
    ProtocolError
        A block is refused; the field begins with `blocks[number]`.
    OtherBlockError
        `log` has other blocks.
    InvariantViolationError
        The rules of this program contradict themselves.
    """
    target = state if state is not None else State.memory(chain_id=genesis.params.chain_id)
    head = Head(genesis, target, recount_every=recount_every)

    def commit() -> None:
        head.seal()
        if log is not None:
            log.sync()
        target.commit(head.number)

    apply = head.append if on_block is None else head.apply
    uncommitted = 0
    for block in blocks:
        envelope = (
            BlockEnvelope.from_bytes(block, genesis.params) if isinstance(block, bytes) else block
        )
        number = envelope.num
        if log is not None and number <= log.head_number and log.read(number) != envelope.raw:
            raise OtherBlockError(number)
        if number <= head.number:
            continue
        try:
            applied = apply(envelope, skip=skip)
        except ProtocolError as error:
            commit()
            raise error.within(f"blocks[{number}]")  # noqa: B904 - the same error
        if log is not None and number > log.head_number:
            log.append(number, envelope.raw)
        uncommitted += len(envelope.transactions)
        if number % COMMIT_EVERY == 0 or uncommitted >= COMMIT_TRANSACTIONS:
            commit()
            uncommitted = 0
        if on_block is not None:
            on_block(applied)
    commit()
    return ReplayResult(head.number, head.block_id, target.digest())
