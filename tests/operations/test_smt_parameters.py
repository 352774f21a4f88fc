from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, smt_symbol
from protocol.operations.smt_parameters import (
    CurveId,
    CurveNotAllowedError,
    InvalidWindowsError,
    NoParametersError,
    RepeatedParameterError,
    RewardSplitError,
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
    VotesTooFrequentError,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    InvalidAccountNameError,
    NotSmtSymbolError,
    OutOfBoundsError,
    VestingSymbolError,
)

TOKEN = smt_symbol(18118804, 3)
INCLUSIVE = replace(DEV_PARAMS, param_bound_inclusive=True)
BOUNDS = {"strict": DEV_PARAMS, "inclusive": INCLUSIVE}
WEEK = 604_800

MARKET_MAKER = SmtParamMarketMaker(5_000, 500, 0, 0, pay_later_emission=True)
REWARDS = SmtParamRewardsV1(1, 2_500, 7_500, CurveId.linear, CurveId.square_root)
SETUP = SmtSetSetupParameters("alice", TOKEN, (SmtParamAllowVesting(), SmtParamAllowVoting()))
RUNTIME = SmtSetRuntimeParameters("alice", TOKEN, (SmtParamAllowDownvotes(value=False),))

BASE_REFUSALS = [
    pytest.param({"control_account": "x"}, InvalidAccountNameError, "control_account", id="name"),
    pytest.param({"symbol": STEEM}, NotSmtSymbolError, "symbol", id="steem"),
    pytest.param({"symbol": SBD}, NotSmtSymbolError, "symbol", id="sbd"),
    pytest.param({"symbol": VESTS}, NotSmtSymbolError, "symbol", id="vests"),
    pytest.param({"symbol": TOKEN ^ 0x20}, VestingSymbolError, "symbol", id="vesting_token"),
]


class TestSmtSetSetupParametersValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            *BASE_REFUSALS,
            pytest.param({"setup_parameters": ()}, NoParametersError, "setup_parameters", id="0"),
            pytest.param(
                {"setup_parameters": (SmtParamAllowVoting(), SmtParamAllowVoting(value=False))},
                RepeatedParameterError,
                "setup_parameters[1]",
                id="twice",
            ),
            *(
                pytest.param(
                    {"setup_parameters": (replace(MARKET_MAKER, **{member: ratio}),)},
                    OutOfBoundsError,
                    f"setup_parameters[0].{member}",
                    id=f"{member}_{ratio}",
                )
                for member, ratio in (
                    ("reserve_ratio", 499),
                    ("reserve_ratio", 5_001),
                    ("final_reserve_ratio", 499),
                    ("final_reserve_ratio", 5_001),
                )
            ),
        ],
    )
    def test_rejects(self, refuses_showing, change, error, field):
        refuses_showing(SETUP, change, error, field)

    @pytest.mark.parametrize(("initial", "final"), [(500, 500), (5_000, 500), (5_000, 5_000)])
    def test_accepts_market_maker_ratios(self, initial, final):
        parameter = replace(MARKET_MAKER, reserve_ratio=initial, final_reserve_ratio=final)
        replace(SETUP, setup_parameters=(parameter,)).validate(DEV_PARAMS)

    def test_a_ratio_does_not_rise(self, refuses_showing):
        parameter = replace(MARKET_MAKER, reserve_ratio=600, final_reserve_ratio=601)
        change = {"setup_parameters": (parameter,)}
        field = "setup_parameters[0].final_reserve_ratio"
        refuses_showing(SETUP, change, OutOfBoundsError, field)


class TestSmtSetSetupParametersAuthorities:
    def test_only_the_control_account_signs_with_active(self):
        assert SETUP.required_active() == {"alice"}
        assert not SETUP.required_owner() | SETUP.required_posting()


def outcome(parameter, params):
    """Return None if a runtime parameter is accepted, else error class and member."""
    operation = replace(RUNTIME, runtime_parameters=(parameter,))
    try:
        operation.validate(params)
    except (InvalidWindowsError, OutOfBoundsError, VotesTooFrequentError) as error:
        prefix, _, member = error.field.partition(".")
        assert prefix == "runtime_parameters[0]"
        return type(error), member
    return None


class TestSmtSetRuntimeParametersValidate:
    """docs/RULES.md 2.3, with the numbers of W; D-06 for the upper bounds."""

    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            *BASE_REFUSALS,
            pytest.param(
                {"runtime_parameters": ()}, NoParametersError, "runtime_parameters", id="none"
            ),
            pytest.param(
                {"runtime_parameters": (REWARDS, REWARDS)},
                RepeatedParameterError,
                "runtime_parameters[1]",
                id="twice",
            ),
        ],
    )
    def test_rejects(self, refuses_showing, change, error, field):
        refuses_showing(RUNTIME, change, error, field)

    @pytest.mark.parametrize("params", BOUNDS.values(), ids=BOUNDS)
    @pytest.mark.parametrize(
        ("cashout", "auction", "is_valid"),
        [
            (43_200, 0, False),
            (43_201, 0, True),
            (43_201, 1, False),
            (WEEK - 1, WEEK - 43_202, True),
            (WEEK - 1, WEEK - 43_201, False),
            # W adds these in 32 bits, where they wrap to a small number.
            (WEEK - 1, 2**32 - 1, False),
            (WEEK - 1, 2**32 - 43_200, False),
            (0, 0, False),
        ],
    )
    def test_windows(self, cashout, auction, is_valid, params):
        found = outcome(SmtParamWindowsV1(cashout, auction), params)
        expected = (InvalidWindowsError, "reverse_auction_window_seconds")
        assert found == (None if is_valid else expected)

    @pytest.mark.parametrize(
        ("cashout", "strict", "inclusive"),
        [(WEEK - 1, True, True), (WEEK, False, True), (WEEK + 1, False, False)],
    )
    def test_longest_cashout_window(self, cashout, strict, inclusive):
        parameter = SmtParamWindowsV1(cashout, 0)
        expected = (OutOfBoundsError, "cashout_window_seconds")
        assert outcome(parameter, DEV_PARAMS) == (None if strict else expected)
        assert outcome(parameter, INCLUSIVE) == (None if inclusive else expected)

    def test_longest_reverse_auction_of_w(self):
        assert outcome(SmtParamWindowsV1(WEEK, WEEK - 43_201), INCLUSIVE) is None
        expected = (InvalidWindowsError, "reverse_auction_window_seconds")
        assert outcome(SmtParamWindowsV1(WEEK, WEEK - 43_200), INCLUSIVE) == expected

    @pytest.mark.parametrize("params", BOUNDS.values(), ids=BOUNDS)
    @pytest.mark.parametrize(
        ("period", "votes", "is_valid"),
        [
            (87, 1, True),
            (86, 1, False),
            (87, 2, False),
            (88, 1, True),
            (86_400, 1_000, True),
            (86_400, 1_001, False),
            (86_399, 1_000, False),
            (86_401, 1_000, True),
            (WEEK - 1, 7_000, False),
        ],
    )
    def test_votes_per_day(self, period, votes, is_valid, params):
        found = outcome(SmtParamVoteRegenerationPeriodSecondsV1(period, votes), params)
        expected = (VotesTooFrequentError, "votes_per_regeneration_period")
        assert found == (None if is_valid else expected)

    @pytest.mark.parametrize(
        ("period", "strict", "inclusive"),
        [
            (0, False, False),
            (WEEK - 1, True, True),
            (WEEK, False, True),
            (WEEK + 1, False, False),
        ],
    )
    def test_regeneration_period(self, period, strict, inclusive):
        parameter = SmtParamVoteRegenerationPeriodSecondsV1(period, 50)
        expected = (OutOfBoundsError, "vote_regeneration_period_seconds")
        assert outcome(parameter, DEV_PARAMS) == (None if strict else expected)
        assert outcome(parameter, INCLUSIVE) == (None if inclusive else expected)

    @pytest.mark.parametrize(
        ("votes", "is_valid"), [(0, False), (1, True), (7_000, True), (7_001, False)]
    )
    def test_votes_per_period(self, votes, is_valid):
        found = outcome(SmtParamVoteRegenerationPeriodSecondsV1(WEEK, votes), INCLUSIVE)
        assert found == (None if is_valid else (OutOfBoundsError, "votes_per_regeneration_period"))

    @pytest.mark.parametrize(
        ("change", "error", "member"),
        [
            pytest.param(
                {"percent_curation_rewards": 10_001, "percent_content_rewards": 0},
                OutOfBoundsError,
                "percent_curation_rewards",
                id="curation_10001",
            ),
            pytest.param(
                {"percent_content_rewards": 10_001},
                OutOfBoundsError,
                "percent_content_rewards",
                id="content_10001",
            ),
            pytest.param(
                {"percent_content_rewards": 7_499},
                RewardSplitError,
                "percent_content_rewards",
                id="9999_together",
            ),
            pytest.param(
                {"percent_content_rewards": 7_501},
                RewardSplitError,
                "percent_content_rewards",
                id="10001_together",
            ),
            *(
                pytest.param(
                    {"author_reward_curve": curve},
                    CurveNotAllowedError,
                    "author_reward_curve",
                    id=f"author_{curve.name}",
                )
                for curve in CurveId
                if curve not in {CurveId.linear, CurveId.quadratic}
            ),
            *(
                pytest.param(
                    {"curation_reward_curve": curve},
                    CurveNotAllowedError,
                    "curation_reward_curve",
                    id=f"curation_{curve.name}",
                )
                for curve in (
                    CurveId.quadratic,
                    CurveId.convergent_linear,
                    CurveId.convergent_square_root,
                )
            ),
            pytest.param(
                {"content_constant": 0, "curation_reward_curve": CurveId.bounded_curation},
                OutOfBoundsError,
                "content_constant",
                id="bounded_curve_without_constant",
            ),
        ],
    )
    def test_rejects_rewards(self, refuses_showing, change, error, member):
        changed = {"runtime_parameters": (replace(REWARDS, **change),)}
        refuses_showing(
            replace(RUNTIME, runtime_parameters=(REWARDS,)),
            changed,
            error,
            f"runtime_parameters[0].{member}",
        )

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"percent_content_rewards": 0}, id="content_unset"),
            pytest.param(
                {"percent_curation_rewards": 10_000, "percent_content_rewards": 0}, id="10000"
            ),
            pytest.param({"author_reward_curve": CurveId.quadratic}, id="quadratic_author"),
            pytest.param({"curation_reward_curve": CurveId.linear}, id="linear_curation"),
            pytest.param(
                {"curation_reward_curve": CurveId.bounded_curation}, id="bounded_curation"
            ),
            pytest.param({"content_constant": 0}, id="no_constant"),
            pytest.param({"content_constant": 2**128 - 1}, id="largest_constant"),
        ],
    )
    def test_accepts_rewards(self, change):
        parameter = replace(REWARDS, **change)
        replace(RUNTIME, runtime_parameters=(parameter,)).validate(DEV_PARAMS)

    def test_accepts_switches(self):
        replace(
            RUNTIME,
            runtime_parameters=(
                SmtParamAllowDownvotes(value=True),
                SmtParamMarketMakerTakerMode(value=True),
            ),
        ).validate(DEV_PARAMS)


class TestSmtSetRuntimeParametersAuthorities:
    def test_only_the_control_account_signs_with_active(self):
        assert RUNTIME.required_active() == {"alice"}
        assert not RUNTIME.required_owner() | RUNTIME.required_posting()
