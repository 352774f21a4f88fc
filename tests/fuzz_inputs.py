"""What the fuzz tests change, and how: the same on every run, since all randomness is seeded."""

import json
from pathlib import Path

VECTORS = Path(__file__).parent / "vectors"
LARGEST_VARINT = bytes.fromhex("ffffffff0f")
EDGE_BYTES = (0, 1, 2, 0x10, 0x7F, 0x80, 0xFE, 0xFF)


def load(path):
    return json.loads((VECTORS / path).read_text())


def operation_bytes():
    return [bytes.fromhex(case["hex"]) for case in load("published/dev/operations.json")]


def transaction_bytes():
    return [bytes.fromhex(case["signed_hex"]) for case in load("published/dev/transactions.json")]


def block_bytes():
    return [bytes.fromhex(case["block_hex"]) for case in load("blocks/dev/blocks.json")]


def changed(data, others, chance):
    """Return `data` with one to three changes."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1 if data:
                data[at % len(data)] = chance.choice(EDGE_BYTES)
            case 2:
                data[at:at] = chance.randbytes(chance.randint(1, 4))
            case 3:
                del data[at : at + chance.randint(1, 8)]
            case 4:
                data[at:at] = data[at : at + chance.randint(1, 24)]
            case 5:
                data[at : at + chance.choice((0, 1))] = LARGEST_VARINT
            case 6:
                other = chance.choice(others)
                data[at:] = other[chance.randrange(len(other)) :]
            case _:
                del data[at:]
    return bytes(data)
