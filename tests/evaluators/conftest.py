"""The small chain state that the tests of rules start from."""

import pytest
from world import World


@pytest.fixture
def world():
    return World()
