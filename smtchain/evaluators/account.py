"""Creating and changing accounts."""

from typing import TypeAlias

from protocol.arith import i64
from protocol.assets import STEEM, VESTS, Asset
from protocol.authority import ALWAYS_APPROVED, Authority
from protocol.crypto import NULL_PUBLIC_KEY
from protocol.errors import EvaluationError
from protocol.operations.account import (
    AccountCreate,
    AccountCreateWithDelegation,
    AccountUpdate,
    AccountUpdate2,
    ClaimAccount,
    CreateClaimedAccount,
)
from protocol.types import AccountName
from protocol.validation import check_authority, check_bounds
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import (
    change_authorities,
    change_owner_authority,
    check_new_authority,
    create_account,
    require_account,
)
from smtchain.ledger.balances import NULL_ACCOUNT, InsufficientFundsError, require_funds
from smtchain.ledger.vesting import quote_vesting
from smtchain.state.tables.account import Account
from smtchain.state.tables.delegation import VestingDelegation

Creation: TypeAlias = AccountCreate | AccountCreateWithDelegation | CreateClaimedAccount
Update: TypeAlias = AccountUpdate | AccountUpdate2


class AccountExistsError(EvaluationError):
    """The name of a new account is taken."""

    code = "evaluation.account.exists"


class WrongCreationFeeError(EvaluationError):
    """The fee of a new account is not exactly the one the witnesses ask for."""

    code = "evaluation.account.wrong_creation_fee"


class CreationFeeTooLowError(EvaluationError):
    """The fee of a new account with delegation is below the one the witnesses ask for."""

    code = "evaluation.account.creation_fee_too_low"


class DelegationTooLowError(EvaluationError):
    """Fee and delegation together are less than a new account needs.

    Attributes
    ----------
    required : int
        VESTS satoshis that they must be worth together.
    """

    code = "evaluation.account.delegation_too_low"

    def __init__(self, offered: int, required: int, delegation: int) -> None:
        super().__init__(
            f"fee and delegation are worth {offered} VESTS satoshis, {required} are needed",
            field="delegation",
            value=delegation,
        )
        self.required = required


class NoAccountSubsidyError(EvaluationError):
    """An account is claimed without a fee; this chain subsidises none."""

    code = "evaluation.account.no_subsidy"


class NoClaimedAccountError(EvaluationError):
    """The creator has used up all the accounts it paid for."""

    code = "evaluation.account.none_claimed"


class TemporaryAccountError(EvaluationError):
    """The account `temp`, for which anyone may sign, would be changed."""

    code = "evaluation.account.temporary"


class OwnerUpdateTooSoonError(EvaluationError):
    """The owner authority was changed less than an hour ago."""

    code = "evaluation.account.owner_update_too_soon"


@evaluates(AccountCreate)
def apply_account_create(ctx: EvaluationContext, op: AccountCreate) -> None:
    """Create an account; the fee goes to `null` and so out of supply with this block.

    Raises
    ------
    AccountNotFoundError
        The creator or an account named in an authority does not exist.
    AccountExistsError
        The new name is taken.
    WrongCreationFeeError
        The fee is not exactly the median of the witnesses' proposals.
    InsufficientFundsError
        The creator cannot pay it.
    AuthorityTooLargeError
        An authority has more than 40 members.

    Spec
    ----
    steemd: steem_evaluator.cpp::account_create_evaluator
    """
    # CHECK
    require_account(ctx.state, op.creator, "creator")
    require_funds(ctx.state, ctx.params, op.creator, op.fee, "fee")
    _check_exact_fee(ctx, op.fee)
    _check_new_account(ctx, op)
    # EFFECT
    _burn_fee(ctx, op.creator, op.fee)
    _create_account(ctx, op)


@evaluates(AccountCreateWithDelegation)
def apply_account_create_with_delegation(
    ctx: EvaluationContext, op: AccountCreateWithDelegation
) -> None:
    """Create an account and lend it vesting shares for at least thirty days.

    The fee, which may be more than the median, is burned.  Five times its worth in VESTS plus the
    delegation must reach what 150 median fees would buy.

    Raises
    ------
    OutOfBoundsError
        The fee is above `params.max_account_creation_fee`.
    AccountNotFoundError
        The creator or an account named in an authority does not exist.
    InsufficientFundsError
        The creator cannot pay the fee, or its shares are lent out or being withdrawn.
    DelegationTooLowError
        Fee and delegation are not enough together.
    CreationFeeTooLowError
        The fee is below the median of the witnesses' proposals.
    AccountExistsError
        The new name is taken.
    AuthorityTooLargeError
        An authority has more than 40 members.

    Spec
    ----
    steemd: steem_evaluator.cpp::account_create_with_delegation_evaluator, without its refusal of
    the operation as such since hardfork 20: clients of this chain use it
    """
    # CHECK
    check_bounds(op.fee.amount, "fee", minimum=0, maximum=ctx.params.max_account_creation_fee)
    creator = require_account(ctx.state, op.creator, "creator")
    require_funds(ctx.state, ctx.params, op.creator, op.fee, "fee")
    _check_delegable(ctx, creator, op.delegation)
    _check_fee_and_delegation(ctx, op)
    _check_new_account(ctx, op)
    # EFFECT
    _burn_fee(ctx, op.creator, op.fee)
    account = _create_account(ctx, op)
    shares = op.delegation.amount
    if not shares:
        return
    ctx.state.accounts.modify(
        creator, delegated_vesting_shares=i64(creator.delegated_vesting_shares + shares)
    )
    ctx.state.accounts.modify(account, received_vesting_shares=shares)
    ctx.state.vesting_delegations.insert(
        VestingDelegation(
            id=ctx.state.vesting_delegations.next_id(),
            delegator=op.creator,
            delegatee=op.new_account_name,
            symbol=VESTS,
            vesting_shares=shares,
            min_delegation_time=ctx.now + ctx.params.create_account_delegation_time_seconds,
        )
    )


@evaluates(ClaimAccount)
def apply_claim_account(ctx: EvaluationContext, op: ClaimAccount) -> None:
    """Pay the median fee, which is burned, for the right to create one account later.

    Raises
    ------
    AccountNotFoundError
        The creator does not exist.
    InsufficientFundsError
        It cannot pay the fee.
    NoAccountSubsidyError
        The fee is zero.
    WrongCreationFeeError
        The fee is not exactly the median of the witnesses' proposals.

    Spec
    ----
    steemd: steem_evaluator.cpp::claim_account_evaluator; there, a zero fee draws on a pool of
    subsidised accounts, which this chain does not have
    """
    # CHECK
    creator = require_account(ctx.state, op.creator, "creator")
    require_funds(ctx.state, ctx.params, op.creator, op.fee, "fee")
    if op.fee.amount == 0:
        raise NoAccountSubsidyError("accounts cannot be claimed for nothing", field="fee", value=0)
    _check_exact_fee(ctx, op.fee)
    # EFFECT
    _burn_fee(ctx, op.creator, op.fee)
    ctx.state.accounts.modify(
        creator, pending_claimed_accounts=i64(creator.pending_claimed_accounts + 1)
    )


@evaluates(CreateClaimedAccount)
def apply_create_claimed_account(ctx: EvaluationContext, op: CreateClaimedAccount) -> None:
    """Create an account that was paid for with `claim_account`.

    Raises
    ------
    AccountNotFoundError
        The creator or an account named in an authority does not exist.
    NoClaimedAccountError
        The creator has no claimed account left.
    AccountExistsError
        The new name is taken.

    Spec
    ----
    steemd: steem_evaluator.cpp::create_claimed_account_evaluator
    """
    # CHECK
    creator = require_account(ctx.state, op.creator, "creator")
    if creator.pending_claimed_accounts <= 0:
        raise NoClaimedAccountError(
            f"{op.creator} has no claimed account left", field="creator", value=op.creator
        )
    _check_new_account(ctx, op)
    # EFFECT
    ctx.state.accounts.modify(
        creator, pending_claimed_accounts=creator.pending_claimed_accounts - 1
    )
    _create_account(ctx, op)


@evaluates(AccountUpdate)
def apply_account_update(ctx: EvaluationContext, op: AccountUpdate) -> None:
    """Replace the given authorities, memo key and metadata; what is absent stays.

    Raises
    ------
    TemporaryAccountError
        The account is `temp`.
    AccountNotFoundError
        The account, or one named in an authority, does not exist.
    InvalidAccountNameError
        The posting authority names what is no account name.
    AuthorityTooLargeError
        An authority has more than 40 members.
    OwnerUpdateTooSoonError
        The owner authority changed within `params.owner_update_limit` seconds.

    Spec
    ----
    steemd: steem_evaluator.cpp::account_update_evaluator
    """
    # CHECK
    account = _check_update(ctx, op)
    # EFFECT
    _update_account(ctx, account, op)
    if op.json_metadata:
        ctx.state.accounts.modify(
            account, json_metadata=op.json_metadata, posting_json_metadata=op.json_metadata
        )


@evaluates(AccountUpdate2)
def apply_account_update2(ctx: EvaluationContext, op: AccountUpdate2) -> None:
    """Replace what is given, the two kinds of metadata each by itself; what is absent stays.

    Raises
    ------
    TemporaryAccountError, AccountNotFoundError, InvalidAccountNameError, AuthorityTooLargeError,
    OwnerUpdateTooSoonError
        As for `account_update`.

    Spec
    ----
    steemd: steem_evaluator.cpp::account_update2_evaluator
    """
    # CHECK
    account = _check_update(ctx, op)
    # EFFECT
    _update_account(ctx, account, op)
    if op.json_metadata:
        ctx.state.accounts.modify(account, json_metadata=op.json_metadata)
    if op.posting_json_metadata:
        ctx.state.accounts.modify(account, posting_json_metadata=op.posting_json_metadata)


def _check_exact_fee(ctx: EvaluationContext, fee: Asset) -> None:
    required = ctx.state.witness_schedule.get().account_creation_fee
    if fee.amount != required:
        raise WrongCreationFeeError(
            f"the fee is exactly {required} satoshis", field="fee", value=fee.amount
        )


def _check_delegable(ctx: EvaluationContext, creator: Account, delegation: Asset) -> None:
    """Check that the creator has as many shares that are neither lent nor being withdrawn."""
    free = (
        creator.vesting_shares
        - creator.delegated_vesting_shares
        - (creator.to_withdraw - creator.withdrawn)
    )
    if free < delegation.amount:
        raise InsufficientFundsError(
            creator.name, Asset(free, VESTS), delegation, ctx.params, field="delegation"
        )


def _check_fee_and_delegation(ctx: EvaluationContext, op: AccountCreateWithDelegation) -> None:
    """Check that fee and delegation reach their targets at the present price of a share."""
    state, params = ctx.state, ctx.params
    median_fee = state.witness_schedule.get().account_creation_fee
    ratio = params.create_account_delegation_ratio
    target_steem = median_fee * params.create_account_with_steem_modifier * ratio
    target = quote_vesting(state, params, Asset(i64(target_steem), STEEM)).amount
    worth = quote_vesting(state, params, Asset(i64(op.fee.amount * ratio), STEEM)).amount
    offered = i64(worth + op.delegation.amount)
    if offered < target:
        raise DelegationTooLowError(offered, target, op.delegation.amount)
    if op.fee.amount < median_fee:
        raise CreationFeeTooLowError(
            f"the fee is at least {median_fee} satoshis", field="fee", value=op.fee.amount
        )


def _check_new_account(ctx: EvaluationContext, op: Creation) -> None:
    if ctx.state.accounts.exists(op.new_account_name):
        raise AccountExistsError(
            f"account {op.new_account_name} exists",
            field="new_account_name",
            value=op.new_account_name,
        )
    check_new_authority(ctx.state, ctx.params, op.owner, "owner")
    check_new_authority(ctx.state, ctx.params, op.active, "active")
    check_new_authority(ctx.state, ctx.params, op.posting, "posting")


def _burn_fee(ctx: EvaluationContext, creator: AccountName, fee: Asset) -> None:
    ctx.debit(creator, fee, "fee")
    ctx.credit(NULL_ACCOUNT, fee)


def _create_account(ctx: EvaluationContext, op: Creation) -> Account:
    return create_account(
        ctx.state,
        name=op.new_account_name,
        owner=op.owner,
        active=op.active,
        posting=op.posting,
        memo_key=op.memo_key,
        # The account that anyone may sign for must not be anyone's recovery.
        recovery_account=AccountName("") if op.creator == ALWAYS_APPROVED else op.creator,
        json_metadata=op.json_metadata,
        created=ctx.now,
    )


def _check_update(ctx: EvaluationContext, op: Update) -> Account:
    """Check everything that can stand against an update; return the account."""
    if op.account == ALWAYS_APPROVED:
        raise TemporaryAccountError(
            "the temporary account cannot change", field="account", value=op.account
        )
    if op.posting is not None:
        check_authority(op.posting, "posting")
    account = require_account(ctx.state, op.account, "account")
    if op.owner is not None:
        _check_owner_update_allowed(ctx, op.account)
    authorities: tuple[tuple[str, Authority | None], ...] = (
        ("owner", op.owner),
        ("active", op.active),
        ("posting", op.posting),
    )
    for role, authority in authorities:
        if authority is not None:
            check_new_authority(ctx.state, ctx.params, authority, role)
    return account


def _check_owner_update_allowed(ctx: EvaluationContext, name: AccountName) -> None:
    limit = ctx.params.owner_update_limit_seconds
    last = ctx.state.account_authorities.get(name).last_owner_update
    if limit and ctx.now - last <= limit:
        raise OwnerUpdateTooSoonError(
            f"the owner authority can change once in {limit} seconds", field="owner", value=last
        )


def _update_account(ctx: EvaluationContext, account: Account, op: Update) -> None:
    """Replace authorities and memo key where given."""
    if op.owner is not None:
        change_owner_authority(ctx.state, op.account, op.owner, ctx.now)
    if op.active is not None or op.posting is not None:
        change_authorities(ctx.state, op.account, active=op.active, posting=op.posting)
    ctx.state.accounts.modify(account, last_account_update=ctx.now)
    if op.memo_key is not None and op.memo_key != NULL_PUBLIC_KEY:
        ctx.state.accounts.modify(account, memo_key=op.memo_key)
