"""Checks that operation families share: every boundary at, below and above."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.assets import SBD, STEEM, VESTS, Asset, paired_symbol, smt_symbol
from protocol.authority import Authority, single_key_authority
from protocol.crypto import PrivateKey
from protocol.errors import InvalidOperationError
from protocol.params import DEV_PARAMS
from protocol.validation import (
    INFLATION_UNIT_TARGETS,
    STEEM_UNIT_TARGETS,
    TOKEN_UNIT_TARGETS,
    check_account_name,
    check_account_name_or_empty,
    check_account_names,
    check_authority,
    check_authority_possible,
    check_authority_size,
    check_bounds,
    check_json_text,
    check_liquid,
    check_memo,
    check_no_extensions,
    check_not_negative_amount,
    check_percent,
    check_permlink,
    check_positive_amount,
    check_smt_symbol,
    check_symbol,
    check_text,
    check_unit_routes,
    check_url,
    is_json_text,
    is_valid_account_name,
    is_valid_unit_target,
)

VECTORS = Path(__file__).parents[1] / "vectors"
TOKEN = smt_symbol(10_000_000, 3)
KEY = PrivateKey.from_seed("a").public_key


def refused(code, check, *arguments, **named):
    with pytest.raises(InvalidOperationError) as caught:
        check(*arguments, **named)
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize(
    "case", json.loads((VECTORS / "keys" / "account_names.json").read_text()), ids=str
)
def test_account_names_are_the_references(case):
    # The reference's JSON reader takes \u00e9 for the five letters u00e9: so for these two only.
    name = {"abc\u00e9": "abcu00e9", "abc\0d": "abcu0000d"}.get(case["name"], case["name"])
    assert is_valid_account_name(name) == case["valid"]


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "a" * 17,
        "abc\u00e9",
        "abc\0d",
        "abc\n",
        "-abc",
        "abc-",
        "a--",
        "1abc",
        ".abc",
        "abc.",
        "ab.cde",
        "abc.de",
        "Abc",
        "\u0430bc",
        "abc\u0661",
        " abc",
    ],
)
def test_refuses_names_outside_the_grammar(name):
    error = refused("operation.invalid_account_name", check_account_name, name, "from")
    assert (error.field, error.value) == ("from", name)
    check_account_name("abc", "from")


@pytest.mark.parametrize("name", ["abc", "a-1", "a" * 16, "abc.def", "a1c.b-d.e9f"])
def test_accepts_names_exactly_inside_the_grammar(name):
    assert is_valid_account_name(name)
    check_account_name(name, "from")


@given(st.text(alphabet="ab1-._A", max_size=18))
@settings(max_examples=200, deadline=None)
def test_account_grammar_equals_its_words(name):
    labels = name.split(".")
    expected = 3 <= len(name) <= 16 and all(
        len(label) >= 3
        and label[0] in "ab"
        and label[-1] in "ab1"
        and all(letter in "ab1-" for letter in label)
        for label in labels
    )
    assert is_valid_account_name(name) == expected


def test_empty_name_only_where_it_has_a_meaning():
    check_account_name_or_empty("", "to")
    check_account_name_or_empty("bob", "to")
    refused("operation.invalid_account_name", check_account_name_or_empty, "b", "to")
    refused("operation.invalid_account_name", check_account_name, "", "to")


def test_list_of_names_tells_which_is_wrong():
    check_account_names(["bob", "alice"], "accounts")
    error = refused("operation.invalid_account_name", check_account_names, ["bob", "B"], "accounts")
    assert error.field == "accounts[1]"


@pytest.mark.parametrize(
    ("check", "longest"), [(check_memo, 2047), (check_permlink, 255), (check_url, 2048)]
)
def test_texts_are_measured_in_bytes(check, longest):
    check("x" * longest, "text", DEV_PARAMS)
    check("\u00e9" * (longest // 2), "text", DEV_PARAMS)
    error = refused("operation.text_too_long", check, "x" * (longest + 1), "text", DEV_PARAMS)
    assert error.field == "text"
    refused("operation.text_too_long", check, "\u00e9" * (longest // 2 + 1), "text", DEV_PARAMS)


def test_only_the_url_must_not_be_empty():
    check_memo("", "memo", DEV_PARAMS)
    check_permlink("", "permlink", DEV_PARAMS)
    refused("operation.text_empty", check_url, "", "url", DEV_PARAMS)
    check_url("x", "url", DEV_PARAMS)


def test_text_bounds_are_both_allowed():
    check_text("ab", "t", minimum=2, maximum=2)
    refused("operation.text_empty", check_text, "a", "t", minimum=2, maximum=2)
    refused("operation.text_too_long", check_text, "abc", "t", minimum=2, maximum=2)
    refused("operation.text_not_utf8", check_text, "a\ud800", "t", maximum=9)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        ' {"a": [1, -2.5e3, true, false, null, "\\u00e9\\ud800", {}]} ',
        "[]",
        "1",
        '"x"',
        '{"a":1,"a":2}',
        "9" * 5000,
        "[" * 200 + "]" * 200,
        "[" * 199 + "[],[]" + "]" * 199,
        '"' + "[" * 1000 + '"',
        '"\\"' + "[" * 1000 + '"',
        "[" + "[]," * 1000 + "[]]",
    ],
)
def test_accepts_json(text):
    assert is_json_text(text)
    check_json_text(text, "json_metadata")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{'a': 1}",
        "{a: 1}",
        "NaN",
        "[Infinity]",
        "-Infinity",
        "{} {}",
        "[1,]",
        "01",
        "tru",
        '"a\nb"',
        "\ufeff{}",
        "[" * 201 + "]" * 201,
        '{"a":' * 201 + "1" + "}" * 201,
        "[" * 100_000,
        '["' + '\\"' * 30_000 + "[" * 300,
    ],
    ids=lambda text: text[:12],
)
def test_refuses_what_is_not_json(text):
    assert not is_json_text(text)
    refused("operation.invalid_json", check_json_text, text, "json_metadata")


def test_metadata_may_be_empty():
    check_json_text("", "json_metadata")
    assert not is_json_text("")


@pytest.mark.parametrize(
    ("check", "value", "bounds"),
    [
        (check_text, "", {"minimum": 1, "maximum": 9}),
        (check_text, "four", {"maximum": 3}),
        (check_text, "a\ud800", {"maximum": 9}),
        (check_json_text, "{", {}),
    ],
)
def test_a_refused_text_is_named_and_shown(check, value, bounds):
    with pytest.raises(InvalidOperationError) as caught:
        check(value, "url", **bounds)
    assert (caught.value.field, caught.value.value) == ("url", value)


def test_symbol_must_be_one_of_those_allowed():
    check_symbol(Asset(1, STEEM), STEEM, "fee")
    check_symbol(Asset(1, SBD), (STEEM, SBD), "fee")
    error = refused("operation.wrong_symbol", check_symbol, Asset(1, VESTS), (STEEM, SBD), "fee")
    assert (error.field, error.value) == ("fee", "VESTS")


def test_liquid_and_smt_symbols():
    for symbol in (STEEM, SBD, TOKEN):
        check_liquid(symbol, "symbol")
    # The vesting twin of data digits 10000000 has 10000001.
    for symbol, word in ((VESTS, "VESTS"), (paired_symbol(TOKEN), "@@100000011")):
        error = refused("operation.vesting_symbol", check_liquid, symbol, "symbol")
        assert (error.field, error.value) == ("symbol", word)
    check_smt_symbol(TOKEN, "symbol")
    refused("operation.vesting_symbol", check_smt_symbol, paired_symbol(TOKEN), "symbol")
    for symbol, word in ((STEEM, "STEEM"), (SBD, "SBD"), (VESTS, "VESTS")):
        error = refused("operation.not_smt_symbol", check_smt_symbol, symbol, "symbol")
        assert (error.field, error.value) == ("symbol", word)


def test_amount_signs():
    check_positive_amount(Asset(1, STEEM), "amount")
    check_not_negative_amount(Asset(0, STEEM), "amount")
    error = refused(
        "operation.amount_not_positive", check_positive_amount, Asset(0, STEEM), "amount"
    )
    assert (error.field, error.value) == ("amount", 0)
    refused("operation.amount_not_positive", check_positive_amount, Asset(-1, STEEM), "amount")
    error = refused(
        "operation.amount_negative", check_not_negative_amount, Asset(-1, STEEM), "amount"
    )
    assert (error.field, error.value) == ("amount", -1)


def test_bounds_are_both_allowed():
    for value in (3, 4, 5):
        check_bounds(value, "n", minimum=3, maximum=5)
    for value in (2, 6):
        error = refused("operation.out_of_bounds", check_bounds, value, "n", minimum=3, maximum=5)
        assert (error.field, error.value) == ("n", value)
    check_percent(0, "percent")
    check_percent(10_000, "percent")
    refused("operation.out_of_bounds", check_percent, 10_001, "percent")
    refused("operation.out_of_bounds", check_percent, -1, "percent")


def test_extensions_must_be_empty():
    check_no_extensions(())
    error = refused("operation.unexpected_extensions", check_no_extensions, (1,))
    assert error.field == "extensions"


def test_authority_members_must_be_names():
    check_authority(Authority(1, (("bob", 1),), ()), "owner")
    error = refused(
        "operation.invalid_account_name",
        check_authority,
        Authority(1, (("bob", 1), ("x", 1)), ()),
        "owner",
    )
    assert error.field == "owner.account_auths[1]"


def test_authority_has_at_most_forty_members():
    names = tuple((f"a{index:03}", 1) for index in range(40))
    check_authority_size(Authority(1, names, ()), "active", DEV_PARAMS)
    check_authority_size(Authority(1, names[1:], ((KEY, 1),)), "active", DEV_PARAMS)
    error = refused(
        "operation.authority_too_large",
        check_authority_size,
        Authority(1, names, ((KEY, 1),)),
        "active",
        DEV_PARAMS,
    )
    assert (error.field, error.value) == ("active", 41)


def test_authority_must_be_possible_where_asked():
    check_authority_possible(single_key_authority(KEY), "owner")
    error = refused(
        "operation.authority_impossible",
        check_authority_possible,
        Authority(2, (), ((KEY, 1),)),
        "owner",
    )
    assert (error.field, error.value) == ("owner", 2)


# D-24: which special name may stand in which map.
@pytest.mark.parametrize(
    ("target", "steem", "token", "inflation"),
    [
        ("alice", True, True, True),
        ("$from", True, True, False),
        ("$from.vesting", True, True, False),
        ("$market_maker", True, True, True),
        ("$rewards", False, True, True),
        ("$vesting", False, True, True),
        ("$fromx", False, False, False),
        ("$from_", False, False, False),
        ("$from.vestingx", False, False, False),
        ("$from.vesting.vesting", False, False, False),
        ("", False, False, False),
        ("{}{}", False, False, False),
        ("$alice", False, False, False),
    ],
)
def test_unit_targets(target, steem, token, inflation):
    assert is_valid_unit_target(target, STEEM_UNIT_TARGETS) == steem
    assert is_valid_unit_target(target, TOKEN_UNIT_TARGETS) == token
    assert is_valid_unit_target(target, INFLATION_UNIT_TARGETS) == inflation


def test_unit_routes():
    ten = tuple((f"a{index:03}", 1) for index in range(10))
    check_unit_routes(ten, "unit", STEEM_UNIT_TARGETS, DEV_PARAMS)
    check_unit_routes((), "unit", STEEM_UNIT_TARGETS, DEV_PARAMS)
    error = refused(
        "operation.too_many_unit_routes",
        check_unit_routes,
        (*ten, ("bob", 1)),
        "unit",
        STEEM_UNIT_TARGETS,
        DEV_PARAMS,
    )
    assert (error.field, error.value) == ("unit", 11)
    error = refused(
        "operation.invalid_unit_target",
        check_unit_routes,
        (("bob", 1), ("$rewards", 1)),
        "unit",
        STEEM_UNIT_TARGETS,
        DEV_PARAMS,
    )
    assert (error.field, error.value) == ("unit[1]", "$rewards")
    error = refused(
        "operation.invalid_unit_weight",
        check_unit_routes,
        (("bob", 0),),
        "unit",
        STEEM_UNIT_TARGETS,
        DEV_PARAMS,
    )
    assert (error.field, error.value) == ("unit[0]", 0)
