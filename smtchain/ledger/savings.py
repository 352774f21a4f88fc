"""Savings balances: liquid tokens set aside; SBD earns interest there as well."""

from protocol.arith import i64
from protocol.assets import SBD, Asset
from protocol.params import ChainParams
from protocol.types import AccountName
from smtchain.economics.sbd import accrue_interest
from smtchain.ledger.supply import issue
from smtchain.state.state import State


def debit_sbd_savings(state: State, params: ChainParams, account: AccountName, amount: int) -> int:
    """Take SBD satoshis out of savings; the caller has checked that enough is there.

    Returns
    -------
    int
        SBD satoshis of interest paid by the way.

    Spec
    ----
    steemd: database.cpp::adjust_savings_balance
    """
    row = state.accounts.get(account)
    properties = state.globals.get()
    accrual = accrue_interest(
        balance=row.savings_sbd_balance,
        sbd_seconds=row.savings_sbd_seconds,
        last_update=row.savings_sbd_seconds_last_update,
        last_interest_payment=row.savings_sbd_last_interest_payment,
        now=properties.time,
        rate_bp=properties.sbd_interest_rate,
        compound_interval_seconds=params.sbd_interest_compound_interval_sec,
        seconds_per_year=params.seconds_per_year,
    )
    state.accounts.modify(
        row,
        savings_sbd_balance=i64(row.savings_sbd_balance + accrual.interest - amount),
        savings_sbd_seconds=accrual.sbd_seconds,
        savings_sbd_seconds_last_update=properties.time,
        savings_sbd_last_interest_payment=accrual.last_interest_payment,
    )
    if accrual.interest:
        issue(state, Asset(accrual.interest, SBD))
    return accrual.interest
