"""SBD given for conversion is paid in STEEM at the median price of the day it falls due."""

from protocol.assets import SBD, STEEM, Asset
from protocol.operations.market import FillConvertRequest
from smtchain.evaluator import EvaluationContext
from smtchain.ledger.pricing import find_median_price, to_steem
from smtchain.ledger.supply import burn, issue


def process_conversions(ctx: EvaluationContext) -> None:
    """Destroy the SBD of due requests and pay their owners in new STEEM, rounded down for each.

    Without a price nothing happens; what is due waits.

    Spec
    ----
    steemd: database.cpp::process_conversions
    """
    if find_median_price(ctx.state) is None:
        return
    total_sbd = total_steem = 0
    for request in ctx.state.convert_requests.scan("by_conversion_date"):
        if request.conversion_date > ctx.now:
            break
        sbd = Asset(request.amount, SBD)
        steem = to_steem(ctx.state, sbd)
        ctx.credit(request.owner, steem)
        ctx.emit(FillConvertRequest(request.owner, request.requestid, sbd, steem))
        total_sbd += sbd.amount
        total_steem += steem.amount
        ctx.state.convert_requests.remove(request)
    if total_sbd:
        issue(ctx.state, Asset(total_steem, STEEM))
        burn(ctx.state, Asset(total_sbd, SBD))
