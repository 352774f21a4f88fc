"""The head of the chain: a state and how blocks move it, without logs, forks or mempool."""

from collections.abc import Container
from dataclasses import replace

from protocol.block import BlockEnvelope
from protocol.operation import Operation
from protocol.params import ChainParams
from protocol.types import AccountName, Time
from protocol.wire import encode_as
from smtchain.chain.apply_block import AppliedBlock, apply_block
from smtchain.chain.genesis import Genesis
from smtchain.chain.genesis_state import write_genesis
from smtchain.chain.impacted import find_token_controller, impacted_accounts
from smtchain.chain.invariants import check_totals, recount
from smtchain.chain.skip import Skip
from smtchain.evaluator import BlockScope, EvaluationContext
from smtchain.state.history import NO_TRANSACTION, HistoryEntry
from smtchain.state.state import State

_GENESIS_MARK = "genesis"
_NO_ID = bytes(20)


class GenesisMismatchError(Exception):
    """The data directory was begun with another genesis file of the same chain id."""


class Head:
    """A state, the genesis it began with, and the two ways it moves: a block on, a block back.

    Parameters
    ----------
    genesis : Genesis
        Written if the state is empty, else compared with what the state began with.
    state : State
        Empty, or at the block it was committed at.
    recount_every : int
        Walk over all rows and check every invariant after each block whose number this divides;
        0 for never.  The cheap checks run after every block in any case.

    Raises
    ------
    GenesisMismatchError
        The state began with another genesis.
    InvariantViolationError
        The genesis contradicts itself.
    """

    def __init__(self, genesis: Genesis, state: State, *, recount_every: int = 0) -> None:
        self.state = state
        self.params: ChainParams = genesis.params
        self._recount_every = recount_every
        if state.revision < 0:
            self._begin(genesis)
        elif state.meta_get(_GENESIS_MARK) != genesis.digest:
            raise GenesisMismatchError(
                "the data directory was begun with another genesis file; use that file, or "
                "another directory"
            )

    @property
    def number(self) -> int:
        """Number of the newest applied block, 0 at genesis."""
        return self.state.globals.get().head_block_number

    @property
    def block_id(self) -> bytes:
        """Id of the newest applied block, zeros at genesis."""
        return self.state.globals.get().head_block_id

    @property
    def time(self) -> Time:
        """Time of the newest applied block, genesis time at genesis."""
        return self.state.globals.get().time

    def context(self, *, is_pending: bool = False) -> EvaluationContext:
        """Return a context for one block, or one pending transaction, on top of the head."""
        scope = BlockScope(head_block_id=self.block_id)
        return EvaluationContext(
            state=self.state, params=self.params, block=scope, is_pending=is_pending
        )

    def apply(
        self,
        envelope: BlockEnvelope,
        *,
        skip: Skip = Skip.NONE,
        validated: Container[bytes] = (),
    ) -> AppliedBlock:
        """Apply a block and make it the head; on any error the head stays what it was.

        Raises
        ------
        ProtocolError
            The block is refused, see `apply_block`.
        InvariantViolationError
            The rules of this program contradict themselves.
        """
        state = self.state
        # A block that does not follow the head is refused by its header, not by the state.
        state.begin_block(state.revision + 1)
        try:
            applied = self._carry_out(envelope, skip, validated)
            digest = state.seal_block()
        except BaseException:
            if state.has_open_session:
                state.discard_block()
            raise
        return replace(applied, digest=digest)

    def append(self, envelope: BlockEnvelope, *, skip: Skip = Skip.NONE) -> AppliedBlock:
        """Apply a block to a run of blocks that `seal` makes the head, as one.

        For long replays: a row that many blocks of a run change is encoded and hashed once.  On an
        error the run is what it was before this block.  The blocks have no digests of their own.

        Raises
        ------
        ProtocolError
            The block is refused, see `apply_block`.
        InvariantViolationError
            The rules of this program contradict themselves.
        """
        state = self.state
        if not state.has_open_session:
            state.begin_block(state.revision + 1)
            try:
                return self._carry_out(envelope, skip, ())
            except BaseException:
                state.discard_block()
                raise
        with state.checkpoint():
            applied = self._carry_out(envelope, skip, ())
        state.extend_block(applied.number)
        return applied

    def seal(self) -> None:
        """End the run of blocks, if there is one."""
        if self.state.has_open_session:
            self.state.seal_block()

    def _carry_out(
        self, envelope: BlockEnvelope, skip: Skip, validated: Container[bytes]
    ) -> AppliedBlock:
        applied = apply_block(self.context(), envelope, skip=skip, validated=validated)
        self.check_invariants(full=self._is_recount_due(applied.number))
        self.state.history.append_block(applied.number, self._history_of(applied))
        return applied

    def undo(self) -> None:
        """Take the newest block back; it must still be reversible."""
        self.state.undo_block()

    def check_invariants(self, *, full: bool) -> None:
        """Check the running totals; with `full`, every rule over all rows.

        Raises
        ------
        InvariantViolationError
            A rule does not hold.
        """
        if full:
            recount(self.state, self.params)
        else:
            check_totals(self.state, self.params)

    def _begin(self, genesis: Genesis) -> None:
        state = self.state
        state.begin_block(0)
        try:
            write_genesis(state, genesis)
            recount(state, genesis.params)
        except BaseException:
            state.discard_block()
            raise
        state.seal_block()
        state.meta_put(_GENESIS_MARK, genesis.digest)
        state.commit(0)

    def _is_recount_due(self, number: int) -> bool:
        return self._recount_every > 0 and number % self._recount_every == 0

    def _history_of(
        self, applied: AppliedBlock
    ) -> list[tuple[HistoryEntry, tuple[AccountName, ...]]]:
        """Return the block's operations in the order in which they happened."""
        number = applied.number
        timestamp = applied.envelope.block.timestamp
        network = self.params.network
        entries = []

        def report(
            operation: Operation, trx_id: bytes, trx_in_block: int, op_in_trx: int, virtual_op: int
        ) -> None:
            data = encode_as(Operation, operation, network)
            place = trx_id, trx_in_block, op_in_trx, virtual_op
            entry = HistoryEntry(number, data, *place, is_virtual=True, timestamp=timestamp)
            named = impacted_accounts(operation)
            controller = find_token_controller(self.state, operation)
            names = named + tuple(name for name in controller if name not in named)
            entries.append((entry, names))

        for position, (envelope, operations) in enumerate(
            zip(applied.envelope.transactions, applied.transactions, strict=True)
        ):
            trx_id = envelope.id
            for operation, op_in_trx, virtual_op in operations:
                if virtual_op:
                    report(operation, trx_id, position, op_in_trx, virtual_op)
                    continue
                data = envelope.operation_bytes(op_in_trx, network)
                place = trx_id, position, op_in_trx, 0
                entry = HistoryEntry(number, data, *place, is_virtual=False, timestamp=timestamp)
                entries.append((entry, impacted_accounts(operation)))
        for virtual_op, operation in enumerate(applied.events, start=1):
            report(operation, _NO_ID, NO_TRANSACTION, 0, virtual_op)
        return entries
