from dataclasses import replace

import pytest

from protocol.authority import Authority, single_key_authority
from protocol.crypto import PrivateKey
from protocol.operations.custom import Custom, CustomBinary, CustomJson, NoSignerError
from protocol.params import DEV_PARAMS
from protocol.validation import (
    InvalidAccountNameError,
    InvalidJsonTextError,
    TextTooLongError,
)

KEY = single_key_authority(PrivateKey.from_seed("custom").public_key)
CUSTOM = Custom(("alice", "bob"), 777, b"")
JSON = CustomJson((), ("alice",), "follow", "[]")
BINARY = CustomBinary(("alice",), (), (), (KEY,), "id", b"")


class TestCustomValidate:
    def test_rejects_an_operation_without_signer(self, refuses):
        refuses(CUSTOM, {"required_auths": ()}, NoSignerError, "required_auths")


class TestCustomAuthorities:
    def test_all_named_sign_with_active(self):
        assert CUSTOM.required_active() == {"alice", "bob"}
        assert not CUSTOM.required_owner() | CUSTOM.required_posting()


class TestCustomJsonValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param(
                {"required_posting_auths": ()},
                NoSignerError,
                "required_posting_auths",
                id="no_signer",
            ),
            pytest.param({"id": "i" * 33}, TextTooLongError, "id", id="id_of_33_bytes"),
            pytest.param({"json": "{"}, InvalidJsonTextError, "json", id="not_json"),
            pytest.param({"json": ""}, InvalidJsonTextError, "json", id="empty"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(JSON, change, error, field)

    def test_accepts_an_id_of_32_bytes_and_an_active_signer_alone(self):
        CustomJson(("alice",), (), "i" * 32, '"text"').validate(DEV_PARAMS)


class TestCustomJsonAuthorities:
    def test_each_list_signs_with_its_own_authority(self):
        operation = replace(JSON, required_auths=("bob",))
        assert operation.required_active() == {"bob"}
        assert operation.required_posting() == {"alice"}
        assert not operation.required_owner()


class TestCustomBinaryValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param(
                {"required_owner_auths": ()},
                NoSignerError,
                "required_posting_auths",
                id="written_authorities_do_not_count",
            ),
            pytest.param({"id": "i" * 33}, TextTooLongError, "id", id="id_of_33_bytes"),
            pytest.param(
                {"required_auths": (KEY, Authority(1, (("x", 1),), ()))},
                InvalidAccountNameError,
                "required_auths[1].account_auths[0]",
                id="member",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(BINARY, change, error, field)


class TestCustomBinaryAuthorities:
    def test_each_list_signs_with_its_own_authority(self):
        operation = CustomBinary(("alice",), ("bob",), ("carol",), (KEY,), "id", b"")
        operation.validate(DEV_PARAMS)
        assert operation.required_owner() == {"alice"}
        assert operation.required_active() == {"bob"}
        assert operation.required_posting() == {"carol"}
        assert operation.required_other() == (KEY,)
