"""Liquid balances and vesting shares of accounts: the only place that changes them.

STEEM, SBD and VESTS are columns of the account; an SMT's balances are a row of their own, created
by the first credit and removed with the last satoshi.  Amounts are satoshis and never negative.
"""

from protocol.arith import i64
from protocol.assets import (
    SBD,
    STEEM,
    VESTS,
    Asset,
    format_asset,
    is_smt,
    is_vesting,
    paired_symbol,
    stripped,
)
from protocol.errors import EvaluationError, InvariantViolationError
from protocol.params import ChainParams
from protocol.types import TIME_MAX, AccountName, Symbol
from smtchain.economics.sbd import accrue_interest
from smtchain.ledger.supply import burn, issue
from smtchain.state.state import State
from smtchain.state.tables.account import Account
from smtchain.state.tables.smt import SmtBalance

NULL_ACCOUNT = AccountName("null")
"""Whoever sends here destroys: STEEM, SBD and VESTS once per block, SMTs at once."""


class InsufficientFundsError(EvaluationError):
    """An account holds less than an operation takes from it.

    Attributes
    ----------
    account : AccountName
        Who should pay.
    available : Asset
        What the account holds.
    required : Asset
        What the operation takes.
    """

    code = "evaluation.insufficient_funds"

    def __init__(
        self,
        account: AccountName,
        available: Asset,
        required: Asset,
        params: ChainParams,
        *,
        field: str,
    ) -> None:
        need = format_asset(required, params.network)
        have = format_asset(available, params.network)
        super().__init__(f"{account} has {have}, {need} is needed", field=field, value=need)
        self.account = account
        self.available = available
        self.required = required


def balance_of(state: State, account: AccountName, symbol: Symbol) -> int:
    """Return the satoshis of `symbol` (liquid, or vesting shares) that an account holds.

    A missing SMT row counts as zero; the account itself must exist for STEEM, SBD and VESTS.

    Spec
    ----
    steemd: database.cpp::get_balance
    """
    if symbol == STEEM:
        return state.accounts.get(account).balance
    if symbol == SBD:
        return state.accounts.get(account).sbd_balance
    if symbol == VESTS:
        return state.accounts.get(account).vesting_shares
    row = state.smt_balances.find(account, nai_of(symbol))
    if row is None:
        return 0
    return row.vesting_shares if is_vesting(symbol) else row.liquid


def nai_of(symbol: Symbol) -> int:
    """Return the identity of the token that an SMT symbol, liquid or vesting, belongs to."""
    return stripped(paired_symbol(symbol) if is_vesting(symbol) else symbol)


def require_funds(
    state: State,
    params: ChainParams,
    account: AccountName,
    required: Asset,
    field: str = "amount",
) -> None:
    """Check that an account holds at least `required`, which the operation gives in `field`.

    Raises
    ------
    InsufficientFundsError
        It holds less.
    """
    available = balance_of(state, account, required.symbol)
    if available < required.amount:
        raise InsufficientFundsError(
            account, Asset(available, required.symbol), required, params, field=field
        )


def credit(state: State, params: ChainParams, account: AccountName, asset: Asset) -> int:
    """Add to a balance; liquid SMT credited to `null` leaves the supply instead.

    Returns
    -------
    int
        SBD satoshis of interest paid by the way; whoever holds a context reports it, see
        `EvaluationContext.credit`.

    Spec
    ----
    steemd: database.cpp::adjust_balance
    """
    if account == NULL_ACCOUNT and is_smt(asset.symbol) and not is_vesting(asset.symbol):
        burn(state, asset)
        return 0
    return _adjust(state, params, account, asset, asset.amount)


def debit(
    state: State,
    params: ChainParams,
    account: AccountName,
    asset: Asset,
    field: str = "amount",
) -> int:
    """Take from a balance.  Returns the interest paid by the way, as `credit` does.

    Raises
    ------
    InsufficientFundsError
        The account holds less; `field` is the operation's member that asks for it.

    Spec
    ----
    steemd: database.cpp::adjust_balance
    """
    require_funds(state, params, account, asset, field)
    return take(state, params, account, asset)


def take(state: State, params: ChainParams, account: AccountName, asset: Asset) -> int:
    """Take from a balance what `require_funds` has found there; otherwise as `debit`.

    Spec
    ----
    steemd: database.cpp::adjust_balance
    """
    return _adjust(state, params, account, asset, -asset.amount)


def _adjust(
    state: State, params: ChainParams, account: AccountName, asset: Asset, delta: int
) -> int:
    if asset.amount < 0:
        raise InvariantViolationError(f"negative amount {asset} for {account}")
    symbol = asset.symbol
    if symbol == STEEM:
        row = state.accounts.get(account)
        state.accounts.modify(row, balance=i64(row.balance + delta))
    elif symbol == SBD:
        return _adjust_sbd(state, params, state.accounts.get(account), delta)
    elif symbol == VESTS:
        row = state.accounts.get(account)
        state.accounts.modify(row, vesting_shares=i64(row.vesting_shares + delta))
    elif is_smt(symbol):
        _adjust_smt(state, account, symbol, delta)
    else:
        raise InvariantViolationError(f"{asset} is not an asset of this chain")
    return 0


def _adjust_sbd(state: State, params: ChainParams, row: Account, delta: int) -> int:
    """Change an SBD balance, first giving its owner the interest of the time before."""
    properties = state.globals.get()
    now = properties.time
    if row.sbd_seconds_last_update == now:
        state.accounts.modify(row, sbd_balance=i64(row.sbd_balance + delta))
        return 0
    accrual = accrue_interest(
        balance=row.sbd_balance,
        sbd_seconds=row.sbd_seconds,
        last_update=row.sbd_seconds_last_update,
        last_interest_payment=row.sbd_last_interest_payment,
        now=now,
        rate_bp=properties.sbd_interest_rate,
        compound_interval_seconds=params.sbd_interest_compound_interval_sec,
        seconds_per_year=params.seconds_per_year,
    )
    state.accounts.modify(
        row,
        sbd_balance=i64(row.sbd_balance + accrual.interest + delta),
        sbd_seconds=accrual.sbd_seconds,
        sbd_seconds_last_update=now,
        sbd_last_interest_payment=accrual.last_interest_payment,
    )
    if accrual.interest:
        issue(state, Asset(accrual.interest, SBD))
    return accrual.interest


def _adjust_smt(state: State, account: AccountName, symbol: Symbol, delta: int) -> None:
    nai = nai_of(symbol)
    row = state.smt_balances.find(account, nai)
    if row is None:
        if delta == 0:
            return
        liquid_symbol = paired_symbol(symbol) if is_vesting(symbol) else symbol
        row = SmtBalance(owner=account, nai=nai, symbol=liquid_symbol)
        row = state.smt_balances.insert(row)
    if is_vesting(symbol):
        state.smt_balances.modify(row, vesting_shares=i64(row.vesting_shares + delta))
    else:
        state.smt_balances.modify(row, liquid=i64(row.liquid + delta))
    remove_if_empty(state, row)


def remove_if_empty(state: State, row: SmtBalance) -> None:
    """Remove a balance row that says no more than a missing row does.

    Spec
    ----
    steemd: database.cpp::adjust_smt_balance
    """
    is_empty = (
        row.liquid == 0
        and row.vesting_shares == 0
        and row.delegated_vesting_shares == 0
        and row.received_vesting_shares == 0
        and row.savings == 0
        and row.pending_liquid == 0
        and row.pending_vesting_shares == 0
        and row.pending_vesting_value == 0
        and row.next_vesting_withdrawal == TIME_MAX
    )
    if is_empty:
        state.smt_balances.remove(row)
