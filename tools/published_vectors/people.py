"""Names, keys, tokens and times that all samples share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from protocol.assets import SBD, STEEM, VESTS, Asset, paired_symbol, smt_symbol
from protocol.authority import Authority
from protocol.crypto import PrivateKey
from protocol.operation import Operation
from protocol.types import AccountName, PublicKey

K = TypeVar("K", str, int)
V = TypeVar("V")

ALICE, BOB, CAROL, DAVE = (AccountName(name) for name in ("alice", "bob", "carol", "dave"))
NOBODY = AccountName("")
LONGEST = AccountName("a12.b-3c.d45-e6f")
"""Sixteen bytes, with every kind of letter that a name can have."""

TOKEN = smt_symbol(18_118_804, 3)
"""@@181188044 with three decimals."""
WHOLE = smt_symbol(22_222_222, 0)
FINE = smt_symbol(39_217_204, 8)
VESTED = paired_symbol(TOKEN)
"""The vesting balance of `TOKEN`."""

NOON = 1_561_464_000  # 2019-06-25T12:00:00
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Sample:
    """An operation with a name of its own (`transfer/token`) and what is special about it."""

    name: str
    description: str
    operation: Operation


def key_of(seed: str) -> PublicKey:
    """Return the public key whose secret is the SHA-256 of `seed`."""
    return PrivateKey.from_seed(seed).public_key


def by_key(entries: Mapping[K, V]) -> tuple[tuple[K, V], ...]:
    """Return a map as the protocol holds it: pairs in the order of their keys."""
    return tuple(sorted(entries.items(), key=lambda pair: pair[0]))


def routes(weights: Mapping[str, int]) -> tuple[tuple[AccountName, int], ...]:
    """Return a unit map of targets and weights."""
    return tuple(sorted((AccountName(name), weight) for name, weight in weights.items()))


def single(seed: str) -> Authority:
    """Return the authority of one key."""
    return Authority(1, (), ((key_of(seed), 1),))


def several(threshold: int, accounts: Mapping[str, int], keys: Mapping[str, int]) -> Authority:
    """Return an authority of accounts and of keys named by their seeds."""
    return Authority(
        threshold,
        tuple(sorted((AccountName(name), weight) for name, weight in accounts.items())),
        tuple(sorted((key_of(seed), weight) for seed, weight in keys.items())),
    )


def steem(satoshis: int) -> Asset:
    """Return thousandths of a STEEM."""
    return Asset(satoshis, STEEM)


def sbd(satoshis: int) -> Asset:
    """Return thousandths of an SBD."""
    return Asset(satoshis, SBD)


def vests(satoshis: int) -> Asset:
    """Return millionths of a VESTS."""
    return Asset(satoshis, VESTS)


def token(satoshis: int) -> Asset:
    """Return thousandths of the token."""
    return Asset(satoshis, TOKEN)
