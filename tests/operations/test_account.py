from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset
from protocol.authority import Authority, single_key_authority
from protocol.crypto import PrivateKey
from protocol.operation import NoExtension
from protocol.operations.account import (
    AccountCreate,
    AccountCreateWithDelegation,
    AccountUpdate,
    AccountUpdate2,
    ClaimAccount,
    CreateClaimedAccount,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNegativeError,
    AuthorityTooLargeError,
    InvalidAccountNameError,
    InvalidJsonTextError,
    OutOfBoundsError,
    UnexpectedExtensionsError,
    WrongSymbolError,
)

KEY = PrivateKey.from_seed("test").public_key
AUTHORITY = single_key_authority(KEY)
BAD_MEMBER = Authority(1, (("alice", 1), ("b.c", 1)), ())
BIG = Authority(1, tuple((f"acct{number:02}", 1) for number in range(41)), ())
FULL = Authority(1, BIG.account_auths[:40], ())

CREATE = AccountCreate(
    Asset(3000, STEEM), "alice", "newbie", AUTHORITY, AUTHORITY, AUTHORITY, KEY, '{"a":1}'
)
WITH_DELEGATION = AccountCreateWithDelegation(
    Asset(0, STEEM),
    Asset(1, VESTS),
    "alice",
    "newbie",
    AUTHORITY,
    AUTHORITY,
    AUTHORITY,
    KEY,
    "",
)
CLAIM = ClaimAccount("alice", Asset(0, STEEM))
CLAIMED = CreateClaimedAccount("alice", "newbie", AUTHORITY, AUTHORITY, AUTHORITY, KEY, "{}")
UPDATE = AccountUpdate("alice", None, AUTHORITY, None, KEY, "")
UPDATE2 = AccountUpdate2("alice", None, None, None, None, "", "{}")

COMMON_REFUSALS = [
    pytest.param(
        {"new_account_name": "New"}, InvalidAccountNameError, "new_account_name", id="name"
    ),
    pytest.param(
        {"owner": BAD_MEMBER}, InvalidAccountNameError, "owner.account_auths[1]", id="owner"
    ),
    pytest.param(
        {"active": BAD_MEMBER}, InvalidAccountNameError, "active.account_auths[1]", id="active"
    ),
    pytest.param({"json_metadata": "{"}, InvalidJsonTextError, "json_metadata", id="not_json"),
    pytest.param({"json_metadata": "NaN"}, InvalidJsonTextError, "json_metadata", id="nan"),
]
FEE_REFUSALS = [
    pytest.param({"fee": Asset(1, SBD)}, WrongSymbolError, "fee", id="fee_in_sbd"),
    pytest.param({"fee": Asset(-1, STEEM)}, AmountNegativeError, "fee", id="negative_fee"),
]


class TestAccountCreateValidate:
    @pytest.mark.parametrize(("change", "error", "field"), COMMON_REFUSALS + FEE_REFUSALS)
    def test_rejects(self, refuses, change, error, field):
        refuses(CREATE, change, error, field)

    def test_accepts_a_fee_of_zero_and_empty_authorities(self):
        empty = Authority(0, (), ())
        replace(CREATE, fee=Asset(0, STEEM), owner=empty, active=empty, posting=empty).validate(
            DEV_PARAMS
        )


class TestAccountCreateAuthorities:
    def test_only_the_creator_signs_with_active(self):
        assert CREATE.required_active() == {"alice"}
        assert not CREATE.required_owner() | CREATE.required_posting()


class TestAccountCreateWithDelegationValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            *COMMON_REFUSALS,
            *FEE_REFUSALS,
            pytest.param({"creator": "x"}, InvalidAccountNameError, "creator", id="creator"),
            pytest.param(
                {"posting": BAD_MEMBER},
                InvalidAccountNameError,
                "posting.account_auths[1]",
                id="posting",
            ),
            pytest.param(
                {"delegation": Asset(1, STEEM)}, WrongSymbolError, "delegation", id="in_steem"
            ),
            pytest.param(
                {"delegation": Asset(-1, VESTS)}, AmountNegativeError, "delegation", id="negative"
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(WITH_DELEGATION, change, error, field)


class TestAccountCreateWithDelegationAuthorities:
    def test_only_the_creator_signs_with_active(self):
        assert WITH_DELEGATION.required_active() == {"alice"}
        assert not WITH_DELEGATION.required_owner() | WITH_DELEGATION.required_posting()


class TestClaimAccountValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"creator": ""}, InvalidAccountNameError, "creator", id="creator"),
            pytest.param({"fee": Asset(0, SBD)}, WrongSymbolError, "fee", id="fee_in_sbd"),
            pytest.param({"fee": Asset(-1, STEEM)}, OutOfBoundsError, "fee", id="negative_fee"),
            pytest.param(
                {"fee": Asset(1_000_000_001, STEEM)}, OutOfBoundsError, "fee", id="fee_above_limit"
            ),
            pytest.param(
                {"extensions": (NoExtension(),)},
                UnexpectedExtensionsError,
                "extensions",
                id="extension",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(CLAIM, change, error, field)

    def test_accepts_the_largest_fee(self):
        ClaimAccount("alice", Asset(1_000_000_000, STEEM)).validate(DEV_PARAMS)


class TestClaimAccountAuthorities:
    def test_only_the_creator_signs_with_active(self):
        assert CLAIM.required_active() == {"alice"}
        assert not CLAIM.required_owner() | CLAIM.required_posting()


class TestCreateClaimedAccountValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            *COMMON_REFUSALS,
            pytest.param({"creator": "x"}, InvalidAccountNameError, "creator", id="creator"),
            pytest.param({"posting": BIG}, AuthorityTooLargeError, "posting", id="41_members"),
            pytest.param(
                {"extensions": (NoExtension(),)},
                UnexpectedExtensionsError,
                "extensions",
                id="extension",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(CLAIMED, change, error, field)

    def test_accepts_an_authority_of_40_members(self):
        replace(CLAIMED, posting=FULL).validate(DEV_PARAMS)


class TestCreateClaimedAccountAuthorities:
    def test_only_the_creator_signs_with_active(self):
        assert CLAIMED.required_active() == {"alice"}
        assert not CLAIMED.required_owner() | CLAIMED.required_posting()


class TestAccountUpdateValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"account": "x"}, InvalidAccountNameError, "account", id="name"),
            pytest.param({"json_metadata": "]"}, InvalidJsonTextError, "json_metadata", id="json"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(UPDATE, change, error, field)

    def test_leaves_authorities_to_the_evaluator(self):
        replace(UPDATE, active=BAD_MEMBER).validate(DEV_PARAMS)


class TestAccountUpdateAuthorities:
    def test_owner_signs_when_the_owner_authority_changes(self):
        operation = replace(UPDATE, owner=AUTHORITY)
        assert operation.required_owner() == {"alice"}
        assert not operation.required_active()

    def test_active_signs_otherwise(self):
        assert UPDATE.required_active() == {"alice"}
        assert not UPDATE.required_owner()


class TestAccountUpdate2Validate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"account": "x"}, InvalidAccountNameError, "account", id="name"),
            pytest.param({"json_metadata": "]"}, InvalidJsonTextError, "json_metadata", id="json"),
            pytest.param(
                {"posting_json_metadata": "["},
                InvalidJsonTextError,
                "posting_json_metadata",
                id="posting_json",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(UPDATE2, change, error, field)


class TestAccountUpdate2Authorities:
    def test_owner_signs_when_the_owner_authority_changes(self):
        operation = replace(UPDATE2, owner=AUTHORITY, active=AUTHORITY)
        assert operation.required_owner() == {"alice"}
        assert not operation.required_active() | operation.required_posting()

    @pytest.mark.parametrize(
        "change",
        [
            {"active": AUTHORITY},
            {"posting": AUTHORITY},
            {"memo_key": KEY},
            {"json_metadata": "{}"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_active_signs_for(self, change):
        operation = replace(UPDATE2, **change)
        assert operation.required_active() == {"alice"}
        assert not operation.required_owner() | operation.required_posting()

    def test_posting_signs_for_posting_metadata_alone(self):
        assert UPDATE2.required_posting() == {"alice"}
        assert not UPDATE2.required_owner() | UPDATE2.required_active()
