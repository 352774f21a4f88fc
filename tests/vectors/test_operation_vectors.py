"""Operations byte for byte against the reference's serializer; see operations/FORMAT.md."""

import json
from functools import cache
from pathlib import Path

import pytest

from protocol.errors import InvalidOperationError, ProtocolError
from protocol.jsonform import Form, from_json, to_json
from protocol.operation import OPERATIONS_BY_TAG, Operation
from protocol.operations import OPERATIONS
from protocol.params import DEV, DEV_PARAMS, TESTNET_PARAMS
from protocol.wire import decode_as, encode_as

DATA = Path(__file__).parent / "operations"
IDENTITIES = {"testnet": TESTNET_PARAMS, "dev": DEV_PARAMS}

# Members or kinds of revision W that the whitepaper has otherwise (FORMAT.md).
OTHER_SHAPE = {
    "smt_refund",
    "smt_refund.ext",
    "smt_set_setup_parameters.false",
    "smt_set_setup_parameters.dup",
    "smt_set_runtime_parameters.rewards2",
}
# The reference keeps the first of two parameters of one kind; we refuse the second.
REPEATED_KIND = {"smt_set_setup_parameters.dup_mm", "smt_set_runtime_parameters.dup_taker"}
# The reference's JSON reader drops the backslash of an escape like \u00e9.
ESCAPES_LOST = {"comment.root"}
# What `condenser_api` of the reference prints and we do not.
LEGACY_DIFFERS = {
    "amounts of tokens as UNKN": {
        "transfer.smt",
        "transfer.smt_p0",
        "transfer.smt_vesting",
        "withdraw_vesting.smt",
        "delegate_vesting_shares.smt",
        "fill_order",
    },
    "members that the operation has not": {
        "witness_update",
        "default:witness_update_operation",
        "pow2.pow2",
        "pow2.equihash",
        "default:pow2_operation",
    },
    "some amounts and variants in the other form": {
        "pow",
        "report_over_production.ext",
        "comment_options.ava1",
        "comment_options.ava2",
        "comment_options.ben+ava",
    },
    "no extensions": {"create_proposal"},
    "the latest time as 1969": {
        "default:limit_order_create_operation",
        "default:limit_order_create2_operation",
    },
}
NO_LEGACY_INPUT = LEGACY_DIFFERS["amounts of tokens as UNKN"]
HOSTILE = {
    "setup.index3": ("wire.unknown_tag", "setup_parameters[0]"),
    "setup.bool2": ("wire.out_of_range", "setup_parameters[0].value"),
    "setup.boolff": ("wire.out_of_range", "setup_parameters[0].value"),
    "setup.unsorted": ("wire.not_canonical", "setup_parameters[1]"),
    "setup.duplicate_same": ("wire.not_canonical", "setup_parameters[1]"),
    "setup.duplicate_diff": ("wire.not_canonical", "setup_parameters[1]"),
    "setup.noncanonical_count": ("wire.not_canonical", "setup_parameters"),
    "setup.truncated": ("wire.truncated", "extensions"),
    "setup.trailing": ("wire.trailing_bytes", ""),
    "runtime.index5": ("wire.unknown_tag", "runtime_parameters[0]"),
    "runtime.bool2": ("wire.out_of_range", "runtime_parameters[0].value"),
    "runtime.unsorted": ("wire.not_canonical", "runtime_parameters[1]"),
    "runtime.duplicate": ("wire.not_canonical", "runtime_parameters[1]"),
    "rewards.curve_high_byte": (
        "wire.out_of_range",
        "runtime_parameters[0].curation_reward_curve",
    ),
    "rewards.curation_curve6": (
        "wire.out_of_range",
        "runtime_parameters[0].curation_reward_curve",
    ),
    "rewards.curation_curve_neg1": (
        "wire.out_of_range",
        "runtime_parameters[0].curation_reward_curve",
    ),
    "rewards.author_curve6": ("wire.out_of_range", "runtime_parameters[0].author_reward_curve"),
    "rewards.w_shape_without_content": (
        "wire.out_of_range",
        "runtime_parameters[0].author_reward_curve",
    ),
    "refund.w_shape_executor": ("wire.not_canonical", "amount.symbol"),
    "op58_is_first_virtual": ("wire.truncated", "reward.amount"),
    "op76_unknown": ("wire.truncated", "symbol"),
}


@cache
def load(name):
    return json.loads((DATA / name).read_text())


def cases(member="json", *, without=frozenset()):
    """Return the cases of both identities that we read and that have `member`."""
    return [
        pytest.param(identity, case, id=f"{identity}-{source}-{case['name']}")
        for identity in IDENTITIES
        for source in ("steemd", "project")
        for case in load(f"{identity}/{source}.json")
        if member in case
        and case["name"] not in without | REPEATED_KIND
        and not (source == "steemd" and case["name"] in OTHER_SHAPE)
    ]


def in_our_spelling(value):
    """Return the reference's JSON with our names for inflation and our latest time."""
    if isinstance(value, dict):
        return {
            "inflation_unit" if name == "emissions_unit" else name: in_our_spelling(part)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [in_our_spelling(part) for part in value]
    return (
        {
            "smt_setup_emissions_operation": "smt_setup_inflation_operation",
            "1969-12-31T23:59:59": "2106-02-07T06:28:15",
        }.get(value, value)
        if isinstance(value, str)
        else value
    )


@pytest.mark.parametrize(("identity", "case"), cases())
class TestOperation:
    def test_json_encodes_to_the_reference_bytes(self, identity, case):
        network = IDENTITIES[identity].network
        operation = from_json(Operation, case["json"], network)
        assert encode_as(Operation, operation, network).hex() == case["hex"]

    def test_bytes_decode_to_the_json_and_back(self, identity, case):
        network = IDENTITIES[identity].network
        operation = decode_as(Operation, bytes.fromhex(case["hex"]), network)
        assert case["op_id"] == operation.TAG
        assert to_json(operation, network) == in_our_spelling(case["json"])
        assert encode_as(Operation, operation, network).hex() == case["hex"]

    def test_required_authorities_are_those_of_the_reference(self, identity, case):
        network = IDENTITIES[identity].network
        operation = from_json(Operation, case["json"], network)
        assert {
            "active": sorted(operation.required_active()),
            "owner": sorted(operation.required_owner()),
            "posting": sorted(operation.required_posting()),
            "other": [to_json(authority, network) for authority in operation.required_other()],
        } == case["required_auths"]

    def test_validity_is_that_of_the_reference_or_a_listed_departure(self, identity, case):
        params = IDENTITIES[identity]
        operation = from_json(Operation, case["json"], params.network)
        departure = load("departures.json").get(case["name"])
        error = None
        try:
            operation.validate(params)
        except InvalidOperationError as refusal:
            error = refusal.code
        is_valid = error is None and not operation.IS_VIRTUAL
        if departure is None:
            assert is_valid == case["valid"], error
        else:
            assert is_valid == departure["valid"] != case["valid"]
            assert error == departure.get("error")


@pytest.mark.parametrize(("identity", "case"), cases("input_json", without=ESCAPES_LOST))
def test_unsorted_json_is_sorted(identity, case):
    network = IDENTITIES[identity].network
    given = from_json(Operation, case["input_json"], network)
    assert given == from_json(Operation, case["json"], network)


@pytest.mark.parametrize(("identity", "case"), cases("legacy_json"))
def test_condenser_form_is_printed_and_read(identity, case):
    network = IDENTITIES[identity].network
    operation = from_json(Operation, case["json"], network)
    printed = to_json(operation, network, Form.LEGACY)
    assert from_json(Operation, printed, network) == operation
    is_different = any(case["name"] in names for names in LEGACY_DIFFERS.values())
    assert (printed != case["legacy_json"]) == is_different


@pytest.mark.parametrize(("identity", "case"), cases("legacy_json", without=NO_LEGACY_INPUT))
def test_condenser_form_of_the_reference_is_read(identity, case):
    network = IDENTITIES[identity].network
    operation = from_json(Operation, case["json"], network)
    assert from_json(Operation, case["legacy_json"], network) == operation


@pytest.mark.parametrize("identity", IDENTITIES)
class TestRefused:
    @pytest.mark.parametrize("name", sorted(REPEATED_KIND))
    def test_json_with_a_kind_twice(self, identity, name):
        (case,) = (c for c in load(f"{identity}/project.json") if c["name"] == name)
        with pytest.raises(ProtocolError) as caught:
            from_json(Operation, case["input_json"], IDENTITIES[identity].network)
        assert caught.value.code == "json.duplicate"

    @pytest.mark.parametrize("name", sorted(HOSTILE))
    def test_hostile_bytes(self, identity, name):
        (case,) = (c for c in load(f"{identity}/hostile.json") if c["name"] == name)
        with pytest.raises(ProtocolError) as caught:
            decode_as(Operation, bytes.fromhex(case["input_hex"]), IDENTITIES[identity].network)
        assert (caught.value.code, caught.value.field) == HOSTILE[name]

    def test_every_hostile_case_is_listed(self, identity):
        assert {case["name"] for case in load(f"{identity}/hostile.json")} == HOSTILE.keys()

    def test_what_the_reference_refuses_to_read(self, identity):
        for case in load("rejected.json"):
            with pytest.raises(ProtocolError) as caught:
                from_json(Operation, case["input"], IDENTITIES[identity].network, strict=False)
            assert caught.value.code == "json.nai"
            assert caught.value.field.endswith("symbol.nai")


def test_numbers_are_those_of_the_reference_then_ours():
    lines = (DATA / "operation_numbers.txt").read_text().split()
    theirs = dict(zip(map(int, lines[::2]), lines[1::2], strict=True))
    theirs[51] = "smt_setup_inflation_operation"
    assert {n: f"{OPERATIONS[n].NAME}_operation" for n in theirs} == theirs
    assert [operation.NAME for operation in OPERATIONS[74:]] == [
        "smt_market_maker_trade",
        "smt_market_maker_contribute",
        "smt_phase_changed",
        "smt_launch_evaluated",
        "smt_contributor_payout",
        "smt_refunded",
        "smt_founder_payout",
        "smt_token_launched",
        "smt_inflation_emitted",
        "smt_market_maker_filled",
    ]
    assert [operation.TAG for operation in OPERATIONS] == list(range(84))
    assert len(OPERATIONS_BY_TAG) == len(OPERATIONS)
    virtual = {operation.TAG for operation in OPERATIONS if operation.IS_VIRTUAL}
    assert virtual == set(range(56, 74)) | set(range(76, 84))


@pytest.mark.parametrize("case", load("own.json"), ids=lambda case: case["json"]["type"])
def test_our_own_operation_has_the_bytes_derived_by_hand(case):
    assert "".join(part for _, part in case["parts"]) == case["hex"]
    operation = from_json(Operation, case["json"], DEV)
    assert encode_as(Operation, operation, DEV).hex() == case["hex"]
    assert to_json(decode_as(Operation, bytes.fromhex(case["hex"]), DEV), DEV) == case["json"]


@pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.NAME)
def test_every_operation_has_a_vector(cls):
    names = {case["json"]["type"] for case in load("own.json")}
    for identity in IDENTITIES:
        for source in ("steemd", "project"):
            names |= {
                in_our_spelling(case["json"]["type"]) for case in load(f"{identity}/{source}.json")
            }
    assert f"{cls.NAME}_operation" in names


def test_every_departure_is_explained_in_the_format_document():
    text = (DATA / "FORMAT.md").read_text()
    for name, departure in load("departures.json").items():
        assert f"`{name}`" in text
        assert departure["decision"]
