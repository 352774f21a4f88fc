"""The sweep of `null`: what was sent there since the last block leaves existence."""

from protocol.assets import SBD, STEEM, VESTS, Asset
from protocol.operations.transfer import ClearNullAccountBalance
from smtchain.evaluator import EvaluationContext
from smtchain.ledger.balances import NULL_ACCOUNT
from smtchain.ledger.savings import debit_sbd_savings
from smtchain.ledger.supply import burn
from smtchain.ledger.vesting import value_of_shares
from smtchain.state.tables.account import Account


def process_null_account(ctx: EvaluationContext) -> None:
    """Destroy all STEEM, SBD and VESTS of `null` and reduce the supplies.

    VESTS are destroyed with the STEEM they are worth.  SMTs never arrive here: they leave their
    supply when they are credited.

    Spec
    ----
    steemd: database.cpp::clear_null_account_balance
    """
    null = ctx.state.accounts.get(NULL_ACCOUNT)
    vesting_value = value_of_shares(ctx.state, Asset(null.vesting_shares, VESTS)).amount
    steem = (
        null.balance
        + null.savings_balance
        + vesting_value
        + null.reward_steem_balance
        + null.reward_vesting_steem
    )
    vests = null.vesting_shares + null.reward_vesting_balance
    sbd = null.sbd_balance + null.savings_sbd_balance + null.reward_sbd_balance
    cleared = tuple(
        Asset(amount, symbol)
        for amount, symbol in ((steem, STEEM), (vests, VESTS), (sbd, SBD))
        if amount > 0
    )
    if not cleared:
        return
    ctx.emit(ClearNullAccountBalance(total_cleared=cleared))
    _empty(ctx, null, vesting_value)
    burn(ctx.state, Asset(steem, STEEM))
    burn(ctx.state, Asset(sbd, SBD))


def _empty(ctx: EvaluationContext, null: Account, vesting_value: int) -> None:
    """Zero the balances and take the vesting out of the funds it counts in."""
    ctx.debit(NULL_ACCOUNT, Asset(null.balance, STEEM))
    if null.sbd_balance:
        ctx.debit(NULL_ACCOUNT, Asset(null.sbd_balance, SBD))
    if null.savings_sbd_balance:
        interest = debit_sbd_savings(ctx.state, ctx.params, NULL_ACCOUNT, null.savings_sbd_balance)
        ctx.emit_interest(NULL_ACCOUNT, interest)
    properties = ctx.state.globals.get()
    ctx.state.globals.modify(
        properties,
        total_vesting_shares=properties.total_vesting_shares - null.vesting_shares,
        total_vesting_fund_steem=properties.total_vesting_fund_steem - vesting_value,
        pending_rewarded_vesting_shares=(
            properties.pending_rewarded_vesting_shares - null.reward_vesting_balance
        ),
        pending_rewarded_vesting_steem=(
            properties.pending_rewarded_vesting_steem - null.reward_vesting_steem
        ),
    )
    ctx.state.accounts.modify(
        null,
        savings_balance=0,
        vesting_shares=0,
        reward_steem_balance=0,
        reward_sbd_balance=0,
        reward_vesting_balance=0,
        reward_vesting_steem=0,
    )
