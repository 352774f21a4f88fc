"""The per-block refresh of the virtual supply."""

from world import sbd, steem

from protocol.assets import Price
from smtchain.processing.virtual_supply import process_virtual_supply


class TestVirtualSupply:
    def test_takes_in_the_debt_at_the_median(self, world):
        world.state.feed_history.modify(
            world.state.feed_history.get(), current_median_history=Price(sbd(1), steem(1))
        )
        world.set_globals(current_supply=910, current_sbd_supply=95)
        process_virtual_supply(world.ctx)
        # 95 of 1005 are 9.45 %, so 55 % of a reward is still paid in SBD.
        assert (world.globals.virtual_supply, world.globals.sbd_print_rate) == (1_005, 5_500)
