"""Commitments, nonces from a key, and the search for an amount.

Hashes are those of the whitepaper's examples and steemd's tests; amounts are counted by hand.
"""

import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.assets import smt_symbol
from protocol.crypto import PrivateKey
from protocol.hidden_caps import (
    CapKind,
    CapOutOfBoundsError,
    NonceTerms,
    amounts_of_few_digits,
    bounds_around,
    commit_cap,
    count_amounts_of_few_digits,
    derive_nonce,
    find_cap,
    fits,
)
from protocol.operations.smt_contribution import RevealedCap
from protocol.operations.smt_setup import CapBoundsError, CapHashError
from protocol.params import DEV_PARAMS
from protocol.validation import OutOfBoundsError

KEY = PrivateKey.from_seed("alphaactive")
TERMS = NonceTerms(smt_symbol(18118804, 4), CapKind.MINIMUM, 1_000, 9_999, "2017-06-01")
# (amount, nonce): steemd smt_tests.cpp hashes the high half of the nonce first.
STEEMD_HASH = "30c5b2226e39e505d4c0a6069e629368834846ed03d0fabda30172349df45f6e"


class TestCommitment:
    def test_a_public_cap_has_the_whitepapers_hash(self):
        commitment = commit_cap(
            RevealedCap(166_666_666_666, 0), 166_666_666_666, 166_666_666_666, DEV_PARAMS
        )
        assert commitment.hash.hex() == (
            "93c5a6b892de788c5b54b63b91c4b692e36099b05d3af0d16d01c854723dda21"
        )

    def test_a_hidden_cap_has_steemds_hash(self):
        commitment = commit_cap(RevealedCap(10_000, 1_234), 1, 100_000, DEV_PARAMS)
        assert commitment.hash.hex() == STEEMD_HASH
        assert (commitment.lower_bound, commitment.upper_bound) == (1, 100_000)

    @pytest.mark.parametrize(
        ("amount", "nonce", "lower", "upper", "error"),
        [
            (0, 0, 0, 0, OutOfBoundsError),
            (10**15 + 1, 0, 1, 10**15, OutOfBoundsError),
            (999, 1, 1_000, 2_000, CapOutOfBoundsError),
            (2_001, 1, 1_000, 2_000, CapOutOfBoundsError),
            (1_500, 1, 2_000, 1_000, CapBoundsError),
            (1_500, 1, 0, 2_000, OutOfBoundsError),
            (1_500, 1, 1_500, 1_500, CapHashError),
        ],
    )
    def test_refuses_what_the_chain_would(self, amount, nonce, lower, upper, error):
        with pytest.raises(error):
            commit_cap(RevealedCap(amount, nonce), lower, upper, DEV_PARAMS)

    @pytest.mark.parametrize("amount", [1_000, 2_000])
    def test_bounds_may_be_the_amount(self, amount):
        commitment = commit_cap(RevealedCap(amount, 1), 1_000, 2_000, DEV_PARAMS)
        assert fits(commitment, RevealedCap(amount, 1))

    def test_nothing_else_fits(self):
        commitment = commit_cap(RevealedCap(1_500, 7), 1_000, 2_000, DEV_PARAMS)
        assert fits(commitment, RevealedCap(1_500, 7))
        assert not fits(commitment, RevealedCap(1_500, 8))
        assert not fits(commitment, RevealedCap(1_501, 7))
        assert not fits(replace(commitment, lower_bound=1_501), RevealedCap(1_500, 7))
        assert not fits(replace(commitment, upper_bound=1_499), RevealedCap(1_500, 7))

    @pytest.mark.parametrize(
        ("amount", "bounds"),
        [
            (1, (1, 10)),
            (9, (1, 10)),
            (10, (10, 100)),
            (5_000_000, (1_000_000, 10_000_000)),
            (10**15 - 1, (10**14, 10**15)),
            (10**15, (10**14, 10**15)),
        ],
    )
    def test_suggested_bounds_are_powers_of_ten(self, amount, bounds):
        assert bounds_around(amount, DEV_PARAMS) == bounds


class TestNonce:
    def test_is_the_documented_function_of_key_and_terms(self):
        text = b"smt-cap|@@181188044|min|1000|9999|2017-06-01"
        digest = hmac.new(KEY.secret, text, hashlib.sha256).digest()
        assert derive_nonce(KEY, TERMS) == int.from_bytes(digest[:16], "big")

    def test_does_not_depend_on_the_precision(self):
        assert derive_nonce(KEY, replace(TERMS, symbol=smt_symbol(18118804, 8))) == derive_nonce(
            KEY, TERMS
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"symbol": smt_symbol(27182818, 4)},
            {"kind": CapKind.HARD_CAP},
            {"lower_bound": 1_001},
            {"upper_bound": 10_000},
            {"date": "2017-06-02"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_every_other_term_gives_another_nonce(self, change):
        assert derive_nonce(KEY, replace(TERMS, **change)) != derive_nonce(KEY, TERMS)

    def test_another_key_gives_another_nonce(self):
        assert derive_nonce(PrivateKey.from_seed("other"), TERMS) != derive_nonce(KEY, TERMS)


class TestSearch:
    def test_few_digits_come_first(self):
        # 8, 9 and 10 hundred; 2000; then 81, 82 ... tens
        amounts = list(amounts_of_few_digits(800, 2_000, 2))
        assert amounts[:6] == [800, 900, 1_000, 2_000, 810, 820]

    @given(lower=st.integers(1, 20_000), size=st.integers(0, 20_000), digits=st.integers(1, 5))
    def test_yields_each_amount_of_few_digits_once(self, lower, size, digits):
        upper = lower + size
        found = list(amounts_of_few_digits(lower, upper, digits))
        expected = {n for n in range(lower, upper + 1) if len(str(n).rstrip("0")) <= digits}
        assert len(found) == len(set(found))
        assert set(found) == expected
        assert count_amounts_of_few_digits(lower, upper, digits) == len(found)

    def test_finds_steemds_amount_by_its_hash(self):
        found = find_cap(
            bytes.fromhex(STEEMD_HASH), (99, 1_234), amounts_of_few_digits(1, 10**15, 3)
        )
        assert found == RevealedCap(10_000, 1_234)

    def test_finds_an_amount_of_a_power_of_ten_at_the_upper_end(self):
        commitment = commit_cap(RevealedCap(10**15, 5), 1, 10**15, DEV_PARAMS)
        assert find_cap(commitment.hash, (5,), amounts_of_few_digits(1, 10**15, 1)) == RevealedCap(
            10**15, 5
        )

    def test_finds_nothing_with_another_nonce_or_too_many_digits(self):
        commitment = commit_cap(RevealedCap(1_234, 5), 1, 9_999, DEV_PARAMS)
        assert find_cap(commitment.hash, (6,), amounts_of_few_digits(1, 9_999, 4)) is None
        assert find_cap(commitment.hash, (5,), amounts_of_few_digits(1, 9_999, 3)) is None
        assert find_cap(commitment.hash, (5,), amounts_of_few_digits(1, 9_999, 4)) is not None
