"""SBD under conversion is paid at the median price of its day; figures by hand."""

import pytest
from world import NOW, sbd, steem

from protocol.assets import Price
from protocol.operations.market import FillConvertRequest
from smtchain.processing.conversions import process_conversions
from smtchain.state.tables.conversion import ConvertRequest


def publish(world, price):
    world.state.feed_history.modify(world.state.feed_history.get(), current_median_history=price)


def put(world, owner, requestid, amount, due):
    """Put SBD that exists into a conversion."""
    world.give(owner, sbd(amount))
    world.ctx.debit(owner, sbd(amount))
    table = world.state.convert_requests
    table.insert(ConvertRequest(table.next_id(), owner, requestid, amount, due))


def run(world):
    process_conversions(world.ctx)
    return world.ctx.take_emitted()


class TestConversions:
    @pytest.fixture(autouse=True)
    def _priced(self, world):
        # 3.501 STEEM for 1.000 SBD
        publish(world, Price(sbd(1_000), steem(3_501)))

    @pytest.mark.parametrize(("due", "is_paid"), [(NOW, True), (NOW + 1, False)])
    def test_pays_when_due(self, world, due, is_paid):
        put(world, "alice", 3, 999, due)
        emitted = run(world)
        # floor(999 * 3501 / 1000) = floor(3497.499)
        filled = FillConvertRequest("alice", 3, sbd(999), steem(3_497))
        assert emitted == ((filled,) if is_paid else ())
        assert world.account("alice").balance == (3_497 if is_paid else 0)
        assert world.state.convert_requests.exists("alice", 3) is not is_paid

    def test_sbd_leaves_supply_and_steem_enters(self, world):
        world.give("bob", sbd(1_000))
        world.give("bob", steem(10_000))
        put(world, "alice", 3, 999, NOW)
        run(world)
        totals = world.globals
        assert (totals.current_supply, totals.current_sbd_supply) == (13_497, 1_000)
        assert totals.virtual_supply == 13_497 + 3_501

    def test_each_request_is_rounded_by_itself(self, world):
        for number in range(3):
            put(world, "alice", number, 1, NOW)
        assert [event.amount_out for event in run(world)] == [steem(3)] * 3
        assert world.account("alice").balance == 9
        assert world.globals.current_supply == 9

    def test_a_request_may_be_worth_nothing(self, world):
        publish(world, Price(sbd(2), steem(1)))
        put(world, "alice", 3, 1, NOW)
        assert run(world) == (FillConvertRequest("alice", 3, sbd(1), steem(0)),)
        assert world.globals.current_sbd_supply == 0

    def test_pays_in_order_of_date_then_of_request(self, world):
        put(world, "bob", 1, 10, NOW)
        put(world, "alice", 2, 10, NOW)
        put(world, "alice", 1, 10, NOW - 1)
        paid = [(event.owner, event.requestid) for event in run(world)]
        assert paid == [("alice", 1), ("bob", 1), ("alice", 2)]

    def test_waits_while_there_is_no_price(self, world):
        put(world, "alice", 3, 999, NOW)
        publish(world, None)
        assert run(world) == ()
        assert world.state.convert_requests.exists("alice", 3)
        publish(world, Price(sbd(1), steem(1)))
        assert run(world) == (FillConvertRequest("alice", 3, sbd(999), steem(999)),)

    def test_only_what_is_due_is_looked_at(self, world):
        for number in range(20):
            put(world, "alice", number, 1, NOW + 1 + number)
        put(world, "bob", 1, 1, NOW)
        before = world.state.convert_requests.steps
        assert len(run(world)) == 1
        assert world.state.convert_requests.steps - before <= 3
