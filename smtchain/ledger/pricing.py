"""What SBD is worth in STEEM: the median of the witnesses' feeds."""

from protocol.assets import SBD, STEEM, Asset, Price, multiply
from protocol.errors import EvaluationError
from smtchain.state.state import State


class NoPriceFeedError(EvaluationError):
    """SBD and STEEM cannot be compared: the witnesses publish no price."""

    code = "evaluation.no_price_feed"


def find_median_price(state: State) -> Price | None:
    """Return the current median feed, base SBD and quote STEEM, or None before the first one."""
    return state.feed_history.get().current_median_history


def to_steem(state: State, sbd: Asset) -> Asset:
    """Return the STEEM that `sbd` is worth at the median feed, rounded down; 0 without a feed.

    Spec
    ----
    steemd: util/asset.hpp::to_steem
    """
    price = find_median_price(state)
    return Asset(0, STEEM) if price is None else multiply(sbd, price)


def to_sbd(state: State, steem: Asset) -> Asset:
    """Return the SBD that `steem` is worth at the median feed, rounded down; 0 without a feed.

    Spec
    ----
    steemd: util/asset.hpp::to_sbd
    """
    price = find_median_price(state)
    return Asset(0, SBD) if price is None else multiply(steem, price)
