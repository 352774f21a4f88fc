"""Recovery requests lapse after a day; a chosen recovery account counts after thirty."""

from smtchain.evaluator import EvaluationContext


def process_account_recovery(ctx: EvaluationContext) -> None:
    """Remove requests that have expired, and put due changes of recovery accounts into effect.

    Spec
    ----
    steemd: database.cpp::account_recovery_processing
    """
    _expire_requests(ctx)
    _change_recovery_accounts(ctx)


def _expire_requests(ctx: EvaluationContext) -> None:
    for request in ctx.state.account_recovery_requests.scan("by_expiration"):
        if request.expires > ctx.now:
            return
        ctx.state.account_recovery_requests.remove(request)


def _change_recovery_accounts(ctx: EvaluationContext) -> None:
    for request in ctx.state.change_recovery_account_requests.scan("by_effective_date"):
        if request.effective_on > ctx.now:
            return
        account = ctx.state.accounts.get(request.account_to_recover)
        ctx.state.accounts.modify(account, recovery_account=request.recovery_account)
        ctx.state.change_recovery_account_requests.remove(request)
