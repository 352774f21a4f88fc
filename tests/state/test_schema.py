"""Declarations are checked when a row class is defined."""

from dataclasses import dataclass

import pytest

from protocol.types import U8, U16, AccountName
from smtchain.state.schema import layout_digest, schema_of, stored
from smtchain.state.state import ROW_CLASSES
from smtchain.state.tables.account import Account
from smtchain.state.tables.smt import SmtContribution


def row_class(*, frozen=True, slots=True, **hints):
    return dataclass(frozen=frozen, slots=slots)(type("Row", (), {"__annotations__": hints}))


@pytest.mark.parametrize(
    ("options", "key", "indexes", "message"),
    [
        ({"frozen": False}, ("number",), {}, "frozen slotted"),
        ({"slots": False}, ("number",), {}, "frozen slotted"),
        ({}, ("missing",), {}, "no field missing"),
        ({}, ("number",), {"by_it": ("missing",)}, "no field missing"),
        ({}, ("shares",), {}, "no key encoding"),
        ({"plain": int}, ("number",), {}, "needs a width"),
        ({"odd": float}, ("number",), {}, "no stored form"),
    ],
)
def test_a_wrong_declaration_is_refused(options, key, indexes, message):
    hints = {"number": U8, "shares": tuple[U8, ...]} | {
        name: hint for name, hint in options.items() if isinstance(hint, type) and hint is not bool
    }
    flags = {name: flag for name, flag in options.items() if isinstance(flag, bool)}
    with pytest.raises(TypeError, match=message):
        stored("test_wrong", key=key, indexes=indexes)(row_class(**flags, **hints))


def test_keys_longer_than_lmdb_allows_are_refused():
    hints = {f"name{place}": AccountName for place in range(8)}
    with pytest.raises(TypeError, match="longer than 510 bytes"):
        stored("test_long", key=tuple(hints))(row_class(**hints))


def test_a_table_name_is_taken_once():
    with pytest.raises(TypeError, match="declared twice"):
        stored("account", key=("number",))(row_class(number=U8))


def test_the_layout_digest_tells_layouts_apart():
    one = stored("test_layout_one", key=("number",))(row_class(number=U8, value=U8))
    schema = schema_of(one)
    variants = [
        stored(f"test_layout_{place}", key=key, indexes=indexes)(row_class(**hints))
        for place, (hints, key, indexes) in enumerate(
            [
                ({"number": U8, "value": U16}, ("number",), {}),
                ({"value": U8, "number": U8}, ("number",), {}),
                ({"number": U8, "value": U8}, ("value",), {}),
                ({"number": U8, "value": U8}, ("number",), {"by_value": ("value",)}),
            ]
        )
    ]
    texts = {schema.layout.partition("(")[2]}
    texts |= {schema_of(variant).layout.partition("(")[2] for variant in variants}
    assert len(texts) == 5
    assert layout_digest([schema]) != layout_digest([schema_of(variants[0])])


def test_the_layout_digest_does_not_depend_on_order():
    schemas = [schema_of(each) for each in ROW_CLASSES]
    assert layout_digest(schemas) == layout_digest(schemas[::-1])


def test_an_index_ends_with_what_it_lacks_of_the_primary_key():
    schema = schema_of(SmtContribution)
    by_name = {index.name: index.fields for index in schema.indexes}
    assert by_name["by_nai_id"][:2] == ("nai", "id")
    assert set(by_name["by_nai_id"]) == {"nai", "id", "contributor", "contribution_id"}
    row = SmtContribution(id=7, nai=2, contributor="bob", contribution_id=0x0102, contribution=5)
    index = schema.indexes[0]
    assert index.encode(row).hex() == "000000020000000000000007626f620000000102"
    assert index.primary_key(index.encode(row)) == (2, "bob", 0x0102)


def test_sub_databases_are_named_after_table_and_index():
    schema = schema_of(Account)
    assert schema.primary.database == "row/account"
    assert [index.database for index in schema.indexes] == [
        "index/account/by_next_vesting_withdrawal"
    ]
