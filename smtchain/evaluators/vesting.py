"""Powering up: liquid STEEM or SMT into vesting shares."""

from protocol.assets import is_smt
from protocol.errors import EvaluationError
from protocol.operations.vesting import TransferToVesting
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import require_account
from smtchain.ledger.balances import require_funds
from smtchain.ledger.smt import require_active_token
from smtchain.ledger.vesting import create_vesting, quote_vesting


class VestingNotAllowedError(EvaluationError):
    """The token was set up without vesting."""

    code = "evaluation.smt.vesting_not_allowed"


class NoSharesError(EvaluationError):
    """The amount is too small to buy a single vesting share."""

    code = "evaluation.vesting.no_shares"


@evaluates(TransferToVesting)
def apply_transfer_to_vesting(ctx: EvaluationContext, op: TransferToVesting) -> None:
    """Turn liquid STEEM or SMT into shares of `to`, or of the sender when `to` is empty.

    Raises
    ------
    AccountNotFoundError
        An account does not exist.
    SmtNotFoundError, SmtPhaseError
        The token does not exist with this precision, or is not active.
    VestingNotAllowedError
        The token's `allow_vesting` is false.
    InsufficientFundsError
        The sender holds less.
    NoSharesError
        The amount would give no share, so it would be lost to its owner.

    Spec
    ----
    whitepaper: "SMT vesting semantics"; steemd: steem_evaluator.cpp::transfer_to_vesting_evaluator
    """
    # CHECK
    require_account(ctx.state, op.from_account, "from")
    beneficiary = op.to or op.from_account
    require_account(ctx.state, beneficiary, "to")
    if is_smt(op.amount.symbol):
        token = require_active_token(ctx.state, op.amount.symbol, "amount")
        if not token.allow_vesting:
            raise VestingNotAllowedError(
                "this token has no vesting", field="amount", value=op.amount.symbol
            )
    require_funds(ctx.state, ctx.params, op.from_account, op.amount)
    if quote_vesting(ctx.state, ctx.params, op.amount).amount == 0:
        raise NoSharesError(
            "the amount gives no vesting share", field="amount", value=op.amount.amount
        )
    # EFFECT
    ctx.debit(op.from_account, op.amount)
    create_vesting(ctx.state, ctx.params, beneficiary, op.amount)
