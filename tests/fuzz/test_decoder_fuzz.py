"""Random and damaged bytes: refused with a `WireError`, or the one encoding of what they mean."""

import random
import tracemalloc

import pytest
from fuzz_inputs import (
    EDGE_BYTES,
    LARGEST_VARINT,
    block_bytes,
    changed,
    operation_bytes,
    transaction_bytes,
)

from protocol.block import BlockEnvelope, SignedBlock
from protocol.errors import WireError
from protocol.memo import InvalidMemoError, parse_memo
from protocol.operation import Operation
from protocol.operations import OPERATIONS
from protocol.params import DEV, DEV_PARAMS
from protocol.transaction import SignedTransaction, TransactionEnvelope
from protocol.types import VarU32
from protocol.wire import decode, decode_as, encode, encode_as

SEED = 20_190_625
SAMPLES = {
    "operation": operation_bytes(),
    "transaction": transaction_bytes(),
    "block": block_bytes(),
}
HINTS = {"operation": Operation, "transaction": SignedTransaction, "block": SignedBlock}


def read(kind, data):
    """Return whether `data` is accepted; then it must be what its value is encoded to."""
    hint = HINTS[kind]
    try:
        value = decode_as(hint, data, DEV)
    except WireError as error:
        shown, refused_at = str(error), error.offset
    else:
        assert encode_as(hint, value, DEV) == data
        return True
    assert shown
    assert 0 <= refused_at <= len(data)
    return False


@pytest.mark.parametrize("kind", SAMPLES)
def test_samples_are_accepted(kind):
    assert all(read(kind, data) for data in SAMPLES[kind])


@pytest.mark.parametrize("kind", SAMPLES)
def test_damaged_bytes(kind):
    chance = random.Random(SEED)
    samples = SAMPLES[kind]
    accepted = sum(
        read(kind, changed(chance.choice(samples), samples, chance)) for _ in range(3_000)
    )
    # Some changes give another valid value: text, amounts, numbers.
    assert 0 < accepted < 2_500


@pytest.mark.parametrize("kind", SAMPLES)
def test_random_bytes(kind):
    chance = random.Random(SEED)
    for _ in range(2_000):
        read(kind, chance.randbytes(chance.randrange(80)))


@pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.NAME)
def test_random_bytes_after_each_number(cls):
    chance = random.Random(SEED + cls.TAG)
    for _ in range(60):
        read("operation", bytes([cls.TAG]) + chance.randbytes(chance.randrange(60)))


def test_every_byte_of_every_operation_set_to_each_edge():
    for data in SAMPLES["operation"]:
        for at in range(0, len(data), 1 + len(data) // 25):
            for byte in EDGE_BYTES:
                read("operation", data[:at] + bytes((byte,)) + data[at + 1 :])


def test_the_envelopes_refuse_what_the_decoder_refuses():
    chance = random.Random(SEED)
    for envelope, hint, kind in (
        (TransactionEnvelope, SignedTransaction, "transaction"),
        (BlockEnvelope, SignedBlock, "block"),
    ):
        samples = SAMPLES[kind]
        for _ in range(400):
            data = changed(chance.choice(samples), samples, chance)
            try:
                found = envelope.from_bytes(data, DEV_PARAMS)
            except WireError:
                with pytest.raises(WireError):
                    decode(hint, data, DEV)
            else:
                assert found.raw == data


def test_damaged_memos_are_refused_as_memos():
    chance = random.Random(SEED)
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl \n#é"
    for _ in range(1_000):
        text = "#" + "".join(chance.choices(alphabet, k=chance.randrange(150)))
        try:
            memo = parse_memo(text)
        except InvalidMemoError:
            continue
        assert encode(memo, DEV)


class TestMemory:
    """The decoder allocates a small multiple of its input, whatever counts the input claims."""

    ALLOWANCE = 64 * 1024  # error objects, caches, compiled functions

    def peak(self, kind, data):
        read(kind, data)  # what is made once is not counted
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            read(kind, data)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        return peak - before

    def test_a_count_of_four_thousand_million_at_any_place(self):
        for data in SAMPLES["operation"][::3]:
            for at in range(1, len(data), 1 + len(data) // 12):
                hostile = data[:at] + LARGEST_VARINT + data[at + 1 :]
                assert self.peak("operation", hostile) < self.ALLOWANCE

    @pytest.mark.parametrize("count", ["ffffffff0f", "ffffff7f", "ffff03"])
    @pytest.mark.parametrize(
        "head",
        [
            "0f",  # custom: names
            "1200",  # custom_json: posting names
            "0f0000",  # custom: bytes
            "020000",  # transfer
            "23000000",  # custom_binary: authorities
            "2d00",  # update_proposal_votes: numbers
            "47",  # clear_null_account_balance: amounts
            "2a00",  # witness_set_properties: a map of text to bytes
        ],
    )
    def test_a_count_without_its_elements(self, head, count):
        data = bytes.fromhex(head + count)
        assert self.peak("operation", data) < self.ALLOWANCE
        assert self.peak("operation", data + bytes(100)) < self.ALLOWANCE

    @pytest.mark.parametrize(
        ("kind", "head", "element"),
        [
            # Many small elements that all are valid, and an end that is not.
            ("operation", "47", "000000000000000093128f22"),  # amounts
            ("operation", "1e01" + "00" * 60, "00000000"),  # equihash inputs
            ("transaction", "00" * 10, "060000000000"),  # orders cancelled by nobody
            ("transaction", "00" * 10, "110000"),  # comments deleted by nobody
            ("transaction", "00" * 12, "00" * 65),  # signatures
        ],
    )
    def test_many_elements(self, kind, head, element):
        count = 20_000 // len(element)
        body = bytes.fromhex(element) * count
        for size in (count, count - 1, count + 1):
            data = bytes.fromhex(head) + encode_as(VarU32, size, DEV) + body
            assert self.peak(kind, data) < 80 * len(data) + self.ALLOWANCE

    def test_bytes_that_are_all_one_value(self):
        for byte in EDGE_BYTES:
            for kind in SAMPLES:
                data = bytes((byte,)) * 50_000
                assert self.peak(kind, data) < 80 * len(data) + self.ALLOWANCE
