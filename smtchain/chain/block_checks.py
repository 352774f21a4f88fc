"""Is this block allowed here?  The checks of header, size and Merkle root, and the extensions."""

from protocol.block import BlockEnvelope, HardforkVersionVote, RunningVersion, SignedBlock
from protocol.errors import InvalidBlockError
from smtchain.chain.slots import get_scheduled_witness, get_slot_at_time
from smtchain.evaluator import EvaluationContext
from smtchain.state.tables.witness import Witness


class MerkleRootError(InvalidBlockError):
    """The header's Merkle root is not that of the block's transactions."""

    code = "block.merkle_root"


class WrongPreviousError(InvalidBlockError):
    """The block does not build on the head block."""

    code = "block.wrong_previous"


class BlockTimestampError(InvalidBlockError):
    """The block's time is not in a slot after the head block's."""

    code = "block.timestamp"


class UnknownWitnessError(InvalidBlockError):
    """The producer is not a witness."""

    code = "block.unknown_witness"


class WrongWitnessError(InvalidBlockError):
    """It was another witness' turn."""

    code = "block.wrong_witness"


class WitnessSignatureError(InvalidBlockError):
    """The block is not signed by its witness' signing key."""

    code = "block.witness_signature"


class BlockTooLargeError(InvalidBlockError):
    """The block has more bytes than the witnesses allow."""

    code = "block.too_large"


class OldVersionError(InvalidBlockError):
    """The producer does not run the chain's current hardfork."""

    code = "block.old_version"


def check_merkle_root(envelope: BlockEnvelope) -> None:
    """Check that the header commits to exactly these transactions.

    Raises
    ------
    MerkleRootError
        It does not.

    Spec
    ----
    steemd: database.cpp::_apply_block
    """
    root = envelope.merkle_root()
    if envelope.block.transaction_merkle_root != root:
        raise MerkleRootError(
            f"Merkle check failed: the transactions give {root.hex()}",
            field="transaction_merkle_root",
            value=envelope.block.transaction_merkle_root.hex(),
        )


def check_header(
    ctx: EvaluationContext, envelope: BlockEnvelope, *, is_signature_trusted: bool
) -> Witness:
    """Check the block against the head and the schedule; return its producer's row.

    Raises
    ------
    WrongPreviousError, BlockTimestampError, UnknownWitnessError, WitnessSignatureError,
    WrongWitnessError
        In this order.

    Spec
    ----
    steemd: database.cpp::validate_block_header
    """
    block = envelope.block
    properties = ctx.state.globals.get()
    if block.previous != properties.head_block_id:
        raise WrongPreviousError(
            f"the head block is {properties.head_block_id.hex()}",
            field="previous",
            value=block.previous.hex(),
        )
    if block.timestamp <= properties.time:
        raise BlockTimestampError(
            f"the head block's time is {properties.time}",
            field="timestamp",
            value=block.timestamp,
        )
    witness = ctx.state.witnesses.find(block.witness)
    if witness is None:
        raise UnknownWitnessError(
            f"{block.witness} is not a witness", field="witness", value=block.witness
        )
    if not is_signature_trusted and envelope.signee != witness.signing_key:
        raise WitnessSignatureError(
            f"the block is not signed by the signing key of {block.witness}",
            field="witness_signature",
            value=envelope.signee.hex(),
        )
    check_turn(ctx, block)
    return witness


def check_turn(ctx: EvaluationContext, block: SignedBlock) -> None:
    """Check that the block's time lies in a slot and the slot is its witness'.

    Raises
    ------
    BlockTimestampError
        The time is before the first slot after the head.
    WrongWitnessError
        The slot is another witness'.

    Spec
    ----
    steemd: database.cpp::validate_block_header
    """
    slot = get_slot_at_time(ctx.state.globals.get(), ctx.params, block.timestamp)
    if slot == 0:
        raise BlockTimestampError(
            "the time lies before the next slot", field="timestamp", value=block.timestamp
        )
    scheduled = get_scheduled_witness(ctx.state, slot)
    if block.witness != scheduled:
        raise WrongWitnessError(
            f"slot {slot} belongs to {scheduled}", field="witness", value=block.witness
        )


def check_size(ctx: EvaluationContext, envelope: BlockEnvelope) -> None:
    """Check that the block is not larger than the witnesses' median allows.

    Raises
    ------
    BlockTooLargeError
        It is.

    Spec
    ----
    steemd: database.cpp::_apply_block
    """
    limit = ctx.state.globals.get().maximum_block_size
    if envelope.size > limit:
        raise BlockTooLargeError(f"a block has at most {limit} bytes", value=envelope.size)


def process_header_extensions(ctx: EvaluationContext, block: SignedBlock) -> None:
    """Record which version the producer runs and which hardfork it votes for.

    Spec
    ----
    steemd: database.cpp::process_header_extensions
    """
    for extension in block.extensions:
        witness = ctx.state.witnesses.get(block.witness)
        if isinstance(extension, RunningVersion):
            ctx.state.witnesses.modify(witness, running_version=extension.number)
        elif isinstance(extension, HardforkVersionVote):
            ctx.state.witnesses.modify(
                witness,
                hardfork_version_vote=extension.hf_version,
                hardfork_time_vote=extension.hf_time,
            )


def check_running_version(ctx: EvaluationContext, block: SignedBlock) -> None:
    """Check that the producer runs at least the chain's current hardfork.

    Raises
    ------
    OldVersionError
        It does not.

    Spec
    ----
    steemd: database.cpp::_apply_block
    """
    running = ctx.state.witnesses.get(block.witness).running_version
    if running < ctx.state.hardfork.get().current_hardfork_version:
        raise OldVersionError(
            "block produced by witness that is not running current hardfork",
            field="witness",
            value=block.witness,
        )
