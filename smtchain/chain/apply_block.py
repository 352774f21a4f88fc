"""Applying one block: the numbered steps, in the reference's order.

The caller has opened the block in the state; it seals it when this returns and discards it when
this raises.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass

from protocol.block import BlockEnvelope
from protocol.errors import ProtocolError
from protocol.operation import Operation
from smtchain.chain.apply_transaction import (
    AppliedOperation,
    apply_transaction,
    authority_lookup,
)
from smtchain.chain.block_checks import (
    check_header,
    check_merkle_root,
    check_running_version,
    check_size,
    process_header_extensions,
)
from smtchain.chain.block_steps import (
    clear_expired_transactions,
    record_block_summary,
    update_global_data,
    update_last_irreversible_block,
    update_signing_witness,
)
from smtchain.chain.hardforks import process_hardforks
from smtchain.chain.skip import Skip
from smtchain.evaluator import EvaluationContext
from smtchain.processing.account_recovery import process_account_recovery
from smtchain.processing.conversions import process_conversions
from smtchain.processing.escrow import process_escrow_ratification
from smtchain.processing.feeds import process_feeds
from smtchain.processing.funds import process_funds
from smtchain.processing.null_account import process_null_account
from smtchain.processing.owner_history import process_owner_history
from smtchain.processing.smt_events import process_smt_events
from smtchain.processing.virtual_supply import process_virtual_supply
from smtchain.processing.witness_schedule import process_witness_schedule

Step = Callable[[EvaluationContext], None]

PROCESSING: tuple[Step, ...] = (
    clear_expired_transactions,  # 13. duplicates that can no longer come
    process_witness_schedule,  # 14. every 21 blocks: who produces the next ones
    process_feeds,  # 15. hourly median price
    process_virtual_supply,  # 16. supply and print rate for the steps below
    process_null_account,  # 17. what was sent to `null` is destroyed
    process_funds,  # 18. new STEEM
    process_conversions,  # 19. SBD that falls due is paid in STEEM
    process_virtual_supply,  # 20. again, after the changes above
    process_account_recovery,  # 21. requests that lapse, recovery accounts that change
    process_owner_history,  # 22. owner authorities too old for recovery
    process_escrow_ratification,  # 23. escrows not approved in time
    process_smt_events,  # 24. token launches, payouts, inflation
    process_hardforks,  # 25. new rules, if their time has come
)
"""What happens by itself once the transactions are done and the block is the head.

Spec
----
steemd: database.cpp::_apply_block; docs/RULES.md 4.2
"""


@dataclass(frozen=True, slots=True)
class AppliedBlock:
    """What a block did.

    Attributes
    ----------
    transactions : tuple
        For each transaction, its operations and what they caused.
    events : tuple of Operation
        What the chain itself did after them.
    digest : bytes
        Digest of the state after the block, 32 bytes; empty until the block is sealed.
    """

    envelope: BlockEnvelope
    transactions: tuple[tuple[AppliedOperation, ...], ...]
    events: tuple[Operation, ...]
    digest: bytes = b""

    @property
    def number(self) -> int:
        """Return the block's number."""
        return self.envelope.num


def apply_block(
    ctx: EvaluationContext,
    envelope: BlockEnvelope,
    *,
    skip: Skip = Skip.NONE,
    validated: Container[bytes] = (),
) -> AppliedBlock:
    """Check a block and carry it out.

    Parameters
    ----------
    validated : container of bytes
        Ids of transactions whose operations are known to be valid by themselves.

    Raises
    ------
    InvalidBlockError
        The block is not allowed here.
    ProtocolError
        A transaction is refused; the field starts with `transactions[index]`.

    Spec
    ----
    steemd: database.cpp::_apply_block; docs/RULES.md 4.2
    """
    block = envelope.block
    number = envelope.num
    # 1. The header commits to the transactions.
    check_merkle_root(envelope)
    # 2. It follows the head, at a time and by a witness whose turn it is.
    check_header(ctx, envelope, is_signature_trusted=bool(skip & Skip.WITNESS_SIGNATURE))
    # 3. It is not too large.
    check_size(ctx, envelope)
    # 4. Evaluators may see who includes a transaction.
    ctx.state.globals.modify(ctx.state.globals.get(), current_witness=block.witness)
    # 5. Versions and hardfork votes.
    process_header_extensions(ctx, block)
    # 6. The producer follows the present rules.
    check_running_version(ctx, block)
    # 7. Transactions: all or the block is refused.
    transactions = _apply_transactions(ctx, envelope, skip, validated)
    # 8. From here on the block is the head, and its time is now.
    update_global_data(ctx, number, envelope.id, block.timestamp, block.witness)
    # 9. Its witness has confirmed it,
    update_signing_witness(ctx, number, block.witness)
    # 10. which may make older blocks irreversible.
    update_last_irreversible_block(ctx)
    # 11. Transactions may refer to it.
    record_block_summary(ctx, number, envelope.id)
    # 12. What is due by time, see `PROCESSING`.
    for step in PROCESSING:
        step(ctx)
    return AppliedBlock(envelope, transactions, ctx.take_emitted())


def _apply_transactions(
    ctx: EvaluationContext, envelope: BlockEnvelope, skip: Skip, validated: Container[bytes]
) -> tuple[tuple[AppliedOperation, ...], ...]:
    lookup = authority_lookup(ctx.state)
    is_authorised = bool(skip & Skip.TRANSACTION_SIGNATURES)
    if not is_authorised:
        # One after the other: between transactions the processor's caches belong to the state.
        for transaction in envelope.transactions:
            transaction.recover_signers()
    applied = []
    for index, transaction in enumerate(envelope.transactions):
        try:
            applied.append(
                apply_transaction(
                    ctx,
                    transaction,
                    lookup,
                    is_validated=transaction.id in validated,
                    is_authorised=is_authorised,
                )
            )
        except ProtocolError as error:
            raise error.within(f"transactions[{index}]")  # noqa: B904 - the same error
    return tuple(applied)
