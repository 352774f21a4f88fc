"""steemd's tests of inflation ("emissions" there), re-expressed with their numbers."""

from dataclasses import replace

import pytest
from reference_rows import OK, answer, assert_refuses_other_keys, assert_signed_by, verdict
from smt_world import inflation_unit, make_policy
from token_stage import TokenStage
from world import ALPHA

from protocol.assets import STEEM, VESTS, Asset
from protocol.operations.smt_inflation import SmtInflationEmitted, SmtSetupInflation
from protocol.operations.transfer import Transfer
from protocol.params import DEV_PARAMS
from protocol.types import TIME_MAX
from smtchain.economics.emissions import interpolate

START = DEV_PARAMS.genesis_time + 1
SIX_HOURS = 21_600
DAY = 86_400
FOREVER = 0xFFFFFFFF
TIME = "operation.smt.inflation_time"
VALID = SmtSetupInflation(
    control_account="alice",
    symbol=ALPHA,
    schedule_time=START,
    inflation_unit=inflation_unit({"alice": 10}),
    interval_seconds=SIX_HOURS,
    interval_count=1,
    lep_time=START,
    rep_time=START + SIX_HOURS,
    lep_abs_amount=Asset(0, ALPHA),
    rep_abs_amount=Asset(1_000, ALPHA),
    lep_rel_amount_numerator=1,
    rep_rel_amount_numerator=2,
    rel_amount_denom_bits=0,
)


class TestValidate:
    """steemd: smt_operation_tests.cpp::smt_setup_emissions_validate"""

    def test_the_valid_one(self):
        assert verdict(VALID) == OK

    def test_the_symbol_is_a_token(self):
        assert verdict(VALID, symbol=STEEM) == "operation.not_smt_symbol"

    @pytest.mark.parametrize("member", ["lep_abs_amount", "rep_abs_amount"])
    @pytest.mark.parametrize("symbol", [STEEM, VESTS, ALPHA ^ 0x20, ALPHA + 1])
    def test_both_amounts_are_in_the_token(self, member, symbol):
        assert verdict(VALID, **{member: Asset(10, symbol)}) == "operation.wrong_symbol"

    def test_something_must_be_created(self):
        nothing = {
            "lep_abs_amount": Asset(0, ALPHA),
            "rep_abs_amount": Asset(0, ALPHA),
            "lep_rel_amount_numerator": 0,
            "rep_rel_amount_numerator": 0,
        }
        assert verdict(VALID, **nothing) == "operation.smt.zero_inflation"
        for name in nothing:
            some = Asset(1, ALPHA) if name.endswith("amount") else 1
            assert verdict(VALID, **(nothing | {name: some})) == OK

    def test_needs_an_account_name(self):
        assert verdict(VALID, control_account="@@@@") == "operation.invalid_account_name"

    def test_somebody_must_get_it(self):
        assert verdict(VALID, inflation_unit=inflation_unit({})) == (
            "operation.smt.empty_inflation_unit"
        )

    @pytest.mark.parametrize("target", ["@@@@", "$from", "$from.vesting", "$nobody"])
    def test_other_targets_are_refused(self, target):
        unit = inflation_unit({target: 10})
        assert verdict(VALID, inflation_unit=unit) == "operation.invalid_unit_target"

    @pytest.mark.parametrize("target", ["$rewards", "$market_maker", "$vesting", "alice"])
    def test_the_special_targets_are_valid(self, target):
        assert verdict(VALID, inflation_unit=inflation_unit({target: 10})) == OK

    def test_nothing_begins_with_the_genesis(self):
        assert verdict(VALID, schedule_time=DEV_PARAMS.genesis_time) == TIME

    def test_no_repetition_is_one_event(self):
        """D-08: steemd refuses a count of 0; the whitepaper has it as the default."""
        assert verdict(VALID, interval_count=0, lep_time=0, rep_time=0) == OK

    def test_events_are_six_hours_apart(self):
        # The end points stay inside the schedule, so that only the interval is wrong.
        short = {"interval_seconds": SIX_HOURS - 1, "rep_time": START + SIX_HOURS - 1}
        assert verdict(VALID, **short) == "operation.smt.inflation_interval"

    @pytest.mark.parametrize("member", ["lep_abs_amount", "rep_abs_amount"])
    def test_no_amount_is_negative(self, member):
        assert verdict(VALID, **{member: Asset(-1, ALPHA)}) == "operation.amount_negative"

    def test_the_end_points_are_in_order_and_inside_the_schedule(self):
        assert verdict(VALID, lep_time=START - 1) == TIME
        assert verdict(VALID, rep_time=START + SIX_HOURS + 1) == TIME
        assert verdict(VALID, lep_time=START + 2, rep_time=START + 1) == TIME

    def test_equal_end_points_may_be_anywhere(self):
        assert verdict(VALID, lep_time=0, rep_time=0) == OK
        assert verdict(VALID, lep_time=TIME_MAX, rep_time=TIME_MAX) == OK


def test_only_the_control_account_signs(chain):
    """steemd: smt_operation_tests.cpp::smt_setup_emissions_authorities"""
    assert_signed_by(VALID, "alice")
    token = TokenStage(chain)
    token.send(token.creation())
    assert_refuses_other_keys(chain, token.inflation({"bob": 1}, 5), "alice")


class TestApply:
    """steemd: smt_operation_tests.cpp::smt_setup_emissions_apply"""

    @pytest.fixture
    def token(self, chain):
        made = TokenStage(chain)
        made.send(made.creation())
        return made

    def entry(self, token, start, count=1, **changes):
        return token.inflation(
            {"alice": 10},
            1_000,
            schedule_time=start,
            interval_seconds=SIX_HOURS,
            interval_count=count,
            **changes,
        )

    def test_another_account_is_refused(self, token):
        entry = self.entry(token, token.launch, control_account="bob")
        assert answer(token.send, entry) == "evaluation.smt.not_controller"

    def test_after_the_setup_it_is_refused(self, token):
        token.send(token.setup())
        entry = self.entry(token, token.launch + DAY)
        assert answer(token.send, entry) == "evaluation.smt.wrong_phase"

    def test_entries_never_overlap(self, token):
        """The first ends 21600 s after its start, the second after five intervals."""
        first = token.launch
        token.send(self.entry(token, first))
        for early in (first - 1, first, first + 1, first + SIX_HOURS):
            entry = self.entry(token, early, 5)
            assert answer(token.send, entry) == "evaluation.smt.inflation_overlap"
        second = first + SIX_HOURS + 1
        token.send(self.entry(token, second, 5))
        at_the_end = self.entry(token, second + 5 * SIX_HOURS, FOREVER)
        assert answer(token.send, at_the_end) == "evaluation.smt.inflation_overlap"
        token.send(self.entry(token, second + 5 * SIX_HOURS + 1, FOREVER))
        for later in (second + 1_000 * SIX_HOURS, TIME_MAX):
            entry = self.entry(token, later)
            assert answer(token.send, entry) == "evaluation.smt.inflation_overlap"


class TestEmissionsOfMaster:
    """Later tests of master, as far as the whitepaper has what they test."""

    def test_the_supply_stops_below_its_maximum(self, chain):
        """steemd: master smt_tests.cpp::smt_token_emissions (supply 22,399,999,999 at the end)"""
        token = TokenStage(chain)
        # 24,251 units of 18,773 satoshis, ratio 49: 22,307,937,127.
        policy = make_policy(
            pre_steem={"heidi": 1}, pre_token={"bob": 18_773}, hard_cap=24_251, ratios=(49, 49)
        )
        entry = token.inflation(
            {"$rewards": 1, "$vesting": 1, "alice": 1, "judy": 1},
            100_000_000,
            interval_seconds=SIX_HOURS,
            interval_count=1,
        )
        token.send(
            token.creation(),
            entry,
            token.setup(policy, max_supply=22_400_000_000),
            token.reveal(1),
            token.reveal(24_251),
        )
        token.go(token.begin)
        token.contribute(("bob", 24_251))
        token.go(token.launch)
        assert token.held("bob") == (22_307_937_127,)
        assert token.row.current_supply == 22_399_999_999
        assert token.held("alice", "judy") == (23_015_718, 23_015_718)
        # What is burned makes room for the next event: 500,000 again, in four parts.
        token.send(Transfer("bob", "null", token.amount(500_000), ""))
        assert token.row.current_supply == 22_399_499_999
        token.go(token.launch + SIX_HOURS)
        assert token.row.current_supply == 22_399_999_999
        assert token.held("alice") == (23_015_718 + 125_000,)

    def test_interpolation_weighs_the_nearer_end_more(self):
        """steemd: master smt_tests.cpp::smt_token_emissions

        A quarter of the way from 20 to 40 million is 25 million.  master swaps the weights, and its
        test repeats the error with 35 million; the whitepaper's formula is ours.
        """
        assert interpolate(20_000_000, 40_000_000, 0, 4, 1) == 25_000_000

    def test_a_token_needs_a_generation_of_some_length_and_a_contribution(self, chain):
        """steemd: master smt_tests.cpp::smt_without_ico

        master launches a token with a generation of no length and without contributions, and emits
        1,000,000.  The whitepaper has a minimum, at least one unit: such a token fails.
        """
        token = TokenStage(chain)
        token.send(token.creation())
        empty = token.setup(
            generation_end_time=token.begin, announced_launch_time=token.begin,
            launch_expiration_time=token.begin,
        )  # fmt: skip
        assert verdict(empty) == "operation.smt.generation_time"
        token.send(token.inflation({"judy": 1}, 1_000_000), token.setup(), token.reveal(1),
                   token.reveal(1_000))  # fmt: skip
        token.go(token.launch)
        assert token.held("judy") == (0,)
        assert token.stage.events(SmtInflationEmitted) == []

    def test_entries_need_no_gap_of_six_hours(self, chain):
        """steemd: master smt_tests.cpp::token_emission_timing

        master asks for 6 hours between two entries; the whitepaper and revision W only that the
        second is later than the last event of the first.
        """
        token = TokenStage(chain)
        first = token.inflation({"judy": 1}, 5)
        second = replace(first, schedule_time=token.launch + 1)
        token.send(token.creation(), first)
        assert answer(token.send, first) == "evaluation.smt.inflation_overlap"
        assert answer(token.send, second) == OK
