"""New STEEM of each block; figures from docs/RULES.md 4.7 and by hand."""

import pytest
from world import NOW, steem

from protocol.assets import VESTS, Asset
from protocol.operations.witness import ProducerReward
from smtchain.processing.funds import process_funds
from smtchain.state.tables.reward import RewardFund
from smtchain.state.tables.witness import WitnessKind

SUPPLY = 250_000_000_000  # docs/RULES.md 4.7: gives 2325 satoshis in block 1


def add_fund(world, name="post", percent=10_000):
    return world.state.reward_funds.insert(
        RewardFund(
            id=world.state.reward_funds.next_id(),
            name=name,
            last_update=NOW,
            percent_content_rewards=percent,
        )
    )


def run(world, block=1):
    world.set_globals(head_block_number=block)
    process_funds(world.ctx)
    return world.ctx.take_emitted()


class TestFunds:
    @pytest.fixture(autouse=True)
    def _supply(self, world):
        world.give("alice", steem(SUPPLY))

    def test_divides_the_steem_of_block_one(self, world):
        # 2325 = 1743 content + 348 vesting + 234 witness; the elected producer of a full round
        # gets floor(234 * 21 / 25) = 196, at 1000 shares per satoshi: nobody vests yet.
        fund = add_fund(world)
        assert run(world) == (ProducerReward("initminer", Asset(196_000, VESTS)),)
        assert fund.reward_balance == 1_743
        assert world.globals.total_vesting_fund_steem == 348 + 196
        assert world.account("initminer").vesting_shares == 196_000
        created = 1_743 + 348 + 196
        assert world.globals.current_supply == SUPPLY + created
        assert world.globals.virtual_supply == SUPPLY + created

    def test_vesting_part_counts_before_the_producer_buys(self, world):
        # Fund 1000 + 348 for 2000 shares: floor(196 * 2000 / 1348) = 290.
        world.set_globals(total_vesting_fund_steem=1_000, total_vesting_shares=2_000)
        assert run(world) == (ProducerReward("initminer", Asset(290, VESTS)),)
        assert world.globals.total_vesting_shares == 2_290

    def test_timeshare_producer_is_paid_five_weights(self, world):
        world.state.witnesses.modify(
            world.state.witnesses.get("initminer"), schedule=WitnessKind.TIMESHARE
        )
        # floor(234 * 21 * 5 / 25) = 982.
        assert run(world) == (ProducerReward("initminer", Asset(982_000, VESTS)),)

    def test_follows_the_normalization_of_the_round(self, world):
        world.state.witness_schedule.modify(
            world.state.witness_schedule.get(), witness_pay_normalization_factor=3
        )
        assert run(world) == (ProducerReward("initminer", Asset(1_638_000, VESTS)),)

    def test_rate_follows_the_block_number(self, world):
        # Block 7,000,000: 2259 = 1694 + 338 + 227; floor(227 * 21 / 25) = 190.
        fund = add_fund(world)
        assert run(world, 7_000_000) == (ProducerReward("initminer", Asset(190_000, VESTS)),)
        assert (fund.reward_balance, world.globals.total_vesting_fund_steem) == (1_694, 338 + 190)

    def test_what_no_fund_takes_is_not_created(self, world):
        # 60 % and 39.99 % of 1743: 1045 and 697.
        first, second = add_fund(world, "comment", 3_999), add_fund(world, "post", 6_000)
        run(world)
        assert (first.reward_balance, second.reward_balance) == (697, 1_045)
        assert world.globals.current_supply == SUPPLY + 1_742 + 348 + 196

    def test_reward_too_small_for_a_share_is_still_reported(self, world):
        world.set_globals(virtual_supply=1, total_vesting_fund_steem=5, total_vesting_shares=5)
        assert run(world) == (ProducerReward("initminer", Asset(0, VESTS)),)
        assert world.globals.total_vesting_fund_steem == 5
