"""Moving liquid tokens between accounts."""

from protocol.assets import is_smt
from protocol.operations.transfer import Transfer
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import require_account
from smtchain.ledger.balances import require_funds
from smtchain.ledger.smt import require_active_token


@evaluates(Transfer)
def apply_transfer(ctx: EvaluationContext, op: Transfer) -> None:
    """Move STEEM, SBD or a launched SMT; an SMT sent to `null` is destroyed at once.

    Raises
    ------
    AccountNotFoundError
        An account does not exist.
    SmtNotFoundError, SmtPhaseError
        The token does not exist with this precision, or is not active.
    InsufficientFundsError
        The sender holds less.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations";
    steemd: steem_evaluator.cpp::transfer_evaluator
    """
    # CHECK
    require_account(ctx.state, op.from_account, "from")
    require_account(ctx.state, op.to, "to")
    if is_smt(op.amount.symbol):
        require_active_token(ctx.state, op.amount.symbol, "amount")
    require_funds(ctx.state, ctx.params, op.from_account, op.amount)
    # EFFECT
    ctx.take(op.from_account, op.amount)
    ctx.credit(op.to, op.amount)
