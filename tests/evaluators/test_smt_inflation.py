"""smt_setup_inflation: appending to the schedule in order, and removing from its end."""

from typing import Any

import pytest
from smt_world import SIX_HOURS, inflation_unit, valid_smt_setup_inflation
from world import ALPHA, BETA, NOW

from protocol.assets import Asset, nai_string, smt_symbol, stripped
from smtchain.evaluators.smt_inflation import (
    InflationInPastError,
    InflationNotLastError,
    InflationOverlapError,
)
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.ledger.smt import (
    SmtControlError,
    SmtNotFoundError,
    SmtPhaseError,
    SmtPrecisionError,
)
from smtchain.state.tables.smt import SmtInflation, SmtPhase

FIRST = NOW + 1_000
FOREVER = 0xFFFFFFFF


@pytest.fixture(autouse=True)
def _token(world: Any) -> None:
    world.add_token(phase=SmtPhase.SETUP)


def schedule(world: Any) -> list[SmtInflation]:
    return list(world.state.smt_inflation.scan("", stripped(ALPHA)))


class TestSmtSetupInflationApply:
    def test_stores_every_member(self, world: Any) -> None:
        unit = inflation_unit({"$rewards": 2, "$vesting": 3, "bob": 5})
        operation = valid_smt_setup_inflation(
            schedule_time=FIRST,
            inflation_unit=unit,
            interval_count=7,
            lep_time=FIRST + 10,
            rep_time=FIRST + 20,
            lep_abs_amount=Asset(11, ALPHA),
            rep_abs_amount=Asset(12, ALPHA),
            lep_rel_amount_numerator=13,
            rep_rel_amount_numerator=14,
            rel_amount_denom_bits=15,
        )
        assert world.apply(operation) == ()
        assert schedule(world) == [
            SmtInflation(
                nai=stripped(ALPHA),
                schedule_time=FIRST,
                token_unit=(("$rewards", 2), ("$vesting", 3), ("bob", 5)),
                interval_seconds=SIX_HOURS,
                interval_count=7,
                lep_time=FIRST + 10,
                rep_time=FIRST + 20,
                lep_abs_amount=11,
                rep_abs_amount=12,
                lep_rel_amount_numerator=13,
                rep_rel_amount_numerator=14,
                rel_amount_denom_bits=15,
                events_done=0,
            )
        ]

    def test_takes_a_market_maker_target_before_the_market_maker_is_set(self, world: Any) -> None:
        unit = inflation_unit({"$market_maker": 1})
        world.apply(valid_smt_setup_inflation(inflation_unit=unit))
        assert len(schedule(world)) == 1

    def test_rejects_a_start_at_head_time_and_takes_one_second_later(self, world: Any) -> None:
        world.refuse(
            valid_smt_setup_inflation(schedule_time=NOW),
            InflationInPastError,
            "evaluation.smt.inflation_in_past",
            "schedule_time",
            NOW,
        )
        world.apply(valid_smt_setup_inflation(schedule_time=NOW + 1))

    def test_follows_the_sequence_of_the_reference_test(self, world: Any) -> None:
        """steemd: smt_operation_tests.cpp::smt_setup_emissions_apply."""
        world.apply(valid_smt_setup_inflation(schedule_time=FIRST, interval_count=1))
        second = FIRST + SIX_HOURS + 1
        for start in (FIRST - 1, FIRST, FIRST + SIX_HOURS):
            world.refuse(
                valid_smt_setup_inflation(schedule_time=start, interval_count=5),
                InflationOverlapError,
                "evaluation.smt.inflation_overlap",
                "schedule_time",
                start,
            )
        world.apply(valid_smt_setup_inflation(schedule_time=second, interval_count=5))
        third = second + 5 * SIX_HOURS + 1
        world.refuse(
            valid_smt_setup_inflation(schedule_time=third - 1, interval_count=FOREVER),
            InflationOverlapError,
            "evaluation.smt.inflation_overlap",
            "schedule_time",
            third - 1,
        )
        world.apply(valid_smt_setup_inflation(schedule_time=third, interval_count=FOREVER))
        world.refuse(
            valid_smt_setup_inflation(schedule_time=FOREVER),
            InflationOverlapError,
            "evaluation.smt.inflation_overlap",
            "schedule_time",
            FOREVER,
        )
        assert [entry.schedule_time for entry in schedule(world)] == [FIRST, second, third]

    def test_a_single_event_ends_when_it_begins(self, world: Any) -> None:
        single = valid_smt_setup_inflation(
            schedule_time=FIRST, interval_count=0, interval_seconds=0
        )
        world.apply(single)
        world.apply(valid_smt_setup_inflation(schedule_time=FIRST + 1))

    def test_rejects_an_account_that_does_not_exist(self, world: Any) -> None:
        unit = inflation_unit({"$rewards": 1, "bob": 1, "nobody": 1})
        world.refuse(
            valid_smt_setup_inflation(inflation_unit=unit),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "inflation_unit.token_unit[2]",
            "nobody",
        )
        world.apply(valid_smt_setup_inflation())

    @pytest.mark.parametrize(
        ("changes", "error", "code", "field", "value"),
        [
            (
                {"symbol": BETA},
                SmtNotFoundError,
                "evaluation.smt.not_found",
                "symbol",
                nai_string(BETA),
            ),
            (
                {"symbol": smt_symbol(31415926, 3)},
                SmtPrecisionError,
                "evaluation.smt.wrong_precision",
                "symbol",
                3,
            ),
            (
                {"control_account": "bob"},
                SmtControlError,
                "evaluation.smt.not_controller",
                "control_account",
                "bob",
            ),
        ],
    )
    def test_rejects_what_is_not_the_callers_token(  # noqa: PLR0917 - one row of the table
        self, world: Any, changes: Any, error: Any, code: str, field: str, value: Any
    ) -> None:
        world.refuse(valid_smt_setup_inflation(**changes), error, code, field, value)
        world.apply(valid_smt_setup_inflation())

    @pytest.mark.parametrize("phase", [phase for phase in SmtPhase if phase != SmtPhase.SETUP])
    def test_rejects_every_phase_but_setup(self, world: Any, phase: SmtPhase) -> None:
        token = world.state.smt_tokens.get(stripped(ALPHA))
        world.state.smt_tokens.modify(token, phase=int(phase))
        world.refuse(
            valid_smt_setup_inflation(),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "symbol",
            phase.name.lower(),
        )


class TestRemoval:
    def test_takes_entries_back_last_first(self, world: Any) -> None:
        first = {"schedule_time": FIRST}
        second = {"schedule_time": FIRST + SIX_HOURS + 1, "interval_count": FOREVER}
        world.apply(valid_smt_setup_inflation(**first))
        world.apply(valid_smt_setup_inflation(**second))
        world.refuse(
            valid_smt_setup_inflation(**first, remove=True),
            InflationNotLastError,
            "evaluation.smt.inflation_not_last",
            "schedule_time",
            FIRST,
        )
        world.apply(valid_smt_setup_inflation(**second, remove=True))
        world.apply(valid_smt_setup_inflation(**first, remove=True))
        assert schedule(world) == []

    def test_rejects_removal_from_an_empty_schedule(self, world: Any) -> None:
        world.refuse(
            valid_smt_setup_inflation(schedule_time=FIRST, remove=True),
            InflationNotLastError,
            "evaluation.smt.inflation_not_last",
            "schedule_time",
            FIRST,
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"schedule_time": FIRST + 1},
            {"inflation_unit": inflation_unit({"bob": 2})},
            {"interval_seconds": SIX_HOURS + 1},
            {"interval_count": 2},
            {"lep_time": 1, "rep_time": 1},
            {"lep_abs_amount": Asset(101, ALPHA)},
            {"rep_abs_amount": Asset(101, ALPHA)},
            {"lep_rel_amount_numerator": 1},
            {"rep_rel_amount_numerator": 1},
            {"rel_amount_denom_bits": 1},
        ],
    )
    def test_must_repeat_the_entry_exactly(self, world: Any, change: dict[str, Any]) -> None:
        world.apply(valid_smt_setup_inflation(schedule_time=FIRST))
        removal = {"schedule_time": FIRST} | change
        world.refuse(
            valid_smt_setup_inflation(**removal, remove=True),
            InflationNotLastError,
            "evaluation.smt.inflation_not_last",
            "schedule_time",
            removal["schedule_time"],
        )
        world.apply(valid_smt_setup_inflation(schedule_time=FIRST, remove=True))

    def test_works_after_the_entrys_time_has_come(self, world: Any) -> None:
        world.apply(valid_smt_setup_inflation(schedule_time=FIRST))
        world.set_globals(time=FIRST + 1)
        world.apply(valid_smt_setup_inflation(schedule_time=FIRST, remove=True))
        assert schedule(world) == []
