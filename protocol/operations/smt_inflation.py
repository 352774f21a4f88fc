"""A token's inflation schedule: what is created when, and where it goes."""

from dataclasses import dataclass, field

from typing_extensions import override

from protocol.assets import Asset
from protocol.errors import InvalidOperationError
from protocol.jsonscalars import print_time
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.shapes import json_name
from protocol.types import U8, U16, U32, AccountName, FlatMap, Symbol, Time
from protocol.validation import (
    INFLATION_UNIT_TARGETS,
    WrongSymbolError,
    check_account_name,
    check_not_negative_amount,
    check_smt_symbol,
    check_unit_routes,
    symbol_word,
)
from protocol.wire import wire_struct

MAX_SCHEDULE_END = 2**31 - 1  # seconds since 1970; steemd smt_operations.cpp


class EmptyInflationUnitError(InvalidOperationError):
    """An inflation unit routes to nobody."""

    code = "operation.smt.empty_inflation_unit"


class InflationTimeError(InvalidOperationError):
    """The schedule, or an endpoint of its time modulation, lies where it may not."""

    code = "operation.smt.inflation_time"


class InflationIntervalError(InvalidOperationError):
    """Repetitions are too frequent, or repeat after no time at all."""

    code = "operation.smt.inflation_interval"


class ZeroInflationError(InvalidOperationError):
    """No amount and no numerator is above zero."""

    code = "operation.smt.zero_inflation"


@wire_struct
@dataclass(frozen=True, slots=True)
class InflationUnit:
    """Where the tokens of one unit go; weights in satoshis of the unit."""

    token_unit: FlatMap[AccountName, U16] = ()


@operation(tag=51, aliases=("smt_setup_emissions",))
@dataclass(frozen=True, slots=True)
class SmtSetupInflation(Operation):
    """Append an entry to the inflation schedule, or take back its last entry (`remove`).

    Events happen at `schedule_time` and `interval_count` times more, `interval_seconds` apart;
    `interval_count` 0xFFFFFFFF never ends.  Each creates the larger of an absolute amount and a
    share `numerator / 2**rel_amount_denom_bits` of the supply, both interpolated between the left
    (lep) and right (rep) endpoint times.

    Spec
    ----
    whitepaper: "Inflation operations"; steemd: smt_setup_emissions_operation
    """

    control_account: AccountName
    symbol: Symbol
    schedule_time: Time
    inflation_unit: InflationUnit = field(metadata=json_name("inflation_unit", "emissions_unit"))
    interval_seconds: U32
    interval_count: U32
    lep_time: Time
    rep_time: Time
    lep_abs_amount: Asset
    rep_abs_amount: Asset
    lep_rel_amount_numerator: U32
    rep_rel_amount_numerator: U32
    rel_amount_denom_bits: U8
    remove: bool = False
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, symbols and targets, impossible times and an emission of nothing."""
        check_account_name(self.control_account, "control_account")
        check_smt_symbol(self.symbol, "symbol")
        if self.schedule_time <= params.genesis_time:
            raise InflationTimeError(
                f"schedule must begin after genesis, {print_time(params.genesis_time)}",
                field="schedule_time",
                value=print_time(self.schedule_time),
            )
        unit = self.inflation_unit.token_unit
        if not unit:
            raise EmptyInflationUnitError(
                "at least one target is needed", field="inflation_unit.token_unit"
            )
        check_unit_routes(unit, "inflation_unit.token_unit", INFLATION_UNIT_TARGETS, params)
        self._check_interval(params)
        self._check_modulation(params)
        self._check_amounts()

    @override
    def required_active(self) -> Accounts:
        """Return the control account."""
        return frozenset((self.control_account,))

    def _check_interval(self, params: ChainParams) -> None:
        """Check that repetitions, if any, are far enough apart.

        Spec
        ----
        whitepaper: "Event sequences" (both fields default to 0: one event); steemd:
        smt_setup_emissions_operation::validate, which demands a repetition always
        """
        minimum = params.smt_emission_min_interval_seconds
        if self.interval_count > 0 and self.interval_seconds < minimum:
            raise InflationIntervalError(
                f"events must be at least {minimum} s apart",
                field="interval_seconds",
                value=self.interval_seconds,
            )

    def _check_modulation(self, params: ChainParams) -> None:
        """Check that the endpoint times are in order and, if they differ, inside the schedule."""
        if self.lep_time > self.rep_time:
            raise InflationTimeError(
                "left endpoint must not be later than the right one",
                field="lep_time",
                value=print_time(self.lep_time),
            )
        if self.lep_time == self.rep_time:
            return
        if self.lep_time < self.schedule_time:
            raise InflationTimeError(
                "left endpoint must not be before the schedule begins",
                field="lep_time",
                value=print_time(self.lep_time),
            )
        if self.interval_count == params.smt_emit_indefinitely:
            return
        end = self.schedule_time + self.interval_seconds * self.interval_count
        if end > MAX_SCHEDULE_END:
            raise InflationTimeError(
                "schedule ends after 2038-01-19T03:14:07",
                field="interval_count",
                value=self.interval_count,
            )
        if self.rep_time > end:
            raise InflationTimeError(
                "right endpoint must not be after the schedule ends",
                field="rep_time",
                value=print_time(self.rep_time),
            )

    def _check_amounts(self) -> None:
        for name, amount in (
            ("lep_abs_amount", self.lep_abs_amount),
            ("rep_abs_amount", self.rep_abs_amount),
        ):
            if amount.symbol != self.symbol:
                raise WrongSymbolError(
                    f"amount must be in the token itself, {symbol_word(self.symbol)}",
                    field=name,
                    value=symbol_word(amount.symbol),
                )
            check_not_negative_amount(amount, name)
        if not (
            self.lep_abs_amount.amount
            or self.rep_abs_amount.amount
            or self.lep_rel_amount_numerator
            or self.rep_rel_amount_numerator
        ):
            raise ZeroInflationError(
                "an amount or a numerator must be above zero", field="lep_abs_amount", value=0
            )


@operation(tag=82, virtual=True)
@dataclass(frozen=True, slots=True)
class SmtInflationEmitted(Operation):
    """An inflation event happened; `event_time` is its nominal time.

    Spec
    ----
    whitepaper: "Inflation Parameters"; steemd: smt_token_emission_action (master)
    """

    symbol: Symbol
    event_time: Time
    emitted: FlatMap[AccountName, Asset]
