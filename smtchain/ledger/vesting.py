"""Vesting: turning STEEM or a liquid SMT into shares of its vesting fund.

New shares are bought at the price that leaves the fund per share as it was, rounded down.
"""

from typing import Protocol

from protocol.arith import i64, mul_div
from protocol.assets import STEEM, VESTS, Asset, is_smt, is_vesting, paired_symbol, stripped
from protocol.errors import InvariantViolationError
from protocol.params import ChainParams
from protocol.types import AccountName
from smtchain.economics.manabar import add_mana, calculate_effective_shares, regenerate_mana
from smtchain.ledger.balances import NULL_ACCOUNT, credit
from smtchain.ledger.supply import burn
from smtchain.ledger.witness_votes import adjust_vote_weight
from smtchain.state.state import State


class ShareHolder(Protocol):
    """The columns an account and an SMT balance have in common."""

    @property
    def vesting_shares(self) -> int:
        """Own shares."""

    @property
    def received_vesting_shares(self) -> int:
        """Shares delegated to this holder."""

    @property
    def delegated_vesting_shares(self) -> int:
        """Shares this holder delegated away."""

    @property
    def vesting_withdraw_rate(self) -> int:
        """Shares paid out per power-down interval."""

    @property
    def to_withdraw(self) -> int:
        """Shares of the whole power-down."""

    @property
    def withdrawn(self) -> int:
        """Shares the power-down has paid so far."""

    @property
    def next_vesting_withdrawal(self) -> int:
        """Time of its next payment; `TIME_MAX` when none runs."""


def effective_shares_of(holder: ShareHolder) -> int:
    """Return the shares that carry `holder`'s voting power now."""
    return calculate_effective_shares(
        vesting_shares=holder.vesting_shares,
        received=holder.received_vesting_shares,
        delegated=holder.delegated_vesting_shares,
        withdraw_rate=holder.vesting_withdraw_rate,
        to_withdraw=holder.to_withdraw,
        withdrawn=holder.withdrawn,
        next_withdrawal=holder.next_vesting_withdrawal,
    )


def quote_vesting(state: State, params: ChainParams, asset: Asset) -> Asset:
    """Return the shares that vesting `asset` (STEEM or liquid SMT, satoshis) would give now.

    `floor(amount * shares / fund)`; while either is zero, the initial price: for STEEM that of
    `params` (1.000 STEEM for 1.000000 VESTS), for an SMT one share per satoshi (D-25).

    Spec
    ----
    whitepaper: "SMT vesting semantics"; steemd: database.cpp::create_vesting2 and
    global_property_object.hpp::get_vesting_share_price
    """
    if asset.symbol == STEEM:
        properties = state.globals.get()
        fund, shares = properties.total_vesting_fund_steem, properties.total_vesting_shares
        initial_fund = params.initial_vesting_share_price_steem
        initial_shares = params.initial_vesting_share_price_vests
        symbol = VESTS
    elif is_smt(asset.symbol) and not is_vesting(asset.symbol):
        token = state.smt_tokens.get(stripped(asset.symbol))
        fund, shares = token.total_vesting_fund_smt, token.total_vesting_shares
        initial_fund, initial_shares = 1, 1
        symbol = paired_symbol(asset.symbol)
    else:
        raise InvariantViolationError(f"{asset} cannot be vested")
    if fund == 0 or shares == 0:
        fund, shares = initial_fund, initial_shares
    return Asset(i64(mul_div(asset.amount, shares, fund)), symbol)


def value_of_shares(state: State, shares: Asset) -> Asset:
    """Return the STEEM that VESTS are worth at the present share price, rounded down.

    Spec
    ----
    steemd: global_property_object.hpp::get_vesting_share_price
    """
    properties = state.globals.get()
    if shares.amount == 0:
        return Asset(0, STEEM)
    value = mul_div(
        shares.amount, properties.total_vesting_fund_steem, properties.total_vesting_shares
    )
    return Asset(i64(value), STEEM)


def create_vesting(state: State, params: ChainParams, account: AccountName, asset: Asset) -> Asset:
    """Turn `asset`, already taken from its payer, into shares of `account`; return the shares.

    The new shares come with full voting mana.  VESTS also add to witness votes.  An SMT vested
    for `null` is destroyed like any other payment to it.  Zero shares are possible (the amount
    then enriches the fund); operations refuse that case, `quote_vesting` tells.

    Spec
    ----
    whitepaper: "SMT vesting semantics"; steemd: database.cpp::create_vesting2
    """
    shares = quote_vesting(state, params, asset)
    if asset.symbol == STEEM:
        _vest_steem(state, params, account, asset, shares)
    elif account == NULL_ACCOUNT:
        burn(state, asset)
        return Asset(0, shares.symbol)
    else:
        _vest_smt(state, params, account, asset, shares)
    return shares


def _vest_steem(
    state: State, params: ChainParams, account: AccountName, asset: Asset, shares: Asset
) -> None:
    properties = state.globals.get()
    row = state.accounts.get(account)
    mana = regenerate_mana(
        row.voting_mana,
        row.voting_mana_updated,
        effective_shares_of(row),
        properties.time,
        params.voting_mana_regeneration_seconds,
    )
    state.accounts.modify(
        row,
        voting_mana=add_mana(mana, shares.amount),
        voting_mana_updated=properties.time,
    )
    credit(state, params, account, shares)
    state.globals.modify(
        properties,
        total_vesting_fund_steem=i64(properties.total_vesting_fund_steem + asset.amount),
        total_vesting_shares=i64(properties.total_vesting_shares + shares.amount),
    )
    adjust_vote_weight(state, account, shares.amount)


def _vest_smt(
    state: State, params: ChainParams, account: AccountName, asset: Asset, shares: Asset
) -> None:
    now = state.globals.get().time
    nai = stripped(asset.symbol)
    token = state.smt_tokens.get(nai)
    before = state.smt_balances.find(account, nai)
    mana = 0
    if before is not None:
        mana = regenerate_mana(
            before.voting_mana,
            before.voting_mana_updated,
            effective_shares_of(before),
            now,
            token.vote_regeneration_period_seconds,
        )
    credit(state, params, account, shares)
    row = state.smt_balances.find(account, nai)
    if row is not None:
        state.smt_balances.modify(
            row, voting_mana=add_mana(mana, shares.amount), voting_mana_updated=now
        )
    state.smt_tokens.modify(
        token,
        total_vesting_fund_smt=i64(token.total_vesting_fund_smt + asset.amount),
        total_vesting_shares=i64(token.total_vesting_shares + shares.amount),
    )
