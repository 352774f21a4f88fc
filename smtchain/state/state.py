"""`State`: one typed attribute per table, sessions, blocks, digest.

A day in its life::

    state = State.open(path, chain_id=params.chain_id)
    state.begin_block(0)                # genesis
    state.accounts.insert(Account(...))
    digest = state.seal_block()
    state.commit(0)
    state.begin_pending()               # mempool transactions live here
    with state.checkpoint():            # one transaction: all or nothing
        state.accounts.modify(state.accounts.get("alice"), balance=5)
    state.discard_pending()
    state.begin_block(1)
    ...
"""

from contextlib import AbstractContextManager
from pathlib import Path

from smtchain.state.engine import LiveEngine
from smtchain.state.memory import MemoryEngine
from smtchain.state.store import MAP_SIZE, StoreOptions
from smtchain.state.table import Engine, Table
from smtchain.state.tables.account import (
    Account,
    AccountAuthority,
    KeyReference,
    OwnerAuthorityHistory,
)
from smtchain.state.tables.chain import (
    BlockSummary,
    DynamicGlobalProperties,
    HardforkProperty,
    Sequence,
    TransactionRecord,
)
from smtchain.state.tables.conversion import ConvertRequest
from smtchain.state.tables.delegation import VestingDelegation
from smtchain.state.tables.escrow import Escrow
from smtchain.state.tables.recovery import (
    AccountRecoveryRequest,
    ChangeRecoveryAccountRequest,
)
from smtchain.state.tables.reward import RewardFund
from smtchain.state.tables.smt import (
    NaiPool,
    SmtBalance,
    SmtContribution,
    SmtEvent,
    SmtGeneration,
    SmtInflation,
    SmtToken,
)
from smtchain.state.tables.witness import FeedHistory, Witness, WitnessSchedule, WitnessVote

ROW_CLASSES: tuple[type, ...] = (
    Account,
    AccountAuthority,
    KeyReference,
    OwnerAuthorityHistory,
    AccountRecoveryRequest,
    ChangeRecoveryAccountRequest,
    VestingDelegation,
    Escrow,
    ConvertRequest,
    DynamicGlobalProperties,
    BlockSummary,
    TransactionRecord,
    HardforkProperty,
    Sequence,
    Witness,
    WitnessVote,
    WitnessSchedule,
    FeedHistory,
    RewardFund,
    SmtToken,
    SmtGeneration,
    SmtInflation,
    SmtContribution,
    SmtEvent,
    SmtBalance,
    NaiPool,
)

CACHE_ROWS = 200_000
"""Decoded rows kept; an account takes about 1.5 kB."""


class State:
    """All tables over one engine.

    Three layers, newest last: *committed* (irreversible, on disk), *sealed* blocks (reversible, in
    memory), and at most one open session: a block being applied or the pending transactions.
    Rows change only inside an open session, and reads see it.

    Attributes
    ----------
    history : History
        Applied operations.  Give it a block's operations while the block is open or right after
        it is sealed; it is undone and committed with the block.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.history = engine.history
        self.accounts: Table[Account] = engine.table(Account)
        self.account_authorities: Table[AccountAuthority] = engine.table(AccountAuthority)
        self.key_references: Table[KeyReference] = engine.table(KeyReference)
        self.owner_authority_history: Table[OwnerAuthorityHistory] = engine.table(
            OwnerAuthorityHistory
        )
        self.account_recovery_requests: Table[AccountRecoveryRequest] = engine.table(
            AccountRecoveryRequest
        )
        self.change_recovery_account_requests: Table[ChangeRecoveryAccountRequest] = engine.table(
            ChangeRecoveryAccountRequest
        )
        self.vesting_delegations: Table[VestingDelegation] = engine.table(VestingDelegation)
        self.escrows: Table[Escrow] = engine.table(Escrow)
        self.convert_requests: Table[ConvertRequest] = engine.table(ConvertRequest)
        self.globals: Table[DynamicGlobalProperties] = engine.table(DynamicGlobalProperties)
        self.block_summaries: Table[BlockSummary] = engine.table(BlockSummary)
        self.transactions: Table[TransactionRecord] = engine.table(TransactionRecord)
        self.hardfork: Table[HardforkProperty] = engine.table(HardforkProperty)
        self.sequences: Table[Sequence] = engine.table(Sequence)
        self.witnesses: Table[Witness] = engine.table(Witness)
        self.witness_votes: Table[WitnessVote] = engine.table(WitnessVote)
        self.witness_schedule: Table[WitnessSchedule] = engine.table(WitnessSchedule)
        self.feed_history: Table[FeedHistory] = engine.table(FeedHistory)
        self.reward_funds: Table[RewardFund] = engine.table(RewardFund)
        self.smt_tokens: Table[SmtToken] = engine.table(SmtToken)
        self.smt_generations: Table[SmtGeneration] = engine.table(SmtGeneration)
        self.smt_inflation: Table[SmtInflation] = engine.table(SmtInflation)
        self.smt_contributions: Table[SmtContribution] = engine.table(SmtContribution)
        self.smt_events: Table[SmtEvent] = engine.table(SmtEvent)
        self.smt_balances: Table[SmtBalance] = engine.table(SmtBalance)
        self.nai_pool: Table[NaiPool] = engine.table(NaiPool)

    @classmethod
    def memory(cls, *, chain_id: bytes = b"") -> "State":
        """Return an empty state that lives in memory: the reference engine."""
        return cls(MemoryEngine(ROW_CLASSES, chain_id))

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        chain_id: bytes = b"",
        map_size: int = MAP_SIZE,
        cache_rows: int = CACHE_ROWS,
        is_durable: bool = True,
    ) -> "State":
        """Open or create a data directory; the head is its newest committed block.

        Parameters
        ----------
        path : Path
            The data directory.
        chain_id : bytes
            The chain it must belong to.
        map_size : int
            Bytes of address space reserved for LMDB; a bound on the size of the data.
        cache_rows : int
            Decoded rows kept in memory, a little more between two blocks.
        is_durable : bool
            Whether a commit waits for the disk.  False risks the whole directory when the
            machine (not the process) dies, so it is for tests and throw-away chains.

        Raises
        ------
        StateLockedError
            Another process has it open.
        ChainMismatchError, StateVersionError
            It belongs to another chain, or was written with other row layouts.
        StateCorruptError, StateFullError
            LMDB cannot read it, or there is no room to create it.
        """
        return cls(
            LiveEngine(
                ROW_CLASSES,
                Path(path),
                StoreOptions(chain_id, map_size, is_durable),
                cache_rows=cache_rows,
            )
        )

    @property
    def revision(self) -> int:
        """Number of the newest sealed block, -1 before genesis."""
        return self._engine.revision

    @property
    def committed_revision(self) -> int:
        """Number of the newest irreversible block on disk, -1 before genesis."""
        return self._engine.committed_revision

    @property
    def has_open_session(self) -> bool:
        """Whether a block or a pending session is open."""
        return self._engine.has_open_session

    def checkpoint(self) -> AbstractContextManager[None]:
        """Return a context that keeps all changes made in it, or none if it ends by an exception.

        Nests.  Sequences are undone too, and rows read before show their old values again.

        Raises
        ------
        SessionError
            Neither a block nor a pending session is open.
        """
        return self._engine.checkpoint()

    def begin_block(self, number: int) -> None:
        """Open block `number`: `revision + 1`, or any number on an empty state.

        Raises
        ------
        SessionError
            A session is open, or the number does not follow.
        """
        self._engine.begin_block(number)

    def extend_block(self, number: int) -> None:
        """Let the open block cover block `number`, the next one, as well.

        For replays of irreversible blocks: many blocks are then sealed and committed as one,
        which encodes a row once however many of them changed it.  They are also undone as one, so
        put each block into a checkpoint of its own.

        Raises
        ------
        SessionError
            No block is open, or the number does not follow.
        """
        self._engine.extend_block(number)

    def seal_block(self) -> bytes:
        """Close the open block, which becomes the head, and return the new digest."""
        return self._engine.seal_block()

    def discard_block(self) -> None:
        """Undo everything since `begin_block`: the block is bad."""
        self._engine.discard_block()

    def undo_block(self) -> None:
        """Undo the newest sealed block.

        Raises
        ------
        SessionError
            A session is open, or that block is committed.
        """
        self._engine.undo_block()

    def commit(self, number: int) -> None:
        """Make sealed blocks up to `number` irreversible, in one disk transaction.

        May be called while a session is open.  Blocks sealed as one are committed as one, when
        `number` has reached the last of them.  History and metadata go with them.

        Raises
        ------
        SessionError
            `number` is not between the committed and the head block.
        StateFullError
            No room; nothing has changed, on disk or in memory.
        """
        self._engine.commit(number)

    def begin_pending(self) -> None:
        """Open a session above the head for transactions that are in no block yet."""
        self._engine.begin_pending()

    def discard_pending(self) -> None:
        """Undo the pending session."""
        self._engine.discard_pending()

    def digest(self) -> bytes:
        """Return the digest of the sealed state, 32 bytes.

        The sum modulo 2^256 (big-endian) over all rows of SHA-256(table name, 0x00, primary key
        bytes, row bytes).  An open session does not show in it.
        """
        return self._engine.digest()

    def recount_digest(self) -> bytes:
        """Return the digest computed anew from every row; costs time linear in the state.

        Raises
        ------
        SessionError
            A session is open.
        """
        return self._engine.recount_digest()

    def meta_get(self, name: str) -> bytes | None:
        """Return a value beside the tables: not in the digest, not undone."""
        return self._engine.meta_get(name)

    def meta_put(self, name: str, value: bytes) -> None:
        """Set a value beside the tables; it reaches the disk with the next `commit`.

        Raises
        ------
        ValueError
            The name is `chain_id`, `layout`, `revision` or `digest`, which the engine writes.
        """
        self._engine.meta_put(name, value)

    def copy_to(self, path: Path) -> None:
        """Write the committed state into a new data directory, compacted."""
        self._engine.copy_to(path)

    def close(self) -> None:
        """Release the data directory; what is not committed is gone."""
        self._engine.close()
