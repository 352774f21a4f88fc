"""Supplies and the virtual supply; figures by hand."""

import pytest
from world import ALPHA, sbd, steem

from protocol.assets import VESTS, Asset, Price, paired_symbol
from protocol.errors import InvariantViolationError
from smtchain.ledger.pricing import find_median_price, to_sbd, to_steem
from smtchain.ledger.supply import burn, issue, update_virtual_supply


def set_price(world, price):
    world.state.feed_history.modify(world.state.feed_history.get(), current_median_history=price)


class TestIssueAndBurn:
    def test_steem_counts_in_both_supplies(self, world):
        issue(world.state, steem(100))
        burn(world.state, steem(30))
        assert (world.globals.current_supply, world.globals.virtual_supply) == (70, 70)

    def test_sbd_counts_in_the_virtual_supply_at_the_median(self, world):
        # 100 SBD at 2 STEEM each beside 50 STEEM.
        set_price(world, Price(sbd(1), steem(2)))
        issue(world.state, steem(50))
        issue(world.state, sbd(100))
        assert (world.globals.current_sbd_supply, world.globals.virtual_supply) == (100, 250)
        burn(world.state, sbd(40))
        assert (world.globals.current_sbd_supply, world.globals.virtual_supply) == (60, 170)

    def test_sbd_without_a_price_counts_for_nothing(self, world):
        issue(world.state, sbd(100))
        assert world.globals.virtual_supply == 0

    def test_tokens_have_their_own_supply(self, world):
        token = world.add_token()
        issue(world.state, Asset(100, ALPHA))
        burn(world.state, Asset(30, ALPHA))
        assert (token.current_supply, world.globals.current_supply) == (70, 0)

    def test_tokens_reach_the_maximum_and_not_one_more(self, world):
        world.add_token()
        issue(world.state, Asset(10**15, ALPHA))
        with pytest.raises(InvariantViolationError):
            issue(world.state, Asset(1, ALPHA))

    @pytest.mark.parametrize("asset", [steem(1), sbd(1), Asset(1, ALPHA)])
    def test_nothing_falls_below_zero(self, world, asset):
        world.add_token()
        with pytest.raises(InvariantViolationError):
            burn(world.state, asset)

    @pytest.mark.parametrize("symbol", [VESTS, paired_symbol(ALPHA)])
    def test_shares_have_no_supply(self, world, symbol):
        world.add_token()
        with pytest.raises(InvariantViolationError):
            issue(world.state, Asset(1, symbol))


class TestVirtualSupply:
    def test_without_a_price_is_the_steem(self, world):
        world.set_globals(current_supply=77, virtual_supply=5, sbd_print_rate=1)
        update_virtual_supply(world.state, world.params)
        assert (world.globals.virtual_supply, world.globals.sbd_print_rate) == (77, 1)

    @pytest.mark.parametrize(
        ("sbd_supply", "virtual", "rate"),
        [(90, 1_000, 10_000), (95, 1_005, 5_500), (101, 1_011, 100), (102, 1_012, 0)],
    )
    def test_print_rate_follows_the_share_of_sbd(self, world, sbd_supply, virtual, rate):
        # Shares of 910 STEEM + SBD at 1:1: 9.00, 9.45, 9.99 and 10.07 %.
        set_price(world, Price(sbd(1), steem(1)))
        world.set_globals(current_supply=910, current_sbd_supply=sbd_supply)
        update_virtual_supply(world.state, world.params)
        assert (world.globals.virtual_supply, world.globals.sbd_print_rate) == (virtual, rate)

    def test_an_empty_chain_keeps_its_print_rate(self, world):
        set_price(world, Price(sbd(1), steem(1)))
        update_virtual_supply(world.state, world.params)
        assert (world.globals.virtual_supply, world.globals.sbd_print_rate) == (0, 10_000)


class TestPricing:
    def test_converts_both_ways_rounded_down(self, world):
        set_price(world, Price(sbd(3), steem(2)))
        assert to_steem(world.state, sbd(10)) == steem(6)
        assert to_sbd(world.state, steem(5)) == sbd(7)

    def test_is_nothing_without_a_price(self, world):
        assert find_median_price(world.state) is None
        assert to_steem(world.state, sbd(10)) == steem(0)
        assert to_sbd(world.state, steem(10)) == sbd(0)
