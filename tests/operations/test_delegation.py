from dataclasses import replace

import pytest

from protocol.assets import STEEM, VESTS, Asset, smt_symbol
from protocol.operations.delegation import (
    DelegateVestingShares,
    DelegationToSelfError,
    ReturnVestingDelegation,
)
from protocol.params import DEV_PARAMS
from protocol.validation import AmountNegativeError, InvalidAccountNameError, WrongSymbolError

VALID = DelegateVestingShares("alice", "bob", Asset(1, VESTS))


class TestDelegateVestingSharesValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"delegator": "x"}, InvalidAccountNameError, "delegator", id="delegator"),
            pytest.param({"delegatee": "x"}, InvalidAccountNameError, "delegatee", id="delegatee"),
            pytest.param({"delegatee": "alice"}, DelegationToSelfError, "delegatee", id="self"),
            pytest.param(
                {"vesting_shares": Asset(1, STEEM)}, WrongSymbolError, "vesting_shares", id="steem"
            ),
            pytest.param(
                {"vesting_shares": Asset(1, smt_symbol(18118804, 3))},
                WrongSymbolError,
                "vesting_shares",
                id="liquid_token",
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
        refuses(VALID, change, error, field)

    @pytest.mark.parametrize("shares", [Asset(0, VESTS), Asset(5, smt_symbol(18118805, 3))])
    def test_accepts_zero_and_vested_tokens(self, shares):
        replace(VALID, vesting_shares=shares).validate(DEV_PARAMS)


class TestDelegateVestingSharesAuthorities:
    def test_only_the_delegator_signs_with_active(self):
        assert VALID.required_active() == {"alice"}
        assert not VALID.required_owner() | VALID.required_posting()


class TestReturnVestingDelegationAuthorities:
    def test_is_virtual(self):
        assert ReturnVestingDelegation.IS_VIRTUAL
