"""What creators of a token need to keep a cap secret and to find it again.

A cap is committed to by a hash and revealed later as an amount and a nonce.  Whoever loses either
cannot launch, so the whitepaper asks for tools: a nonce that a private key gives again at any time,
and a search for an amount that has few significant digits.
"""

import hmac
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from protocol.crypto import PrivateKey
from protocol.errors import ProtocolError
from protocol.operations.smt_contribution import RevealedCap, cap_hash, nonce_bytes
from protocol.operations.smt_setup import CapCommitment
from protocol.params import ChainParams
from protocol.symbols import nai_string
from protocol.types import Symbol
from protocol.validation import check_bounds

_NONCE_BYTES = 16


class CapKind(StrEnum):
    """Which of a generation's two caps is meant."""

    MINIMUM = "min"
    HARD_CAP = "hard"


class CapOutOfBoundsError(ProtocolError):
    """The amount is not between the bounds that its commitment would publish."""

    code = "cap.out_of_bounds"


@dataclass(frozen=True, slots=True)
class NonceTerms:
    """The public data that a nonce is derived from; all but the date is in `smt_setup`.

    The kind of cap is part of it: the reveal of one cap must not tell the nonce of the other.

    Attributes
    ----------
    symbol : Symbol
        The token's; its precision, which `smt_setup` may still change, is left out.
    date : str
        When the commitment was made, `2017-06-01`.  A second launch needs another date.
    """

    symbol: Symbol
    kind: CapKind
    lower_bound: int
    upper_bound: int
    date: str


def fits(commitment: CapCommitment, cap: RevealedCap) -> bool:
    """Tell whether `cap` is what was committed to; out of bounds counts as another hash.

    Spec
    ----
    whitepaper: "Hidden caps"; steemd: smt_evaluator.cpp::smt_cap_reveal_evaluator
    """
    return (
        commitment.lower_bound <= cap.amount <= commitment.upper_bound
        and cap_hash(cap) == commitment.hash
    )


def commit_cap(
    cap: RevealedCap, lower_bound: int, upper_bound: int, params: ChainParams
) -> CapCommitment:
    """Return the commitment that `cap`, in STEEM units, fulfils.

    Raises
    ------
    OutOfBoundsError, CapBoundsError, CapHashError
        The chain would refuse these bounds, or a nonce that hides nothing.
    CapOutOfBoundsError
        The amount is not within them.

    Spec
    ----
    whitepaper: "Hidden caps"
    """
    check_bounds(cap.amount, "amount", minimum=1, maximum=params.max_share_supply)
    if cap.amount < lower_bound <= upper_bound or lower_bound <= upper_bound < cap.amount:
        raise CapOutOfBoundsError(
            f"must lie between {lower_bound} and {upper_bound}", field="amount", value=cap.amount
        )
    commitment = CapCommitment(lower_bound, upper_bound, cap_hash(cap))
    commitment.check("commitment", params)
    return commitment


def bounds_around(amount: int, params: ChainParams) -> tuple[int, int]:
    """Return the powers of ten around an amount, the bounds that the whitepaper suggests.

    They differ, since equal bounds hide nothing, and no cap is above `params.max_share_supply`.

    >>> from protocol.params import DEV_PARAMS
    >>> bounds_around(5_000_000, DEV_PARAMS), bounds_around(10_000, DEV_PARAMS)
    ((1000000, 10000000), (10000, 100000))

    Spec
    ----
    whitepaper: "Hidden cap FAQ" ("publish the previous and next power of 10")
    """
    lower = 10 ** (len(str(max(amount, 1))) - 1)
    if lower >= params.max_share_supply:
        return params.max_share_supply // 10, params.max_share_supply
    return lower, min(lower * 10, params.max_share_supply)


def derive_nonce(key: PrivateKey, terms: NonceTerms) -> int:
    """Return the nonce, 128 bits, that `key` and public data give again at any time.

    The first 16 bytes, big-endian, of HMAC-SHA256, keyed by the 32 secret bytes, over the text
    `smt-cap|@@NAI|KIND|LOWER|UPPER|DATE`.  Publishing it tells nothing about the key.

    Spec
    ----
    whitepaper: "Hidden caps" ("some deterministic function of the private key and public data")
    """
    text = "|".join(
        (
            "smt-cap",
            nai_string(terms.symbol),
            terms.kind,
            str(terms.lower_bound),
            str(terms.upper_bound),
            terms.date,
        )
    )
    digest = hmac.digest(key.secret, text.encode(), "sha256")
    return int.from_bytes(digest[:_NONCE_BYTES])


def amounts_of_few_digits(lower: int, upper: int, digits: int) -> Iterator[int]:
    """Yield all amounts of at most `digits` significant digits in the bounds, each once.

    Fewer digits come first, then smaller amounts.

    >>> list(amounts_of_few_digits(800, 2_000, 2))[:8]
    [800, 900, 1000, 2000, 810, 820, 830, 840]

    Spec
    ----
    whitepaper: "Hidden caps" ("a number between 1-999 times a power of 10")
    """
    for count in range(1, digits + 1):
        for scale, leading in _spans(lower, upper, count):
            for number in leading:
                if number % 10:
                    yield number * scale


def count_amounts_of_few_digits(lower: int, upper: int, digits: int) -> int:
    """Return how many amounts `amounts_of_few_digits` yields.

    >>> count_amounts_of_few_digits(1, 10**15, 3)
    11800
    """
    return sum(
        len(leading) - (leading.stop - 1) // 10 + (leading.start - 1) // 10
        for count in range(1, digits + 1)
        for _, leading in _spans(lower, upper, count)
    )


def find_cap(digest: bytes, nonces: Collection[int], amounts: Iterable[int]) -> RevealedCap | None:
    """Return the first amount, and the nonce with it, whose commitment is `digest`, or None.

    Every nonce is tried with every amount.

    Spec
    ----
    whitepaper: "Hidden caps" ("functionality to brute-force the uncertain fields")
    """
    # What `cap_hash` does, taken apart: millions of amounts may have to be tried.
    tails = [(nonce, nonce_bytes(nonce)) for nonce in nonces]
    for amount in amounts:
        head = amount.to_bytes(8, "little")
        for nonce, tail in tails:
            if sha256(head + tail).digest() == digest:
                return RevealedCap(amount, nonce)
    return None


def _spans(lower: int, upper: int, digits: int) -> Iterator[tuple[int, range]]:
    """Yield powers of ten, and the leading numbers of `digits` digits that fit the bounds."""
    least, most = 10 ** (digits - 1), 10**digits - 1
    scale = 1
    while least * scale <= upper:
        first, last = max(least, -(-lower // scale)), min(most, upper // scale)
        if first <= last:
            yield scale, range(first, last + 1)
        scale *= 10
