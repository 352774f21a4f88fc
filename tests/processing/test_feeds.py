"""The hourly median price; figures by hand."""

from dataclasses import replace

import pytest
from world import NOW, sbd, steem

from protocol.assets import Price
from smtchain.processing.feeds import process_feeds

WEEK = 604_800


def price(sbd_amount, steem_amount=1_000):
    return Price(sbd(sbd_amount), steem(steem_amount))


def history(world):
    return world.state.feed_history.get()


def publish(world, *feeds, age=0):
    """Let as many witnesses as there are feeds be scheduled, each with its own."""
    names = [f"witness{number}" for number in range(len(feeds))]
    for name, feed in zip(names, feeds, strict=True):
        witness = world.state.witnesses.find(name) or world.add_witness(name)
        world.state.witnesses.modify(
            witness, sbd_exchange_rate=feed, last_sbd_exchange_update=world.globals.time - age
        )
    world.state.witness_schedule.modify(
        world.state.witness_schedule.get(), current_shuffled_witnesses=tuple(names)
    )


def run(world, block=1_200):
    world.set_globals(head_block_number=block)
    process_feeds(world.ctx)


class TestMedian:
    @pytest.mark.parametrize(
        ("feeds", "median"),
        [((5,), 5), ((5, 1), 5), ((9, 1, 5), 5), ((9, 1, 5, 7), 7), ((3, 3, 1, 1, 1), 1)],
    )
    def test_is_the_upper_middle_feed(self, world, feeds, median):
        publish(world, *(price(feed) for feed in feeds))
        run(world)
        assert history(world).price_history == (price(median),)
        assert history(world).current_median_history == price(median)

    @pytest.mark.parametrize(("block", "is_due"), [(1_199, False), (1_200, True), (1_201, False)])
    def test_is_taken_once_an_hour(self, world, block, is_due):
        publish(world, price(5))
        run(world, block)
        assert bool(history(world).price_history) is is_due

    @pytest.mark.parametrize(("age", "counts"), [(WEEK - 1, True), (WEEK, False)])
    def test_forgets_feeds_of_a_week(self, world, age, counts):
        publish(world, price(5), age=age)
        run(world)
        assert bool(history(world).price_history) is counts

    def test_ignores_witnesses_without_a_feed(self, world):
        publish(world, price(5), None, None)
        run(world)
        assert history(world).price_history == (price(5),)

    def test_ignores_witnesses_that_are_not_scheduled(self, world):
        publish(world, price(5))
        other = world.add_witness("other")
        world.state.witnesses.modify(
            other, sbd_exchange_rate=price(900), last_sbd_exchange_update=NOW
        )
        run(world)
        assert history(world).price_history == (price(5),)

    @pytest.mark.parametrize(("count", "is_enough"), [(6, False), (7, True)])
    def test_needs_seven_feeds_on_the_main_net(self, world, count, is_enough):
        world.ctx.params = replace(world.params, min_feeds=7)
        publish(world, *(price(5) for _ in range(count)))
        run(world)
        assert bool(history(world).price_history) is is_enough

    def test_current_price_is_the_median_of_the_history(self, world):
        for feed in (10, 2, 6):
            publish(world, price(feed))
            run(world)
        assert history(world).price_history == (price(10), price(2), price(6))
        assert history(world).current_median_history == price(6)

    def test_history_keeps_eighty_four_hours(self, world):
        for feed in range(1, 86):
            publish(world, price(feed))
            run(world)
        kept = history(world).price_history
        assert (len(kept), kept[0], kept[-1]) == (84, price(2), price(85))
        # Sorted 2..85, entry 42 counted from zero is 44.
        assert history(world).current_median_history == price(44)


class TestFloor:
    def test_raises_a_price_that_makes_the_debt_too_heavy(self, world):
        # steemd's example: 500 STEEM, 100 SBD: at least 900 SBD / 500 STEEM.
        world.set_globals(current_supply=500, current_sbd_supply=100)
        publish(world, price(1_799))
        run(world)
        assert history(world).current_median_history == Price(sbd(900), steem(500))
        assert history(world).price_history == (price(1_799),)

    @pytest.mark.parametrize("feed", [1_800, 1_801])
    def test_leaves_a_price_at_or_above_it(self, world, feed):
        world.set_globals(current_supply=500, current_sbd_supply=100)
        publish(world, price(feed))
        run(world)
        assert history(world).current_median_history == price(feed)

    def test_needs_debt(self, world):
        world.set_globals(current_supply=500)
        publish(world, price(1))
        run(world)
        assert history(world).current_median_history == price(1)
