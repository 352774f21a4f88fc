"""The proof: the same blocks, read from a block log, give the same state on disk."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from protocol.block import BlockEnvelope
from smtchain.chain.apply_block import AppliedBlock
from smtchain.chain.block_log import BlockLog
from smtchain.chain.genesis import Genesis
from smtchain.chain.replay import replay
from smtchain.state.state import State


@dataclass(frozen=True, slots=True)
class ReplayProof:
    """Digests of one state, by three ways.

    Attributes
    ----------
    log_size : int
        Bytes of the block log.
    lived : bytes
        Digest that the chain in memory ended with.
    replayed : bytes
        Digest after replaying the log from genesis on LMDB, every signature checked again.
    recounted : bytes
        Digest of the rows that LMDB then holds, counted anew.
    """

    log_size: int
    lived: bytes
    replayed: bytes
    recounted: bytes

    @property
    def agrees(self) -> bool:
        """Tell whether all digests are equal."""
        return self.lived == self.replayed == self.recounted


def prove_by_replay(genesis: Genesis, blocks: list[AppliedBlock], lived: bytes) -> ReplayProof:
    """Write the blocks to a log, replay it on LMDB in a folder of its own, compare the digests.

    Raises
    ------
    ProtocolError
        A block is refused the second time.
    """
    with TemporaryDirectory(prefix="smtchain-demo-") as folder:
        path = Path(folder) / "block_log"
        _write_log(path, genesis, blocks)
        state = State.open(
            Path(folder) / "state", chain_id=genesis.params.chain_id, is_durable=False
        )
        try:
            log = _open_log(path, genesis)
            try:
                raw = [log.read(number) for number in range(1, log.head_number + 1)]
            finally:
                log.close()
            result = replay(genesis, [block for block in raw if block is not None], state=state)
            recounted = state.recount_digest()
        finally:
            state.close()
        return ReplayProof(path.stat().st_size, lived, result.digest, recounted)


def _write_log(path: Path, genesis: Genesis, blocks: list[AppliedBlock]) -> None:
    log = _open_log(path, genesis)
    try:
        for block in blocks:
            log.append(block.envelope.num, block.envelope.raw)
    finally:
        log.close()


def _open_log(path: Path, genesis: Genesis) -> BlockLog:
    return BlockLog(path, lambda raw: BlockEnvelope.from_bytes(raw, genesis.params).num)
