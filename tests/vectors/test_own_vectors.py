"""Operations that only this project has, or has otherwise: bytes derived by hand, run by run."""

import json
from pathlib import Path

import pytest
from schema_encoder import SchemaEncoder

from protocol.jsonform import from_json, to_json
from protocol.operation import Operation
from protocol.operations import OPERATIONS
from protocol.params import DEV, TESTNET
from protocol.wire import decode_as, encode_as

VECTORS = Path(__file__).parent
FILES = {"ours/operations.json": DEV, "ours/testnet/operations.json": TESTNET}
# Shapes that differ from steemd's, and numbers that steemd has not.
OURS = {50, 52, 53, *range(74, 84)}


def load(path):
    return json.loads((VECTORS / path).read_text())


CASES = [
    pytest.param(network, case, id=f"{network.name}-{case['description'][:40]}")
    for path, network in FILES.items()
    for case in load(path)
]


@pytest.mark.parametrize(("network", "case"), CASES)
class TestCase:
    def test_the_parts_are_the_whole(self, network, case):
        assert "".join(data for _, data in case["parts"]) == case["hex"]

    def test_json_and_bytes_are_the_same_operation(self, network, case):
        operation = from_json(Operation, case["json"], network)
        assert encode_as(Operation, operation, network).hex() == case["hex"]
        decoded = decode_as(Operation, bytes.fromhex(case["hex"]), network)
        assert to_json(decoded, network) == case["json"]

    def test_an_encoder_that_follows_the_published_schema_agrees(self, network, case):
        encoder = SchemaEncoder(load("published/schema.json"), network.name)
        assert encoder.operation(case["json"]).hex() == case["hex"]


def test_every_operation_of_ours_has_a_case():
    numbers = {
        OPERATIONS[int(case["parts"][0][1], 16)].TAG for path in FILES for case in load(path)
    }
    assert numbers == OURS


def test_every_layout_is_in_the_format_document():
    text = (VECTORS / "ours" / "FORMAT.md").read_text()
    for tag in OURS:
        assert f"| {tag} | `{OPERATIONS[tag].NAME}` |" in text
