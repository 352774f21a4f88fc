"""Properties of generation maths: nothing is lost, shares are fair, the ratio only falls."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.operations.smt_setup import CapCommitment, CappedGenerationPolicy, GenerationUnit
from smtchain.economics.generation import (
    FROM,
    FROM_VESTING,
    GenerationRoutes,
    Route,
    Share,
    Verdict,
    calculate_share,
    calculate_unit_ratio,
    calculate_unit_size,
    evaluate_launch,
    route_contributor,
    route_founders,
)


def shares_of(contributions: list[int], verdict: Verdict) -> list[Share]:
    shares = []
    accepted = 0
    for units in contributions:
        share = calculate_share(units, accepted, verdict.soft_cap_units, verdict.units_accepted)
        accepted += share.accepted_units
        shares.append(share)
    return shares


def largest_supply(
    routes: GenerationRoutes, hard_cap: int, percent: int, ratios: tuple[int, int]
) -> int:
    """What smt_setup holds against the maximum supply."""
    cap = CapCommitment(hard_cap, hard_cap, bytes(32))
    policy = CappedGenerationPolicy(
        pre_soft_cap_unit=GenerationUnit((), routes.pre_token),  # type: ignore[arg-type]
        post_soft_cap_unit=GenerationUnit((), routes.post_token),  # type: ignore[arg-type]
        min_steem_units_commitment=cap,
        hard_cap_steem_units_commitment=cap,
        soft_cap_percent=percent,
        min_unit_ratio=min(ratios),
        max_unit_ratio=max(ratios),
    )
    return policy.largest_token_supply()


WEIGHTS = st.integers(1, 65_535)
ROUTES = st.builds(
    GenerationRoutes,
    pre_steem=st.tuples(
        st.tuples(st.just(FROM_VESTING), WEIGHTS), st.tuples(st.just("alice"), WEIGHTS)
    ),
    pre_token=st.tuples(
        st.tuples(st.just(FROM), WEIGHTS),
        st.tuples(st.just(FROM_VESTING), WEIGHTS),
        st.tuples(st.just("bob"), WEIGHTS),
    ),
    post_steem=st.tuples(st.tuples(st.just("$market_maker"), WEIGHTS)),
    post_token=st.one_of(
        st.just(()),
        st.tuples(st.tuples(st.just(FROM), WEIGHTS), st.tuples(st.just("carol"), WEIGHTS)),
    ),
)
CONTRIBUTIONS = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


class TestGenerationProperties:
    @settings(max_examples=150, deadline=None)
    @given(
        routes=ROUTES,
        contributions=CONTRIBUTIONS,
        hard_cap=st.integers(1, 10**10),
        percent=st.integers(1, 10_000),
        ratios=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    )
    def test_conserves_every_satoshi(
        self,
        routes: GenerationRoutes,
        contributions: list[int],
        hard_cap: int,
        percent: int,
        ratios: tuple[int, int],
    ) -> None:
        verdict = evaluate_launch(
            units_raw=sum(contributions),
            min_units=1,
            hard_cap_units=hard_cap,
            soft_cap_percent_bp=percent,
            min_unit_ratio=min(ratios),
            max_unit_ratio=max(ratios),
        )
        shares = shares_of(contributions, verdict)
        pre = sum(share.pre_units for share in shares)
        post = sum(share.post_units for share in shares)
        assert pre + post == verdict.units_accepted == min(sum(contributions), hard_cap)
        assert pre == min(verdict.units_accepted, verdict.soft_cap_units)
        payouts = [route_contributor(routes, share, verdict.unit_ratio) for share in shares]
        founders = route_founders(routes, pre, post, verdict.unit_ratio)

        def total(route: Route) -> int:
            return sum(amount for _, amount in route)

        steem = sum(p.steem_liquid + p.steem_vesting for p in payouts) + total(founders.steem)
        assert steem == pre * calculate_unit_size(routes.pre_steem) + post * calculate_unit_size(
            routes.post_steem
        )
        tokens = sum(p.token_liquid + p.token_vesting for p in payouts) + total(founders.tokens)
        assert tokens == verdict.unit_ratio * (
            pre * calculate_unit_size(routes.pre_token)
            + post * calculate_unit_size(routes.post_token)
        )
        assert tokens <= largest_supply(routes, hard_cap, percent, ratios)

    @settings(max_examples=150, deadline=None)
    @given(contributions=CONTRIBUTIONS, soft_cap=st.integers(0, 10**10))
    def test_soft_cap_parts_are_within_one_unit_of_proportion(
        self, contributions: list[int], soft_cap: int
    ) -> None:
        accepted = sum(contributions)
        before = 0
        for units in contributions:
            share = calculate_share(units, before, soft_cap, accepted)
            before += units
            exact = units * min(soft_cap, accepted)
            assert abs(share.pre_units * accepted - exact) < accepted
            assert share.pre_units >= 0
            assert share.post_units >= 0

    @settings(max_examples=150, deadline=None)
    @given(
        units=st.lists(st.integers(1, 10**12), min_size=2, max_size=10).map(sorted),
        hard_cap=st.integers(10**12, 10**15),
        low=st.integers(1, 2**32 - 1),
        high=st.integers(1, 2**32 - 1),
    )
    def test_ratio_never_rises_with_contributions(
        self, units: list[int], hard_cap: int, low: int, high: int
    ) -> None:
        low, high = min(low, high), max(low, high)
        ratios = [calculate_unit_ratio(count, hard_cap, low, high) for count in units]
        assert all(earlier >= later for earlier, later in pairwise(ratios))
        assert all(low <= ratio <= high for ratio in ratios)
        assert all(
            ratio * count <= low * hard_cap for ratio, count in zip(ratios, units, strict=True)
        )

    @settings(max_examples=100, deadline=None)
    @given(
        contributions=CONTRIBUTIONS,
        index=st.integers(0, 11),
        cut=st.integers(1, 10**9),
        hard_cap=st.integers(1, 10**10),
        percent=st.integers(1, 10_000),
    )
    def test_splitting_a_contribution_changes_no_total(
        self, contributions: list[int], index: int, cut: int, hard_cap: int, percent: int
    ) -> None:
        index %= len(contributions)
        whole = contributions[index]
        cut = min(cut, whole - 1)
        parts = [*contributions[:index], cut, whole - cut, *contributions[index + 1 :]]
        verdict = evaluate_launch(
            units_raw=sum(contributions),
            min_units=1,
            hard_cap_units=hard_cap,
            soft_cap_percent_bp=percent,
            min_unit_ratio=1,
            max_unit_ratio=7,
        )
        joined = shares_of(contributions, verdict)
        split = shares_of(parts, verdict)
        first, second = split[index], split[index + 1]
        assert joined[index] == Share(
            first.refund_units + second.refund_units,
            first.pre_units + second.pre_units,
            first.post_units + second.post_units,
        )
        assert joined[:index] == split[:index]
        assert joined[index + 1 :] == split[index + 2 :]
