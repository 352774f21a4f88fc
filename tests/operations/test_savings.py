from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset, smt_symbol
from protocol.operations.savings import (
    CancelTransferFromSavings,
    FillTransferFromSavings,
    Interest,
    TransferFromSavings,
    TransferToSavings,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNotPositiveError,
    InvalidAccountNameError,
    TextTooLongError,
    VestingSymbolError,
)

TOKEN = smt_symbol(18118804, 3)
TO = TransferToSavings("alice", "bob", Asset(1, SBD), "memo")
FROM = TransferFromSavings("alice", 7, "bob", Asset(1, STEEM), "memo")
CANCEL = CancelTransferFromSavings("alice", 7)
REFUSALS = [
    pytest.param({"from_account": "x"}, InvalidAccountNameError, "from", id="from"),
    pytest.param({"to": ""}, InvalidAccountNameError, "to", id="to"),
    pytest.param({"amount": Asset(0, SBD)}, AmountNotPositiveError, "amount", id="zero"),
    pytest.param({"amount": Asset(1, VESTS)}, VestingSymbolError, "amount", id="vests"),
    pytest.param({"memo": "m" * 2048}, TextTooLongError, "memo", id="memo"),
]


class TestTransferToSavingsValidate:
    @pytest.mark.parametrize(("change", "error", "field"), REFUSALS)
    def test_rejects(self, refuses, change, error, field):
        refuses(TO, change, error, field)

    def test_accepts_a_token(self):
        replace(TO, amount=Asset(1, TOKEN)).validate(DEV_PARAMS)


class TestTransferToSavingsAuthorities:
    def test_only_the_sender_signs_with_active(self):
        assert TO.required_active() == {"alice"}
        assert not TO.required_owner() | TO.required_posting()


class TestTransferFromSavingsValidate:
    @pytest.mark.parametrize(("change", "error", "field"), REFUSALS)
    def test_rejects(self, refuses, change, error, field):
        refuses(FROM, change, error, field)

    def test_accepts_a_token(self):
        replace(FROM, amount=Asset(1, TOKEN)).validate(DEV_PARAMS)


class TestTransferFromSavingsAuthorities:
    def test_only_the_owner_signs_with_active(self):
        assert FROM.required_active() == {"alice"}
        assert not FROM.required_owner() | FROM.required_posting()


class TestCancelTransferFromSavingsValidate:
    def test_rejects_a_bad_name(self, refuses):
        refuses(CANCEL, {"from_account": "x"}, InvalidAccountNameError, "from")


class TestCancelTransferFromSavingsAuthorities:
    def test_only_the_owner_signs_with_active(self):
        assert CANCEL.required_active() == {"alice"}
        assert not CANCEL.required_owner() | CANCEL.required_posting()


@pytest.mark.parametrize("cls", [FillTransferFromSavings, Interest])
def test_what_the_chain_reports_is_virtual(cls):
    assert cls.IS_VIRTUAL
