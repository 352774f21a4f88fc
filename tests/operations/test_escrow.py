from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, Asset, smt_symbol
from protocol.jsonform import from_json
from protocol.operations.escrow import (
    AgentNotThirdPartyError,
    EscrowApprove,
    EscrowDispute,
    EscrowRelease,
    EscrowTimeError,
    EscrowTransfer,
    NotAPartyError,
)
from protocol.params import DEV, DEV_PARAMS
from protocol.validation import (
    AmountNegativeError,
    AmountNotPositiveError,
    InvalidAccountNameError,
    InvalidJsonTextError,
    WrongSymbolError,
)

TRANSFER = EscrowTransfer(
    "alice", "bob", Asset(1, SBD), Asset(0, STEEM), 30, "carol", Asset(0, STEEM), "", 99, 100
)
DISPUTE = EscrowDispute("alice", "bob", "carol", "alice")
RELEASE = EscrowRelease("alice", "bob", "carol", "carol", "bob", 30, Asset(0, SBD), Asset(1, STEEM))
APPROVE = EscrowApprove("alice", "bob", "carol", "bob")
TOKEN = smt_symbol(18118804, 3)
NAMES = [
    pytest.param({"from_account": "x"}, InvalidAccountNameError, "from", id="from"),
    pytest.param({"to": "x"}, InvalidAccountNameError, "to", id="to"),
    pytest.param({"agent": "x"}, InvalidAccountNameError, "agent", id="agent"),
]
WHO = pytest.param({"who": "x"}, InvalidAccountNameError, "who", id="who")
AMOUNTS = [
    pytest.param({"sbd_amount": Asset(1, STEEM)}, WrongSymbolError, "sbd_amount", id="no_sbd"),
    pytest.param(
        {"steem_amount": Asset(1, TOKEN)}, WrongSymbolError, "steem_amount", id="no_tokens"
    ),
    pytest.param({"sbd_amount": Asset(-1, SBD)}, AmountNegativeError, "sbd_amount", id="sbd<0"),
    pytest.param(
        {"steem_amount": Asset(-1, STEEM)}, AmountNegativeError, "steem_amount", id="steem<0"
    ),
    pytest.param(
        {"sbd_amount": Asset(0, SBD), "steem_amount": Asset(0, STEEM)},
        AmountNotPositiveError,
        "steem_amount",
        id="nothing",
    ),
]


class TestEscrowTransferValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            *NAMES,
            *AMOUNTS,
            pytest.param({"fee": Asset(0, TOKEN)}, WrongSymbolError, "fee", id="fee_in_tokens"),
            pytest.param({"fee": Asset(-1, SBD)}, AmountNegativeError, "fee", id="fee<0"),
            pytest.param({"agent": "alice"}, AgentNotThirdPartyError, "agent", id="agent_is_from"),
            pytest.param({"agent": "bob"}, AgentNotThirdPartyError, "agent", id="agent_is_to"),
            pytest.param(
                {"escrow_expiration": 99},
                EscrowTimeError,
                "ratification_deadline",
                id="deadline_at_expiration",
            ),
            pytest.param({"json_meta": "{"}, InvalidJsonTextError, "json_meta", id="not_json"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(TRANSFER, change, error, field)

    def test_accepts_a_fee_in_sbd(self):
        replace(TRANSFER, fee=Asset(1, SBD)).validate(DEV_PARAMS)

    def test_absent_members_mean_id_30_and_zero_amounts(self):
        data = {"from": "alice", "to": "bob", "agent": "carol"}
        operation = from_json(EscrowTransfer, data, DEV)
        assert operation.escrow_id == 30
        assert operation.sbd_amount == Asset(0, SBD)
        assert operation.steem_amount == Asset(0, STEEM)


class TestEscrowTransferAuthorities:
    def test_only_the_sender_signs_with_active(self):
        assert TRANSFER.required_active() == {"alice"}
        assert not TRANSFER.required_owner() | TRANSFER.required_posting()


class TestEscrowDisputeValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [*NAMES, WHO, pytest.param({"who": "carol"}, NotAPartyError, "who", id="agent")],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(DISPUTE, change, error, field)


class TestEscrowDisputeAuthorities:
    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_who_disputes_signs_with_active(self, who):
        operation = replace(DISPUTE, who=who)
        operation.validate(DEV_PARAMS)
        assert operation.required_active() == {who}


class TestEscrowReleaseValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            *NAMES,
            *AMOUNTS,
            WHO,
            pytest.param({"receiver": "x"}, InvalidAccountNameError, "receiver", id="receiver"),
            pytest.param({"who": "dave"}, NotAPartyError, "who", id="stranger_releases"),
            pytest.param({"receiver": "carol"}, NotAPartyError, "receiver", id="agent_receives"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(RELEASE, change, error, field)


class TestEscrowReleaseAuthorities:
    @pytest.mark.parametrize("who", ["alice", "bob", "carol"])
    def test_who_releases_signs_with_active(self, who):
        operation = replace(RELEASE, who=who)
        operation.validate(DEV_PARAMS)
        assert operation.required_active() == {who}


class TestEscrowApproveValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [*NAMES, WHO, pytest.param({"who": "alice"}, NotAPartyError, "who", id="sender")],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(APPROVE, change, error, field)


class TestEscrowApproveAuthorities:
    @pytest.mark.parametrize("who", ["bob", "carol"])
    def test_who_approves_signs_with_active(self, who):
        operation = replace(APPROVE, who=who)
        operation.validate(DEV_PARAMS)
        assert operation.required_active() == {who}
