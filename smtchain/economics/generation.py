"""How a token's generation (its ICO) ends: the verdict, the unit ratio and every satoshi's way.

Three kinds of number appear.  *Satoshis* are the smallest amounts of STEEM or of the token.
*Units* count STEEM units: a contribution is a whole number of them.  *Weights* are the satoshis
one unit sends to one target.  Because everything is a product of whole units and weights, no
division is left once the verdict is taken, and STEEM paid out plus STEEM refunded equals STEEM
contributed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from protocol.arith import mul_div

ONE_HUNDRED_PERCENT_BP = 10_000  # basis points; steemd STEEM_100_PERCENT

FROM = "$from"
FROM_VESTING = "$from.vesting"
MARKET_MAKER = "$market_maker"
REWARDS = "$rewards"
VESTING = "$vesting"
CONTRIBUTOR_TARGETS = (FROM, FROM_VESTING)
"""Targets that stand for whoever made the contribution."""

Route: TypeAlias = tuple[tuple[str, int], ...]
"""Pairs of target and weight (or amount), ascending by target."""


@dataclass(frozen=True, slots=True)
class GenerationRoutes:
    """The four unit maps of a generation policy.

    Attributes
    ----------
    pre_steem, pre_token : Route
        Where one unit's STEEM and one token unit go up to the soft cap.
    post_steem, post_token : Route
        The same for what exceeds the soft cap.
    """

    pre_steem: Route
    pre_token: Route
    post_steem: Route = ()
    post_token: Route = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided in one step when the launch logic runs (D-22).

    Attributes
    ----------
    is_success : bool
        Whether the token launches.  On failure the three numbers after `units_raw` are zero.
    units_raw : int
        Units contributed and not refunded.
    units_accepted : int
        Units that take part: at most the hard cap.
    unit_ratio : int
        Token units created per accepted STEEM unit (the whitepaper's R).
    soft_cap_units : int
        Units of the whole launch that may follow the policy before the soft cap.
    """

    is_success: bool
    units_raw: int
    units_accepted: int
    unit_ratio: int
    soft_cap_units: int


@dataclass(frozen=True, slots=True)
class Share:
    """One contribution's units: refused by the hard cap, before and beyond the soft cap."""

    refund_units: int
    pre_units: int
    post_units: int

    @property
    def accepted_units(self) -> int:
        """Units that take part in the launch."""
        return self.pre_units + self.post_units


@dataclass(frozen=True, slots=True)
class ContributorPayout:
    """What one contributor receives, in satoshis; vesting amounts are before conversion."""

    token_liquid: int
    token_vesting: int
    steem_liquid: int
    steem_vesting: int


@dataclass(frozen=True, slots=True)
class FounderPayout:
    """What all other targets receive together, in satoshis, ascending by target."""

    steem: Route
    tokens: Route


def calculate_unit_size(route: Iterable[tuple[str, int]]) -> int:
    """Return the satoshis in one unit: the sum of the weights.

    >>> calculate_unit_size((("alpha_org", 70), ("founder_a", 23), ("founder_b", 7)))
    100

    Spec
    ----
    whitepaper: "Token units"
    """
    return sum(weight for _, weight in route)


def calculate_unit_ratio(
    units_accepted: int, hard_cap_units: int, min_unit_ratio: int, max_unit_ratio: int
) -> int:
    """Return R, the token units created per STEEM unit, rounded down.

    `R = min(max_unit_ratio, floor(min_unit_ratio * hard_cap_units / units_accepted))`, which is
    never below `min_unit_ratio` since at most the hard cap is accepted (D-16).  `units_accepted`
    is at least 1.

    >>> calculate_unit_ratio(16_000_000, 30_000_000, 50, 100)
    93

    Spec
    ----
    whitepaper: "Unit ratios"; steemd (later): util/smt_token.cpp::calculate_payout_vars
    """
    return min(max_unit_ratio, mul_div(min_unit_ratio, hard_cap_units, units_accepted))


def calculate_soft_cap_units(hard_cap_units: int, soft_cap_percent_bp: int) -> int:
    """Return the units before the soft cap: a share of the hard cap in basis points, rounded down.

    >>> calculate_soft_cap_units(10_000_000, 8_000)
    8000000

    Spec
    ----
    whitepaper: "Cap and min"
    """
    return mul_div(hard_cap_units, soft_cap_percent_bp, ONE_HUNDRED_PERCENT_BP)


def evaluate_launch(  # noqa: PLR0913 - the policy's numbers, by name
    *,
    units_raw: int,
    min_units: int,
    hard_cap_units: int,
    soft_cap_percent_bp: int,
    min_unit_ratio: int,
    max_unit_ratio: int,
) -> Verdict:
    """Decide whether a generation succeeds, and its terms, from totals alone.

    It fails below the minimum; equality passes (D-23).  A revealed minimum above the revealed hard
    cap can never be reached.  All counts are units; the revealed caps are at least 1.

    Spec
    ----
    whitepaper: "Cap and min", "Unit ratios"
    """
    units_accepted = min(units_raw, hard_cap_units)
    if units_accepted < min_units:
        return Verdict(
            is_success=False, units_raw=units_raw, units_accepted=0, unit_ratio=0, soft_cap_units=0
        )
    return Verdict(
        is_success=True,
        units_raw=units_raw,
        units_accepted=units_accepted,
        unit_ratio=calculate_unit_ratio(
            units_accepted, hard_cap_units, min_unit_ratio, max_unit_ratio
        ),
        soft_cap_units=calculate_soft_cap_units(hard_cap_units, soft_cap_percent_bp),
    )


def calculate_pre_units(cumulative_units: int, soft_cap_units: int, units_accepted: int) -> int:
    """Return how many of the first `cumulative_units` accepted units are before the soft cap.

    Below the soft cap all are.  Above it the cap's effect is shared by all contributors in
    proportion: `floor(cumulative_units * soft_cap_units / units_accepted)`.  One contribution's
    part is the difference between the totals after and before it, so the parts sum to exactly
    `soft_cap_units` and each is within one unit of its exact share (D-14).

    >>> calculate_pre_units(5_000_000, 8_000_000, 8_000_001)
    4999999

    Spec
    ----
    whitepaper: "Cap and min"
    """
    if units_accepted <= soft_cap_units:
        return cumulative_units
    return mul_div(cumulative_units, soft_cap_units, units_accepted)


def calculate_share(
    units: int, accepted_before: int, soft_cap_units: int, units_accepted: int
) -> Share:
    """Split one contribution of `units` that follows `accepted_before` accepted units.

    The hard cap falls solely on the last contributors: the one that straddles it is cut on a unit
    boundary, and what exceeds it is refunded (D-13).  `units_accepted` is the launch's total.

    Spec
    ----
    whitepaper: "Cap and min"
    """
    accepted = min(units, units_accepted - accepted_before)
    pre_before = calculate_pre_units(accepted_before, soft_cap_units, units_accepted)
    pre_after = calculate_pre_units(accepted_before + accepted, soft_cap_units, units_accepted)
    pre_units = pre_after - pre_before
    return Share(
        refund_units=units - accepted, pre_units=pre_units, post_units=accepted - pre_units
    )


def route_contributor(routes: GenerationRoutes, share: Share, unit_ratio: int) -> ContributorPayout:
    """Return what `$from` and `$from.vesting` receive for one contribution.

    The STEEM refused by the hard cap is not part of it.

    Spec
    ----
    whitepaper: "Token units"
    """
    pre, post = share.pre_units, share.post_units
    return ContributorPayout(
        token_liquid=_amount_for(FROM, routes.pre_token, pre, routes.post_token, post) * unit_ratio,
        token_vesting=_amount_for(FROM_VESTING, routes.pre_token, pre, routes.post_token, post)
        * unit_ratio,
        steem_liquid=_amount_for(FROM, routes.pre_steem, pre, routes.post_steem, post),
        steem_vesting=_amount_for(FROM_VESTING, routes.pre_steem, pre, routes.post_steem, post),
    )


def route_founders(
    routes: GenerationRoutes, pre_units: int, post_units: int, unit_ratio: int
) -> FounderPayout:
    """Return what every target other than the contributors receives for the whole launch.

    One credit per target: the products are exact, so it equals the sum over contributions.

    Spec
    ----
    whitepaper: "Token units"
    """
    return FounderPayout(
        steem=_merge(routes.pre_steem, pre_units, routes.post_steem, post_units),
        tokens=_merge(
            routes.pre_token, pre_units * unit_ratio, routes.post_token, post_units * unit_ratio
        ),
    )


def _amount_for(
    target: str, pre_route: Route, pre_units: int, post_route: Route, post_units: int
) -> int:
    amount = 0
    for name, weight in pre_route:
        if name == target:
            amount += weight * pre_units
    if post_units:
        for name, weight in post_route:
            if name == target:
                amount += weight * post_units
    return amount


def _merge(pre_route: Route, pre_units: int, post_route: Route, post_units: int) -> Route:
    amounts: dict[str, int] = {}
    for route, units in ((pre_route, pre_units), (post_route, post_units)):
        for target, weight in route:
            if target not in CONTRIBUTOR_TARGETS and units:
                amounts[target] = amounts.get(target, 0) + weight * units
    return tuple(sorted(amounts.items()))
