"""The chain: one head, the blocks behind it, and the transactions waiting to follow it.

Everything that changes the chain goes through `push_transaction`, `push_block` and
`generate_block`.  Each is one uninterrupted step: nobody sees half a block.

Order of writes for a block (crash safety):

1. a reversible block is appended to the fork file;
2. blocks that became irreversible are appended to the block log;
3. the state commits up to them in one transaction;
4. subscribers hear of it.

So the log never holds less than the state.  After a crash the state opens at its committed block,
what the log has more is applied again, then the fork file's blocks are pushed again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from protocol.block import BlockEnvelope, SignedBlock, block_num_of
from protocol.crypto import PrivateKey
from protocol.errors import InvariantViolationError, ProtocolError
from protocol.params import ChainParams
from protocol.transaction import SignedTransaction, TransactionEnvelope
from protocol.types import AccountName, Time
from smtchain.chain.apply_block import AppliedBlock
from smtchain.chain.apply_transaction import (
    AppliedOperation,
    apply_transaction,
    authority_lookup,
    check_size,
)
from smtchain.chain.block_log import BlockLogDamagedError, MemoryBlockLog
from smtchain.chain.data_directory import BlockStorage, open_storage
from smtchain.chain.fork_db import ForkDatabase
from smtchain.chain.genesis import Genesis
from smtchain.chain.hardforks import UnknownHardforkError
from smtchain.chain.head import Head
from smtchain.chain.mempool import Mempool
from smtchain.chain.options import ChainOptions
from smtchain.chain.production import assemble_block, check_may_produce
from smtchain.chain.signing_guard import SigningGuard
from smtchain.chain.skip import Skip
from smtchain.chain.slots import get_scheduled_witness, get_slot_at_time, get_slot_time
from smtchain.state.errors import StateError
from smtchain.state.history import History
from smtchain.state.state import State

_COMMIT_EVERY = 1_000  # blocks; when the log is applied again after a crash
_SIGNED_MARK = "signed"
_TRUSTED = Skip.TRANSACTION_SIGNATURES | Skip.WITNESS_SIGNATURE


class ChainHaltedError(Exception):
    """A fault stopped the chain; it accepts nothing more until it is opened again."""


class Chain:
    """One node's chain.

    Make one with `Chain.open` or `Chain.in_memory`; close it when done (it is a context manager).

    Attributes
    ----------
    params : ChainParams
        Constants of this chain.
    state : State
        What reads see: the head block's state with all pending transactions on top, as in steemd.
    mempool : Mempool
        The transactions that wait for a block.
    """

    def __init__(
        self, genesis: Genesis, state: State, storage: BlockStorage, options: ChainOptions
    ) -> None:
        self.params: ChainParams = genesis.params
        self.state = state
        self._lookup = authority_lookup(state)
        self._storage = storage
        self._options = options
        self._halted = ""
        self.mempool = Mempool(options.mempool_count, options.mempool_size)
        self._hear_applied: list[Callable[[AppliedBlock], None]] = []
        self._hear_undone: list[Callable[[BlockEnvelope], None]] = []
        self._hear_transaction: list[Callable[[TransactionEnvelope], None]] = []
        self._news: list[AppliedBlock | BlockEnvelope] = []
        self._head = Head(genesis, state, recount_every=options.recount_every)
        self._signed = SigningGuard(state.meta_get(_SIGNED_MARK) or b"")
        self._catch_up()
        self._forks = ForkDatabase(
            self._head.block_id, self._head.number, 2 * self.params.max_undo_history
        )
        self._restore_reversible()
        self._news.clear()
        self.state.begin_pending()

    @classmethod
    def open(cls, data_dir: Path, genesis: Genesis, options: ChainOptions | None = None) -> "Chain":
        """Open the chain kept in `data_dir`, or begin one there.

        Raises
        ------
        ChainMismatchError, GenesisMismatchError
            The directory belongs to another chain, or began with another genesis file.
        StateLockedError
            Another process has it open.
        StateVersionError, StateCorruptError, BlockLogDamagedError
            It cannot be read.
        StateFullError
            There is no room to begin.
        """
        chosen = options or ChainOptions()
        state, storage = open_storage(data_dir, genesis.params, chosen)
        try:
            return cls(genesis, state, storage, chosen)
        except BaseException:
            storage.close()
            state.close()
            raise

    @classmethod
    def in_memory(cls, genesis: Genesis, options: ChainOptions | None = None) -> "Chain":
        """Begin a chain that keeps nothing on disk."""
        state = State.memory(chain_id=genesis.params.chain_id)
        storage = BlockStorage(MemoryBlockLog(), None, is_durable=False)
        return cls(genesis, state, storage, options or ChainOptions())

    def __enter__(self) -> "Chain":
        """Return the chain itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the chain."""
        self.close()

    def close(self) -> None:
        """Release the files.  Pending transactions are gone, blocks are not."""
        self._storage.close()
        self.state.close()

    # ---- the head -------------------------------------------------------------------------------

    @property
    def head_block_number(self) -> int:
        """Number of the head block, 0 before the first."""
        return self._head.number

    @property
    def head_block_id(self) -> bytes:
        """Id of the head block, zeros before the first."""
        return self._head.block_id

    @property
    def head_block_time(self) -> Time:
        """Time of the head block, genesis time before the first."""
        return self._head.time

    @property
    def last_irreversible_block_number(self) -> int:
        """Number of the newest block that cannot be undone."""
        return self.state.globals.get().last_irreversible_block_num

    @property
    def halted(self) -> str:
        """Why the chain accepts nothing more; empty while it runs."""
        return self._halted

    def digest(self) -> bytes:
        """Return the digest of the state after the head block, pending transactions aside."""
        return self.state.digest()

    def slot_time(self, slot: int) -> Time:
        """Return when a slot begins; slot 1 is the next after the head block."""
        return get_slot_time(self.state.globals.get(), self.params, slot)

    def slot_at_time(self, when: Time) -> int:
        """Return the slot that `when` falls into, 0 if it is before slot 1."""
        return get_slot_at_time(self.state.globals.get(), self.params, when)

    def scheduled_witness(self, slot: int) -> AccountName:
        """Return whose turn a slot is."""
        return get_scheduled_witness(self.state, slot)

    def has_signed(self, witness: AccountName, when: Time) -> bool:
        """Return whether a witness may not sign a block of that time again, on any branch."""
        return self._signed.has_signed(witness, when)

    @property
    def newest_block_time(self) -> Time:
        """Time of the newest block that ever was the head, on whatever branch it lies."""
        return max(self._head.time, self._signed.newest)

    # ---- what happened --------------------------------------------------------------------------

    @property
    def history(self) -> History:
        """What happened, by block, account and transaction; reversible blocks included."""
        return self.state.history

    def find_block(self, number: int) -> BlockEnvelope | None:
        """Return a block of the present chain, reversible ones included, or None.

        Raises
        ------
        BlockLogDamagedError
            The log's bytes are not this block.
        """
        if number > self._forks.root_number:
            path = self._forks.branch_to(self.head_block_id)
            index = number - self._forks.root_number - 1
            return path[index] if index < len(path) else None
        raw = self._storage.log.read(number)
        if raw is None:
            return None
        block = self._decode_logged(number, raw)
        summary = self.state.block_summaries.find(number & 0xFFFF)
        is_recent = self.head_block_number - number < self.params.tapos_ring_size
        if is_recent and summary is not None and summary.block_id != block.id:
            raise BlockLogDamagedError(
                self._storage.path, number, f"the state knows it as {summary.block_id.hex()}"
            )
        return block

    def find_block_by_id(self, block_id: bytes) -> BlockEnvelope | None:
        """Return a block of the present chain or of a reversible branch, or None."""
        kept = self._forks.find(block_id)
        if kept is not None:
            return kept
        block = self.find_block(block_num_of(block_id))
        return block if block is not None and block.id == block_id else None

    # ---- subscribers ----------------------------------------------------------------------------

    def on_block(self, hear: Callable[[BlockEnvelope], None]) -> None:
        """Call `hear` with each block that becomes part of the chain, once it is safely kept."""
        self._hear_applied.append(lambda applied: hear(applied.envelope))

    def on_applied(self, hear: Callable[[AppliedBlock], None]) -> None:
        """Call `hear` as `on_block` does, with what the block did and the digest after it."""
        self._hear_applied.append(hear)

    def on_undone(self, hear: Callable[[BlockEnvelope], None]) -> None:
        """Call `hear` with each block that a switch to another branch takes back."""
        self._hear_undone.append(hear)

    def on_transaction(self, hear: Callable[[TransactionEnvelope], None]) -> None:
        """Call `hear` with each transaction accepted into the mempool."""
        self._hear_transaction.append(hear)

    # ---- what changes the chain -----------------------------------------------------------------

    def push_transaction(
        self, transaction: TransactionEnvelope | SignedTransaction
    ) -> tuple[AppliedOperation, ...]:
        """Try a transaction on top of all that is pending; keep it for the next block.

        Returns
        -------
        tuple of AppliedOperation
            What it did, and what it caused, in the pending state.

        Raises
        ------
        TransactionTooLargeError, MempoolFullError
            It is not admitted.
        ProtocolError
            It is refused, see `apply_transaction`; nothing has changed.
        ChainHaltedError
            The chain was stopped.
        """
        self._require_running()
        envelope = (
            transaction
            if isinstance(transaction, TransactionEnvelope)
            else TransactionEnvelope.from_transaction(transaction, self.params)
        )
        check_size(envelope, self.state, self.params)
        self.mempool.check_room(envelope.size)
        with self._halting_on_faults():
            applied = self._try_pending(envelope, is_validated=False)
        self.mempool.add(envelope)
        for hear in self._hear_transaction:
            hear(envelope)
        return applied

    def push_block(
        self, block: BlockEnvelope | SignedBlock | bytes, *, skip: Skip = Skip.NONE
    ) -> bool:
        """Take in a block: extend the head, switch to a longer branch, or keep it aside.

        Returns
        -------
        bool
            Whether the head changed.

        Raises
        ------
        WireError
            The bytes are no block.
        KnownBlockError, BlockTooOldError, UnlinkableBlockError, ForkLimitError
            It has no place in the tree of reversible blocks.
        ProtocolError
            It, or an earlier block of its branch, is refused; the head is what it was.
        ChainHaltedError
            The chain was stopped.

        Spec
        ----
        steemd: database.cpp::push_block
        """
        self._require_running()
        envelope = self._envelope_of(block)
        with self._step():
            changed = self._take_in(envelope, skip)
        self._tell()
        return changed

    def generate_block(
        self, timestamp: Time, witness: AccountName, private_key: PrivateKey
    ) -> BlockEnvelope:
        """Produce a block of the transactions that fit it, and push it.

        Parameters
        ----------
        timestamp : int
            A time in a slot of `witness` after the head block, seconds since 1970.

        Raises
        ------
        BlockTimestampError, WrongWitnessError, UnknownWitnessError, WitnessSignatureError
            The witness may not produce then, or the key is not its signing key.
        DoubleSignError
            The witness has signed a block of that time, or a later one, on another branch.
        ForkLimitError
            Too many blocks are reversible already.
        ChainHaltedError
            The chain was stopped.

        Spec
        ----
        steemd: block_producer.cpp::_generate_block
        """
        self._require_running()
        check_may_produce(self._head, timestamp, witness, private_key)
        self._signed.check(witness, timestamp)
        with self._step():
            envelope = assemble_block(self._head, self.mempool, timestamp, witness, private_key)
            self._take_in(envelope, Skip.NONE)
        self._tell()
        return envelope

    def check_invariants(self) -> None:
        """Check every invariant over all rows, pending transactions included.

        Raises
        ------
        InvariantViolationError
            One does not hold; the chain is stopped.
        """
        with self._halting_on_faults():
            self._head.check_invariants(full=True)

    # ---- inside ---------------------------------------------------------------------------------

    def _envelope_of(self, block: BlockEnvelope | SignedBlock | bytes) -> BlockEnvelope:
        if isinstance(block, BlockEnvelope):
            envelope = block
        elif isinstance(block, bytes):
            envelope = BlockEnvelope.from_bytes(block, self.params)
        else:
            envelope = BlockEnvelope.from_block(block, self.params)
        for transaction in envelope.transactions:
            pending = self.mempool.find(transaction.id)
            # The id leaves the signatures out: only the same bytes were signed by the same keys.
            if pending is not None and pending.raw == transaction.raw and pending.has_signers:
                transaction.preset_signers(pending.signers)
        return envelope

    def _take_in(self, envelope: BlockEnvelope, skip: Skip) -> bool:
        self._forks.push(envelope)
        if envelope.block.previous == self.head_block_id:
            try:
                self._apply(envelope, skip)
            except BaseException:
                self._forks.remove(envelope.id)
                raise
        elif envelope.num > self.head_block_number:
            self._switch_to(envelope, skip)
        else:
            self._storage.keep_reversible(envelope.raw)
            return False
        self._settle(envelope)
        return True

    def _apply(self, envelope: BlockEnvelope, skip: Skip) -> None:
        validated = {
            transaction.id
            for transaction in envelope.transactions
            if self.mempool.find(transaction.id) is not None
        }
        applied = self._head.apply(envelope, skip=skip, validated=validated)
        for transaction in envelope.transactions:
            self.mempool.remove(transaction.id)
        self._news.append(applied)
        self._signed.note(envelope)

    def _switch_to(self, envelope: BlockEnvelope, skip: Skip) -> None:
        """Make a longer branch the chain; if it proves bad, go back to the one we are on.

        Transactions of blocks that are undone wait again, before all others.

        Spec
        ----
        steemd: database.cpp::_push_block
        """
        new, old = self._forks.branches(envelope.id, self.head_block_id)
        told = len(self._news)
        before = tuple(self.mempool)
        for block in reversed(old):
            self._undo(block)
        undone = (transaction for block in old for transaction in block.transactions)
        self.mempool.replace((*undone, *before))
        for position, block in enumerate(new):
            try:
                self._apply(block, skip)
            except BaseException:
                self._forks.remove(block.id)
                for bad in reversed(new[:position]):
                    self._undo(bad)
                for good in old:
                    self._apply(good, _TRUSTED)
                # To subscribers nothing has happened.
                del self._news[told:]
                self.mempool.replace(before)
                raise

    def _undo(self, block: BlockEnvelope) -> None:
        """Take the head block back."""
        self._head.undo()
        self._news.append(block)

    def _settle(self, envelope: BlockEnvelope) -> None:
        """Put the new head's branch on disk: first the logs, then the state."""
        irreversible = min(self.last_irreversible_block_number, self.head_block_number)
        if irreversible < envelope.num:
            self._storage.keep_reversible(envelope.raw)
        if irreversible <= self._forks.root_number:
            return
        settled = [
            block
            for block in self._forks.branch_to(self.head_block_id)
            if block.num <= irreversible
        ]
        for block in settled:
            self._storage.log.append(block.num, block.raw)
        self._storage.sync()
        self._keep_signed(settled[-1].block.timestamp)
        self.state.commit(irreversible)
        self._forks.advance_root(settled[-1])
        self._storage.forget_irreversible([block.raw for block in self._forks.all_items()])

    def _keep_signed(self, irreversible: Time) -> None:
        """Let the next commit remember what was signed on branches that it makes impossible."""
        self._signed.forget_until(irreversible)
        packed = self._signed.pack()
        if packed != (self.state.meta_get(_SIGNED_MARK) or b""):
            self.state.meta_put(_SIGNED_MARK, packed)

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Step back to the head block, and try what waits again on what is then the head.

        Spec
        ----
        steemd: db_with.hpp::without_pending_transactions
        """
        with self._halting_on_faults():
            self.state.discard_pending()
            try:
                with self._halting_on_faults():
                    yield
            finally:
                if not self.state.has_open_session:
                    self.state.begin_pending()
                if not self._halted:
                    self._retry_pending()

    def _retry_pending(self) -> None:
        self.mempool.drop_expired(self.head_block_time)
        for envelope in self.mempool:
            try:
                self._try_pending(envelope, is_validated=True)
            except ProtocolError:
                self.mempool.remove(envelope.id)

    def _try_pending(
        self, envelope: TransactionEnvelope, *, is_validated: bool
    ) -> tuple[AppliedOperation, ...]:
        context = self._head.context(is_pending=True)
        with self.state.checkpoint():
            return apply_transaction(context, envelope, self._lookup, is_validated=is_validated)

    def _tell(self) -> None:
        news, self._news = self._news, []
        for piece in news:
            if isinstance(piece, AppliedBlock):
                for hear in self._hear_applied:
                    hear(piece)
            else:
                for hear_undone in self._hear_undone:
                    hear_undone(piece)

    def _catch_up(self) -> None:
        """Apply what the block log holds beyond the committed state."""
        log = self._storage.log
        for number in range(self._head.number + 1, log.head_number + 1):
            raw = log.read(number)
            assert raw is not None
            try:
                self._head.apply(self._decode_logged(number, raw), skip=_TRUSTED)
            except ProtocolError as error:
                raise BlockLogDamagedError(self._storage.path, number, str(error)) from error
            if number % _COMMIT_EVERY == 0:
                self.state.commit(number)
        self.state.commit(self._head.number)

    def _restore_reversible(self) -> None:
        """Push the fork file's blocks again; what no longer links or fits is dropped."""
        with self._storage.restoring() as blocks:
            for raw in blocks:
                try:
                    envelope = BlockEnvelope.from_bytes(raw, self.params)
                    if not self._restore_block(envelope):
                        self._note_if_signed(envelope)
                except ProtocolError:
                    continue
            blocks[:] = [block.raw for block in self._forks.all_items()]

    def _restore_block(self, envelope: BlockEnvelope) -> bool:
        try:
            self._take_in(envelope, _TRUSTED)
        except ProtocolError:
            return False
        return True

    def _note_if_signed(self, envelope: BlockEnvelope) -> None:
        """Remember a block that has no place any more if its witness did sign it."""
        witness = self.state.witnesses.find(envelope.block.witness)
        if witness is not None and witness.signing_key == envelope.signee:
            self._signed.note(envelope)

    def _decode_logged(self, number: int, raw: bytes) -> BlockEnvelope:
        try:
            envelope = BlockEnvelope.from_bytes(raw, self.params)
        except ProtocolError as error:
            raise BlockLogDamagedError(self._storage.path, number, str(error)) from error
        if envelope.num != number:
            raise BlockLogDamagedError(
                self._storage.path, number, f"block {envelope.num} is in its place"
            )
        return envelope

    def _require_running(self) -> None:
        if self._halted:
            raise ChainHaltedError(f"the chain was stopped: {self._halted}")

    @contextmanager
    def _halting_on_faults(self) -> Iterator[None]:
        """Stop the chain when the fault is in this program or this machine, not in the input."""
        try:
            yield
        except (
            InvariantViolationError,
            UnknownHardforkError,
            StateError,
            BlockLogDamagedError,
            OSError,
        ) as fault:
            self._halted = str(fault)
            raise
