"""The weight of VESTS in witness votes: through proxies, to witnesses.

An account's weight is its own VESTS and what up to four levels of accounts proxy to it.  SMT
vesting never counts here (whitepaper: "SMT interaction with existing operations").
"""

from collections.abc import Sequence

from protocol.arith import i64
from protocol.types import AccountName
from smtchain.economics.witness_schedule import Lap, change_speed
from smtchain.state.state import State
from smtchain.state.tables.account import Account
from smtchain.state.tables.witness import Witness

VOTES_MAX = (1 << 63) - 1
"""What `Witness.votes_descending` counts down from."""

_PROXY_LEVELS = 4  # columns of `Account.proxied_vsf_votes`


def weight_of(account: Account) -> int:
    """Return the VESTS satoshis that `account` votes with.

    Spec
    ----
    steemd: account_object.hpp::witness_vote_weight
    """
    return account.vesting_shares + sum(account.proxied_vsf_votes)


def levels_of(account: Account) -> tuple[int, ...]:
    """Return the parts of an account's weight: its own, then by distance of who proxies it."""
    return (account.vesting_shares, *account.proxied_vsf_votes)


def adjust_vote_weight(state: State, account: AccountName, delta: int) -> None:
    """Let a change of `account`'s VESTS (satoshis, any sign) reach whoever votes with them.

    Spec
    ----
    steemd: database.cpp::adjust_proxied_witness_votes
    """
    move_vote_weight(state, account, (delta,))


def move_vote_weight(state: State, account: AccountName, deltas: Sequence[int]) -> None:
    """Let changes of `account`'s weight, by level as in `levels_of`, reach its witnesses.

    Each proxy on the way books a part under its distance; what would travel further than four
    proxies is lost.  The witnesses of the account at which the way ends get the sum of the rest.

    Spec
    ----
    steemd: database.cpp::adjust_proxied_witness_votes
    """
    row = state.accounts.get(account)
    travelling = list(deltas)
    depth = 0
    while row.proxy:
        if depth == _PROXY_LEVELS:
            return
        travelling = travelling[: _PROXY_LEVELS - depth]
        row = state.accounts.get(row.proxy)
        booked = list(row.proxied_vsf_votes)
        for level, part in enumerate(travelling, start=depth):
            booked[level] = i64(booked[level] + part)
        state.accounts.modify(row, proxied_vsf_votes=tuple(booked))
        depth += 1
    adjust_witnesses(state, row, sum(travelling))


def adjust_witnesses(state: State, voter: Account, delta: int) -> None:
    """Change the votes of every witness that `voter` itself votes for.

    Spec
    ----
    steemd: database.cpp::adjust_witness_votes
    """
    if voter.witnesses_voted_for == 0:
        return
    for vote in state.witness_votes.scan("", voter.name):
        adjust_witness(state, state.witnesses.get(vote.witness), delta)


def adjust_witness(state: State, witness: Witness, delta: int) -> None:
    """Change a witness' votes (VESTS satoshis) and with them when its timeshare slot comes.

    Spec
    ----
    steemd: database.cpp::adjust_witness_vote
    """
    votes = i64(witness.votes + delta)
    lap = change_speed(
        Lap(witness.virtual_position, witness.virtual_last_update, witness.virtual_scheduled_time),
        witness.votes,
        votes,
        state.witness_schedule.get().current_virtual_time,
    )
    state.witnesses.modify(
        witness,
        votes=votes,
        votes_descending=VOTES_MAX - votes,
        virtual_position=lap.position,
        virtual_last_update=lap.last_update,
        virtual_scheduled_time=lap.scheduled,
    )


def clear_witness_votes(state: State, voter: Account) -> None:
    """Forget whom `voter` votes for; the caller has taken the weight away.

    Spec
    ----
    steemd: database.cpp::clear_witness_votes
    """
    for vote in state.witness_votes.scan("", voter.name):
        state.witness_votes.remove(vote)
    state.accounts.modify(voter, witnesses_voted_for=0)
