from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset, smt_symbol
from protocol.errors import JsonFormError
from protocol.jsonform import from_json, to_json
from protocol.operations.smt_creation import PrecisionMismatchError, SmtCreate
from protocol.params import DEV, DEV_PARAMS
from protocol.validation import (
    InvalidAccountNameError,
    NotSmtSymbolError,
    OutOfBoundsError,
    VestingSymbolError,
    WrongSymbolError,
)

JSON = {
    "control_account": "alice",
    "symbol": {"nai": "@@181188044", "decimals": 3},
    "smt_creation_fee": "1.000 SBD",
}
TOKEN = smt_symbol(18118804, 3)
VALID = SmtCreate("alice", TOKEN, Asset(1000, SBD))


class TestSmtCreateValidate:
    """docs/RULES.md 2.1; steemd: smt_operation_tests.cpp::smt_create_validate."""

    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param(
                {"control_account": "@@@@@"}, InvalidAccountNameError, "control_account", id="name"
            ),
            pytest.param(
                {"smt_creation_fee": Asset(-1, SBD)},
                OutOfBoundsError,
                "smt_creation_fee",
                id="fee<0",
            ),
            pytest.param(
                {"smt_creation_fee": Asset(10**15 + 1, SBD)},
                OutOfBoundsError,
                "smt_creation_fee",
                id="fee_10^15+1",
            ),
            pytest.param(
                {"smt_creation_fee": Asset(1, VESTS)},
                WrongSymbolError,
                "smt_creation_fee",
                id="fee_in_vests",
            ),
            pytest.param(
                {"smt_creation_fee": Asset(1, TOKEN)},
                WrongSymbolError,
                "smt_creation_fee",
                id="fee_in_tokens",
            ),
            pytest.param({"symbol": STEEM}, NotSmtSymbolError, "symbol", id="steem"),
            pytest.param({"symbol": SBD}, NotSmtSymbolError, "symbol", id="sbd"),
            pytest.param({"symbol": VESTS}, NotSmtSymbolError, "symbol", id="vests"),
            pytest.param({"symbol": TOKEN ^ 0x20}, VestingSymbolError, "symbol", id="vesting"),
        ],
    )
    def test_rejects(self, refuses_showing, change, error, field):
        refuses_showing(VALID, change, error, field)

    @pytest.mark.parametrize(
        "fee",
        [Asset(0, SBD), Asset(0, STEEM), Asset(10**15, STEEM)],
        ids=["reset", "reset_in_steem", "10^15"],
    )
    def test_accepts_fee(self, fee):
        replace(VALID, smt_creation_fee=fee).validate(DEV_PARAMS)


class TestSmtCreatePrecision:
    @pytest.mark.parametrize("precision", [3, "3"])
    def test_json_may_repeat_the_decimals(self, precision):
        operation = from_json(SmtCreate, JSON | {"precision": precision}, DEV)
        assert operation == VALID
        assert "precision" not in to_json(operation, DEV)["value"]

    @pytest.mark.parametrize("strict", [True, False])
    def test_rejects_other_decimals(self, strict):
        with pytest.raises(PrecisionMismatchError) as caught:
            from_json(SmtCreate, JSON | {"precision": 4}, DEV, strict=strict)
        assert (caught.value.field, caught.value.value) == ("precision", 4)

    @pytest.mark.parametrize("precision", [-1, 256, None, "three", 3.0])
    def test_rejects_what_is_no_number(self, precision):
        with pytest.raises(JsonFormError) as caught:
            from_json(SmtCreate, JSON | {"precision": precision}, DEV)
        assert caught.value.field == "precision"


class TestSmtCreateAuthorities:
    def test_only_the_control_account_signs_with_active(self):
        assert VALID.required_active() == {"alice"}
        assert not VALID.required_owner() | VALID.required_posting()
