"""The virtual supply and the SBD print rate, kept current twice per block."""

from smtchain.evaluator import EvaluationContext
from smtchain.ledger.supply import update_virtual_supply


def process_virtual_supply(ctx: EvaluationContext) -> None:
    """Recompute the virtual supply and the print rate from the supplies and the median feed.

    Spec
    ----
    steemd: database.cpp::update_virtual_supply
    """
    update_virtual_supply(ctx.state, ctx.params)
