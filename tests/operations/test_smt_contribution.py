from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset, smt_symbol
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtContributorPayout,
    SmtFounderPayout,
    SmtRefund,
    SmtRefunded,
    cap_hash,
)
from protocol.params import DEV, DEV_PARAMS
from protocol.validation import (
    AmountNotPositiveError,
    InvalidAccountNameError,
    NotSmtSymbolError,
    OutOfBoundsError,
    VestingSymbolError,
    WrongSymbolError,
)
from protocol.wire import encode

TOKEN = smt_symbol(18118804, 3)
CONTRIBUTE = SmtContribute("alice", TOKEN, 1, Asset(1000, STEEM))
REFUND = SmtRefund("alice", TOKEN, 0, Asset(1000, STEEM))
REVEAL = SmtCapReveal("alice", TOKEN, RevealedCap(10_000, 1234))
SYMBOLS = [
    pytest.param({"symbol": STEEM}, NotSmtSymbolError, "symbol", id="steem"),
    pytest.param({"symbol": SBD}, NotSmtSymbolError, "symbol", id="sbd"),
    pytest.param({"symbol": VESTS}, NotSmtSymbolError, "symbol", id="vests"),
    pytest.param({"symbol": TOKEN ^ 0x20}, VestingSymbolError, "symbol", id="vesting"),
]


def amounts(name):
    return [
        pytest.param({name: Asset(-1, STEEM)}, AmountNotPositiveError, name, id="negative"),
        pytest.param({name: Asset(0, STEEM)}, AmountNotPositiveError, name, id="zero"),
        pytest.param({name: Asset(1, VESTS)}, WrongSymbolError, name, id="in_vests"),
        pytest.param({name: Asset(1, SBD)}, WrongSymbolError, name, id="in_sbd"),
        pytest.param({name: Asset(1, TOKEN)}, WrongSymbolError, name, id="in_tokens"),
    ]


class TestSmtContributeValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param(
                {"contributor": "@@@@@"}, InvalidAccountNameError, "contributor", id="name"
            ),
            *SYMBOLS,
            *amounts("contribution"),
        ],
    )
    def test_rejects(self, refuses_showing, change, error, field):
        refuses_showing(CONTRIBUTE, change, error, field)

    def test_accepts_one_satoshi(self):
        replace(CONTRIBUTE, contribution=Asset(1, STEEM)).validate(DEV_PARAMS)


class TestSmtContributeAuthorities:
    def test_only_the_contributor_signs_with_active(self):
        assert CONTRIBUTE.required_active() == {"alice"}
        assert not CONTRIBUTE.required_owner() | CONTRIBUTE.required_posting()


class TestSmtRefundValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"contributor": ""}, InvalidAccountNameError, "contributor", id="name"),
            *SYMBOLS,
            *amounts("amount"),
        ],
    )
    def test_rejects(self, refuses_showing, change, error, field):
        refuses_showing(REFUND, change, error, field)


class TestSmtRefundAuthorities:
    def test_only_the_contributor_signs_with_active(self):
        assert REFUND.required_active() == {"alice"}
        assert not REFUND.required_owner() | REFUND.required_posting()


class TestSmtCapRevealValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param(
                {"control_account": "@@@@@"}, InvalidAccountNameError, "control_account", id="name"
            ),
            *SYMBOLS,
            pytest.param({"cap": RevealedCap(0, 0)}, OutOfBoundsError, "cap.amount", id="zero"),
            pytest.param({"cap": RevealedCap(-1, 0)}, OutOfBoundsError, "cap.amount", id="<0"),
            pytest.param(
                {"cap": RevealedCap(10**15 + 1, 0)}, OutOfBoundsError, "cap.amount", id="10^15+1"
            ),
        ],
    )
    def test_rejects(self, refuses_showing, change, error, field):
        refuses_showing(REVEAL, change, error, field)

    @pytest.mark.parametrize("amount", [1, 10**15])
    def test_accepts_amount(self, amount):
        replace(REVEAL, cap=RevealedCap(amount, 2**128 - 1)).validate(DEV_PARAMS)


class TestSmtCapRevealAuthorities:
    def test_only_the_control_account_signs_with_active(self):
        assert REVEAL.required_active() == {"alice"}
        assert not REVEAL.required_owner() | REVEAL.required_posting()


class TestCapHash:
    """docs/RULES.md 2.8; nonce 0 appears in the whitepaper's examples."""

    @pytest.mark.parametrize(
        ("amount", "nonce", "digest"),
        [
            (1, 0, "32edb6022c0921d99aa347e9cda5dc2db413f5574eebaaa8592234308ffebd2b"),
            (166666666666, 0, "93c5a6b892de788c5b54b63b91c4b692e36099b05d3af0d16d01c854723dda21"),
            (5000000, 0, "dff2e4aed5cd054439e045e1216722aa8c4758b22df0a4b0251d6f16d58e0f3b"),
            (30000000, 0, "f8e6ab0e8f2c06a9d94881fdf370f0849b4c7864f62242040c88ac82ce5e40d6"),
            (10000000, 0, "4e12522945b8cc2d87d54debd9563a1bb6461f1b1fa1c31876afe3514e9a1511"),
            (10001, 0, "e53708f4cce7e00b139c318cb8663e9dbc4602a61adb9902871730dd26c362ca"),
            (10000, 1234, "30c5b2226e39e505d4c0a6069e629368834846ed03d0fabda30172349df45f6e"),
            (10001, 1234, "52daca46a3a5da5a649f7d146cb804f9a1b53d96751d4e2e29edf6d6750c2020"),
            # `printf '\\x10\\x27...' | sha256sum`: 10000, then 1, then 1234, each of eight bytes.
            (
                10000,
                (1 << 64) + 1234,
                "7cce7b82aacf4b46d9d602f08a8adc9710b012643f05d0760241130c8bf4398f",
            ),
            (1000000, 4321, "a69d35d84826041c9a1b89186d4f461815d1089412ea69f5c31333ed5d0886f3"),
        ],
    )
    def test_of(self, amount, nonce, digest):
        assert cap_hash(RevealedCap(amount, nonce)).hex() == digest

    def test_is_over_the_wire_bytes_with_the_high_half_first(self):
        cap = RevealedCap(1, 2 << 64 | 3)
        assert encode(cap, DEV) == b"".join(n.to_bytes(8, "little") for n in (1, 2, 3))
        assert cap_hash(cap) != cap_hash(RevealedCap(1, 3 << 64 | 2))


@pytest.mark.parametrize("cls", [SmtContributorPayout, SmtFounderPayout, SmtRefunded])
def test_what_the_chain_reports_is_virtual(cls):
    assert cls.IS_VIRTUAL
