"""Assembling a block: which pending transactions go in, the header, the signature."""

from collections.abc import Iterable

from protocol.block import (
    BlockEnvelope,
    BlockHeader,
    HardforkVersionVote,
    RunningVersion,
    merkle_root,
    sign_header,
)
from protocol.crypto import PrivateKey
from protocol.errors import ProtocolError
from protocol.operation import NoExtension
from protocol.transaction import TransactionEnvelope
from protocol.types import AccountName, Time
from protocol.wire import encode
from smtchain.chain.apply_transaction import apply_transaction, authority_lookup
from smtchain.chain.block_checks import (
    BlockTimestampError,
    UnknownWitnessError,
    WitnessSignatureError,
    WrongWitnessError,
)
from smtchain.chain.hardforks import find_hardfork, running_version
from smtchain.chain.head import Head
from smtchain.chain.slots import get_scheduled_witness, get_slot_at_time

HeaderExtension = NoExtension | RunningVersion | HardforkVersionVote

_SIGNATURE_SIZE = 65  # bytes
_COUNT_SIZE = 4  # bytes; most that the number of transactions takes


def check_may_produce(head: Head, when: Time, witness: AccountName, key: PrivateKey) -> None:
    """Check that a witness may produce at `when` and that the key is its signing key.

    Raises
    ------
    BlockTimestampError
        `when` is before the next slot.
    WrongWitnessError
        The slot is another witness'.
    UnknownWitnessError
        There is no such witness.
    WitnessSignatureError
        The key is not its signing key.

    Spec
    ----
    steemd: block_producer.cpp::_generate_block
    """
    slot = get_slot_at_time(head.state.globals.get(), head.params, when)
    if slot == 0:
        raise BlockTimestampError(
            "the time lies before the next slot", field="timestamp", value=when
        )
    scheduled = get_scheduled_witness(head.state, slot)
    if scheduled != witness:
        raise WrongWitnessError(
            f"slot {slot} belongs to {scheduled}", field="witness", value=witness
        )
    row = head.state.witnesses.find(witness)
    if row is None:
        raise UnknownWitnessError(f"{witness} is not a witness", field="witness", value=witness)
    if row.signing_key != key.public_key:
        raise WitnessSignatureError(
            f"the key is not the signing key of {witness}", field="witness_signature"
        )


def assemble_block(
    head: Head,
    pending: Iterable[TransactionEnvelope],
    when: Time,
    witness: AccountName,
    key: PrivateKey,
) -> BlockEnvelope:
    """Return a signed block on top of the head with those pending transactions that fit it.

    The caller has checked that it may produce.  The state is left as it was; no session is open
    before or after.

    Spec
    ----
    steemd: block_producer.cpp::_generate_block
    """
    network = head.params.network
    extensions = header_extensions(head, witness)
    header = BlockHeader(head.block_id, when, witness, bytes(20), extensions)
    size = len(encode(header, network)) + _SIGNATURE_SIZE + _COUNT_SIZE
    chosen = select_transactions(head, pending, when, witness, size)
    root = merkle_root([envelope.merkle_digest for envelope in chosen])
    header = BlockHeader(head.block_id, when, witness, root, extensions)
    return BlockEnvelope.assemble(sign_header(header, key, network), chosen, head.params)


def header_extensions(head: Head, witness: AccountName) -> tuple[HeaderExtension, ...]:
    """Return what the header has to say: our version, our hardfork vote; usually nothing.

    Spec
    ----
    steemd: block_producer.cpp::adjust_hardfork_version_vote
    """
    row = head.state.witnesses.get(witness)
    hardfork = head.state.hardfork.get()
    ours = running_version()
    extensions: list[HeaderExtension] = []
    if row.running_version != ours:
        extensions.append(RunningVersion(ours))
    following = find_hardfork(hardfork.last_hardfork + 1)
    if following is not None:
        if (row.hardfork_version_vote, row.hardfork_time_vote) != (
            following.version,
            following.time,
        ):
            extensions.append(HardforkVersionVote(following.version, following.time))
    elif row.hardfork_version_vote > ours:
        # A vote for rules this program does not have: take it back.
        last = hardfork.processed_hardforks[-1]
        extensions.append(HardforkVersionVote(hardfork.current_hardfork_version, last))
    return tuple(extensions)


def select_transactions(
    head: Head,
    pending: Iterable[TransactionEnvelope],
    when: Time,
    witness: AccountName,
    size: int,
) -> tuple[TransactionEnvelope, ...]:
    """Return the pending transactions that a block of time `when` can hold, in their order.

    Each is tried on the head exactly as the block will apply it.  What has expired or no longer
    fits the state is passed over; after `params.max_postponed_transactions` that do not fit the
    block's size no more are looked at.

    Parameters
    ----------
    size : int
        Bytes that the block takes without transactions.

    Spec
    ----
    steemd: block_producer.cpp::apply_pending_transactions
    """
    state = head.state
    limit = state.globals.get().maximum_block_size
    chosen: list[TransactionEnvelope] = []
    postponed = 0
    context = head.context()
    lookup = authority_lookup(state)
    state.begin_pending()
    try:
        state.globals.modify(state.globals.get(), current_witness=witness)
        for envelope in pending:
            if postponed > head.params.max_postponed_transactions:
                break
            if envelope.transaction.expiration < when:
                continue
            if size + envelope.size >= limit:
                postponed += 1
                continue
            counters = (context.block.nai_attempts, context.block.nai_collisions)
            try:
                with state.checkpoint():
                    apply_transaction(context, envelope, lookup, is_validated=True)
            except ProtocolError:
                # What a refused transaction counted would not be counted in the block.
                context.block.nai_attempts, context.block.nai_collisions = counters
                context.take_emitted()
                continue
            chosen.append(envelope)
            size += envelope.size
    finally:
        state.discard_pending()
    return tuple(chosen)
