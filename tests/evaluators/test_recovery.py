"""The three operations of account recovery: effects, and every refusal.

Bob is alice's recovery account.
"""

from dataclasses import replace

import pytest
from world import NOW, key_of

from protocol.authority import (
    Authority,
    MissingOtherAuthorityError,
    single_key_authority,
)
from protocol.crypto import PrivateKey
from protocol.operations.account import AccountUpdate2
from protocol.operations.recovery import (
    ChangeRecoveryAccount,
    RecoverAccount,
    RequestAccountRecovery,
    TrivialAuthorityError,
)
from protocol.params import DEV_PARAMS
from protocol.validation import AuthorityImpossibleError, AuthorityTooLargeError
from smtchain.evaluators.recovery import (
    NoRecoveryRequestError,
    NotRecentAuthorityError,
    NotRecoveryAccountError,
    NotTopWitnessError,
    OtherAuthorityRequestedError,
    RecoveryTooSoonError,
)
from smtchain.ledger.accounts import AccountNotFoundError, change_owner_authority

DAY = 86_400
THIRTY_DAYS = 2_592_000
OLD = single_key_authority(key_of("alice"))
STOLEN = single_key_authority(key_of("thief"))
NEW = single_key_authority(key_of("alice anew"))
OPEN = Authority(0, (), ())
IMPOSSIBLE = Authority(2, (), ((key_of("new"), 1),))


def of_keys(count):
    keys = sorted(key_of(f"member{number}") for number in range(count))
    return Authority(1, (), tuple((key, 1) for key in keys))


def valid_request(**changes):
    given = {
        "recovery_account": "bob",
        "account_to_recover": "alice",
        "new_owner_authority": NEW,
    }
    return RequestAccountRecovery(**(given | changes))


def valid_recovery(**changes):
    given = {
        "account_to_recover": "alice",
        "new_owner_authority": NEW,
        "recent_owner_authority": OLD,
    }
    return RecoverAccount(**(given | changes))


def valid_change(**changes):
    given = {"account_to_recover": "alice", "new_recovery_account": "initminer"}
    return ChangeRecoveryAccount(**(given | changes))


def requests(world):
    return [
        (row.id, row.account_to_recover, row.new_owner_authority, row.expires)
        for row in world.state.account_recovery_requests.scan()
    ]


def choices(world):
    return [
        (row.id, row.account_to_recover, row.recovery_account, row.effective_on)
        for row in world.state.change_recovery_account_requests.scan()
    ]


@pytest.fixture
def world(world):
    """Bob is alice's recovery account."""
    world.state.accounts.modify(world.account("alice"), recovery_account="bob")
    return world


class TestRequestAccountRecoveryApply:
    def test_stands_for_a_day(self, world):
        assert world.apply(valid_request()) == ()
        assert requests(world) == [(0, "alice", NEW, NOW + DAY)]

    def test_a_second_one_takes_the_place_of_the_first(self, world):
        world.apply(valid_request())
        world.set_globals(time=NOW + 10)
        world.apply(valid_request(new_owner_authority=STOLEN))
        assert requests(world) == [(0, "alice", STOLEN, NOW + 10 + DAY)]

    def test_an_open_authority_takes_it_back(self, world):
        world.apply(valid_request())
        world.apply(valid_request(new_owner_authority=OPEN))
        assert requests(world) == []

    def test_top_witness_helps_who_has_no_recovery_account(self, world):
        world.state.accounts.modify(world.account("alice"), recovery_account="")
        other = world.add_witness("bob")
        world.state.witnesses.modify(other, votes=1, votes_descending=(1 << 63) - 2)
        world.refuse(
            valid_request(recovery_account="initminer"),
            NotTopWitnessError,
            "evaluation.recovery.not_top_witness",
            "recovery_account",
            "initminer",
        )
        world.apply(valid_request())
        assert requests(world) == [(0, "alice", NEW, NOW + DAY)]

    def test_rejects_an_unknown_account(self, world):
        world.refuse(
            valid_request(account_to_recover="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "account_to_recover",
            "nobody",
        )
        world.apply(valid_request())

    def test_rejects_everyone_but_the_recovery_account(self, world):
        world.refuse(
            valid_request(recovery_account="initminer"),
            NotRecoveryAccountError,
            "evaluation.recovery.not_recovery_account",
            "recovery_account",
            "initminer",
        )
        world.apply(valid_request())

    def test_rejects_an_open_authority_with_nothing_to_take_back(self, world):
        world.refuse(
            valid_request(new_owner_authority=OPEN),
            TrivialAuthorityError,
            "operation.recovery.trivial_authority",
            "new_owner_authority.weight_threshold",
            0,
        )
        world.apply(valid_request())

    @pytest.mark.parametrize("is_second", [False, True])
    def test_rejects_an_impossible_authority(self, world, is_second):
        if is_second:
            world.apply(valid_request())
        world.refuse(
            valid_request(new_owner_authority=IMPOSSIBLE),
            AuthorityImpossibleError,
            "operation.authority_impossible",
            "new_owner_authority",
            2,
        )
        world.apply(valid_request())

    @pytest.mark.parametrize("is_second", [False, True])
    def test_rejects_more_than_forty_members(self, world, is_second):
        if is_second:
            world.apply(valid_request())
        world.refuse(
            valid_request(new_owner_authority=of_keys(41)),
            AuthorityTooLargeError,
            "operation.authority_too_large",
            "new_owner_authority",
            41,
        )
        world.apply(valid_request(new_owner_authority=of_keys(40)))

    @pytest.mark.parametrize("is_second", [False, True])
    def test_rejects_an_authority_of_unknown_accounts(self, world, is_second):
        if is_second:
            world.apply(valid_request())
        world.refuse(
            valid_request(new_owner_authority=Authority(1, (("nobody", 1),), ())),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "new_owner_authority.account_auths[0]",
            "nobody",
        )
        world.apply(valid_request(new_owner_authority=Authority(1, (("bob", 1),), ())))


class TestRecoverAccountApply:
    @pytest.fixture(autouse=True)
    def _stolen(self, world):
        """Somebody replaced alice's owner key; bob proposes another."""
        change_owner_authority(world.state, "alice", STOLEN, NOW - 100)
        world.apply(valid_request())

    def test_gives_the_account_its_new_owner_authority(self, world):
        assert world.apply(valid_recovery()) == ()
        row = world.state.account_authorities.get("alice")
        assert (row.owner, row.last_owner_update) == (NEW, NOW)
        assert row.active == OLD
        assert world.account("alice").last_account_recovery == NOW
        assert requests(world) == []

    def test_the_stolen_authority_becomes_history(self, world):
        world.apply(valid_recovery())
        history = [
            (row.previous_owner_authority, row.last_valid_time)
            for row in world.state.owner_authority_history.scan("", "alice")
        ]
        assert history == [(OLD, NOW - 100), (STOLEN, NOW)]

    def test_key_index_follows(self, world):
        world.apply(valid_recovery())
        rows = world.state.key_references.scan()
        keys = [row.public_key for row in rows if row.account == "alice"]
        assert keys == sorted((key_of("alice"), key_of("alice anew")))

    def test_any_authority_in_the_history_serves(self, world):
        other = single_key_authority(key_of("other thief"))
        change_owner_authority(world.state, "alice", other, NOW)
        world.apply(valid_recovery(recent_owner_authority=STOLEN))
        assert world.state.account_authorities.get("alice").owner == NEW

    def test_rejects_an_unknown_account(self, world):
        world.refuse(
            valid_recovery(account_to_recover="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "account_to_recover",
            "nobody",
        )
        world.apply(valid_recovery())

    def test_rejects_an_account_without_request(self, world):
        change_owner_authority(world.state, "bob", STOLEN, NOW)
        world.refuse(
            valid_recovery(account_to_recover="bob"),
            NoRecoveryRequestError,
            "evaluation.recovery.no_request",
            "account_to_recover",
            "bob",
        )
        world.apply(valid_recovery())

    def test_rejects_another_authority_than_requested(self, world):
        world.refuse(
            valid_recovery(new_owner_authority=of_keys(1)),
            OtherAuthorityRequestedError,
            "evaluation.recovery.other_authority_requested",
            "new_owner_authority",
            of_keys(1),
        )
        world.apply(valid_recovery())

    @pytest.mark.parametrize("recent", [STOLEN, of_keys(1)])
    def test_rejects_an_authority_that_was_not_replaced(self, world, recent):
        world.refuse(
            valid_recovery(recent_owner_authority=recent),
            NotRecentAuthorityError,
            "evaluation.recovery.not_recent_authority",
            "recent_owner_authority",
            recent,
        )
        world.apply(valid_recovery())

    def test_rejects_the_history_of_another_account(self, world):
        bobs = single_key_authority(key_of("bob"))
        change_owner_authority(world.state, "bob", of_keys(1), NOW)
        world.refuse(
            valid_recovery(recent_owner_authority=bobs),
            NotRecentAuthorityError,
            "evaluation.recovery.not_recent_authority",
            "recent_owner_authority",
            bobs,
        )
        world.apply(valid_recovery())

    @pytest.mark.parametrize(
        ("limit", "elapsed", "is_allowed"),
        [(3_600, 3_600, False), (3_600, 3_601, True), (0, 0, False), (0, 1, True)],
    )
    def test_an_account_is_recovered_once_an_hour(self, world, limit, elapsed, is_allowed):
        # Unlike an update by the owner, this has to wait where the limit is zero, too.
        world.ctx.params = replace(DEV_PARAMS, owner_update_limit_seconds=limit)
        world.apply(valid_recovery())
        world.set_globals(time=NOW + elapsed)
        world.apply(valid_request(new_owner_authority=of_keys(1)))
        again = valid_recovery(new_owner_authority=of_keys(1))
        if is_allowed:
            world.apply(again)
        else:
            world.refuse(
                again,
                RecoveryTooSoonError,
                "evaluation.recovery.too_soon",
                "account_to_recover",
                NOW,
            )


class TestChangeRecoveryAccountApply:
    def test_waits_thirty_days(self, world):
        assert world.apply(valid_change()) == ()
        assert choices(world) == [(0, "alice", "initminer", NOW + THIRTY_DAYS)]
        assert world.account("alice").recovery_account == "bob"

    def test_a_second_choice_starts_the_time_anew(self, world):
        world.apply(valid_change())
        world.set_globals(time=NOW + 10)
        world.apply(valid_change(new_recovery_account="null"))
        assert choices(world) == [(0, "alice", "null", NOW + 10 + THIRTY_DAYS)]

    def test_choosing_the_present_one_takes_the_choice_back(self, world):
        world.apply(valid_change())
        world.apply(valid_change(new_recovery_account="bob"))
        assert choices(world) == []

    def test_choosing_the_present_one_alone_is_a_choice(self, world):
        world.apply(valid_change(new_recovery_account="bob"))
        assert choices(world) == [(0, "alice", "bob", NOW + THIRTY_DAYS)]

    @pytest.mark.parametrize("field", ["account_to_recover", "new_recovery_account"])
    def test_rejects_unknown_accounts(self, world, field):
        world.refuse(
            valid_change(**{field: "nobody"}),
            AccountNotFoundError,
            "evaluation.account.not_found",
            field,
            "nobody",
        )
        world.apply(valid_change())


class TestOnAChain:
    """A theft and its end, through signed transactions, on a chain where bob helps alice."""

    @pytest.fixture
    def stage(self, chain):
        chain.send(valid_change(new_recovery_account="bob"))
        chain.jump_to(chain.now + THIRTY_DAYS)
        assert chain.actor("alice").account.recovery_account == "bob"
        return chain

    def steal(self, stage):
        """Replace alice's owner key with the thief's; return the rightful one."""
        theft = AccountUpdate2("alice", STOLEN, None, None, None, "", "")
        stage.send(theft)
        return stage.actor("alice").key("owner")

    def recovery(self, rightful):
        recent = single_key_authority(rightful.public_key)
        return valid_recovery(recent_owner_authority=recent)

    def test_the_owner_takes_a_stolen_account_back(self, stage):
        rightful = self.steal(stage)
        stage.send(valid_request())
        new = PrivateKey.from_seed("alice anew")
        with pytest.raises(MissingOtherAuthorityError):
            stage.push(self.recovery(rightful), signers=[new])
        stage.send(self.recovery(rightful), signers=[new, rightful])
        assert stage.state.account_authorities.get("alice").owner == NEW

    def test_a_request_lapses_after_a_day(self, stage):
        rightful = self.steal(stage)
        stage.send(valid_request())
        stage.jump_to(stage.now + DAY)
        new = PrivateKey.from_seed("alice anew")
        with pytest.raises(NoRecoveryRequestError) as caught:
            stage.push(self.recovery(rightful), signers=[new, rightful])
        assert caught.value.field == "operations[0].account_to_recover"

    def test_an_old_key_serves_thirty_days_only(self, stage):
        rightful = self.steal(stage)
        stage.jump_to(stage.now + THIRTY_DAYS + 3)
        stage.send(valid_request())
        new = PrivateKey.from_seed("alice anew")
        with pytest.raises(NotRecentAuthorityError):
            stage.push(self.recovery(rightful), signers=[new, rightful])
