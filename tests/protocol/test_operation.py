"""Declaring operations."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

import protocol
from protocol.errors import ProtocolError
from protocol.jsonform import Form, from_json, to_json
from protocol.operation import (
    OPERATIONS_BY_NAME,
    OPERATIONS_BY_TAG,
    Extensions,
    NoExtension,
    Operation,
    json_name,
    operation,
)
from protocol.params import DEV, DEV_PARAMS
from protocol.shapes import UnsupportedHintError, family_of
from protocol.types import U16, AccountName
from protocol.wire import decode, decode_as, encode, encode_as

TAG = 4_000_000_000


@operation(tag=TAG, aliases=("old_greeting",), ignored=("colour",))
@dataclass(frozen=True, slots=True)
class TestGreeting(Operation):
    __test__ = False  # not a test class

    from_account: AccountName = field(metadata=json_name("from", "sender"))
    count: U16
    extensions: Extensions = ()


TABLE = family_of(Operation)


def forget_the_greeting() -> None:
    for name in ("test_greeting", "old_greeting"):
        del TABLE.by_name[name]
    del TABLE.by_tag[TAG], TABLE.by_class[TestGreeting]


# Only this module's tests may see it in the table, although all modules are loaded first.
DECLARED = (OPERATIONS_BY_TAG[TAG], OPERATIONS_BY_NAME["old_greeting"])
forget_the_greeting()


@pytest.fixture(autouse=True, scope="module")
def _greeting_is_an_operation() -> Iterator[None]:
    TABLE.add(TestGreeting, TAG, ("test_greeting", "old_greeting"))
    yield
    forget_the_greeting()


GREETING = TestGreeting(AccountName("alice"), 3)
BODY = b"\x05alice\x03\x00\x00"
NUMBER = b"\x80\xd0\xac\xf3\x0e"  # 4_000_000_000 as a varint


def test_the_decorator_names_and_numbers_the_class() -> None:
    assert (TestGreeting.TAG, TestGreeting.NAME) == (TAG, "test_greeting")
    assert not TestGreeting.IS_VIRTUAL
    assert (TestGreeting, TestGreeting) == DECLARED


def test_the_number_precedes_the_body_where_any_operation_may_stand() -> None:
    assert encode(GREETING, DEV) == BODY
    assert decode(TestGreeting, BODY, DEV) == GREETING
    assert encode_as(Operation, GREETING, DEV) == NUMBER + BODY
    assert decode_as(Operation, NUMBER + BODY, DEV) == GREETING


VALUE = {"from": "alice", "count": 3, "extensions": []}


def test_json_has_both_styles() -> None:
    assert to_json(GREETING, DEV) == {"type": "test_greeting_operation", "value": VALUE}
    assert to_json(GREETING, DEV, Form.LEGACY) == ["test_greeting", VALUE]


@pytest.mark.parametrize(
    "data",
    [
        ["test_greeting", VALUE],
        [TAG, VALUE],
        ["old_greeting", VALUE],
        ["test_greeting_operation", VALUE],
        {"type": "test_greeting_operation", "value": VALUE},
        {"type": "test_greeting", "value": VALUE},
        {"type": TAG, "value": VALUE},
        ["test_greeting", {"sender": "alice", "count": "3", "colour": "ignored"}],
    ],
)
def test_json_is_read_in_every_form(data: object) -> None:
    assert from_json(Operation, data, DEV) == GREETING
    assert from_json(TestGreeting, data, DEV) == GREETING


def test_a_class_also_reads_its_bare_fields() -> None:
    assert from_json(TestGreeting, VALUE, DEV) == GREETING


@pytest.mark.parametrize(
    ("data", "code", "path"),
    [
        (["no_such_thing", VALUE], "json.unknown_type", "type"),
        ([3_999_999_999, VALUE], "json.unknown_type", "type"),
        ([-1, VALUE], "json.form", "type"),
        ([True, VALUE], "json.form", "type"),
        ([None, VALUE], "json.form", "type"),
        (["test_greeting"], "json.form", ""),
        ({"type": "test_greeting"}, "json.missing_field", "value"),
        ({"value": VALUE}, "json.missing_field", "type"),
        ({"type": TAG, "value": VALUE, "more": 1}, "json.unknown_field", "more"),
        (["test_greeting", []], "json.form", "[1]"),
        (["test_greeting", VALUE | {"count": 65_536}], "json.out_of_range", "[1].count"),
        (["test_greeting", VALUE | {"extra": 1}], "json.unknown_field", "[1].extra"),
        (["test_greeting", VALUE | {"sender": "bob"}], "json.duplicate", "[1].from"),
        ("test_greeting", "json.form", ""),
        (None, "json.form", ""),
    ],
)
def test_bad_json_is_refused_with_its_place(data: object, code: str, path: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        from_json(Operation, data, DEV)
    assert (caught.value.code, caught.value.field) == (code, path)


def test_another_operations_name_is_refused_for_a_class() -> None:
    with pytest.raises(ProtocolError) as caught:
        from_json(protocol.operations.transfer.Transfer, ["test_greeting", VALUE], DEV)
    assert caught.value.code == "json.unknown_type"
    transfer = ["transfer", {}]
    with pytest.raises(ProtocolError) as caught:
        from_json(TestGreeting, transfer, DEV)
    assert (caught.value.code, caught.value.field) == ("json.unknown_type", "type")


def test_missing_members_take_defaults_and_zeros() -> None:
    assert from_json(TestGreeting, {}, DEV) == TestGreeting(AccountName(""), 0)


def test_an_operation_demands_nothing_unless_it_says_so() -> None:
    GREETING.validate(DEV_PARAMS)
    assert GREETING.required_owner() == GREETING.required_active() == frozenset()
    assert GREETING.required_posting() == frozenset()
    assert GREETING.required_other() == ()


def test_numbers_and_names_are_given_once() -> None:
    def declare(name: str, tag: int) -> None:
        operation(tag=tag, name=name)(
            dataclass(frozen=True, slots=True)(type("Taken", (Operation,), {}))
        )

    for name, tag in (("taken", TAG), ("test_greeting", TAG + 1), ("taken", -1), ("taken", 2**32)):
        with pytest.raises(UnsupportedHintError):
            declare(name, tag)
    assert "taken" not in OPERATIONS_BY_NAME


def test_a_field_without_wire_form_fails_at_import() -> None:
    with pytest.raises(UnsupportedHintError, match=r"Unwritable\.count"):

        @operation(tag=TAG + 1)
        @dataclass(frozen=True, slots=True)
        class Unwritable(Operation):
            count: int


def test_extensions_are_empty_or_one_of_a_kind() -> None:
    assert encode_as(Extensions, (), DEV) == b"\0"
    assert encode_as(Extensions, (NoExtension(),), DEV) == b"\1\0"
    with pytest.raises(ProtocolError):
        encode_as(Extensions, (NoExtension(), NoExtension()), DEV)


def test_the_package_offers_its_public_names_lazily() -> None:
    for name in protocol.__all__:
        assert getattr(protocol, name) is not None
    assert sorted(protocol.__all__) == dir(protocol)
    with pytest.raises(AttributeError):
        _ = protocol.no_such_name


def test_the_whole_package_loads_neither_storage_nor_network_code() -> None:
    code = (
        "import sys, time, protocol, protocol.operations, protocol.block, protocol.memo\n"
        "assert not {'lmdb', 'aiohttp', 'asyncio', 'smtchain'} & set(sys.modules)\n"
        "print(time.process_time())"
    )
    done = subprocess.run(  # the arguments are our own
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert len(done.stdout) > 0


def test_importing_the_package_alone_is_cheap() -> None:
    code = (
        "import time; start = time.process_time()\n"
        "import protocol; assert time.process_time() - start < 0.3"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
