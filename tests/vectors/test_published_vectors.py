"""The published vectors: what is committed is what the tool writes, and others agree with it."""

import inspect
import json
from functools import cache
from pathlib import Path

import ecdsa
import pytest
import write_vectors
from published_vectors.files import as_text, published_files
from schema_encoder import CORE_TEXT, SchemaEncoder, public_key_bytes, sha256

import protocol.operations
from protocol.assets import InvalidAssetError
from protocol.errors import InvalidOperationError, JsonFormError, TrailingBytesError, WireError
from protocol.operation import Operation
from protocol.operations import OPERATIONS
from protocol.operations.smt_parameters import RepeatedParameterError
from protocol.params import DEV
from protocol.validation import TextEncodingError
from protocol.wire import decode_as
from protocol.wire_walk import WrongTypeError

VECTORS = Path(__file__).parent
PUBLISHED = VECTORS / "published"
NETWORKS = ("dev", "testnet")
# No input can provoke these: variants are sets, text is UTF-8 and members have their types before
# an operation exists, and no operation holds an unchecked amount.
ONLY_IN_MEMORY = {InvalidAssetError, RepeatedParameterError, TextEncodingError, WrongTypeError}
# Steemd's shapes of these differ from ours (operations/FORMAT.md).
OTHER_SHAPES = {
    "smt_refund_operation",
    "smt_set_setup_parameters_operation",
    "smt_set_runtime_parameters_operation",
}


@cache
def load(path):
    return json.loads((VECTORS / path).read_text())


@cache
def written():
    return dict(published_files())


def encoder(network):
    return SchemaEncoder(load("published/schema.json"), network)


class TestFiles:
    def test_committed_files_are_what_the_tool_writes(self):
        found = {
            str(path.relative_to(PUBLISHED)): path.read_bytes()
            for path in PUBLISHED.rglob("*.json")
        }
        assert found.keys() == written().keys()
        for name, content in written().items():
            assert found[name] == as_text(content), f"{name} is out of date: run make vectors"

    def test_each_run_writes_the_same_bytes(self, tmp_path, capsys):
        assert write_vectors.main(["--out", str(tmp_path)]) == 0
        names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json")}
        assert names == written().keys()
        for name in names:
            assert (tmp_path / name).read_bytes() == (PUBLISHED / name).read_bytes()
        assert len(capsys.readouterr().out.splitlines()) == len(names)

    def test_every_file_is_described_in_the_format_document(self):
        text = (PUBLISHED / "FORMAT.md").read_text()
        for name, content in written().items():
            assert f"`{name.split('/')[-1]}`" in text
            cases = content if isinstance(content, list) else []
            for member in {member for case in cases for member in case}:
                assert f"`{member}`" in text, (name, member)

    @pytest.mark.parametrize("name", [name for name in written() if name != "schema.json"])
    def test_every_case_has_a_name_of_its_own_and_says_what_it_shows(self, name):
        cases = written()[name]
        assert len({case["name"] for case in cases}) == len(cases)
        assert all(case["description"] and case["source"] for case in cases)


@pytest.mark.parametrize("network", NETWORKS)
class TestCoverage:
    def test_every_operation_has_a_case(self, network):
        cases = load(f"published/{network}/operations.json")
        assert {case["op_id"] for case in cases} == {cls.TAG for cls in OPERATIONS}

    def test_every_operation_that_can_be_sent_is_signed(self, network):
        names = {case["name"] for case in load(f"published/{network}/transactions.json")}
        assert {cls.NAME for cls in OPERATIONS if not cls.IS_VIRTUAL} <= names

    def test_every_way_to_refuse_input_without_state_has_a_case(self, network):
        codes = {
            case["error"]
            for kind in ("bytes", "json", "operations", "transactions")
            for case in load(f"published/{network}/refused_{kind}.json")
        }
        missing = {
            kind.__name__
            for root in (WireError, JsonFormError, InvalidOperationError)
            for kind in kinds(root)
            if kind.code not in codes
        }
        assert missing == {kind.__name__ for kind in ONLY_IN_MEMORY}


def kinds(root):
    for kind in root.__subclasses__():
        if inspect.getmodule(kind).__name__.startswith(protocol.__name__ + "."):
            yield kind
            yield from kinds(kind)


@pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.NAME)
class TestOneEncoding:
    """An operation has one encoding: nothing shorter or longer is read."""

    def encodings(self, cls):
        return [
            bytes.fromhex(case["hex"])
            for case in load("published/dev/operations.json")
            if case["op_id"] == cls.TAG
        ]

    def test_every_strict_prefix_is_refused(self, cls):
        for data in self.encodings(cls):
            for size in range(len(data)):
                with pytest.raises(WireError):
                    decode_as(Operation, data[:size], DEV)

    def test_every_further_byte_is_refused(self, cls):
        for data in self.encodings(cls):
            for byte in range(256):
                with pytest.raises(TrailingBytesError):
                    decode_as(Operation, data + bytes((byte,)), DEV)


@pytest.mark.parametrize("network", NETWORKS)
class TestAnotherEncoder:
    """The encoder of `schema_encoder`, which knows the published files only."""

    def test_gives_the_bytes_of_the_original(self, network):
        # So that its agreement below means something.
        count = 0
        for source in ("steemd", "project"):
            for case in load(f"operations/{network}/{source}.json"):
                if source == "steemd" and case["json"]["type"] in OTHER_SHAPES:
                    continue
                json_form = in_our_spelling(case["json"])
                assert encoder(network).operation(json_form).hex() == case["hex"], case["name"]
                count += 1
        assert count > 200

    def test_gives_the_blocks_of_the_original(self, network):
        for case in load(f"blocks/{network}/blocks.json"):
            found = encoder(network).write("signed_block", in_our_spelling(case["json"]))
            assert found.hex() == case["block_hex"]

    def test_gives_the_published_bytes(self, network):
        for case in load(f"published/{network}/operations.json"):
            assert encoder(network).operation(case["json"]).hex() == case["hex"], case["name"]

    def test_gives_the_published_transactions_ids_and_digests(self, network):
        for case in load(f"published/{network}/transactions.json"):
            body = encoder(network).write("transaction", case["json"])
            signed = encoder(network).write("signed_transaction", case["json"])
            assert body.hex() == case["tx_hex"], case["name"]
            assert signed.hex() == case["signed_hex"]
            assert sha256(body)[:20].hex() == case["id"]
            assert sha256(bytes.fromhex(case["chain_id"]) + body).hex() == case["sig_digest"]
            assert sha256(signed).hex() == case["merkle_digest"]

    def test_gives_the_digest_of_a_transaction_of_each_operation(self, network):
        transactions = load(f"published/{network}/transactions.json")
        chain_id = bytes.fromhex(transactions[0]["chain_id"])
        frame = dict(transactions[0]["json"])
        count = 0
        for case in load(f"published/{network}/operations.json"):
            if not case["virtual"]:
                body = encoder(network).write("transaction", frame | {"operations": [case["json"]]})
                assert sha256(chain_id + body).hex() == case["digest"], case["name"]
                count += 1
        assert count > 90

    def test_another_curve_accepts_every_signature(self, network):
        for case in load(f"published/{network}/transactions.json"):
            digest = bytes.fromhex(case["sig_digest"])
            signatures = case["json"]["signatures"]
            for text, key, seed in zip(signatures, case["public"], case["seeds"], strict=True):
                point = public_key_bytes(key)
                secret = ecdsa.SigningKey.from_string(sha256(seed.encode()), ecdsa.SECP256k1)
                assert secret.get_verifying_key().to_string("compressed") == point
                verifier = ecdsa.VerifyingKey.from_string(point, ecdsa.SECP256k1)
                assert verifier.verify_digest(bytes.fromhex(text)[1:], digest)

    def test_core_symbols_are_all_that_differ_between_networks(self, network):
        other = "dev" if network == "testnet" else "testnet"
        for ours, theirs in zip(
            load(f"published/{network}/operations.json"),
            load(f"published/{other}/operations.json"),
            strict=True,
        ):
            translated = ours["hex"]
            for nai, text in CORE_TEXT[network].items():
                translated = translated.replace(
                    text.encode().ljust(7, b"\0").hex(),
                    CORE_TEXT[other][nai].encode().ljust(7, b"\0").hex(),
                )
            # The two headers inside are signed, each for its network's bytes: which are the same.
            assert translated == theirs["hex"], ours["name"]


def in_our_spelling(value):
    if isinstance(value, dict):
        return {name: in_our_spelling(part) for name, part in value.items()}
    if isinstance(value, list):
        return [in_our_spelling(part) for part in value]
    return (
        {
            "smt_setup_emissions_operation": "smt_setup_inflation_operation",
            # The latest time, printed there as a signed number.
            "1969-12-31T23:59:59": "2106-02-07T06:28:15",
        }.get(value, value)
        if isinstance(value, str)
        else value
    )
