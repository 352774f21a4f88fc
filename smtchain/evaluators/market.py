"""Turning SBD into STEEM."""

from protocol.errors import EvaluationError
from protocol.operations.market import Convert
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import require_account
from smtchain.ledger.balances import require_funds
from smtchain.ledger.pricing import NoPriceFeedError, find_median_price
from smtchain.state.tables.conversion import ConvertRequest


class ConversionExistsError(EvaluationError):
    """The owner has a conversion of this number under way."""

    code = "evaluation.convert.exists"


@evaluates(Convert)
def apply_convert(ctx: EvaluationContext, op: Convert) -> None:
    """Take SBD now and pay for it in STEEM after three and a half days, at the price of then.

    Until then the SBD counts as supply.

    Raises
    ------
    AccountNotFoundError
        The owner does not exist.
    InsufficientFundsError
        It holds less SBD.
    NoPriceFeedError
        The witnesses publish no price.
    ConversionExistsError
        The owner's conversion of this number is not paid yet.

    Spec
    ----
    steemd: steem_evaluator.cpp::convert_evaluator
    """
    # CHECK
    require_account(ctx.state, op.owner, "owner")
    require_funds(ctx.state, ctx.params, op.owner, op.amount)
    if find_median_price(ctx.state) is None:
        raise NoPriceFeedError(
            "SBD cannot be converted before there is a price",
            field="amount",
            value=op.amount.amount,
        )
    if ctx.state.convert_requests.exists(op.owner, op.requestid):
        raise ConversionExistsError(
            f"{op.owner} has a conversion of number {op.requestid} under way",
            field="requestid",
            value=op.requestid,
        )
    # EFFECT
    ctx.debit(op.owner, op.amount)
    ctx.state.convert_requests.insert(
        ConvertRequest(
            id=ctx.state.convert_requests.next_id(),
            owner=op.owner,
            requestid=op.requestid,
            amount=op.amount.amount,
            conversion_date=ctx.now + ctx.params.conversion_delay_seconds,
        )
    )
