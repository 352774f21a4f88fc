import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset, smt_symbol
from protocol.operations.transfer import ClearNullAccountBalance, Transfer
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNotPositiveError,
    InvalidAccountNameError,
    TextTooLongError,
    VestingSymbolError,
)

TOKEN = smt_symbol(18118804, 3)
TOKEN_VESTS = smt_symbol(18118805, 3)
VALID = Transfer("alice", "bob", Asset(1, STEEM), "memo")


class TestTransferValidate:
    @pytest.mark.parametrize("symbol", [STEEM, SBD, TOKEN])
    def test_accepts_every_liquid_asset(self, symbol):
        Transfer("alice", "bob", Asset(1, symbol), "").validate(DEV_PARAMS)

    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"from_account": "al"}, InvalidAccountNameError, "from", id="short_from"),
            pytest.param({"to": "Bob"}, InvalidAccountNameError, "to", id="upper_case_to"),
            pytest.param({"to": ""}, InvalidAccountNameError, "to", id="empty_to"),
            pytest.param({"amount": Asset(1, VESTS)}, VestingSymbolError, "amount", id="vests"),
            pytest.param(
                {"amount": Asset(1, TOKEN_VESTS)}, VestingSymbolError, "amount", id="smt_vests"
            ),
            pytest.param({"amount": Asset(0, STEEM)}, AmountNotPositiveError, "amount", id="zero"),
            pytest.param({"amount": Asset(-1, SBD)}, AmountNotPositiveError, "amount", id="theft"),
            pytest.param({"memo": "m" * 2048}, TextTooLongError, "memo", id="memo_of_2048_bytes"),
            pytest.param({"memo": "é" * 1024}, TextTooLongError, "memo", id="memo_counts_bytes"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(VALID, change, error, field)

    def test_accepts_a_memo_of_2047_bytes(self):
        Transfer("alice", "bob", Asset(1, STEEM), "m" * 2047).validate(DEV_PARAMS)

    def test_accepts_a_transfer_to_oneself(self):
        Transfer("alice", "alice", Asset(1, STEEM), "").validate(DEV_PARAMS)


class TestTransferAuthorities:
    def test_only_the_sender_signs_with_active(self):
        assert VALID.required_active() == {"alice"}
        assert not VALID.required_owner()
        assert not VALID.required_posting()
        assert VALID.required_other() == ()


class TestClearNullAccountBalanceAuthorities:
    def test_is_virtual_and_nobody_signs(self):
        operation = ClearNullAccountBalance((Asset(1, STEEM),))
        assert operation.IS_VIRTUAL
        assert not operation.required_active()
