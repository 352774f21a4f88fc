"""Authority checks against hand-derived cases and against a naive model."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.authority import (
    NULL_AUTHORITY,
    Authority,
    AuthorityLookup,
    IrrelevantSignatureError,
    MissingActiveAuthorityError,
    MissingAuthorityError,
    MissingOwnerAuthorityError,
    MissingPostingAuthorityError,
    MixedAuthoritiesError,
    RequiredAuthorities,
    get_potential_signatures,
    get_required_signatures,
    single_key_authority,
    verify_authority,
)
from protocol.crypto import PrivateKey, public_key_text
from protocol.errors import InvalidTransactionError
from protocol.params import DEV, DEV_PARAMS
from protocol.wire import decode, encode

VECTORS = Path(__file__).parents[1] / "vectors" / "authority" / "authority.json"
CASES = json.loads(VECTORS.read_text())["cases"]


def key(text):
    return PrivateKey.from_seed(text).public_key


def authority(data):
    return Authority(
        data["weight_threshold"],
        tuple(sorted((name, weight) for name, weight in data["account_auths"])),
        tuple(sorted((key(text), weight) for text, weight in data["key_auths"])),
    )


def lookup_of(accounts):
    table = {
        name: {role: authority(data) for role, data in roles.items()}
        for name, roles in accounts.items()
    }
    return AuthorityLookup(
        *(
            lambda name, role=role: table[name][role] if name in table else None
            for role in ("owner", "active", "posting")
        )
    )


def required_of(data):
    return RequiredAuthorities(
        frozenset(data["owner"]),
        frozenset(data["active"]),
        frozenset(data["posting"]),
        tuple(authority(other) for other in data["other"]),
    )


def verdict(required, signers, lookup):
    try:
        verify_authority(required, signers, lookup, DEV_PARAMS)
    except InvalidTransactionError as error:
        return error.code
    return "ok"


@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_case_by_hand(case):
    signers = [key(text) for text in case["signers"]]
    found = verdict(required_of(case["required"]), signers, lookup_of(case["accounts"]))
    assert found == case["expect"]


PLAIN = {
    name: {
        role: {"weight_threshold": 1, "account_auths": [], "key_auths": [[name + role, 1]]}
        for role in ("owner", "active", "posting")
    }
    for name in ("alice", "bob")
}


@pytest.mark.parametrize(
    ("role", "error", "words"),
    [
        ("owner", MissingOwnerAuthorityError, "missing required owner authority"),
        ("active", MissingActiveAuthorityError, "missing required active authority"),
        ("posting", MissingPostingAuthorityError, "missing required posting authority"),
    ],
)
def test_message_begins_as_steemds_and_names_the_account(role, error, words):
    required = RequiredAuthorities(**{role: frozenset({"alice"})})
    with pytest.raises(error) as caught:
        verify_authority(required, [], lookup_of(PLAIN), DEV_PARAMS)
    assert caught.value.message.startswith(words)
    assert caught.value.value == "alice"
    assert verdict(required, [key("alice" + role)], lookup_of(PLAIN)) == "ok"


def test_irrelevant_signature_is_named():
    required = RequiredAuthorities(active=frozenset({"alice"}))
    with pytest.raises(IrrelevantSignatureError) as caught:
        verify_authority(
            required, [key("aliceactive"), key("bobactive")], lookup_of(PLAIN), DEV_PARAMS
        )
    assert caught.value.message.startswith("irrelevant signature included")
    assert caught.value.value == [public_key_text(key("bobactive"), "STM")]


def test_fortieth_key_counts_and_what_follows_does_not():
    # The membership count reaches 40 with the fortieth key; the search then gives up.
    keys = sorted(key(f"m{index}") for index in range(41))
    lookup = AuthorityLookup(
        lambda _: NULL_AUTHORITY,
        lambda _: Authority(1, (), tuple((one, 1) for one in keys)),
        lambda _: None,
    )
    required = RequiredAuthorities(active=frozenset({"alice"}))
    verify_authority(required, [keys[39]], lookup, DEV_PARAMS)
    with pytest.raises(MissingActiveAuthorityError):
        verify_authority(required, [keys[40]], lookup, DEV_PARAMS)


def test_required_signatures_are_those_available_keys_that_help():
    lookup = lookup_of(PLAIN)
    required = RequiredAuthorities(active=frozenset({"alice"}))
    available = [key("aliceactive"), key("aliceowner"), key("bobactive")]
    assert get_required_signatures(required, [], available, lookup, DEV_PARAMS) == (
        key("aliceactive"),
    )
    posting = RequiredAuthorities(posting=frozenset({"bob"}))
    assert get_required_signatures(
        posting, [], [key("bobposting"), key("bobactive")], lookup, DEV_PARAMS
    ) == (key("bobposting"),)
    assert get_required_signatures(required, [key("aliceactive")], [], lookup, DEV_PARAMS) == ()


def test_fortieth_account_counts_and_what_follows_does_not():
    names = [f"account{index:02}" for index in range(41)]
    group = Authority(1, tuple((name, 1) for name in names), ())
    lookup = AuthorityLookup(
        lambda _: NULL_AUTHORITY,
        lambda name: group if name == "alice" else single_key_authority(key(name)),
        lambda _: None,
    )
    required = RequiredAuthorities(active=frozenset({"alice"}))
    verify_authority(required, [key(names[39])], lookup, DEV_PARAMS)
    with pytest.raises(MissingActiveAuthorityError):
        verify_authority(required, [key(names[40])], lookup, DEV_PARAMS)


def test_required_signatures_ask_the_owner_for_owner_operations():
    available = [key("aliceactive"), key("aliceowner")]
    required = RequiredAuthorities(owner=frozenset({"alice"}))
    found = get_required_signatures(required, [], available, lookup_of(PLAIN), DEV_PARAMS)
    assert found == (key("aliceowner"),)


def test_required_signatures_stop_at_the_threshold():
    accounts = {
        "alice": PLAIN["alice"]
        | {
            "active": {
                "weight_threshold": 2,
                "account_auths": [["bob", 1]],
                "key_auths": [["k1", 1], ["k2", 1]],
            }
        },
        "bob": PLAIN["bob"],
    }
    required = RequiredAuthorities(active=frozenset({"alice"}))
    available = [key("k1"), key("k2"), key("bobactive")]
    found = get_required_signatures(required, [], available, lookup_of(accounts), DEV_PARAMS)
    assert found == tuple(sorted([key("k1"), key("k2")]))


def test_potential_signatures_are_all_keys_within_reach():
    accounts = {
        "alice": PLAIN["alice"]
        | {
            "active": {
                "weight_threshold": 2,
                "account_auths": [["bob", 1]],
                "key_auths": [["k1", 1], ["k2", 1]],
            }
        },
        "bob": PLAIN["bob"],
    }
    found = get_potential_signatures(
        RequiredAuthorities(active=frozenset({"alice"})), lookup_of(accounts), DEV_PARAMS
    )
    assert found == tuple(sorted([key("k1"), key("k2"), key("bobactive")]))
    written_out = RequiredAuthorities(other=(single_key_authority(key("x")),))
    assert get_potential_signatures(written_out, lookup_of({}), DEV_PARAMS) == (key("x"),)


def test_queries_refuse_mixed_authorities():
    required = RequiredAuthorities(posting=frozenset({"alice"}), active=frozenset({"alice"}))
    with pytest.raises(MixedAuthoritiesError):
        get_required_signatures(required, [], [], lookup_of(PLAIN), DEV_PARAMS)
    with pytest.raises(MixedAuthoritiesError):
        get_potential_signatures(required, lookup_of(PLAIN), DEV_PARAMS)


@pytest.mark.parametrize(
    ("threshold", "weights", "expected"),
    [(1, [], True), (0, [], False), (3, [1, 2], False), (4, [1, 2], True), (2**32 - 1, [1], True)],
)
def test_impossible_means_all_weights_below_the_threshold(threshold, weights, expected):
    members = tuple((key(str(index)), weight) for index, weight in enumerate(weights))
    assert Authority(threshold, (), members).is_impossible() == expected
    names = tuple((f"account{index}", weight) for index, weight in enumerate(weights))
    assert Authority(threshold, names, ()).is_impossible() == expected
    assert Authority(threshold, names, members).member_count == 2 * len(weights)


def test_null_authority_is_impossible_and_single_key_is_not():
    assert NULL_AUTHORITY.is_impossible()
    assert not single_key_authority(key("a")).is_impossible()


def test_bytes_are_threshold_then_accounts_then_keys():
    # By hand: u32 LE, one (string, u16 LE) pair, one (33 bytes, u16 LE) pair.
    value = Authority(2, (("bob", 1),), ((key("alice"), 513),))
    expected = "020000000103626f62010001" + key("alice").hex() + "0102"
    assert encode(value, DEV).hex() == expected
    assert decode(Authority, bytes.fromhex(expected), DEV) == value


# A naive model: an authority is satisfied iff the sum of its satisfied members reaches the
# threshold.  It knows no limits and remembers nothing, so the random authorities stay within the
# limits: an account only has later ones as members, and three levels are as deep as it goes.
NAMES = ["alice", "bob", "carol", "dave"]
KEYS = [key(f"k{index}") for index in range(6)]


def members(choices):
    return st.dictionaries(st.sampled_from(choices), st.integers(0, 3), max_size=3).map(
        lambda found: tuple(sorted(found.items()))
    )


def random_authority(accounts):
    return st.builds(Authority, st.integers(1, 6), members([*accounts, "temp"]), members(KEYS))


def random_table():
    return st.fixed_dictionaries(
        {
            name: random_authority([*NAMES[index + 1 : 3], "dave"])
            for index, name in enumerate(NAMES[:3])
        }
    )


def naive(value, table, signers):
    total = sum(weight for one, weight in value.key_auths if one in signers)
    for name, weight in value.account_auths:
        if name == "temp" or (name in table and naive(table[name], table, signers)):
            total += weight
    return total >= value.weight_threshold


@given(
    random_table(),
    random_authority(["bob", "carol"]),
    st.sets(st.sampled_from(KEYS)),
    st.sampled_from(NAMES),
)
@settings(max_examples=200, deadline=None)
def test_satisfied_exactly_when_the_naive_model_says_so(table, owner, signers, account):
    lookup = AuthorityLookup(
        lambda name: owner if name in table else None, table.get, lambda name: None
    )
    expected = account in table and (
        naive(table[account], table, signers) or naive(owner, table, signers)
    )
    required = RequiredAuthorities(active=frozenset({account}))
    try:
        verify_authority(required, sorted(signers), lookup, DEV_PARAMS)
    except IrrelevantSignatureError as error:
        assert expected
        # Every key named as unneeded can go, and what is left still satisfies.
        needed = [one for one in sorted(signers) if public_key_text(one, "STM") not in error.value]
        verify_authority(required, needed, lookup, DEV_PARAMS)
    except MissingAuthorityError:
        assert not expected
    else:
        assert expected


@given(
    random_table(),
    st.sampled_from(NAMES[:3]),
)
@settings(max_examples=200, deadline=None)
def test_required_signatures_suffice_whenever_all_keys_would(table, account):
    lookup = AuthorityLookup(lambda _: NULL_AUTHORITY, table.get, lambda _: None)
    required = RequiredAuthorities(active=frozenset({account}))
    chosen = get_required_signatures(required, [], KEYS, lookup, DEV_PARAMS)
    if naive(table[account], table, set(KEYS)):
        verify_authority(required, chosen, lookup, DEV_PARAMS)
    assert set(chosen) <= set(get_potential_signatures(required, lookup, DEV_PARAMS))
