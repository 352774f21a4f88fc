"""What the tests of operations share: how a refusal is asserted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from protocol.errors import InvalidOperationError
from protocol.params import DEV_PARAMS, ChainParams

Refuses = Callable[..., None]


@pytest.fixture
def refuses() -> Refuses:
    """Assert that a valid operation with one field changed is refused, and why."""

    def check(
        valid: Any,
        change: dict[str, object],
        error: type[InvalidOperationError],
        field: str,
        params: ChainParams = DEV_PARAMS,
    ) -> None:
        with pytest.raises(error) as caught:
            replace(valid, **change).validate(params)
        assert type(caught.value) is error
        assert caught.value.field == field
        valid.validate(params)

    return check
