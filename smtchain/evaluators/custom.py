"""Data that the chain carries: nothing is stored but the operation itself, in history and blocks.

What follows from the data is for readers of blocks to find.  The signers were checked with the
transaction.
"""

from protocol.errors import EvaluationError
from protocol.operations.custom import Custom, CustomBinary, CustomJson
from smtchain.evaluator import EvaluationContext, evaluates


class TooManySignersError(EvaluationError):
    """More signers are named than one authority could have members."""

    code = "evaluation.custom.too_many_signers"


class CustomDataTooLongError(EvaluationError):
    """A node passes on no more data than this, though a block may hold it."""

    code = "evaluation.custom.data_too_long"


@evaluates(Custom)
def apply_custom(ctx: EvaluationContext, op: Custom) -> None:
    """Carry bytes; a pending transaction is held to the size limit.

    Raises
    ------
    CustomDataTooLongError
        The transaction is pending and the data is longer than the limit.
    TooManySignersError
        More than 40 accounts are named.

    Spec
    ----
    steemd: steem_evaluator.cpp::custom_evaluator
    """
    # CHECK
    _check_size(ctx, len(op.data), "data")
    _check_signers(ctx, len(op.required_auths), "required_auths")


@evaluates(CustomJson)
def apply_custom_json(ctx: EvaluationContext, op: CustomJson) -> None:
    """Carry JSON; a pending transaction is held to the size limit.

    Raises
    ------
    CustomDataTooLongError
        The transaction is pending and the text has more bytes than the limit.
    TooManySignersError
        More than 40 accounts are named.

    Spec
    ----
    whitepaper: "SMT naming" (asset directories); steemd: steem_evaluator.cpp::custom_json_evaluator
    """
    # CHECK
    _check_size(ctx, len(op.json.encode()), "json")
    signers = len(op.required_auths) + len(op.required_posting_auths)
    _check_signers(ctx, signers, "required_posting_auths")


@evaluates(CustomBinary)
def apply_custom_binary(ctx: EvaluationContext, op: CustomBinary) -> None:
    """Carry bytes signed in any way; a pending transaction is held to the size limit.

    Raises
    ------
    CustomDataTooLongError
        The transaction is pending and the data is longer than the limit.
    TooManySignersError
        More than 40 accounts and keys are named, those in written-out authorities included.

    Spec
    ----
    steemd: steem_evaluator.cpp::custom_binary_evaluator; nodes there no longer pass it on
    """
    # CHECK
    _check_size(ctx, len(op.data), "data")
    signers = (
        len(op.required_owner_auths)
        + len(op.required_active_auths)
        + len(op.required_posting_auths)
        + sum(authority.member_count for authority in op.required_auths)
    )
    _check_signers(ctx, signers, "required_auths")


def _check_size(ctx: EvaluationContext, size: int, field: str) -> None:
    """Check the bytes of a pending operation; whatever a block holds is accepted."""
    limit = ctx.params.custom_op_data_max_length
    if ctx.is_pending and size > limit:
        raise CustomDataTooLongError(
            f"{size} bytes of data, at most {limit} are passed on", field=field, value=size
        )


def _check_signers(ctx: EvaluationContext, count: int, field: str) -> None:
    limit = ctx.params.max_authority_membership
    if count > limit:
        raise TooManySignersError(
            f"{count} signers are named, at most {limit} may be", field=field, value=count
        )
