"""Escrows that were not approved in time are undone."""

from smtchain.evaluator import EvaluationContext
from smtchain.ledger.escrow import escrowed_assets


def process_escrow_ratification(ctx: EvaluationContext) -> None:
    """Give back amounts and fee of escrows whose deadline came without both approvals.

    Spec
    ----
    steemd: database.cpp::expire_escrow_ratification
    """
    for escrow in ctx.state.escrows.scan("by_ratification_deadline", False):  # noqa: FBT003 - a key
        if escrow.ratification_deadline > ctx.now:
            return
        for asset in escrowed_assets(escrow):
            ctx.credit(escrow.from_account, asset)
        ctx.state.escrows.remove(escrow)
