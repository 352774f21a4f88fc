"""The hourly price of SBD: the median of the witnesses' feeds, and the median of those."""

from functools import cmp_to_key

from protocol.assets import SBD, STEEM, Asset, Price, compare_prices
from smtchain.economics.sbd import calculate_floor_price
from smtchain.evaluator import EvaluationContext

_ascending = cmp_to_key(compare_prices)


def process_feeds(ctx: EvaluationContext) -> None:
    """Once per hour of blocks, append the median feed and move the current price.

    Feeds of the scheduled witnesses younger than seven days count; with fewer than
    `params.min_feeds` nothing happens.  The current price is the median of the last 84 hours,
    raised where needed so that SBD stays at most a tenth of STEEM and SBD together.

    Spec
    ----
    steemd: database.cpp::update_median_feed
    """
    state, params = ctx.state, ctx.params
    if state.globals.get().head_block_number % params.feed_interval_blocks != 0:
        return
    feeds = _collect_feeds(ctx)
    if len(feeds) < params.min_feeds:
        return
    history = state.feed_history.get()
    prices = (*history.price_history, _median(feeds))[-params.feed_history_window :]
    state.feed_history.modify(
        history,
        price_history=prices,
        current_median_history=_bounded(ctx, _median(prices)),
    )


def _collect_feeds(ctx: EvaluationContext) -> tuple[Price, ...]:
    feeds = []
    for name in ctx.state.witness_schedule.get().current_shuffled_witnesses:
        witness = ctx.state.witnesses.get(name)
        is_fresh = ctx.now < witness.last_sbd_exchange_update + ctx.params.max_feed_age_seconds
        if is_fresh and witness.sbd_exchange_rate is not None:
            feeds.append(witness.sbd_exchange_rate)
    return tuple(feeds)


def _median(prices: tuple[Price, ...]) -> Price:
    return sorted(prices, key=_ascending)[len(prices) // 2]


def _bounded(ctx: EvaluationContext, price: Price) -> Price:
    """Return `price`, or the lowest price at which the SBD debt is within its bound."""
    properties = ctx.state.globals.get()
    if properties.current_sbd_supply == 0 or properties.current_supply == 0:
        return price
    sbd, steem = calculate_floor_price(
        properties.current_sbd_supply,
        properties.current_supply,
        ctx.params.sbd_debt_limit_percent,
    )
    floor = Price(Asset(sbd, SBD), Asset(steem, STEEM))
    return floor if compare_prices(floor, price) > 0 else price
