"""Replaced owner authorities are forgotten once they can no longer recover an account."""

from smtchain.evaluator import EvaluationContext


def process_owner_history(ctx: EvaluationContext) -> None:
    """Remove owner authorities that were replaced more than 30 days ago.

    The period is `params.owner_auth_recovery_period_seconds`.

    Spec
    ----
    steemd: database.cpp::account_recovery_processing
    """
    for row in ctx.state.owner_authority_history.scan("by_last_valid_time"):
        if row.last_valid_time + ctx.params.owner_auth_recovery_period_seconds >= ctx.now:
            return
        ctx.state.owner_authority_history.remove(row)
