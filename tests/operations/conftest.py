"""What the tests of operations share: how a refusal is asserted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import Enum
from typing import Any

import pytest

from protocol.assets import Asset, is_valid_symbol, precision_of
from protocol.errors import InvalidOperationError
from protocol.jsonscalars import print_time
from protocol.params import DEV_PARAMS, ChainParams
from protocol.types import TIME_MAX, Symbol
from protocol.validation import symbol_word

Refuses = Callable[..., None]


def refuse(
    valid: Any,
    change: dict[str, object],
    error: type[InvalidOperationError],
    field: str,
    params: ChainParams = DEV_PARAMS,
) -> tuple[Any, object]:
    """Check that a valid operation with one field changed is refused, and why.

    Returns the changed operation and the value that the error shows.
    """
    changed = replace(valid, **change)
    with pytest.raises(error) as caught:
        changed.validate(params)
    assert type(caught.value) is error
    assert caught.value.field == field
    valid.validate(params)
    return changed, caught.value.value


@pytest.fixture
def refuses() -> Refuses:
    """Assert that a valid operation with one field changed is refused, and why."""

    def check(*terms: Any, **more: Any) -> None:
        refuse(*terms, **more)

    return check


@pytest.fixture
def refuses_showing() -> Refuses:
    """Assert the same, and that the error shows the member it names."""

    def check(
        valid: Any,
        change: dict[str, object],
        error: type[InvalidOperationError],
        field: str,
        params: ChainParams = DEV_PARAMS,
    ) -> None:
        changed, shown = refuse(valid, change, error, field, params)
        assert shown in list(ways_to_show(member_at(changed, field)))

    return check


def member_at(operation: Any, path: str) -> Any:
    """Return what a field path like `cap.amount` or `inflation_unit.token_unit[1]` leads to."""
    found = operation
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        found = getattr(found, name) if name else found[int(index)]
    return found


def ways_to_show(member: Any) -> Iterator[object]:
    """Yield the forms in which an error may show an offending member."""
    yield member
    if isinstance(member, Asset):
        yield member.amount
        yield symbol_word(member.symbol)
    elif isinstance(member, Enum):
        yield member.name
    elif isinstance(member, bytes):
        yield member.hex()
    elif isinstance(member, int):
        if 0 <= member <= TIME_MAX:
            yield print_time(member)
        if is_valid_symbol(member):
            yield symbol_word(Symbol(member))
            yield precision_of(member)
    elif isinstance(member, tuple) and not member:
        yield None
    elif isinstance(member, tuple):
        yield len(member)
        yield sum(each[1] for each in member if isinstance(each, tuple))
        yield from member
