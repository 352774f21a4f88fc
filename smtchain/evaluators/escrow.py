"""Payments that a third party watches over.

The sender's STEEM and SBD are set aside at once.  When receiver and agent have both approved, the
agent earns the fee, and sender or receiver may release parts to each other; after a dispute only
the agent may, to either.  Without both approvals in time everything goes back.
"""

from protocol.assets import SBD, STEEM, Asset
from protocol.errors import EvaluationError
from protocol.operations.escrow import (
    EscrowApprove,
    EscrowDispute,
    EscrowRelease,
    EscrowTransfer,
)
from protocol.types import AccountName
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import require_account
from smtchain.ledger.balances import require_funds
from smtchain.ledger.escrow import escrowed_assets
from smtchain.state.tables.escrow import Escrow


class EscrowExistsError(EvaluationError):
    """The sender has an open escrow of this number."""

    code = "evaluation.escrow.exists"


class EscrowNotFoundError(EvaluationError):
    """The sender has no open escrow of this number."""

    code = "evaluation.escrow.not_found"


class EscrowPartyError(EvaluationError):
    """The operation names another receiver or agent than the escrow."""

    code = "evaluation.escrow.wrong_party"


class EscrowDeadlineError(EvaluationError):
    """The time to approve is over, or would be over before it began."""

    code = "evaluation.escrow.deadline_passed"


class EscrowApprovedError(EvaluationError):
    """The party has approved already; that is final."""

    code = "evaluation.escrow.already_approved"


class EscrowNotApprovedError(EvaluationError):
    """Receiver and agent have not both approved yet."""

    code = "evaluation.escrow.not_approved"


class EscrowExpiredError(EvaluationError):
    """The escrow has expired, so nobody can dispute it any more."""

    code = "evaluation.escrow.expired"


class EscrowDisputedError(EvaluationError):
    """The escrow is under dispute already."""

    code = "evaluation.escrow.disputed"


class EscrowAmountError(EvaluationError):
    """More would be released than the escrow holds."""

    code = "evaluation.escrow.amount_too_large"


class EscrowReleaserError(EvaluationError):
    """The party may not release now: the agent does in a dispute, else sender and receiver."""

    code = "evaluation.escrow.may_not_release"


class EscrowReceiverError(EvaluationError):
    """Before the expiration a party can only release to the other one."""

    code = "evaluation.escrow.wrong_receiver"


@evaluates(EscrowTransfer)
def apply_escrow_transfer(ctx: EvaluationContext, op: EscrowTransfer) -> None:
    """Take both amounts and the fee from the sender and wait for approval.

    Raises
    ------
    AccountNotFoundError
        An account does not exist.
    EscrowDeadlineError
        The ratification deadline is not after now.
    InsufficientFundsError
        The sender cannot cover an amount, the fee included.
    EscrowExistsError
        The sender has an escrow of this number.

    Spec
    ----
    steemd: steem_evaluator.cpp::escrow_transfer_evaluator
    """
    # CHECK
    require_account(ctx.state, op.from_account, "from")
    require_account(ctx.state, op.to, "to")
    require_account(ctx.state, op.agent, "agent")
    # The expiration is after the deadline, as the operation itself makes sure.
    if op.ratification_deadline <= ctx.now:
        raise EscrowDeadlineError(
            "the ratification deadline is not in the future",
            field="ratification_deadline",
            value=op.ratification_deadline,
        )
    steem, sbd = _with_fee(op)
    require_funds(ctx.state, ctx.params, op.from_account, steem, "steem_amount")
    require_funds(ctx.state, ctx.params, op.from_account, sbd, "sbd_amount")
    if ctx.state.escrows.exists(op.from_account, op.escrow_id):
        raise EscrowExistsError(
            f"{op.from_account} has an escrow of number {op.escrow_id}",
            field="escrow_id",
            value=op.escrow_id,
        )
    # EFFECT
    ctx.debit(op.from_account, steem, "steem_amount")
    ctx.debit(op.from_account, sbd, "sbd_amount")
    ctx.state.escrows.insert(
        Escrow(
            id=ctx.state.escrows.next_id(),
            escrow_id=op.escrow_id,
            from_account=op.from_account,
            to=op.to,
            agent=op.agent,
            ratification_deadline=op.ratification_deadline,
            escrow_expiration=op.escrow_expiration,
            sbd_balance=op.sbd_amount.amount,
            steem_balance=op.steem_amount.amount,
            pending_fee=op.fee,
        )
    )


@evaluates(EscrowApprove)
def apply_escrow_approve(ctx: EvaluationContext, op: EscrowApprove) -> None:
    """Record one party's approval, the second of which pays the fee; or undo the escrow.

    Raises
    ------
    EscrowNotFoundError, EscrowPartyError
        There is no such escrow between these accounts.
    EscrowDeadlineError
        The ratification deadline has passed.
    EscrowApprovedError
        The party has approved before.

    Spec
    ----
    steemd: steem_evaluator.cpp::escrow_approve_evaluator
    """
    # CHECK
    escrow = _require_escrow(ctx, op.from_account, op.escrow_id)
    _check_parties(escrow, op.to, op.agent)
    if escrow.ratification_deadline < ctx.now:
        raise EscrowDeadlineError(
            "the ratification deadline has passed",
            field="escrow_id",
            value=escrow.ratification_deadline,
        )
    is_receiver = op.who == escrow.to
    if escrow.to_approved if is_receiver else escrow.agent_approved:
        raise EscrowApprovedError(f"{op.who} has approved already", field="who", value=op.who)
    # EFFECT
    if not op.approve:
        for asset in escrowed_assets(escrow):
            ctx.credit(escrow.from_account, asset)
        ctx.state.escrows.remove(escrow)
        return
    if is_receiver:
        ctx.state.escrows.modify(escrow, to_approved=True)
    else:
        ctx.state.escrows.modify(escrow, agent_approved=True)
    if escrow.to_approved and escrow.agent_approved:
        fee = escrow.pending_fee
        ctx.credit(escrow.agent, fee)
        ctx.state.escrows.modify(escrow, is_approved=True, pending_fee=Asset(0, fee.symbol))


@evaluates(EscrowDispute)
def apply_escrow_dispute(ctx: EvaluationContext, op: EscrowDispute) -> None:
    """Leave the decision to the agent, for good.

    Raises
    ------
    AccountNotFoundError
        The sender does not exist.
    EscrowNotFoundError, EscrowPartyError
        There is no such escrow between these accounts.
    EscrowExpiredError
        The escrow has expired.
    EscrowNotApprovedError
        Receiver and agent have not both approved.
    EscrowDisputedError
        It is disputed already.

    Spec
    ----
    steemd: steem_evaluator.cpp::escrow_dispute_evaluator
    """
    # CHECK
    require_account(ctx.state, op.from_account, "from")
    escrow = _require_escrow(ctx, op.from_account, op.escrow_id)
    if ctx.now >= escrow.escrow_expiration:
        raise EscrowExpiredError(
            "a dispute has to begin before the expiration",
            field="escrow_id",
            value=escrow.escrow_expiration,
        )
    _check_approved(escrow)
    if escrow.disputed:
        raise EscrowDisputedError(
            "the escrow is disputed already", field="escrow_id", value=op.escrow_id
        )
    _check_parties(escrow, op.to, op.agent)
    # EFFECT
    ctx.state.escrows.modify(escrow, disputed=True)


@evaluates(EscrowRelease)
def apply_escrow_release(ctx: EvaluationContext, op: EscrowRelease) -> None:
    """Pay a part of the escrow to its sender or its receiver; the last part ends it.

    Raises
    ------
    AccountNotFoundError
        The sender does not exist.
    EscrowNotFoundError, EscrowPartyError
        There is no such escrow between these accounts.
    EscrowAmountError
        It holds less.
    EscrowNotApprovedError
        Receiver and agent have not both approved.
    EscrowReleaserError
        A disputed escrow is released by somebody else than the agent, or another one by the agent.
    EscrowReceiverError
        Before the expiration, a party releases to itself.

    Spec
    ----
    steemd: steem_evaluator.cpp::escrow_release_evaluator
    """
    # CHECK
    require_account(ctx.state, op.from_account, "from")
    escrow = _require_escrow(ctx, op.from_account, op.escrow_id)
    _check_amount(op.steem_amount.amount, escrow.steem_balance, "steem_amount")
    _check_amount(op.sbd_amount.amount, escrow.sbd_balance, "sbd_amount")
    _check_parties(escrow, op.to, op.agent)
    _check_approved(escrow)
    _check_release(ctx, escrow, op)
    # EFFECT
    ctx.credit(op.receiver, op.steem_amount)
    ctx.credit(op.receiver, op.sbd_amount)
    ctx.state.escrows.modify(
        escrow,
        steem_balance=escrow.steem_balance - op.steem_amount.amount,
        sbd_balance=escrow.sbd_balance - op.sbd_amount.amount,
    )
    if escrow.steem_balance == 0 and escrow.sbd_balance == 0:
        ctx.state.escrows.remove(escrow)


def _with_fee(op: EscrowTransfer) -> tuple[Asset, Asset]:
    """Return the STEEM and the SBD that the sender spends."""
    steem, sbd = op.steem_amount.amount, op.sbd_amount.amount
    if op.fee.symbol == STEEM:
        steem += op.fee.amount
    else:
        sbd += op.fee.amount
    return Asset(steem, STEEM), Asset(sbd, SBD)


def _require_escrow(ctx: EvaluationContext, sender: AccountName, escrow_id: int) -> Escrow:
    escrow = ctx.state.escrows.find(sender, escrow_id)
    if escrow is None:
        raise EscrowNotFoundError(
            f"{sender} has no escrow of number {escrow_id}", field="escrow_id", value=escrow_id
        )
    return escrow


def _check_parties(escrow: Escrow, receiver: AccountName, agent: AccountName) -> None:
    if receiver != escrow.to:
        raise EscrowPartyError(
            f"the receiver of this escrow is {escrow.to}", field="to", value=receiver
        )
    if agent != escrow.agent:
        raise EscrowPartyError(
            f"the agent of this escrow is {escrow.agent}", field="agent", value=agent
        )


def _check_approved(escrow: Escrow) -> None:
    if not escrow.is_approved:
        raise EscrowNotApprovedError(
            "receiver and agent have not both approved",
            field="escrow_id",
            value=escrow.escrow_id,
        )


def _check_amount(amount: int, balance: int, field: str) -> None:
    if amount > balance:
        raise EscrowAmountError(
            f"the escrow holds {balance} satoshis, {amount} would be released",
            field=field,
            value=amount,
        )


def _check_release(ctx: EvaluationContext, escrow: Escrow, op: EscrowRelease) -> None:
    """Check that `who` may pay `receiver`, who is the escrow's sender or receiver."""
    if escrow.disputed:
        if op.who != escrow.agent:
            raise EscrowReleaserError(
                "only the agent can release a disputed escrow", field="who", value=op.who
            )
        return
    if op.who == escrow.agent:
        raise EscrowReleaserError(
            "the agent can release a disputed escrow only", field="who", value=op.who
        )
    if escrow.escrow_expiration <= ctx.now:
        return
    other = escrow.to if op.who == escrow.from_account else escrow.from_account
    if op.receiver != other:
        raise EscrowReceiverError(
            "until the escrow expires, its parties can release to each other only",
            field="receiver",
            value=op.receiver,
        )
