"""Getting an account back whose owner key was stolen, with the help of its recovery account.

The recovery account proposes a new owner authority; the rightful owner takes it into use by
signing with it and with an owner authority that was replaced within the last thirty days.
"""

from protocol.authority import Authority
from protocol.errors import EvaluationError
from protocol.operations.recovery import (
    ChangeRecoveryAccount,
    RecoverAccount,
    RequestAccountRecovery,
    TrivialAuthorityError,
)
from protocol.types import AccountName, Time
from protocol.validation import check_authority_possible
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import change_owner_authority, check_new_authority, require_account
from smtchain.state.tables.account import Account
from smtchain.state.tables.recovery import AccountRecoveryRequest, ChangeRecoveryAccountRequest


class NotRecoveryAccountError(EvaluationError):
    """The account to recover has another recovery account."""

    code = "evaluation.recovery.not_recovery_account"


class NotTopWitnessError(EvaluationError):
    """An account without a recovery account can be helped by the top witness only."""

    code = "evaluation.recovery.not_top_witness"


class RecoveryTooSoonError(EvaluationError):
    """The account was recovered less than an hour ago."""

    code = "evaluation.recovery.too_soon"


class NoRecoveryRequestError(EvaluationError):
    """Nobody has requested the recovery of the account within the last day."""

    code = "evaluation.recovery.no_request"


class OtherAuthorityRequestedError(EvaluationError):
    """The recovery account has proposed another owner authority."""

    code = "evaluation.recovery.other_authority_requested"


class NotRecentAuthorityError(EvaluationError):
    """The account had no such owner authority that was replaced within the last thirty days."""

    code = "evaluation.recovery.not_recent_authority"


@evaluates(RequestAccountRecovery)
def apply_request_account_recovery(ctx: EvaluationContext, op: RequestAccountRecovery) -> None:
    """Propose an owner authority for a day, instead of one proposed before.

    An authority of threshold zero takes a proposal back.

    Raises
    ------
    AccountNotFoundError
        The account, or one named in the authority, does not exist.
    NotRecoveryAccountError
        The account has another recovery account.
    NotTopWitnessError
        The account has none, and the proposer is not the witness with the most votes.
    AuthorityImpossibleError
        The members of the authority cannot reach its threshold.
    TrivialAuthorityError
        The threshold is zero and there is nothing to take back.
    AuthorityTooLargeError
        The authority has more than 40 members.

    Spec
    ----
    steemd: steem_evaluator.cpp::request_account_recovery_evaluator, which checks the size of a
    first proposal only
    """
    # CHECK
    account = require_account(ctx.state, op.account_to_recover, "account_to_recover")
    _check_recovery_account(ctx, account, op.recovery_account)
    requests = ctx.state.account_recovery_requests
    request = requests.find(op.account_to_recover)
    is_withdrawal = request is not None and op.new_owner_authority.weight_threshold == 0
    if not is_withdrawal:
        _check_proposal(ctx, op.new_owner_authority)
    # EFFECT
    expires = ctx.now + ctx.params.account_recovery_request_expiration_seconds
    if request is None:
        requests.insert(
            AccountRecoveryRequest(
                id=requests.next_id(),
                account_to_recover=op.account_to_recover,
                new_owner_authority=op.new_owner_authority,
                expires=expires,
            )
        )
    elif is_withdrawal:
        requests.remove(request)
    else:
        requests.modify(request, new_owner_authority=op.new_owner_authority, expires=expires)


@evaluates(RecoverAccount)
def apply_recover_account(ctx: EvaluationContext, op: RecoverAccount) -> None:
    """Give an account the owner authority that was proposed for it.

    Raises
    ------
    AccountNotFoundError
        The account does not exist.
    RecoveryTooSoonError
        It was recovered within `params.owner_update_limit_seconds`.
    NoRecoveryRequestError
        There is no proposal.
    OtherAuthorityRequestedError
        Another authority is proposed.
    NotRecentAuthorityError
        The recent authority is not one that was replaced within thirty days.

    Spec
    ----
    steemd: steem_evaluator.cpp::recover_account_evaluator
    """
    # CHECK
    account = require_account(ctx.state, op.account_to_recover, "account_to_recover")
    _check_recovery_allowed(ctx, account.last_account_recovery)
    request = ctx.state.account_recovery_requests.find(op.account_to_recover)
    if request is None:
        raise NoRecoveryRequestError(
            "no recovery of this account is requested",
            field="account_to_recover",
            value=op.account_to_recover,
        )
    if request.new_owner_authority != op.new_owner_authority:
        raise OtherAuthorityRequestedError(
            "the requested recovery is to another authority",
            field="new_owner_authority",
            value=op.new_owner_authority,
        )
    history = ctx.state.owner_authority_history.scan("", op.account_to_recover)
    if all(row.previous_owner_authority != op.recent_owner_authority for row in history):
        raise NotRecentAuthorityError(
            "not among the owner authorities replaced recently",
            field="recent_owner_authority",
            value=op.recent_owner_authority,
        )
    # EFFECT
    ctx.state.account_recovery_requests.remove(request)
    change_owner_authority(ctx.state, op.account_to_recover, op.new_owner_authority, ctx.now)
    ctx.state.accounts.modify(account, last_account_recovery=ctx.now)


@evaluates(ChangeRecoveryAccount)
def apply_change_recovery_account(ctx: EvaluationContext, op: ChangeRecoveryAccount) -> None:
    """Choose another recovery account, which counts from thirty days after now.

    Each new choice starts the time anew; choosing the present recovery account takes a waiting
    choice back.

    Raises
    ------
    AccountNotFoundError
        One of the accounts does not exist.

    Spec
    ----
    steemd: steem_evaluator.cpp::change_recovery_account_evaluator
    """
    # CHECK
    require_account(ctx.state, op.new_recovery_account, "new_recovery_account")
    account = require_account(ctx.state, op.account_to_recover, "account_to_recover")
    # EFFECT
    requests = ctx.state.change_recovery_account_requests
    request = requests.find(op.account_to_recover)
    effective_on = ctx.now + ctx.params.change_recovery_account_delay_seconds
    if request is None:
        requests.insert(
            ChangeRecoveryAccountRequest(
                id=requests.next_id(),
                account_to_recover=op.account_to_recover,
                recovery_account=op.new_recovery_account,
                effective_on=effective_on,
            )
        )
    elif account.recovery_account != op.new_recovery_account:
        requests.modify(
            request, recovery_account=op.new_recovery_account, effective_on=effective_on
        )
    else:
        requests.remove(request)


def _check_recovery_account(ctx: EvaluationContext, account: Account, helper: AccountName) -> None:
    """Check that `helper` is the one who may propose; the top witness stands in for nobody."""
    if account.recovery_account:
        if account.recovery_account != helper:
            raise NotRecoveryAccountError(
                f"{account.recovery_account} is the recovery account of {account.name}",
                field="recovery_account",
                value=helper,
            )
        return
    top = ctx.state.witnesses.first("by_vote")
    if top is None or top.owner != helper:
        raise NotTopWitnessError(
            f"{account.name} has no recovery account, so the top witness is to help",
            field="recovery_account",
            value=helper,
        )


def _check_proposal(ctx: EvaluationContext, authority: Authority) -> None:
    check_authority_possible(authority, "new_owner_authority")
    if authority.weight_threshold == 0:
        raise TrivialAuthorityError(
            "the threshold must be greater than zero",
            field="new_owner_authority.weight_threshold",
            value=0,
        )
    check_new_authority(ctx.state, ctx.params, authority, "new_owner_authority")


def _check_recovery_allowed(ctx: EvaluationContext, last: Time) -> None:
    limit = ctx.params.owner_update_limit_seconds
    if ctx.now - last <= limit:
        raise RecoveryTooSoonError(
            f"an account can be recovered once in {limit} seconds",
            field="account_to_recover",
            value=last,
        )
