"""Comparing figures, and working STEEM out of the shares it bought."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.assets import STEEM, Asset
from protocol.operations.smt_contribution import SmtRefunded
from smtchain.conformance.case_file import Contribution
from smtchain.conformance.figures import (
    Difference,
    compare,
    core_holdings,
    found_figures,
    steem_vested,
)

SATOSHIS = st.integers(1, 10**15)


def test_absent_figures_are_zero_on_either_side():
    assert compare({"a": 0, "b": 1}, {"c": 0}) == (Difference("b", 1, 0),)
    assert compare({}, {"c": 2}) == (Difference("c", 0, 2),)
    assert compare({"a": 5}, {"a": 5}) == ()


def test_lines_give_the_difference_of_numbers_only():
    assert Difference("tokens of bob", 7, 9).line == (
        "tokens of bob: expected 7 got 9 (difference 2 satoshis)"
    )
    assert Difference("unit ratio", 10, 9).line == (
        "unit ratio: expected 10 got 9 (difference -1 units)"
    )
    assert Difference("verdict", "failed", "launched").line == (
        "verdict: expected failed got launched"
    )


@given(fund=SATOSHIS, price=st.integers(1, 10**7), part=st.integers(0, 10**6), steem=SATOSHIS)
@example(fund=1, price=1, part=0, steem=1)
@example(fund=3, price=1, part=1, steem=2)
def test_finds_the_steem_behind_shares(fund, price, part, steem):
    # A share costs at most one satoshi, as on every chain that began with steemd's price.
    shares = fund * price + part
    bought = steem * shares // fund
    assert steem_vested(bought, fund + steem, shares + bought) == steem


def test_says_when_no_amount_buys_so_many_shares():
    # At 1,000 shares a satoshi, 1,500 is between one satoshi and two.
    assert steem_vested(1_500, 10_001, 10_001_500) == -1


@pytest.mark.parametrize(("refunded", "shown"), [(0, 10), (9, 1), (10, 0), (11, -1)])
def test_money_that_did_not_move_as_reported_shows_in_the_balance(chain, refunded, shown):
    # alice is said to have paid in 10 and got some of it back; her balance never changed.
    token = next(chain.state.smt_tokens.scan())
    reported = (SmtRefunded("alice", token.symbol, 0, Asset(refunded, STEEM), automatic=True),)
    figures = found_figures(
        chain.state,
        token,
        core_holdings(chain.state),
        (Contribution("alice", 0, 4), Contribution("alice", 1, 6)),
        reported,
    )
    assert figures["STEEM of alice"] == shown
    assert figures["STEEM of bob"] == 0
