"""Who signs a sample: the development keys of its accounts, and the keys of authorities in it."""

from protocol.authority import Authority, AuthorityLookup, RequiredAuthorities, single_key_authority
from protocol.crypto import PrivateKey
from protocol.types import AccountName, PublicKey

ROLES = ("owner", "active", "posting")
_OTHER_SEEDS = (
    "aliceowner2",
    "alicesigning",
    "another memo key",
    "new-accountactive",
    "second key",
    "third key",
)
_NAMES = ("alice", "bob", "carol", "dave")


def _known_seeds() -> dict[PublicKey, str]:
    seeds = [*(name + role for name in _NAMES for role in ROLES), *_OTHER_SEEDS]
    return {PrivateKey.from_seed(seed).public_key: seed for seed in seeds}


SEED_OF = _known_seeds()
"""The seed of each key that a sample names as a signer."""


def seeds_for(required: RequiredAuthorities) -> list[str]:
    """Return the seeds of the keys that must sign, each once, sorted."""
    seeds = {name + "owner" for name in required.owner}
    seeds |= {name + "active" for name in required.active}
    seeds |= {name + "posting" for name in required.posting}
    for authority in required.other:
        seeds |= _enough(authority)
    return sorted(seeds)


def _enough(authority: Authority) -> set[str]:
    """Return the seeds of the first keys that reach the threshold."""
    chosen: set[str] = set()
    weight = 0
    for key, its_weight in authority.key_auths:
        if weight < authority.weight_threshold:
            chosen.add(SEED_OF[key])
            weight += its_weight
    return chosen


def lookup() -> AuthorityLookup:
    """Return the world of the samples: every account has one development key for each role."""

    def of(role: str, name: AccountName) -> Authority:
        return single_key_authority(PrivateKey.from_seed(name + role).public_key)

    return AuthorityLookup(
        lambda name: of("owner", name),
        lambda name: of("active", name),
        lambda name: of("posting", name),
    )
