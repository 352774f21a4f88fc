"""Samples of Smart Media Tokens: creation, parameters, inflation, generation, market maker."""

from collections.abc import Iterator

from protocol.assets import Asset
from protocol.operations.market_maker import (
    SmtMarketMakerContribute,
    SmtMarketMakerFilled,
    SmtMarketMakerTrade,
)
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtContributorPayout,
    SmtFounderPayout,
    SmtRefund,
    SmtRefunded,
    cap_hash,
)
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_inflation import (
    InflationUnit,
    SmtInflationEmitted,
    SmtSetupInflation,
)
from protocol.operations.smt_parameters import (
    CurveId,
    SmtParamAllowDownvotes,
    SmtParamAllowVesting,
    SmtParamAllowVoting,
    SmtParamMarketMaker,
    SmtParamMarketMakerTakerMode,
    SmtParamRewardsV1,
    SmtParamVoteRegenerationPeriodSecondsV1,
    SmtParamWindowsV1,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from protocol.operations.smt_setup import (
    CapCommitment,
    CappedGenerationPolicy,
    GenerationUnit,
    SmtLaunchEvaluated,
    SmtPhaseChanged,
    SmtSetup,
    SmtTokenLaunched,
)
from protocol.types import AccountName
from published_vectors.people import (
    ALICE,
    BOB,
    CAROL,
    DAY,
    FINE,
    NOON,
    TOKEN,
    WHOLE,
    Sample,
    routes,
    sbd,
    steem,
    token,
)

_MINIMUM = RevealedCap(10_000, 0x0102030405060708_1112131415161718)
_HARD_CAP = RevealedCap(1_000_000, (1 << 128) - 1)


def _open_cap(units: int) -> CapCommitment:
    return CapCommitment(units, units, cap_hash(RevealedCap(units, 0)))


def _hidden_cap(cap: RevealedCap, low: int, high: int) -> CapCommitment:
    return CapCommitment(low, high, cap_hash(cap))


def samples() -> Iterator[Sample]:
    """Yield the samples."""
    yield from _creation()
    yield from _setup()
    yield from _parameters()
    yield from _inflation()
    yield from _contribution()
    yield from _market_maker()
    yield from _virtual()


def _creation() -> Iterator[Sample]:
    yield Sample("smt_create", "the fee in SBD", SmtCreate(ALICE, TOKEN, sbd(1_000_000)))
    yield Sample(
        "smt_create/fine",
        "eight decimals, the fee in STEEM",
        SmtCreate(ALICE, FINE, steem(1_000_000)),
    )


def _setup() -> Iterator[Sample]:
    unit = GenerationUnit(
        routes({"$market_maker": 1, "alice": 3}),
        routes({"$from": 7, "$market_maker": 1, "alice": 2}),
    )
    yield Sample(
        "smt_setup",
        "open caps, one unit: the soft cap is the hard cap, so nothing lies above it",
        SmtSetup(
            ALICE,
            TOKEN,
            3,
            1_000_000_000_000_000,
            CappedGenerationPolicy(
                unit, GenerationUnit(), _open_cap(10_000), _open_cap(1_000_000), 10_000, 50, 100
            ),
            NOON,
            NOON + 30 * DAY,
            NOON + 31 * DAY,
            NOON + 60 * DAY,
        ),
    )
    after = GenerationUnit(
        routes({"$from.vesting": 1, "bob": 3}),
        routes({"$from": 3, "$rewards": 1, "$vesting": 1}),
    )
    yield Sample(
        "smt_setup/hidden",
        "hidden caps with bounds, and other units above the soft cap",
        SmtSetup(
            ALICE,
            FINE,
            0,
            999_999_999_999_999,
            CappedGenerationPolicy(
                unit,
                after,
                _hidden_cap(_MINIMUM, 1, 50_000),
                _hidden_cap(_HARD_CAP, 100_000, 2_000_000),
                2_000,
                10,
                20,
            ),
            NOON,
            NOON + 1,
            NOON + 1,
            NOON + 1,
        ),
    )


def _parameters() -> Iterator[Sample]:
    def setup(name: str, description: str, *parameters: object) -> Sample:
        chosen = SmtSetSetupParameters(ALICE, TOKEN, parameters)  # type: ignore[arg-type]
        return Sample(f"smt_set_setup_parameters{name}", description, chosen)

    def runtime(name: str, description: str, *parameters: object) -> Sample:
        chosen = SmtSetRuntimeParameters(ALICE, TOKEN, parameters)  # type: ignore[arg-type]
        return Sample(f"smt_set_runtime_parameters{name}", description, chosen)

    windows = SmtParamWindowsV1(86_400, 3_600)
    regeneration = SmtParamVoteRegenerationPeriodSecondsV1(432_000, 50)
    rewards = SmtParamRewardsV1((1 << 64) + 2, 2_500, 7_500, CurveId.linear, CurveId.square_root)
    market_maker = SmtParamMarketMaker(5_000, 1_000, NOON, 86_400, pay_later_emission=True)
    yield setup("", "kind 0: no vesting", SmtParamAllowVesting(value=False))
    yield setup("/voting", "kind 1: no voting", SmtParamAllowVoting(value=False))
    yield setup("/market_maker", "kind 2: a market maker whose ratio decays", market_maker)
    yield setup(
        "/all", "all kinds, in order", SmtParamAllowVesting(), SmtParamAllowVoting(), market_maker
    )
    yield runtime("", "kind 0: windows in seconds", windows)
    yield runtime("/regeneration", "kind 1: ten votes a day", regeneration)
    yield runtime(
        "/rewards",
        "kind 2: a 128-bit constant (high half first), both percentages, curves of eight bytes",
        rewards,
    )
    yield runtime(
        "/rewards_unset",
        "a content percentage of zero says nothing",
        SmtParamRewardsV1(0, 10_000, 0, CurveId.quadratic, CurveId.linear),
    )
    yield runtime(
        "/bounded",
        "the bounded curation curve, which needs a constant",
        SmtParamRewardsV1(
            2_000_000_000_000, 5_000, 5_000, CurveId.quadratic, CurveId.bounded_curation
        ),
    )
    yield runtime("/downvotes", "kind 3: no downvotes", SmtParamAllowDownvotes(value=False))
    yield runtime(
        "/taker_mode",
        "kind 4: the market maker as a taker",
        SmtParamMarketMakerTakerMode(value=True),
    )
    yield runtime(
        "/all",
        "all kinds, in order",
        windows,
        regeneration,
        rewards,
        SmtParamAllowDownvotes(),
        SmtParamMarketMakerTakerMode(),
    )


def _inflation() -> Iterator[Sample]:
    unit = InflationUnit(routes({"$market_maker": 1, "$rewards": 2, "$vesting": 2, "alice": 1}))
    yield Sample(
        "smt_setup_inflation",
        "a year of weekly events, from an absolute amount to a share of the supply",
        SmtSetupInflation(
            ALICE,
            TOKEN,
            NOON,
            unit,
            7 * DAY,
            52,
            NOON,
            NOON + 364 * DAY,
            token(1_000_000),
            token(0),
            0,
            655,
            16,
        ),
    )
    yield Sample(
        "smt_setup_inflation/for_ever",
        "2^32-1 repetitions: without end, equal endpoint times",
        SmtSetupInflation(
            ALICE, TOKEN, NOON, unit, DAY, 0xFFFFFFFF, NOON, NOON, token(1), token(1), 0, 0, 0
        ),
    )
    yield Sample(
        "smt_setup_inflation/remove",
        "takes the last entry back",
        SmtSetupInflation(
            ALICE,
            TOKEN,
            NOON,
            unit,
            7 * DAY,
            52,
            NOON,
            NOON + 364 * DAY,
            token(1_000_000),
            token(0),
            0,
            655,
            16,
            remove=True,
        ),
    )


def _contribution() -> Iterator[Sample]:
    yield Sample(
        "smt_cap_reveal",
        "the nonce is 128 bits: high half first",
        SmtCapReveal(ALICE, TOKEN, _MINIMUM),
    )
    yield Sample(
        "smt_cap_reveal/largest_nonce", "all bits set", SmtCapReveal(ALICE, TOKEN, _HARD_CAP)
    )
    yield Sample("smt_contribute", "STEEM", SmtContribute(BOB, TOKEN, 1, steem(12_345)))
    yield Sample(
        "smt_refund",
        "one whole contribution; no executor, unlike steemd's unreleased form",
        SmtRefund(BOB, TOKEN, 1, steem(12_345)),
    )


def _market_maker() -> Iterator[Sample]:
    yield Sample(
        "smt_market_maker_trade",
        "buy tokens",
        SmtMarketMakerTrade(BOB, TOKEN, steem(10_000), token(19_925)),
    )
    yield Sample(
        "smt_market_maker_trade/sell",
        "sell tokens",
        SmtMarketMakerTrade(BOB, TOKEN, token(19_925), steem(1)),
    )
    yield Sample(
        "smt_market_maker_contribute",
        "tokens, which move the ratio and not the price",
        SmtMarketMakerContribute(ALICE, TOKEN, token(1_000), pay_later=True),
    )
    yield Sample(
        "smt_market_maker_contribute/steem",
        "STEEM, which moves the price",
        SmtMarketMakerContribute(ALICE, WHOLE, steem(1_000), pay_later=False),
    )


def _virtual() -> Iterator[Sample]:
    yield Sample("smt_phase_changed", "setup to setup completed", SmtPhaseChanged(TOKEN, 0, 1))
    yield Sample(
        "smt_launch_evaluated",
        "a generation that reached its minimum",
        SmtLaunchEvaluated(
            TOKEN,
            success=True,
            units_raw=300,
            units_accepted=256,
            unit_ratio=50,
            soft_cap_units=128,
            delayed=False,
        ),
    )
    yield Sample(
        "smt_contributor_payout",
        "tokens for accepted units, and the rest back",
        SmtContributorPayout(BOB, TOKEN, 1, steem(12_345), 3_086, steem(1), (token(1_080_100),)),
    )
    yield Sample(
        "smt_refunded",
        "given back because the launch failed",
        SmtRefunded(BOB, TOKEN, 1, steem(12_345), automatic=True),
    )
    yield Sample(
        "smt_founder_payout",
        "a map of lists: one account with two amounts, one with none",
        SmtFounderPayout(
            TOKEN,
            ((ALICE, (steem(9_000), token(2_000))), (CAROL, ())),
            steem(3_000),
            token(1_000),
            token(0),
            token(0),
        ),
    )
    yield Sample("smt_token_launched", "the token can be used", SmtTokenLaunched(ALICE, TOKEN))
    yield Sample(
        "smt_inflation_emitted",
        "what each target got",
        SmtInflationEmitted(
            TOKEN, NOON, ((AccountName("$rewards"), token(300)), (ALICE, Asset(150, TOKEN)))
        ),
    )
    yield Sample(
        "smt_market_maker_filled",
        "a trade, and the reserves after it; 2 500 000 000 is a ratio of 25 %",
        SmtMarketMakerFilled(
            BOB,
            TOKEN,
            steem(10_000),
            token(19_925),
            steem(1_010_000),
            token(3_980_075),
            2_500_000_000,
        ),
    )
