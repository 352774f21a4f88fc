"""Vesting: share prices, mana and the way of vote weight through proxies; figures by hand."""

import itertools

import pytest
from world import ALPHA, NOW, sbd, steem

from protocol.arith import ArithmeticRangeError
from protocol.assets import VESTS, Asset, paired_symbol
from protocol.errors import InvariantViolationError
from smtchain.ledger.vesting import create_vesting, quote_vesting, value_of_shares


class TestQuote:
    @pytest.mark.parametrize(
        ("fund", "shares", "quoted"),
        [(0, 0, 7_000), (0, 5, 7_000), (5, 0, 7_000), (3, 10, 23), (10, 3, 2), (8, 1, 0)],
    )
    def test_steem_at_the_price_of_the_fund_or_the_first_price(self, world, fund, shares, quoted):
        world.set_globals(total_vesting_fund_steem=fund, total_vesting_shares=shares)
        assert quote_vesting(world.state, world.params, steem(7)) == Asset(quoted, VESTS)

    @pytest.mark.parametrize(
        ("fund", "shares", "quoted"), [(0, 0, 7), (5, 0, 7), (3, 10, 23), (10, 3, 2)]
    )
    def test_tokens_at_the_price_of_the_fund_or_one_to_one(self, world, fund, shares, quoted):
        world.add_token(total_vesting_fund_smt=fund, total_vesting_shares=shares)
        expected = Asset(quoted, paired_symbol(ALPHA))
        assert quote_vesting(world.state, world.params, Asset(7, ALPHA)) == expected

    @pytest.mark.parametrize("asset", [sbd(1), Asset(1, VESTS), Asset(1, paired_symbol(ALPHA))])
    def test_other_assets_cannot_vest(self, world, asset):
        with pytest.raises(InvariantViolationError):
            quote_vesting(world.state, world.params, asset)

    def test_shares_fit_64_bits(self, world):
        world.set_globals(total_vesting_fund_steem=1, total_vesting_shares=10**15)
        with pytest.raises(ArithmeticRangeError):
            quote_vesting(world.state, world.params, steem(10**4))


class TestValue:
    def test_is_the_part_of_the_fund(self, world):
        world.set_globals(total_vesting_fund_steem=10, total_vesting_shares=3)
        assert value_of_shares(world.state, Asset(2, VESTS)) == steem(6)

    def test_of_nothing_is_nothing_even_without_a_fund(self, world):
        assert value_of_shares(world.state, Asset(0, VESTS)) == steem(0)


class TestCreateVesting:
    def test_share_price_never_falls(self, world):
        # 10 shares for 29 satoshis; 7 more satoshis buy floor(2.41) = 2 shares.
        world.set_globals(total_vesting_fund_steem=29, total_vesting_shares=10)
        assert create_vesting(world.state, world.params, "bob", steem(7)) == Asset(2, VESTS)
        assert (world.globals.total_vesting_fund_steem, world.globals.total_vesting_shares) == (
            36,
            12,
        )

    def test_amount_without_a_share_enriches_the_fund(self, world):
        world.set_globals(total_vesting_fund_steem=29, total_vesting_shares=10)
        assert create_vesting(world.state, world.params, "bob", steem(2)).amount == 0
        assert world.globals.total_vesting_fund_steem == 31

    def test_tokens_without_a_share_make_no_row(self, world):
        token = world.add_token(total_vesting_fund_smt=29, total_vesting_shares=10)
        assert create_vesting(world.state, world.params, "bob", Asset(2, ALPHA)).amount == 0
        assert world.holding("bob", ALPHA) is None
        assert token.total_vesting_fund_smt == 31

    def test_mana_regenerates_before_it_grows(self, world):
        # Empty bar of 1000 shares, half of five days: 500, then 7000 more.
        world.state.accounts.modify(
            world.account("bob"), vesting_shares=1_000, voting_mana=0, voting_mana_updated=NOW
        )
        world.set_globals(time=NOW + 216_000)
        create_vesting(world.state, world.params, "bob", steem(7))
        bob = world.account("bob")
        assert (bob.voting_mana, bob.voting_mana_updated) == (7_500, NOW + 216_000)

    def test_token_mana_regenerates_in_the_tokens_own_time(self, world):
        world.add_token(vote_regeneration_period_seconds=1_000)
        create_vesting(world.state, world.params, "bob", Asset(100, ALPHA))
        row = world.holding("bob", ALPHA)
        world.state.smt_balances.modify(row, voting_mana=10)
        world.set_globals(time=NOW + 500)
        create_vesting(world.state, world.params, "bob", Asset(7, ALPHA))
        assert (row.voting_mana, row.voting_mana_updated) == (67, NOW + 500)


class TestVoteWeight:
    def test_reaches_four_proxies_and_no_further(self, world):
        chain = ["bob", "proxy1", "proxy2", "proxy3", "proxy4", "proxy5"]
        for name in chain[1:]:
            world.add_account(name)
        for name, proxy in itertools.pairwise(chain):
            world.state.accounts.modify(world.account(name), proxy=proxy)
        create_vesting(world.state, world.params, "bob", steem(1))
        booked = [world.account(name).proxied_vsf_votes for name in chain]
        assert booked == [
            (0, 0, 0, 0),
            (1_000, 0, 0, 0),
            (0, 1_000, 0, 0),
            (0, 0, 1_000, 0),
            (0, 0, 0, 1_000),
            (0, 0, 0, 0),
        ]

    def test_tokens_carry_none(self, world):
        world.add_token()
        world.state.accounts.modify(world.account("bob"), proxy="alice")
        create_vesting(world.state, world.params, "bob", Asset(1, ALPHA))
        assert world.account("alice").proxied_vsf_votes == (0, 0, 0, 0)
