"""Recovery requests lapse and chosen recovery accounts take effect, each at its second."""

import pytest
from world import NOW, key_of

from protocol.authority import single_key_authority
from smtchain.processing.account_recovery import process_account_recovery
from smtchain.state.tables.recovery import AccountRecoveryRequest, ChangeRecoveryAccountRequest

AUTHORITY = single_key_authority(key_of("new"))


def request(world, name, expires):
    table = world.state.account_recovery_requests
    table.insert(AccountRecoveryRequest(table.next_id(), name, AUTHORITY, expires))


def choose(world, name, helper, effective_on):
    table = world.state.change_recovery_account_requests
    table.insert(ChangeRecoveryAccountRequest(table.next_id(), name, helper, effective_on))


def run(world):
    process_account_recovery(world.ctx)
    assert world.ctx.take_emitted() == ()


class TestRequests:
    @pytest.mark.parametrize(("expires", "is_kept"), [(NOW, False), (NOW + 1, True)])
    def test_lapse_when_they_expire(self, world, expires, is_kept):
        request(world, "alice", expires)
        run(world)
        assert world.state.account_recovery_requests.exists("alice") is is_kept

    def test_lapse_in_order_of_time_not_of_name(self, world):
        for name, expires in (("alice", NOW + 1), ("bob", NOW - 1), ("initminer", NOW)):
            request(world, name, expires)
        run(world)
        kept = [row.account_to_recover for row in world.state.account_recovery_requests.scan()]
        assert kept == ["alice"]


class TestChoices:
    @pytest.mark.parametrize(("effective_on", "is_due"), [(NOW, True), (NOW + 1, False)])
    def test_take_effect_when_due(self, world, effective_on, is_due):
        choose(world, "alice", "bob", effective_on)
        run(world)
        assert world.account("alice").recovery_account == ("bob" if is_due else "alice")
        assert world.state.change_recovery_account_requests.exists("alice") is not is_due

    def test_those_not_due_are_not_looked_at(self, world):
        for number in range(20):
            choose(world, f"account{number:02}", "bob", NOW + 1 + number)
        choose(world, "alice", "bob", NOW)
        table = world.state.change_recovery_account_requests
        before = table.steps
        run(world)
        assert table.steps - before <= 3
        assert world.account("alice").recovery_account == "bob"
