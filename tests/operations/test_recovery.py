from dataclasses import replace

import pytest

from protocol.authority import Authority, single_key_authority
from protocol.crypto import PrivateKey
from protocol.operations.recovery import (
    ChangeRecoveryAccount,
    DeclineVotingRights,
    RecoverAccount,
    RequestAccountRecovery,
    ResetAccount,
    SameAuthorityError,
    SameResetAccountError,
    SetResetAccount,
    TrivialAuthorityError,
)
from protocol.params import DEV_PARAMS
from protocol.validation import AuthorityImpossibleError, InvalidAccountNameError

NEW = single_key_authority(PrivateKey.from_seed("new").public_key)
RECENT = single_key_authority(PrivateKey.from_seed("recent").public_key)
IMPOSSIBLE = Authority(2, (("alice", 1),), ())
TRIVIAL = Authority(0, (), ())
BAD_MEMBER = Authority(1, (("x", 1),), ())

REQUEST = RequestAccountRecovery("alice", "bob", NEW)
RECOVER = RecoverAccount("bob", NEW, RECENT)
CHANGE = ChangeRecoveryAccount("bob", "carol")
DECLINE = DeclineVotingRights("alice")
RESET = ResetAccount("alice", "bob", NEW)
SET_RESET = SetResetAccount("alice", "", "bob")


class TestRequestAccountRecoveryValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param(
                {"recovery_account": "x"}, InvalidAccountNameError, "recovery_account", id="by"
            ),
            pytest.param(
                {"account_to_recover": "x"}, InvalidAccountNameError, "account_to_recover", id="of"
            ),
            pytest.param(
                {"new_owner_authority": BAD_MEMBER},
                InvalidAccountNameError,
                "new_owner_authority.account_auths[0]",
                id="member",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(REQUEST, change, error, field)


class TestRequestAccountRecoveryAuthorities:
    def test_only_the_recovery_account_signs_with_active(self):
        assert REQUEST.required_active() == {"alice"}
        assert not REQUEST.required_owner() | REQUEST.required_posting()
        assert REQUEST.required_other() == ()


class TestRecoverAccountValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param(
                {"account_to_recover": "x"}, InvalidAccountNameError, "account_to_recover", id="of"
            ),
            pytest.param(
                {"new_owner_authority": RECENT}, SameAuthorityError, "new_owner_authority", id="="
            ),
            pytest.param(
                {"new_owner_authority": IMPOSSIBLE},
                AuthorityImpossibleError,
                "new_owner_authority",
                id="impossible_new",
            ),
            pytest.param(
                {"recent_owner_authority": IMPOSSIBLE},
                AuthorityImpossibleError,
                "recent_owner_authority",
                id="impossible_recent",
            ),
            pytest.param(
                {"new_owner_authority": TRIVIAL},
                TrivialAuthorityError,
                "new_owner_authority.weight_threshold",
                id="trivial",
            ),
            pytest.param(
                {"new_owner_authority": BAD_MEMBER},
                InvalidAccountNameError,
                "new_owner_authority.account_auths[0]",
                id="member_of_new",
            ),
            pytest.param(
                {"recent_owner_authority": BAD_MEMBER},
                InvalidAccountNameError,
                "recent_owner_authority.account_auths[0]",
                id="member_of_recent",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(RECOVER, change, error, field)


class TestRecoverAccountAuthorities:
    def test_both_owner_authorities_given_must_be_satisfied(self):
        assert RECOVER.required_other() == (NEW, RECENT)
        assert not RECOVER.required_owner() | RECOVER.required_active()


class TestChangeRecoveryAccountValidate:
    @pytest.mark.parametrize("name", ["account_to_recover", "new_recovery_account"])
    def test_rejects_a_bad(self, refuses, name):
        refuses(CHANGE, {name: "x"}, InvalidAccountNameError, name)


class TestChangeRecoveryAccountAuthorities:
    def test_only_the_account_signs_with_owner(self):
        assert CHANGE.required_owner() == {"bob"}
        assert not CHANGE.required_active() | CHANGE.required_posting()


class TestDeclineVotingRightsValidate:
    def test_rejects_a_bad_name(self, refuses):
        refuses(DECLINE, {"account": "x"}, InvalidAccountNameError, "account")


class TestDeclineVotingRightsAuthorities:
    def test_only_the_account_signs_with_owner(self):
        assert DECLINE.required_owner() == {"alice"}
        assert not DECLINE.required_active() | DECLINE.required_posting()


class TestResetAccountValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"reset_account": "x"}, InvalidAccountNameError, "reset_account", id="by"),
            pytest.param(
                {"account_to_reset": "x"}, InvalidAccountNameError, "account_to_reset", id="of"
            ),
            pytest.param(
                {"new_owner_authority": IMPOSSIBLE},
                AuthorityImpossibleError,
                "new_owner_authority",
                id="impossible",
            ),
            pytest.param(
                {"new_owner_authority": TRIVIAL},
                TrivialAuthorityError,
                "new_owner_authority.weight_threshold",
                id="trivial",
            ),
            pytest.param(
                {"new_owner_authority": BAD_MEMBER},
                InvalidAccountNameError,
                "new_owner_authority.account_auths[0]",
                id="member",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(RESET, change, error, field)


class TestResetAccountAuthorities:
    def test_only_the_resetting_account_signs_with_active(self):
        assert RESET.required_active() == {"alice"}
        assert not RESET.required_owner() | RESET.required_posting()


class TestSetResetAccountValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"account": "x"}, InvalidAccountNameError, "account", id="account"),
            pytest.param(
                {"current_reset_account": "x"},
                InvalidAccountNameError,
                "current_reset_account",
                id="current",
            ),
            pytest.param(
                {"reset_account": ""}, InvalidAccountNameError, "reset_account", id="none"
            ),
            pytest.param(
                {"current_reset_account": "bob"},
                SameResetAccountError,
                "reset_account",
                id="unchanged",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(SET_RESET, change, error, field)


class TestSetResetAccountAuthorities:
    def test_posting_signs_for_the_first_reset_account(self):
        assert SET_RESET.required_posting() == {"alice"}
        assert not SET_RESET.required_owner()

    def test_owner_signs_for_another_one(self):
        operation = replace(SET_RESET, current_reset_account="carol")
        operation.validate(DEV_PARAMS)
        assert operation.required_owner() == {"alice"}
        assert not operation.required_posting()
