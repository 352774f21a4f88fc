"""Generation maths against the tables of docs/RULES.md 7.1-7.7 (numbers copied from there)."""

import pytest

from smtchain.economics.generation import (
    FROM,
    FROM_VESTING,
    GenerationRoutes,
    Share,
    Verdict,
    calculate_pre_units,
    calculate_share,
    calculate_soft_cap_units,
    calculate_unit_size,
    evaluate_launch,
    route_contributor,
    route_founders,
)

ALPHA = GenerationRoutes(
    pre_steem=(("alpha_org", 70), ("founder_a", 23), ("founder_b", 7)),
    pre_token=((FROM, 5), ("founder_c", 1)),
)
BETA = GenerationRoutes(
    pre_steem=(("fred", 3), ("george", 2)),
    pre_token=((FROM, 7), ("george", 1), ("henry", 2)),
)
DELTA = GenerationRoutes(pre_steem=(("founder", 1),), pre_token=(("founder", 10_000),))
SOFT = GenerationRoutes(
    pre_steem=(("founder", 1_000),),
    pre_token=((FROM, 9_000), ("founder", 1_000)),
    post_steem=(("$market_maker", 600), ("founder", 400)),
    post_token=((FROM, 5_000), ("$market_maker", 5_000)),
)


def alpha_verdict(units: int) -> Verdict:
    return evaluate_launch(
        units_raw=units,
        min_units=1,
        hard_cap_units=166_666_666_666,
        soft_cap_percent_bp=10_000,
        min_unit_ratio=1_000,
        max_unit_ratio=1_000,
    )


def beta_verdict(units: int) -> Verdict:
    return evaluate_launch(
        units_raw=units,
        min_units=5_000_000,
        hard_cap_units=30_000_000,
        soft_cap_percent_bp=10_000,
        min_unit_ratio=50,
        max_unit_ratio=100,
    )


def gamma_verdict(units: int, min_units: int = 5_000_000) -> Verdict:
    return evaluate_launch(
        units_raw=units,
        min_units=min_units,
        hard_cap_units=30_000_000,
        soft_cap_percent_bp=10_000,
        min_unit_ratio=50,
        max_unit_ratio=300_000,
    )


def soft_verdict(units: int, *, percent: int = 8_000, max_unit_ratio: int = 1) -> Verdict:
    return evaluate_launch(
        units_raw=units,
        min_units=1,
        hard_cap_units=10_000_000,
        soft_cap_percent_bp=percent,
        min_unit_ratio=1,
        max_unit_ratio=max_unit_ratio,
    )


def shares_of(contributions: list[int], verdict: Verdict) -> list[Share]:
    shares = []
    accepted = 0
    for units in contributions:
        share = calculate_share(units, accepted, verdict.soft_cap_units, verdict.units_accepted)
        accepted += share.accepted_units
        shares.append(share)
    return shares


def founders_of(routes: GenerationRoutes, verdict: Verdict) -> tuple[dict[str, int], ...]:
    """STEEM and tokens of all targets but the contributors, for a whole launch."""
    units = verdict.units_accepted
    pre = calculate_pre_units(units, verdict.soft_cap_units, units)
    payout = route_founders(routes, pre, units - pre, verdict.unit_ratio)
    return dict(payout.steem), dict(payout.tokens)


def contributor_tokens(routes: GenerationRoutes, units: int, ratio: int) -> int:
    return route_contributor(routes, Share(0, units, 0), ratio).token_liquid


class TestAlpha:
    """docs/RULES.md 7.1."""

    def test_fails_without_contributions(self) -> None:
        assert not alpha_verdict(0).is_success

    @pytest.mark.parametrize(
        ("units", "alpha_org", "founder_a", "founder_b", "contributors", "founder_c"),
        [
            (1, 70, 23, 7, 5_000, 1_000),
            (11, 770, 253, 77, 55_000, 11_000),
            (100, 7_000, 2_300, 700, 500_000, 100_000),
            (10_000, 700_000, 230_000, 70_000, 50_000_000, 10_000_000),
            (
                166_666_666_666,
                11_666_666_666_620,
                3_833_333_333_318,
                1_166_666_666_662,
                833_333_333_330_000,
                166_666_666_666_000,
            ),
        ],
    )
    def test_routes_every_satoshi_of_the_table(  # noqa: PLR0917 - one row of the table
        self,
        units: int,
        alpha_org: int,
        founder_a: int,
        founder_b: int,
        contributors: int,
        founder_c: int,
    ) -> None:
        verdict = alpha_verdict(units)
        assert verdict.is_success
        assert verdict.unit_ratio == 1_000
        assert founders_of(ALPHA, verdict) == (
            {"alpha_org": alpha_org, "founder_a": founder_a, "founder_b": founder_b},
            {"founder_c": founder_c},
        )
        assert contributor_tokens(ALPHA, units, 1_000) == contributors

    def test_refunds_one_unit_above_the_hard_cap_to_the_last(self) -> None:
        verdict = alpha_verdict(166_666_666_667)
        assert verdict.units_accepted == 166_666_666_666
        shares = shares_of([166_666_666_660, 7], verdict)
        assert [share.refund_units for share in shares] == [0, 1]


class TestBeta:
    """docs/RULES.md 7.2."""

    def test_fails_one_unit_below_the_minimum(self) -> None:
        assert beta_verdict(4_999_999) == Verdict(
            is_success=False,
            units_raw=4_999_999,
            units_accepted=0,
            unit_ratio=0,
            soft_cap_units=0,
        )

    @pytest.mark.parametrize(
        ("units", "ratio", "fred", "george", "contributors", "george_tokens", "henry"),
        [
            (5_000_000, 100, 15_000_000, 10_000_000, 3_500_000_000, 500_000_000, 1_000_000_000),
            (10_000_000, 100, 30_000_000, 20_000_000, 7_000_000_000, 1_000_000_000, 2_000_000_000),
            (15_000_000, 100, 45_000_000, 30_000_000, 10_500_000_000, 1_500_000_000, 3_000_000_000),
            (15_000_001, 99, 45_000_003, 30_000_002, 10_395_000_693, 1_485_000_099, 2_970_000_198),
            (16_000_000, 93, 48_000_000, 32_000_000, 10_416_000_000, 1_488_000_000, 2_976_000_000),
            (20_000_000, 75, 60_000_000, 40_000_000, 10_500_000_000, 1_500_000_000, 3_000_000_000),
            (25_000_000, 60, 75_000_000, 50_000_000, 10_500_000_000, 1_500_000_000, 3_000_000_000),
            (29_411_764, 51, 88_235_292, 58_823_528, 10_499_999_748, 1_499_999_964, 2_999_999_928),
            (29_411_765, 50, 88_235_295, 58_823_530, 10_294_117_750, 1_470_588_250, 2_941_176_500),
            (29_999_999, 50, 89_999_997, 59_999_998, 10_499_999_650, 1_499_999_950, 2_999_999_900),
            (30_000_000, 50, 90_000_000, 60_000_000, 10_500_000_000, 1_500_000_000, 3_000_000_000),
        ],
    )
    def test_routes_every_satoshi_of_the_table(  # noqa: PLR0917 - one row of the table
        self,
        units: int,
        ratio: int,
        fred: int,
        george: int,
        contributors: int,
        george_tokens: int,
        henry: int,
    ) -> None:
        verdict = beta_verdict(units)
        assert (verdict.is_success, verdict.unit_ratio) == (True, ratio)
        assert founders_of(BETA, verdict) == (
            {"fred": fred, "george": george},
            {"george": george_tokens, "henry": henry},
        )
        assert contributor_tokens(BETA, units, ratio) == contributors

    def test_forty_million_units_launch_as_thirty(self) -> None:
        verdict = beta_verdict(40_000_000)
        assert (verdict.units_accepted, verdict.unit_ratio) == (30_000_000, 50)
        (share,) = shares_of([40_000_000], verdict)
        assert share.refund_units * calculate_unit_size(BETA.pre_steem) == 50_000_000

    def test_s1_pays_five_contributors(self) -> None:
        units = [1_000_000, 5_000_000, 2_000_000, 5_000_000, 12_000_000]
        verdict = beta_verdict(sum(units))
        payouts = [
            route_contributor(BETA, share, verdict.unit_ratio).token_liquid
            for share in shares_of(units, verdict)
        ]
        assert payouts == [420_000_000, 2_100_000_000, 840_000_000, 2_100_000_000, 5_040_000_000]

    def test_s4_cuts_the_last_contributors(self) -> None:
        units = [20_000_000, 8_000_000, 6_000_000, 1_000_000]
        shares = shares_of(units, beta_verdict(sum(units)))
        assert [share.accepted_units for share in shares] == [20_000_000, 8_000_000, 2_000_000, 0]
        assert [share.refund_units * 5 for share in shares] == [0, 0, 20_000_000, 5_000_000]

    def test_s5_raises_the_ratio_after_a_refund(self) -> None:
        units = [20_000_000, 6_000_000, 1_000_000]
        verdict = beta_verdict(sum(units))
        assert verdict.unit_ratio == 55
        payouts = [
            route_contributor(BETA, share, 55).token_liquid for share in shares_of(units, verdict)
        ]
        assert payouts == [7_700_000_000, 2_310_000_000, 385_000_000]
        assert founders_of(BETA, verdict) == (
            {"fred": 81_000_000, "george": 54_000_000},
            {"george": 1_485_000_000, "henry": 2_970_000_000},
        )


class TestGamma:
    """docs/RULES.md 7.3."""

    @pytest.mark.parametrize(
        ("units", "ratio", "total"),
        [
            (5_000_000, 300, 15_000_000_000),
            (7_000_000, 214, 14_980_000_000),
            (15_000_000, 100, 15_000_000_000),
            (25_000_000, 60, 15_000_000_000),
            (29_999_999, 50, 14_999_999_500),
            (30_000_000, 50, 15_000_000_000),
        ],
    )
    def test_ratio_falls_as_contributions_rise(self, units: int, ratio: int, total: int) -> None:
        verdict = gamma_verdict(units)
        assert verdict.unit_ratio == ratio
        assert units * ratio * calculate_unit_size(BETA.pre_token) == total

    @pytest.mark.parametrize(
        ("units", "ratio", "total"),
        [
            (1_000, 300_000, 3_000_000_000),
            (4_999, 300_000, 14_997_000_000),
            (5_000, 300_000, 15_000_000_000),
            (5_001, 299_940, 14_999_999_400),
        ],
    )
    def test_saturates_at_five_thousand_units(self, units: int, ratio: int, total: int) -> None:
        assert gamma_verdict(units, min_units=1).unit_ratio == ratio
        assert units * ratio * 10 == total

    def test_routes_seven_million_units(self) -> None:
        assert founders_of(BETA, gamma_verdict(7_000_000)) == (
            {"fred": 21_000_000, "george": 14_000_000},
            {"george": 1_498_000_000, "henry": 2_996_000_000},
        )
        assert contributor_tokens(BETA, 7_000_000, 214) == 10_486_000_000

    def test_fails_one_unit_below_the_minimum(self) -> None:
        assert not gamma_verdict(4_999_999).is_success


class TestDelta:
    """docs/RULES.md 7.4: minimum and hard cap are the same number."""

    @staticmethod
    def verdict(units: int) -> Verdict:
        return evaluate_launch(
            units_raw=units,
            min_units=10_000_000,
            hard_cap_units=10_000_000,
            soft_cap_percent_bp=10_000,
            min_unit_ratio=1_000,
            max_unit_ratio=1_000,
        )

    def test_fails_below_and_launches_at_the_only_number(self) -> None:
        assert not self.verdict(9_999_999).is_success
        verdict = self.verdict(10_000_000)
        assert verdict.unit_ratio == 1_000
        assert founders_of(DELTA, verdict) == (
            {"founder": 10_000_000},
            {"founder": 100_000_000_000_000},
        )

    def test_refunds_the_unit_above(self) -> None:
        (share,) = shares_of([10_000_001], self.verdict(10_000_001))
        assert share.refund_units == 1


class TestVariants:
    """docs/RULES.md 7.5."""

    def test_sends_ninety_five_percent_to_vesting(self) -> None:
        routes = GenerationRoutes((("founder", 1),), ((FROM, 5), (FROM_VESTING, 95)))
        a = route_contributor(routes, Share(0, 700, 0), 10)
        b = route_contributor(routes, Share(0, 300, 0), 10)
        assert (a.token_liquid, a.token_vesting) == (35_000, 665_000)
        assert (b.token_liquid, b.token_vesting) == (15_000, 285_000)

    def test_routes_burned_steem_to_null(self) -> None:
        routes = GenerationRoutes((("null", 1),), ((FROM, 1),))
        verdict = evaluate_launch(
            units_raw=1_000,
            min_units=1,
            hard_cap_units=1_000_000,
            soft_cap_percent_bp=10_000,
            min_unit_ratio=1,
            max_unit_ratio=1_000,
        )
        assert verdict.unit_ratio == 1_000
        assert contributor_tokens(routes, 700, 1_000) == 700_000
        assert contributor_tokens(routes, 300, 1_000) == 300_000
        assert founders_of(routes, verdict) == ({"null": 1_000}, {})

    def test_returns_steem_as_the_contributors_vesting(self) -> None:
        routes = GenerationRoutes(((FROM_VESTING, 1),), ((FROM, 1),))
        payout = route_contributor(routes, Share(0, 700, 0), 1)
        assert (payout.token_liquid, payout.steem_vesting, payout.steem_liquid) == (700, 700, 0)
        assert route_founders(routes, 700, 0, 1).steem == ()

    def test_lets_from_receive_in_both_maps(self) -> None:
        routes = GenerationRoutes(((FROM, 2), ("bob", 3)), ((FROM, 1),))
        payout = route_contributor(routes, Share(0, 10, 0), 4)
        assert (payout.steem_liquid, payout.token_liquid) == (20, 40)


class TestSoftCap:
    """docs/RULES.md 7.6: hard cap 10 M units, soft cap 8 M, unit 1.000 STEEM."""

    def test_ten_equal_contributions_share_it_equally(self) -> None:
        verdict = soft_verdict(10_000_000)
        shares = shares_of([1_000_000] * 10, verdict)
        assert shares == [Share(0, 800_000, 200_000)] * 10
        payout = route_contributor(SOFT, shares[0], verdict.unit_ratio)
        assert payout.token_liquid == 8_200_000_000
        assert founders_of(SOFT, verdict) == (
            {"founder": 8_800_000_000, "$market_maker": 1_200_000_000},
            {"founder": 8_000_000_000, "$market_maker": 10_000_000_000},
        )

    def test_does_nothing_below_it(self) -> None:
        verdict = soft_verdict(4_000_000, max_unit_ratio=2)
        assert verdict.unit_ratio == 2
        payouts = [
            route_contributor(SOFT, share, 2).token_liquid
            for share in shares_of([1_000_000, 3_000_000], verdict)
        ]
        assert payouts == [18_000_000_000, 54_000_000_000]
        assert founders_of(SOFT, verdict) == (
            {"founder": 4_000_000_000},
            {"founder": 8_000_000_000},
        )

    def test_does_nothing_exactly_at_it(self) -> None:
        verdict = soft_verdict(8_000_000, max_unit_ratio=2)
        assert verdict.unit_ratio == 1
        assert shares_of([8_000_000], verdict) == [Share(0, 8_000_000, 0)]

    def test_one_unit_above_falls_on_one_contributor(self) -> None:
        verdict = soft_verdict(8_000_001)
        shares = shares_of([5_000_000, 3_000_001], verdict)
        assert shares == [Share(0, 4_999_999, 1), Share(0, 3_000_001, 0)]
        payouts = [route_contributor(SOFT, share, 1).token_liquid for share in shares]
        assert payouts == [44_999_996_000, 27_000_009_000]
        steem, tokens = founders_of(SOFT, verdict)
        assert steem == {"founder": 8_000_000_400, "$market_maker": 600}
        assert tokens["$market_maker"] == 5_000

    def test_uneven_contributions_lose_no_unit(self) -> None:
        units = [1_000_003, 3_333_333, 5_000_000]
        shares = shares_of(units, soft_verdict(sum(units)))
        assert [share.pre_units for share in shares] == [857_145, 2_857_141, 4_285_714]

    def test_applies_to_what_the_hard_cap_leaves(self) -> None:
        units = [6_000_000, 3_000_000, 2_000_000]
        verdict = soft_verdict(sum(units))
        shares = shares_of(units, verdict)
        assert shares == [
            Share(0, 4_800_000, 1_200_000),
            Share(0, 2_400_000, 600_000),
            Share(1_000_000, 800_000, 200_000),
        ]
        payouts = [
            route_contributor(SOFT, share, verdict.unit_ratio).token_liquid for share in shares
        ]
        assert payouts == [49_200_000_000, 24_600_000_000, 8_200_000_000]


class TestHardCap:
    """docs/RULES.md 7.7: hard cap 8 M units."""

    @staticmethod
    def verdict(units: int, soft_cap_percent_bp: int = 10_000) -> Verdict:
        return evaluate_launch(
            units_raw=units,
            min_units=1,
            hard_cap_units=8_000_000,
            soft_cap_percent_bp=soft_cap_percent_bp,
            min_unit_ratio=1,
            max_unit_ratio=1,
        )

    def test_ten_equal_contributions_refund_the_last_two(self) -> None:
        shares = shares_of([1_000_000] * 10, self.verdict(10_000_000))
        assert [share.accepted_units for share in shares] == [1_000_000] * 8 + [0, 0]
        assert [share.refund_units * 1_000 for share in shares[8:]] == [1_000_000_000] * 2

    def test_splits_the_contribution_that_straddles_it(self) -> None:
        shares = shares_of([3_000_000, 3_000_000, 3_000_000, 1_000_000], self.verdict(10_000_000))
        assert [share.accepted_units for share in shares] == [3_000_000, 3_000_000, 2_000_000, 0]
        assert [share.refund_units * 1_000 for share in shares] == [
            0,
            0,
            1_000_000_000,
            1_000_000_000,
        ]

    def test_combines_with_a_soft_cap_of_half(self) -> None:
        shares = shares_of([1_000_000] * 10, self.verdict(10_000_000, 5_000))
        assert shares == [Share(0, 500_000, 500_000)] * 8 + [Share(1_000_000, 0, 0)] * 2

    def test_a_minimum_above_it_never_launches(self) -> None:
        verdict = evaluate_launch(
            units_raw=100,
            min_units=60,
            hard_cap_units=50,
            soft_cap_percent_bp=10_000,
            min_unit_ratio=1,
            max_unit_ratio=1,
        )
        assert not verdict.is_success


def test_soft_cap_is_rounded_down() -> None:
    assert calculate_soft_cap_units(9_999, 3_333) == 3_332
