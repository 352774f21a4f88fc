"""What evaluators and per-block processing work with, and the table of evaluators.

An evaluator is a function registered for one operation class::

    @evaluates(Transfer)
    def apply_transfer(ctx: EvaluationContext, op: Transfer) -> None:
        # CHECK
        ...
        # EFFECT
        ...

The chain calls `evaluate` inside a state checkpoint, so an evaluator that raises changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from protocol.assets import SBD, Asset
from protocol.errors import EvaluationError
from protocol.operation import Operation
from protocol.operations.savings import Interest
from protocol.params import ChainParams
from protocol.types import AccountName, Time
from smtchain.ledger.balances import credit, debit, take
from smtchain.state.state import State


class OperationNotSupportedError(EvaluationError):
    """The operation exists on the wire and this chain has no rule for it."""

    code = "evaluation.unsupported"


@dataclass(slots=True)
class BlockScope:
    """What lasts exactly as long as the application of one block.

    Attributes
    ----------
    head_block_id : bytes
        Id of the previous block (20 bytes), the seed of new token identifiers.
    nai_attempts : int
        Identifiers generated so far in this block.
    nai_collisions : int
        Generated identifiers that were taken already.
    """

    head_block_id: bytes = b"\x00" * 20
    nai_attempts: int = 0
    nai_collisions: int = 0


@dataclass(slots=True)
class EvaluationContext:
    """Everything an evaluator or a per-block step may see and touch.

    Attributes
    ----------
    state : State
        The chain's state; the caller holds the checkpoint.
    params : ChainParams
        Consensus constants of this chain.
    block : BlockScope
        Counters of the block being applied.
    is_pending : bool
        True while a transaction is tried on top of the head block (mempool), not in a block.
    emitted : list of Operation
        Virtual operations recorded since the caller last took them, in order.
    """

    state: State
    params: ChainParams
    block: BlockScope = field(default_factory=BlockScope)
    is_pending: bool = False
    emitted: list[Operation] = field(default_factory=list)

    @property
    def now(self) -> Time:
        """Head block time, seconds since 1970.

        While transactions run this is the previous block's time; in the steps after them it is the
        time of the block being applied.
        """
        return self.state.globals.get().time

    def emit(self, operation: Operation) -> None:
        """Record a virtual operation at the present position of the block."""
        self.emitted.append(operation)

    def credit(self, account: AccountName, asset: Asset) -> None:
        """Add to a balance, reporting SBD interest if some falls due; see `balances.credit`."""
        interest = credit(self.state, self.params, account, asset)
        if interest:
            self.emit_interest(account, interest)

    def debit(self, account: AccountName, asset: Asset, field: str = "amount") -> None:
        """Take from a balance, reporting SBD interest if some falls due; see `balances.debit`.

        Raises
        ------
        InsufficientFundsError
            The account holds less; `field` is the operation's member that asks for it.
        """
        self.emit_interest(account, debit(self.state, self.params, account, asset, field))

    def take(self, account: AccountName, asset: Asset) -> None:
        """Take from a balance what has been found there, as `debit` does; see `balances.take`."""
        interest = take(self.state, self.params, account, asset)
        if interest:
            self.emit_interest(account, interest)

    def emit_interest(self, account: AccountName, satoshis: int) -> None:
        """Record that `account` was paid interest, if `satoshis` of SBD is more than nothing."""
        if satoshis:
            self.emit(Interest(account, Asset(satoshis, SBD)))

    def take_emitted(self) -> tuple[Operation, ...]:
        """Return the recorded virtual operations and forget them."""
        taken = tuple(self.emitted)
        self.emitted.clear()
        return taken


OperationT = TypeVar("OperationT", bound=Operation)
Evaluator: TypeAlias = Callable[[EvaluationContext, OperationT], None]

_EVALUATORS: dict[type[Operation], Callable[[EvaluationContext, Operation], None]] = {}
EVALUATORS: Mapping[type[Operation], Callable[[EvaluationContext, Operation], None]] = _EVALUATORS


def evaluates(
    operation_class: type[OperationT],
) -> Callable[[Evaluator[OperationT]], Evaluator[OperationT]]:
    """Register the decorated function as the only evaluator of `operation_class`.

    Raises
    ------
    TypeError
        At import, when the class is virtual or already has an evaluator.
    """

    def register(evaluator: Evaluator[OperationT]) -> Evaluator[OperationT]:
        if operation_class.IS_VIRTUAL:
            raise TypeError(f"{operation_class.__name__} is virtual and is never evaluated")
        if operation_class in _EVALUATORS:
            raise TypeError(f"{operation_class.__name__} has two evaluators")
        _EVALUATORS[operation_class] = evaluator  # type: ignore[assignment]  # keyed by its class
        return evaluator

    return register


def evaluate(ctx: EvaluationContext, operation: Operation) -> None:
    """Apply one operation that is valid and authorised.

    Raises
    ------
    OperationNotSupportedError
        This chain has no rule for the operation.
    EvaluationError
        The state refuses it; the caller must undo its checkpoint.
    """
    evaluator = _EVALUATORS.get(type(operation))
    if evaluator is None:
        raise OperationNotSupportedError(
            f"this chain does not support {operation.NAME}", value=operation.NAME
        )
    evaluator(ctx, operation)
