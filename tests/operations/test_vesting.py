from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset, smt_symbol
from protocol.operations.vesting import (
    FillVestingWithdraw,
    SetWithdrawVestingRoute,
    TransferToVesting,
    WithdrawVesting,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNegativeError,
    AmountNotPositiveError,
    InvalidAccountNameError,
    OutOfBoundsError,
    VestingSymbolError,
    WrongSymbolError,
)

TOKEN = smt_symbol(18118804, 3)
TOKEN_VESTS = smt_symbol(18118805, 3)
POWER_UP = TransferToVesting("alice", "", Asset(20, TOKEN))
POWER_DOWN = WithdrawVesting("alice", Asset(1, VESTS))
ROUTE = SetWithdrawVestingRoute("alice", "bob", 10_000, auto_vest=True)


class TestTransferToVestingValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"from_account": ""}, InvalidAccountNameError, "from", id="no_from"),
            pytest.param({"to": "x"}, InvalidAccountNameError, "to", id="bad_to"),
            pytest.param({"amount": Asset(20, SBD)}, WrongSymbolError, "amount", id="sbd"),
            pytest.param({"amount": Asset(20, VESTS)}, VestingSymbolError, "amount", id="vests"),
            pytest.param(
                {"amount": Asset(20, TOKEN_VESTS)}, VestingSymbolError, "amount", id="smt_vests"
            ),
            pytest.param({"amount": Asset(0, TOKEN)}, AmountNotPositiveError, "amount", id="zero"),
            pytest.param(
                {"amount": Asset(-20, TOKEN)}, AmountNotPositiveError, "amount", id="negative"
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(POWER_UP, change, error, field)

    def test_accepts_steem_for_another_account(self):
        replace(POWER_UP, to="bob", amount=Asset(1, STEEM)).validate(DEV_PARAMS)


class TestTransferToVestingAuthorities:
    def test_only_the_sender_signs_with_active(self):
        operation = replace(POWER_UP, to="bob")
        assert operation.required_active() == {"alice"}
        assert not operation.required_owner() | operation.required_posting()


class TestWithdrawVestingValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"account": "x"}, InvalidAccountNameError, "account", id="name"),
            pytest.param(
                {"vesting_shares": Asset(1, STEEM)}, WrongSymbolError, "vesting_shares", id="steem"
            ),
            pytest.param(
                {"vesting_shares": Asset(1, TOKEN)}, WrongSymbolError, "vesting_shares", id="smt"
            ),
            pytest.param(
                {"vesting_shares": Asset(-1, VESTS)},
                AmountNegativeError,
                "vesting_shares",
                id="negative",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(POWER_DOWN, change, error, field)

    @pytest.mark.parametrize("shares", [Asset(0, VESTS), Asset(13, TOKEN_VESTS)])
    def test_accepts_zero_and_vested_tokens(self, shares):
        WithdrawVesting("alice", shares).validate(DEV_PARAMS)


class TestWithdrawVestingAuthorities:
    def test_only_the_account_signs_with_active(self):
        assert POWER_DOWN.required_active() == {"alice"}
        assert not POWER_DOWN.required_owner() | POWER_DOWN.required_posting()


class TestSetWithdrawVestingRouteValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"from_account": "x"}, InvalidAccountNameError, "from_account", id="from"),
            pytest.param({"to_account": "x"}, InvalidAccountNameError, "to_account", id="to"),
            pytest.param({"percent": 10_001}, OutOfBoundsError, "percent", id="above_100_percent"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(ROUTE, change, error, field)

    def test_accepts_removal_by_zero_percent(self):
        replace(ROUTE, percent=0).validate(DEV_PARAMS)


class TestSetWithdrawVestingRouteAuthorities:
    def test_only_the_withdrawing_account_signs_with_active(self):
        assert ROUTE.required_active() == {"alice"}
        assert not ROUTE.required_owner() | ROUTE.required_posting()


class TestFillVestingWithdrawAuthorities:
    def test_is_virtual(self):
        assert FillVestingWithdraw.IS_VIRTUAL
