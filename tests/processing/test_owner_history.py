"""Replaced owner authorities are kept for thirty days."""

from dataclasses import replace

import pytest
from world import NOW, key_of

from protocol.authority import single_key_authority
from smtchain.ledger.accounts import change_owner_authority
from smtchain.processing.owner_history import process_owner_history

THIRTY_DAYS = 2_592_000


def kept(world):
    rows = world.state.owner_authority_history.scan()
    return [(row.account, row.last_valid_time) for row in rows]


class TestOwnerHistory:
    @pytest.mark.parametrize(
        ("elapsed", "is_kept"), [(THIRTY_DAYS, True), (THIRTY_DAYS + 1, False)]
    )
    def test_is_kept_thirty_days(self, world, elapsed, is_kept):
        change_owner_authority(world.state, "alice", single_key_authority(key_of("new")), NOW)
        world.set_globals(time=NOW + elapsed)
        process_owner_history(world.ctx)
        assert bool(kept(world)) is is_kept

    def test_removes_what_is_due_whoever_it_belongs_to(self, world):
        world.ctx.params = replace(world.params, owner_auth_recovery_period_seconds=10)
        for name, age in (("bob", 0), ("alice", 5), ("initminer", 6), ("alice", 0)):
            change_owner_authority(
                world.state, name, single_key_authority(key_of("new")), NOW + age
            )
        world.set_globals(time=NOW + 15)
        process_owner_history(world.ctx)
        assert kept(world) == [("alice", NOW + 5), ("initminer", NOW + 6)]
