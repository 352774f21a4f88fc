"""The inflation schedule of a JSON file of operations, checked as the chain would check it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from protocol.assets import precision_of, stripped
from protocol.errors import JsonFormError, ProtocolError
from protocol.jsonform import from_json
from protocol.jsonscalars import print_time
from protocol.operation import Operation
from protocol.operations.smt_inflation import SmtSetupInflation
from protocol.operations.smt_setup import SmtSetup
from protocol.params import ChainParams
from protocol.types import Symbol
from smtchain.cli import CommandError
from smtchain.economics.emissions import EmissionTerms, Series
from smtchain.economics.schedule import ScheduleEntry


@dataclass(frozen=True, slots=True)
class ScheduleFile:
    """A token's schedule, and its maximum supply if the file has the token's `smt_setup`."""

    symbol: Symbol
    entries: tuple[ScheduleEntry, ...]
    max_supply: int | None

    @property
    def precision(self) -> int:
        """Return the token's decimals."""
        return precision_of(self.symbol)


def read_schedule(data: Any, params: ChainParams) -> ScheduleFile:
    """Return the schedule in a list of operations, or in a transaction.

    Operations that are neither `smt_setup_inflation` nor `smt_setup` are passed over; an operation
    with `remove` takes the entry before it back.

    Raises
    ------
    JsonFormError
        It is neither.
    ProtocolError
        An operation is malformed or invalid; the field says which.
    CommandError
        There is no inflation, or that of several tokens, or entries overlap.
    """
    if isinstance(data, dict):
        data = data.get("operations")
    if not isinstance(data, list):
        raise JsonFormError("expected a list of operations, or a transaction")
    operations = [_read(entry, index, params) for index, entry in enumerate(data)]
    found = _remaining(each for each in operations if isinstance(each, SmtSetupInflation))
    setups = [each for each in operations if isinstance(each, SmtSetup)]
    tokens = {stripped(each.symbol) for each in found} | {stripped(each.symbol) for each in setups}
    if len(tokens) > 1:
        raise CommandError("schedule.symbol", "the operations are about several tokens")
    _check_order(found)
    return ScheduleFile(
        symbol=setups[0].symbol if setups else found[0].symbol,
        entries=tuple(_entry_of(each) for each in found),
        max_supply=setups[0].max_supply if setups else None,
    )


def _read(entry: Any, index: int, params: ChainParams) -> Operation:
    try:
        operation: Operation = from_json(Operation, entry, params.network)
        operation.validate(params)
    except ProtocolError as error:
        raise error.within(f"operations[{index}]")  # noqa: B904 - the same error, one level out
    return operation


def _remaining(operations: Iterable[SmtSetupInflation]) -> list[SmtSetupInflation]:
    found: list[SmtSetupInflation] = []
    for operation in operations:
        if not operation.remove:
            found.append(operation)
        elif found and replace(operation, remove=False) == found[-1]:
            found.pop()
        else:
            raise CommandError(
                "schedule.removal", "a removal must repeat the entry before it exactly"
            )
    if not found:
        raise CommandError("schedule.empty", "no smt_setup_inflation is left in the file")
    return found


def _check_order(operations: list[SmtSetupInflation]) -> None:
    """Check that each entry begins strictly after the last event of the one before it."""
    for earlier, later in pairwise(operations):
        end = _series_of(earlier).last_event_time()
        if end is None or later.schedule_time <= end:
            raise CommandError(
                "schedule.overlap",
                f"the entry of {print_time(later.schedule_time)} does not begin after the last "
                f"event of the entry of {print_time(earlier.schedule_time)}",
            )


def _series_of(operation: SmtSetupInflation) -> Series:
    return Series(operation.schedule_time, operation.interval_seconds, operation.interval_count)


def _entry_of(operation: SmtSetupInflation) -> ScheduleEntry:
    return ScheduleEntry(
        series=_series_of(operation),
        terms=EmissionTerms(
            lep_time=operation.lep_time,
            rep_time=operation.rep_time,
            lep_abs_amount=operation.lep_abs_amount.amount,
            rep_abs_amount=operation.rep_abs_amount.amount,
            lep_rel_amount_numerator=operation.lep_rel_amount_numerator,
            rep_rel_amount_numerator=operation.rep_rel_amount_numerator,
            rel_amount_denom_bits=operation.rel_amount_denom_bits,
        ),
        token_unit=operation.inflation_unit.token_unit,
    )
