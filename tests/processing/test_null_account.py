"""The sweep of `null`; figures by hand."""

from world import NOW, sbd, steem

from protocol.assets import VESTS, Asset
from protocol.operations.savings import Interest
from protocol.operations.transfer import ClearNullAccountBalance
from smtchain.processing.null_account import process_null_account


def sweep(world):
    process_null_account(world.ctx)
    return world.ctx.take_emitted()


class TestNullAccount:
    def test_nothing_to_clear_says_nothing(self, world):
        before = world.seal()
        assert sweep(world) == ()
        assert world.seal() == before

    def test_destroys_steem_and_sbd(self, world):
        world.give("alice", steem(100))
        world.give("null", steem(7))
        world.give("null", sbd(5))
        assert sweep(world) == (ClearNullAccountBalance(total_cleared=(steem(7), sbd(5))),)
        null = world.account("null")
        assert (null.balance, null.sbd_balance) == (0, 0)
        assert (world.globals.current_supply, world.globals.current_sbd_supply) == (100, 0)

    def test_destroys_shares_with_the_steem_they_are_worth(self, world):
        # A quarter of the shares is worth floor(25 * 150 / 100) = 37 of the fund.
        world.give("alice", steem(150))
        world.ctx.debit("alice", steem(150))
        world.set_globals(total_vesting_fund_steem=150, total_vesting_shares=100)
        world.state.accounts.modify(world.account("null"), vesting_shares=25)
        cleared = (steem(37), Asset(25, VESTS))
        assert sweep(world) == (ClearNullAccountBalance(total_cleared=cleared),)
        assert world.account("null").vesting_shares == 0
        totals = world.globals
        assert (totals.total_vesting_fund_steem, totals.total_vesting_shares) == (113, 75)
        assert totals.current_supply == 113

    def test_destroys_savings_and_rewards(self, world):
        world.set_globals(
            current_supply=100,
            current_sbd_supply=100,
            pending_rewarded_vesting_shares=50,
            pending_rewarded_vesting_steem=40,
        )
        world.state.accounts.modify(
            world.account("null"),
            savings_balance=1,
            savings_sbd_balance=2,
            reward_steem_balance=4,
            reward_sbd_balance=8,
            reward_vesting_balance=50,
            reward_vesting_steem=30,
        )
        cleared = (steem(1 + 4 + 30), Asset(50, VESTS), sbd(2 + 8))
        assert sweep(world) == (ClearNullAccountBalance(total_cleared=cleared),)
        totals = world.globals
        assert (totals.current_supply, totals.current_sbd_supply) == (65, 90)
        assert totals.pending_rewarded_vesting_shares == 0
        assert totals.pending_rewarded_vesting_steem == 10
        assert sweep(world) == ()

    def test_interest_of_its_savings_is_reported_and_swept_next_time(self, world):
        # 1,000,000 satoshis saved for a year at 10 %.
        world.set_globals(
            current_sbd_supply=1_000_000, sbd_interest_rate=1_000, time=NOW + 31_536_000
        )
        world.state.accounts.modify(
            world.account("null"),
            savings_sbd_balance=1_000_000,
            savings_sbd_seconds_last_update=NOW,
            savings_sbd_last_interest_payment=NOW,
        )
        assert sweep(world) == (
            ClearNullAccountBalance(total_cleared=(sbd(1_000_000),)),
            Interest(owner="null", interest=sbd(100_000)),
        )
        assert world.globals.current_sbd_supply == 100_000
        assert sweep(world) == (ClearNullAccountBalance(total_cleared=(sbd(100_000),)),)
        assert world.globals.current_sbd_supply == 0
