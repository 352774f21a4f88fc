from dataclasses import replace

import pytest

from protocol.assets import STEEM, Asset, smt_symbol
from protocol.operations.smt_inflation import (
    EmptyInflationUnitError,
    InflationIntervalError,
    InflationTimeError,
    InflationUnit,
    SmtInflationEmitted,
    SmtSetupInflation,
    ZeroInflationError,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNegativeError,
    InvalidAccountNameError,
    InvalidUnitTargetError,
    InvalidUnitWeightError,
    NotSmtSymbolError,
    TooManyUnitRoutesError,
    VestingSymbolError,
    WrongSymbolError,
)

TOKEN = smt_symbol(18118804, 3)
OTHER = smt_symbol(88009092, 3)
GENESIS = DEV_PARAMS.genesis_time
BEGIN = GENESIS + 86_400
FOREVER = 0xFFFFFFFF
VALID = SmtSetupInflation(
    "alice",
    TOKEN,
    BEGIN,
    InflationUnit((("alice", 10),)),
    21_600,
    2,
    BEGIN,
    BEGIN + 43_200,
    Asset(0, TOKEN),
    Asset(100, TOKEN),
    0,
    0,
    0,
)


def unit(*routes):
    return {"inflation_unit": InflationUnit(routes)}


class TestSmtSetupInflationValidate:
    """docs/RULES.md 2.4; steemd: smt_operation_tests.cpp::smt_setup_emissions_validate."""

    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param(
                {"control_account": "@@@@@"}, InvalidAccountNameError, "control_account", id="name"
            ),
            pytest.param({"symbol": STEEM}, NotSmtSymbolError, "symbol", id="steem"),
            pytest.param({"symbol": TOKEN ^ 0x20}, VestingSymbolError, "symbol", id="vesting"),
            pytest.param(
                {"schedule_time": GENESIS}, InflationTimeError, "schedule_time", id="genesis"
            ),
            pytest.param(
                unit(), EmptyInflationUnitError, "inflation_unit.token_unit", id="empty_unit"
            ),
            pytest.param(
                unit(("@@@@@", 10)),
                InvalidUnitTargetError,
                "inflation_unit.token_unit[0]",
                id="bad_target",
            ),
            pytest.param(
                unit(("$from", 1)),
                InvalidUnitTargetError,
                "inflation_unit.token_unit[0]",
                id="$from",
            ),
            pytest.param(
                unit(("$from.vesting", 1)),
                InvalidUnitTargetError,
                "inflation_unit.token_unit[0]",
                id="$from.vesting",
            ),
            pytest.param(
                unit(("alice", 1), ("bob", 0)),
                InvalidUnitWeightError,
                "inflation_unit.token_unit[1]",
                id="weight_0",
            ),
            pytest.param(
                unit(*((f"acct{number:02}", 1) for number in range(11))),
                TooManyUnitRoutesError,
                "inflation_unit.token_unit",
                id="11_routes",
            ),
            pytest.param(
                {"interval_seconds": 21_599}, InflationIntervalError, "interval_seconds", id="21599"
            ),
            pytest.param(
                {"interval_seconds": 0}, InflationIntervalError, "interval_seconds", id="0_count_2"
            ),
            pytest.param(
                {"lep_time": BEGIN + 43_201}, InflationTimeError, "lep_time", id="lep_after_rep"
            ),
            pytest.param(
                {"lep_time": BEGIN - 1}, InflationTimeError, "lep_time", id="lep_before_schedule"
            ),
            pytest.param(
                {"rep_time": BEGIN + 43_201}, InflationTimeError, "rep_time", id="rep_after_end"
            ),
            pytest.param(
                {"interval_count": 1}, InflationTimeError, "rep_time", id="schedule_too_short"
            ),
            pytest.param(
                {"interval_count": FOREVER - 1},
                InflationTimeError,
                "interval_count",
                id="end_overflows",
            ),
            pytest.param(
                {"lep_abs_amount": Asset(0, OTHER)},
                WrongSymbolError,
                "lep_abs_amount",
                id="lep_symbol",
            ),
            pytest.param(
                {"rep_abs_amount": Asset(1, smt_symbol(18118804, 4))},
                WrongSymbolError,
                "rep_abs_amount",
                id="rep_precision",
            ),
            pytest.param(
                {"lep_abs_amount": Asset(-1, TOKEN)},
                AmountNegativeError,
                "lep_abs_amount",
                id="lep<0",
            ),
            pytest.param(
                {"rep_abs_amount": Asset(-1, TOKEN)},
                AmountNegativeError,
                "rep_abs_amount",
                id="rep<0",
            ),
            pytest.param(
                {"rep_abs_amount": Asset(0, TOKEN)}, ZeroInflationError, "lep_abs_amount", id="zero"
            ),
        ],
    )
    def test_rejects(self, refuses_showing, change, error, field):
        refuses_showing(VALID, change, error, field)

    @pytest.mark.parametrize("target", ["$rewards", "$vesting", "$market_maker", "null"])
    def test_accepts_target(self, target):
        replace(VALID, **unit((target, 1))).validate(DEV_PARAMS)

    def test_accepts_10_routes(self):
        routes = ((f"acct{number:02}", 1) for number in range(10))
        replace(VALID, **unit(*routes)).validate(DEV_PARAMS)

    @pytest.mark.parametrize(
        ("seconds", "count", "is_valid"),
        [
            pytest.param(0, 0, True, id="defaults_are_one_event"),
            pytest.param(1, 0, True, id="one_event_needs_no_interval"),
            pytest.param(21_600, 0, True, id="one_event"),
            pytest.param(0, 1, False, id="repeats_at_once"),
            pytest.param(1, 1, False, id="repeats_too_soon"),
            pytest.param(21_599, FOREVER, False, id="for_ever_too_soon"),
            pytest.param(21_600, 1, True, id="one_repetition"),
            pytest.param(21_600, FOREVER, True, id="for_ever"),
        ],
    )
    def test_intervals(self, seconds, count, is_valid):
        # Whitepaper "Event sequences": both fields default to 0.  W demands a repetition.
        operation = replace(
            VALID, interval_seconds=seconds, interval_count=count, lep_time=0, rep_time=0
        )
        if is_valid:
            operation.validate(DEV_PARAMS)
        else:
            with pytest.raises(InflationIntervalError):
                operation.validate(DEV_PARAMS)

    @pytest.mark.parametrize("time", [0, BEGIN - 1, FOREVER])
    def test_equal_endpoint_times_may_be_anything(self, time):
        replace(VALID, lep_time=time, rep_time=time).validate(DEV_PARAMS)

    def test_a_schedule_without_end_takes_any_right_endpoint(self):
        replace(VALID, interval_count=FOREVER, rep_time=FOREVER).validate(DEV_PARAMS)

    def test_a_modulated_schedule_may_end_with_the_last_second_of_31_bits(self):
        last = 2**31 - 1 - 2 * 21_600
        operation = replace(VALID, schedule_time=last, lep_time=last, rep_time=2**31 - 1)
        operation.validate(DEV_PARAMS)
        with pytest.raises(InflationTimeError):
            replace(operation, schedule_time=last + 1, lep_time=last + 1).validate(DEV_PARAMS)

    @pytest.mark.parametrize("name", ["lep_rel_amount_numerator", "rep_rel_amount_numerator"])
    def test_a_numerator_alone_is_an_emission(self, name):
        change = {"rep_abs_amount": Asset(0, TOKEN), name: 1, "rel_amount_denom_bits": 255}
        replace(VALID, **change).validate(DEV_PARAMS)


class TestSmtSetupInflationAuthorities:
    def test_only_the_control_account_signs_with_active(self):
        assert VALID.required_active() == {"alice"}
        assert not VALID.required_owner() | VALID.required_posting()


class TestSmtInflationEmittedAuthorities:
    def test_is_virtual(self):
        assert SmtInflationEmitted.IS_VIRTUAL
