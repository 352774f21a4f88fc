"""account_create, account_update and account_update2: effects, and every refusal."""

from dataclasses import replace

import pytest
from world import NOW, key_of, steem

from protocol.authority import Authority, single_key_authority
from protocol.crypto import NULL_PUBLIC_KEY
from protocol.operations.account import AccountCreate, AccountUpdate, AccountUpdate2
from protocol.params import DEV_PARAMS
from protocol.validation import AuthorityTooLargeError, InvalidAccountNameError
from smtchain.evaluators.account import (
    AccountExistsError,
    OwnerUpdateTooSoonError,
    TemporaryAccountError,
    WrongCreationFeeError,
)
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.ledger.balances import InsufficientFundsError

ROLES = ("owner", "active", "posting")


def of_accounts(*names):
    return Authority(1, tuple((name, 1) for name in sorted(names)), ())


def of_keys(count):
    keys = sorted(key_of(f"member{number}") for number in range(count))
    return Authority(1, (), tuple((key, 1) for key in keys))


def valid_create(**changes):
    given = {
        "fee": steem(3_000),
        "creator": "alice",
        "new_account_name": "frida",
        "owner": single_key_authority(key_of("frida owner")),
        "active": single_key_authority(key_of("frida active")),
        "posting": single_key_authority(key_of("frida posting")),
        "memo_key": key_of("frida memo"),
        "json_metadata": '{"city":"Berlin"}',
    }
    return AccountCreate(**(given | changes))


def valid_update(**changes):
    given = {
        "account": "alice",
        "owner": None,
        "active": None,
        "posting": None,
        "memo_key": NULL_PUBLIC_KEY,
        "json_metadata": "",
    }
    return AccountUpdate(**(given | changes))


def valid_update2(**changes):
    given = {
        "account": "alice",
        "owner": None,
        "active": None,
        "posting": None,
        "memo_key": None,
        "json_metadata": "",
        "posting_json_metadata": "",
    }
    return AccountUpdate2(**(given | changes))


def keys_of(world, name):
    rows = world.state.key_references.scan()
    return [row.public_key for row in rows if row.account == name]


class TestAccountCreateApply:
    @pytest.fixture(autouse=True)
    def _funded(self, world):
        world.give("alice", steem(5_000))

    def test_creates_an_empty_account(self, world):
        assert world.apply(valid_create()) == ()
        frida = world.account("frida")
        assert (frida.balance, frida.sbd_balance, frida.vesting_shares) == (0, 0, 0)
        assert (frida.created, frida.recovery_account) == (NOW, "alice")
        assert frida.memo_key == key_of("frida memo")
        assert frida.json_metadata == '{"city":"Berlin"}'
        assert not frida.mined
        assert frida.voting_mana_updated == NOW

    def test_sets_the_authorities(self, world):
        world.apply(valid_create())
        row = world.state.account_authorities.get("frida")
        for role in ROLES:
            assert getattr(row, role) == single_key_authority(key_of(f"frida {role}"))
        assert row.last_owner_update == 0

    def test_indexes_each_key_once(self, world):
        both = single_key_authority(key_of("both"))
        world.apply(valid_create(active=both, posting=both))
        assert keys_of(world, "frida") == sorted((key_of("frida owner"), key_of("both")))

    def test_fee_goes_to_null(self, world):
        world.apply(valid_create())
        assert world.account("alice").balance == 2_000
        assert world.account("null").balance == 3_000
        assert world.globals.current_supply == 5_000

    def test_ids_rise(self, world):
        world.apply(valid_create())
        assert world.account("frida").id == world.account("initminer").id + 1

    def test_account_created_by_temp_has_no_recovery_account(self, world):
        world.give("temp", steem(3_000))
        world.apply(valid_create(creator="temp"))
        assert world.account("frida").recovery_account == ""

    def test_accepts_authorities_of_existing_accounts(self, world):
        world.apply(valid_create(active=of_accounts("alice", "bob")))
        assert world.state.account_authorities.get("frida").active == of_accounts("alice", "bob")

    def test_rejects_an_unknown_creator(self, world):
        world.refuse(
            valid_create(creator="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "creator",
            "nobody",
        )
        world.apply(valid_create())

    def test_rejects_a_taken_name(self, world):
        world.refuse(
            valid_create(new_account_name="bob"),
            AccountExistsError,
            "evaluation.account.exists",
            "new_account_name",
            "bob",
        )
        world.apply(valid_create())

    @pytest.mark.parametrize("fee", [2_999, 3_001, 0])
    def test_rejects_every_fee_but_the_median(self, world, fee):
        world.refuse(
            valid_create(fee=steem(fee)),
            WrongCreationFeeError,
            "evaluation.account.wrong_creation_fee",
            "fee",
            fee,
        )
        world.apply(valid_create())

    def test_rejects_a_creator_who_cannot_pay(self, world):
        world.refuse(
            valid_create(creator="bob"),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "fee",
            "3.000 STEEM",
        )
        world.give("bob", steem(3_000))
        world.apply(valid_create(creator="bob"))

    @pytest.mark.parametrize("role", ROLES)
    def test_rejects_authorities_of_unknown_accounts(self, world, role):
        world.refuse(
            valid_create(**{role: of_accounts("alice", "nobody")}),
            AccountNotFoundError,
            "evaluation.account.not_found",
            f"{role}.account_auths[1]",
            "nobody",
        )
        world.apply(valid_create())

    @pytest.mark.parametrize("role", ROLES)
    def test_rejects_more_than_forty_members(self, world, role):
        world.refuse(
            valid_create(**{role: of_keys(41)}),
            AuthorityTooLargeError,
            "operation.authority_too_large",
            role,
            41,
        )
        world.apply(valid_create(**{role: of_keys(40)}))


class TestAccountUpdateApply:
    def test_replaces_active_and_posting(self, world):
        new = single_key_authority(key_of("new"))
        world.apply(valid_update(active=new, posting=of_accounts("bob")))
        row = world.state.account_authorities.get("alice")
        assert (row.active, row.posting) == (new, of_accounts("bob"))
        assert row.owner == single_key_authority(key_of("alice"))
        assert world.account("alice").last_account_update == NOW

    def test_absent_members_stay(self, world):
        world.apply(valid_update())
        alice = world.account("alice")
        assert alice.memo_key == key_of("alice")
        row = world.state.account_authorities.get("alice")
        assert row.active == row.posting == single_key_authority(key_of("alice"))
        assert alice.json_metadata == ""
        assert alice.last_account_update == NOW

    def test_replaces_memo_key_and_metadata(self, world):
        world.apply(valid_update(memo_key=key_of("new"), json_metadata='{"a":1}'))
        alice = world.account("alice")
        assert alice.memo_key == key_of("new")
        assert (alice.json_metadata, alice.posting_json_metadata) == ('{"a":1}', '{"a":1}')

    def test_key_index_follows(self, world):
        world.apply(valid_update(active=of_keys(2)))
        expected = sorted((key_of("alice"), key_of("member0"), key_of("member1")))
        assert keys_of(world, "alice") == expected
        world.apply(valid_update(active=of_keys(1), posting=of_accounts("bob")))
        assert keys_of(world, "alice") == sorted((key_of("alice"), key_of("member0")))
        world.apply(valid_update(owner=of_accounts("bob")))
        assert keys_of(world, "alice") == [key_of("member0")]

    def test_owner_change_is_remembered(self, world):
        new = single_key_authority(key_of("new"))
        world.apply(valid_update(owner=new))
        row = world.state.account_authorities.get("alice")
        assert (row.owner, row.last_owner_update) == (new, NOW)
        (history,) = world.state.owner_authority_history.scan("", "alice")
        assert history.previous_owner_authority == single_key_authority(key_of("alice"))
        assert history.last_valid_time == NOW

    def test_other_changes_leave_no_history(self, world):
        world.apply(valid_update(active=of_keys(1)))
        assert world.state.owner_authority_history.first() is None

    @pytest.mark.parametrize(
        ("elapsed", "is_allowed"), [(3_599, False), (3_600, False), (3_601, True)]
    )
    def test_owner_changes_once_an_hour(self, world, elapsed, is_allowed):
        world.apply(valid_update(owner=of_keys(1)))
        world.set_globals(time=NOW + elapsed)
        again = valid_update(owner=of_keys(2))
        if is_allowed:
            world.apply(again)
        else:
            world.refuse(
                again,
                OwnerUpdateTooSoonError,
                "evaluation.account.owner_update_too_soon",
                "owner",
                NOW,
            )
            world.apply(valid_update(active=of_keys(2)))

    def test_owner_changes_at_will_where_the_limit_is_zero(self, world):
        world.ctx.params = replace(DEV_PARAMS, owner_update_limit_seconds=0)
        world.apply(valid_update(owner=of_keys(1)))
        world.apply(valid_update(owner=of_keys(2)))
        assert len(list(world.state.owner_authority_history.scan("", "alice"))) == 2

    def test_rejects_the_temporary_account(self, world):
        world.refuse(
            valid_update(account="temp"),
            TemporaryAccountError,
            "evaluation.account.temporary",
            "account",
            "temp",
        )
        world.apply(valid_update())

    def test_rejects_an_unknown_account(self, world):
        world.refuse(
            valid_update(account="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "account",
            "nobody",
        )
        world.apply(valid_update())

    @pytest.mark.parametrize("role", ROLES)
    def test_rejects_authorities_of_unknown_accounts(self, world, role):
        world.refuse(
            valid_update(**{role: of_accounts("nobody")}),
            AccountNotFoundError,
            "evaluation.account.not_found",
            f"{role}.account_auths[0]",
            "nobody",
        )
        world.apply(valid_update(**{role: of_accounts("bob")}))

    @pytest.mark.parametrize("role", ROLES)
    def test_rejects_more_than_forty_members(self, world, role):
        world.refuse(
            valid_update(**{role: of_keys(41)}),
            AuthorityTooLargeError,
            "operation.authority_too_large",
            role,
            41,
        )
        world.apply(valid_update(**{role: of_keys(40)}))

    def test_rejects_a_posting_authority_of_what_is_no_name(self, world):
        world.refuse(
            valid_update(posting=of_accounts("X")),
            InvalidAccountNameError,
            "operation.invalid_account_name",
            "posting.account_auths[0]",
            "X",
        )
        world.apply(valid_update(posting=of_accounts("bob")))


class TestAccountUpdate2Apply:
    def test_replaces_authorities_and_memo_key(self, world):
        new = single_key_authority(key_of("new"))
        update = valid_update2(
            owner=new, active=of_keys(2), posting=of_accounts("bob"), memo_key=key_of("memo")
        )
        assert world.apply(update) == ()
        row = world.state.account_authorities.get("alice")
        assert (row.owner, row.active, row.posting) == (new, of_keys(2), of_accounts("bob"))
        assert world.account("alice").memo_key == key_of("memo")
        assert world.account("alice").last_account_update == NOW
        history = world.state.owner_authority_history.first("", "alice")
        assert history.previous_owner_authority == single_key_authority(key_of("alice"))

    @pytest.mark.parametrize("memo_key", [None, NULL_PUBLIC_KEY])
    def test_absent_members_stay(self, world, memo_key):
        world.apply(valid_update2(memo_key=memo_key))
        alice = world.account("alice")
        assert alice.memo_key == key_of("alice")
        assert (alice.json_metadata, alice.posting_json_metadata) == ("", "")
        assert alice.last_account_update == NOW
        assert world.state.owner_authority_history.first() is None

    def test_each_kind_of_metadata_is_its_own(self, world):
        world.apply(valid_update2(json_metadata='{"a":1}'))
        alice = world.account("alice")
        assert (alice.json_metadata, alice.posting_json_metadata) == ('{"a":1}', "")
        world.apply(valid_update2(posting_json_metadata='{"b":2}'))
        assert (alice.json_metadata, alice.posting_json_metadata) == ('{"a":1}', '{"b":2}')

    def test_owner_changes_once_an_hour(self, world):
        world.apply(valid_update2(owner=of_keys(1)))
        world.set_globals(time=NOW + 3_600)
        world.refuse(
            valid_update2(owner=of_keys(2)),
            OwnerUpdateTooSoonError,
            "evaluation.account.owner_update_too_soon",
            "owner",
            NOW,
        )
        world.set_globals(time=NOW + 3_601)
        world.apply(valid_update2(owner=of_keys(2)))

    def test_rejects_the_temporary_account(self, world):
        world.refuse(
            valid_update2(account="temp"),
            TemporaryAccountError,
            "evaluation.account.temporary",
            "account",
            "temp",
        )
        world.apply(valid_update2())

    def test_rejects_an_unknown_account(self, world):
        world.refuse(
            valid_update2(account="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "account",
            "nobody",
        )
        world.apply(valid_update2())

    @pytest.mark.parametrize("role", ROLES)
    def test_rejects_authorities_of_unknown_accounts(self, world, role):
        world.refuse(
            valid_update2(**{role: of_accounts("nobody")}),
            AccountNotFoundError,
            "evaluation.account.not_found",
            f"{role}.account_auths[0]",
            "nobody",
        )
        world.apply(valid_update2(**{role: of_accounts("bob")}))

    @pytest.mark.parametrize("role", ROLES)
    def test_rejects_more_than_forty_members(self, world, role):
        world.refuse(
            valid_update2(**{role: of_keys(41)}),
            AuthorityTooLargeError,
            "operation.authority_too_large",
            role,
            41,
        )
        world.apply(valid_update2(**{role: of_keys(40)}))

    def test_rejects_a_posting_authority_of_what_is_no_name(self, world):
        world.refuse(
            valid_update2(posting=of_accounts("X")),
            InvalidAccountNameError,
            "operation.invalid_account_name",
            "posting.account_auths[0]",
            "X",
        )
        world.apply(valid_update2(posting=of_accounts("bob")))

    def test_posting_key_suffices_for_posting_metadata(self, chain):
        chain.send(valid_update2(posting_json_metadata='{"b":2}'))
        alice = chain.actor("alice").account
        assert (alice.json_metadata, alice.posting_json_metadata) == ("", '{"b":2}')
