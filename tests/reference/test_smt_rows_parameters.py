"""steemd's tests of a token's parameters, re-expressed with their numbers.

D-06: we keep the whitepaper's strict bounds; `REVISION_W` has steemd's `<=`.  Where the two differ
a test shows both.  D-38: `allow_vesting` is ours from the whitepaper, so `allow_voting` is kind 1.
"""

import pytest
from reference_rows import (
    OK,
    REVISION_W,
    answer,
    assert_refuses_other_keys,
    assert_signed_by,
    verdict,
)
from token_stage import TokenStage
from world import ALPHA

from protocol.assets import SBD, STEEM, VESTS
from protocol.operations.smt_parameters import (
    CurveId,
    SmtParamAllowDownvotes,
    SmtParamAllowVoting,
    SmtParamRewardsV1,
    SmtParamVoteRegenerationPeriodSecondsV1,
    SmtParamWindowsV1,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from protocol.params import DEV_PARAMS
from protocol.symbols import smt_symbol

SETUP = SmtSetSetupParameters("alice", ALPHA, (SmtParamAllowVoting(value=False),))
RUNTIME = SmtSetRuntimeParameters("alice", ALPHA, (SmtParamAllowDownvotes(value=False),))
NOT_TOKENS = pytest.mark.parametrize("symbol", [STEEM, VESTS, SBD])
WINDOWS = "operation.smt.invalid_windows"
BOUNDS = "operation.out_of_bounds"
TOO_OFTEN = "operation.smt.votes_too_frequent"
CURVE = "operation.smt.curve_not_allowed"


def runtime(parameter, params=DEV_PARAMS):
    return verdict(RUNTIME, params, runtime_parameters=(parameter,))


class TestSetupValidate:
    """steemd: smt_operation_tests.cpp::set_setup_parameters_validate"""

    @NOT_TOKENS
    def test_core_assets_have_no_parameters(self, symbol):
        assert verdict(SETUP, symbol=symbol) == "operation.not_smt_symbol"

    def test_needs_an_account_name(self):
        assert verdict(SETUP, control_account="####") == "operation.invalid_account_name"

    def test_needs_a_parameter(self):
        assert verdict(SETUP, setup_parameters=()) == "operation.smt.no_parameters"
        assert verdict(SETUP) == OK


def test_only_the_control_account_signs_setup_parameters(chain):
    """steemd: smt_operation_tests.cpp::set_setup_parameters_authorities"""
    assert_signed_by(SETUP, "alice")
    token = TokenStage(chain)
    token.send(token.creation())
    operation = SmtSetSetupParameters("alice", token.symbol, SETUP.setup_parameters)
    assert_refuses_other_keys(chain, operation, "alice")


class TestSetupApply:
    """steemd: smt_operation_tests.cpp::set_setup_parameters_apply"""

    @pytest.fixture
    def token(self, chain):
        made = TokenStage(chain, precision=3)
        made.send(made.creation())
        return made

    def operation(self, token, *, value, control="alice", symbol=None):
        parameters = (SmtParamAllowVoting(value=value),)
        return SmtSetSetupParameters(control, symbol or token.symbol, parameters)

    def test_toggles_voting_and_back(self, token):
        for value in (False, True, False):
            token.send(self.operation(token, value=value))
            assert token.row.allow_voting is value

    @pytest.mark.parametrize(
        ("control", "precision", "code"),
        [
            ("bob", 3, "evaluation.smt.not_controller"),
            ("alice", 4, "evaluation.smt.wrong_precision"),
        ],
    )
    def test_another_account_or_precision_is_refused(self, token, control, precision, code):
        symbol = smt_symbol(token.symbol >> 5, precision)
        operation = self.operation(token, value=False, control=control, symbol=symbol)
        assert answer(token.send, operation) == code

    def test_an_unknown_token_is_refused(self, token):
        operation = self.operation(token, value=False, symbol=ALPHA)
        assert answer(token.send, operation) == "evaluation.smt.not_found"


class TestRuntimeValidate:
    """steemd: smt_operation_tests.cpp::smt_set_runtime_parameters_validate"""

    @NOT_TOKENS
    def test_core_assets_have_no_parameters(self, symbol):
        assert verdict(RUNTIME, symbol=symbol) == "operation.not_smt_symbol"

    def test_needs_an_account_name_and_a_parameter(self):
        assert verdict(RUNTIME, control_account="@@@@") == "operation.invalid_account_name"
        assert verdict(RUNTIME, runtime_parameters=()) == "operation.smt.no_parameters"
        assert verdict(RUNTIME) == OK

    @pytest.mark.parametrize(
        ("cashout", "auction", "code"),
        [
            (43_200, 0, WINDOWS),  # nothing is left beside the upvote lockout
            (43_201, 0, OK),
            (43_201, 1, WINDOWS),
            (604_801, 0, BOUNDS),
            (600_000, 600_000 - 43_200 - 1, OK),
            (600_000, 600_000 - 43_200, WINDOWS),
            # steemd adds in 32 bits and wraps; nothing may.
            (600_000, (1 << 32) - 1, WINDOWS),
        ],
    )
    def test_reverse_auction_and_lockout_fit_the_cashout_window(self, cashout, auction, code):
        parameter = SmtParamWindowsV1(cashout, auction)
        assert runtime(parameter) == runtime(parameter, REVISION_W) == code

    def test_a_cashout_window_of_a_week_is_one_second_too_long(self):
        """D-06: steemd accepts 604800; the whitepaper's bound is strict."""
        assert runtime(SmtParamWindowsV1(604_800, 0), REVISION_W) == OK
        assert runtime(SmtParamWindowsV1(604_800, 0)) == BOUNDS
        assert runtime(SmtParamWindowsV1(604_799, 0)) == OK

    @pytest.mark.parametrize(
        ("period", "votes", "code"),
        [
            (0, 1, BOUNDS),
            (87, 1, OK),
            (86, 1, TOO_OFTEN),  # 1005 votes a day
            (87, 2, TOO_OFTEN),
            (88, 1, OK),
            (604_801, 1, BOUNDS),
            (86_400, 1_000, OK),
            (86_400, 1_001, TOO_OFTEN),
            (86_399, 1_000, TOO_OFTEN),
            (86_401, 1_000, OK),
            (604_799, 7_000, TOO_OFTEN),
            (604_799, 7_001, BOUNDS),
            (86_400, 0, BOUNDS),
        ],
    )
    def test_at_most_a_thousand_votes_a_day(self, period, votes, code):
        parameter = SmtParamVoteRegenerationPeriodSecondsV1(period, votes)
        assert runtime(parameter) == runtime(parameter, REVISION_W) == code

    @pytest.mark.parametrize(("votes", "code"), [(7_000, OK), (7_001, BOUNDS)])
    def test_seven_thousand_votes_a_week(self, votes, code):
        parameter = SmtParamVoteRegenerationPeriodSecondsV1(604_800, votes)
        assert runtime(parameter, REVISION_W) == code

    def test_a_regeneration_of_a_week_is_one_second_too_long(self):
        """D-06: steemd accepts 604800 seconds."""
        parameter = SmtParamVoteRegenerationPeriodSecondsV1(604_800, 7_000)
        assert runtime(parameter) == BOUNDS
        assert runtime(SmtParamVoteRegenerationPeriodSecondsV1(604_799, 6_999)) == OK

    @pytest.mark.parametrize(("percent", "code"), [(10_000, OK), (10_001, BOUNDS)])
    def test_curation_is_at_most_all(self, percent, code):
        parameter = SmtParamRewardsV1(1, percent, 0, CurveId.linear, CurveId.square_root)
        assert runtime(parameter) == code

    @pytest.mark.parametrize(
        ("author", "curation", "code"),
        [
            (CurveId.linear, CurveId.linear, OK),
            (CurveId.quadratic, CurveId.linear, OK),
            (CurveId.bounded_curation, CurveId.linear, CURVE),
            (CurveId.square_root, CurveId.linear, CURVE),
            (CurveId.linear, CurveId.square_root, OK),
            (CurveId.linear, CurveId.bounded_curation, OK),
            (CurveId.linear, CurveId.quadratic, CURVE),
        ],
    )
    def test_each_side_has_its_own_curves(self, author, curation, code):
        assert runtime(SmtParamRewardsV1(1, 2_500, 0, author, curation)) == code


def test_only_the_control_account_signs_runtime_parameters(chain):
    """steemd: smt_operation_tests.cpp::smt_set_runtime_parameters_authorities"""
    assert_signed_by(RUNTIME, "alice")
    token = TokenStage(chain)
    token.send(token.creation())
    operation = SmtSetRuntimeParameters("alice", token.symbol, RUNTIME.runtime_parameters)
    assert_refuses_other_keys(chain, operation, "alice")


class TestRuntimeApply:
    """steemd: smt_operation_tests.cpp::smt_set_runtime_parameters_apply"""

    PARAMETERS = (
        SmtParamWindowsV1(345_600, 300),
        SmtParamVoteRegenerationPeriodSecondsV1(518_400, 600),
        SmtParamRewardsV1(10**12, 1_500, 0, CurveId.quadratic, CurveId.linear),
        SmtParamAllowDownvotes(value=False),
    )

    @pytest.fixture
    def token(self, chain):
        made = TokenStage(chain, precision=3)
        made.send(made.creation())
        return made

    @pytest.mark.parametrize(
        ("control", "precision", "code"),
        [
            ("bob", 3, "evaluation.smt.not_controller"),
            ("alice", 4, "evaluation.smt.wrong_precision"),
        ],
    )
    def test_another_account_or_precision_is_refused(self, token, control, precision, code):
        symbol = smt_symbol(token.symbol >> 5, precision)
        operation = SmtSetRuntimeParameters(control, symbol, self.PARAMETERS)
        assert answer(token.send, operation) == code

    def test_an_unknown_token_is_refused(self, token):
        operation = SmtSetRuntimeParameters("alice", ALPHA, self.PARAMETERS)
        assert answer(token.send, operation) == "evaluation.smt.not_found"

    def stored(self, token):
        row = token.row
        return {
            "windows": (row.cashout_window_seconds, row.reverse_auction_window_seconds),
            "votes": (row.vote_regeneration_period_seconds, row.votes_per_regeneration_period),
            "rewards": (row.content_constant, row.percent_curation_rewards),
            "curves": (CurveId(row.author_reward_curve), CurveId(row.curation_reward_curve)),
            "downvotes": row.allow_downvotes,
        }

    def test_every_value_is_stored(self, token):
        token.send(SmtSetRuntimeParameters("alice", token.symbol, self.PARAMETERS))
        assert self.stored(token) == {
            "windows": (345_600, 300),  # 4 days, 5 minutes
            "votes": (518_400, 600),  # 6 days
            "rewards": (1_000_000_000_000, 1_500),
            "curves": (CurveId.quadratic, CurveId.linear),
            "downvotes": False,
        }

    def test_they_may_change_after_the_setup_too(self, chain):
        """D-07: steemd refuses after smt_setup, against both whitepapers."""
        token = TokenStage(chain)
        token.set_up()
        token.send(SmtSetRuntimeParameters("alice", token.symbol, self.PARAMETERS))
        assert self.stored(token)["windows"] == (345_600, 300)
