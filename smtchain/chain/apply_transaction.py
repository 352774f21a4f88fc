"""Trying one transaction: the checks of its envelope, then its operations, all or nothing.

The order of the checks is the reference's, so that of several faults the same one is reported.
"""

from typing import NamedTuple

# Imported so that every evaluator is known.
import smtchain.evaluators  # noqa: F401
from protocol.authority import Authority, AuthorityLookup
from protocol.errors import InvalidTransactionError, ProtocolError
from protocol.jsonscalars import print_time
from protocol.operation import Operation
from protocol.params import ChainParams
from protocol.transaction import TransactionEnvelope, block_reference, validate_transaction
from protocol.types import AccountName, Time
from smtchain.evaluator import EvaluationContext, evaluate
from smtchain.state.state import State
from smtchain.state.tables.chain import TransactionRecord


class TransactionTooLargeError(InvalidTransactionError):
    """The transaction does not fit a block; `value` is its size in bytes."""

    code = "transaction.too_large"


class DuplicateTransactionError(InvalidTransactionError):
    """The transaction has been applied already; `value` is its id."""

    code = "transaction.duplicate"


class TaposMismatchError(InvalidTransactionError):
    """The block that the transaction refers to is not in this chain's recent past."""

    code = "transaction.tapos_mismatch"


class ExpirationTooFarError(InvalidTransactionError):
    """The expiration lies further ahead than the chain remembers transactions."""

    code = "transaction.expiration_too_far"


class ExpiredTransactionError(InvalidTransactionError):
    """The expiration is not after the head block's time."""

    code = "transaction.expired"


class AppliedOperation(NamedTuple):
    """An operation as history keeps it.

    Attributes
    ----------
    operation : Operation
        What was done.
    op_in_transaction : int
        Position of the transaction's operation that caused it.
    virtual_op : int
        0 for the operation itself, 1 and up for what the chain reported because of it.
    """

    operation: Operation
    op_in_transaction: int
    virtual_op: int


def authority_lookup(state: State) -> AuthorityLookup:
    """Return the accounts' authorities as the state holds them now."""
    rows = state.account_authorities

    def get_owner(name: AccountName) -> Authority | None:
        row = rows.find(name)
        return None if row is None else row.owner

    def get_active(name: AccountName) -> Authority | None:
        row = rows.find(name)
        return None if row is None else row.active

    def get_posting(name: AccountName) -> Authority | None:
        row = rows.find(name)
        return None if row is None else row.posting

    return AuthorityLookup(get_owner, get_active, get_posting)


def apply_transaction(
    ctx: EvaluationContext,
    envelope: TransactionEnvelope,
    lookup: AuthorityLookup,
    *,
    is_validated: bool = False,
    is_authorised: bool = False,
) -> tuple[AppliedOperation, ...]:
    """Check a transaction and carry out its operations; return them with what they caused.

    The caller holds a session that it undoes when this raises.

    Parameters
    ----------
    is_validated : bool
        Its operations are known to be valid by themselves: it has been pending here.
    is_authorised : bool
        Its signatures need no check: the block comes from this node's own log.

    Raises
    ------
    EmptyTransactionError, VirtualOperationError, InvalidOperationError
        The transaction is not valid by itself.
    DuplicateTransactionError
        It has been applied already.
    InvalidSignatureError, MissingAuthorityError, MixedAuthoritiesError, DuplicateSignatureError,
    IrrelevantSignatureError
        The wrong keys signed.
    TaposMismatchError, ExpirationTooFarError, ExpiredTransactionError
        It refers to another chain or another time.
    ProtocolError
        An operation is refused by the state; the field starts with `operations[index]`.

    Spec
    ----
    steemd: database.cpp::_apply_transaction
    """
    transaction = envelope.transaction
    if not is_validated:
        validate_transaction(transaction, ctx.params)
    expiration = transaction.expiration
    if ctx.state.transactions.exists(expiration, envelope.id):
        # Clients recognise a repeated broadcast by these words.
        raise DuplicateTransactionError(
            "Duplicate transaction check failed", value=envelope.id.hex()
        )
    if not is_authorised:
        envelope.verify(lookup, ctx.params)
    properties = ctx.state.globals.get()
    # Before the first block nothing can be referred to and nothing can have expired.
    if properties.head_block_number > 0:
        _check_reference(ctx.state, envelope)
        check_expiration(expiration, properties.time, ctx.params)
    ctx.state.transactions.insert(TransactionRecord(expiration, envelope.id))
    applied: list[AppliedOperation] = []
    for index, operation in enumerate(transaction.operations):
        applied.append(AppliedOperation(operation, index, 0))
        try:
            evaluate(ctx, operation)
        except ProtocolError as error:
            raise error.within(f"operations[{index}]")  # noqa: B904 - the same error
        if ctx.emitted:
            applied += [
                AppliedOperation(virtual, index, position)
                for position, virtual in enumerate(ctx.take_emitted(), start=1)
            ]
    return tuple(applied)


def check_size(envelope: TransactionEnvelope, state: State, params: ChainParams) -> None:
    """Check that a block of the present size limit can hold a transaction.

    Raises
    ------
    TransactionTooLargeError
        It cannot.

    Spec
    ----
    steemd: database.cpp::_push_transaction
    """
    limit = state.globals.get().maximum_block_size - params.transaction_size_reserve
    if envelope.size > limit:
        raise TransactionTooLargeError(
            f"a transaction has at most {limit} bytes", value=envelope.size
        )


def check_expiration(expiration: Time, now: Time, params: ChainParams) -> None:
    """Check that a transaction may enter the block after one of time `now`.

    Raises
    ------
    ExpirationTooFarError
        It expires more than an hour after `now`.
    ExpiredTransactionError
        It expires at `now` or before.

    Spec
    ----
    steemd: database.cpp::_apply_transaction
    """
    if expiration > now + params.max_time_until_expiration_seconds:
        raise ExpirationTooFarError(
            f"transaction expires more than {params.max_time_until_expiration_seconds} seconds "
            f"after the head block, {print_time(now)}",
            field="expiration",
            value=print_time(expiration),
        )
    if now >= expiration:
        raise ExpiredTransactionError(
            "transaction expiration exception: transaction has expired, the head block is of "
            f"{print_time(now)}",
            field="expiration",
            value=print_time(expiration),
        )


def _check_reference(state: State, envelope: TransactionEnvelope) -> None:
    """Check that the block with these low 16 bits of its number has this piece of its id."""
    transaction = envelope.transaction
    summary = state.block_summaries.find(transaction.ref_block_num)
    # A slot that no block has filled yet counts as an id of zeros, as in the reference.
    prefix = 0 if summary is None else block_reference(summary.block_id)[1]
    if transaction.ref_block_prefix != prefix:
        raise TaposMismatchError(
            "transaction refers to a block that is not part of this chain",
            field="ref_block_prefix",
            value=transaction.ref_block_prefix,
        )
