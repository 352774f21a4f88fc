"""A second encoder, as the author of a client might write it from published/FORMAT.md alone.

It follows `schema.json` and shares no code with `protocol`: only `struct`, `hashlib`, `datetime`.
"""

import hashlib
import struct
from datetime import UTC, datetime

CORE_TEXT = {
    "dev": {"@@000000021": "STEEM", "@@000000013": "SBD", "@@000000037": "VESTS"},
    "testnet": {"@@000000021": "TESTS", "@@000000013": "TBD", "@@000000037": "VESTS"},
}
INTEGERS = {
    "uint8": "<B",
    "uint16": "<H",
    "uint32": "<I",
    "uint64": "<Q",
    "int16": "<h",
    "int32": "<i",
    "int64": "<q",
}
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def varint(number):
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)
    return bytes(data)


def base58_bytes(text, size):
    number = 0
    for letter in text:
        number = number * 58 + BASE58.index(letter)
    return number.to_bytes(size, "big")


def public_key_bytes(text):
    return base58_bytes(text[3:], 37)[:33]


class SchemaEncoder:
    def __init__(self, schema, network):
        self.types = schema["types"]
        self.operations = {one["name"]: one for one in schema["operations"]}
        self.core = CORE_TEXT[network]

    def operation(self, json):
        described = self.operations[json["type"].removesuffix("_operation")]
        return varint(described["id"]) + self.fields(described["fields"], json["value"])

    def fields(self, fields, value):
        return b"".join(self.write(one["type"], self.member(one, value)) for one in fields)

    @staticmethod
    def member(field, value):
        for name in (field["name"], *field.get("also_named", ())):
            if name in value:
                return value[name]
        assert "optional" in field["type"], field
        return None

    def write(self, kind, value):  # noqa: PLR0911, PLR0912 - one per type
        if isinstance(kind, dict):
            return self.compound(kind, value)
        if kind in INTEGERS:
            return struct.pack(INTEGERS[kind], int(value))
        match kind:
            case "uint128":
                return struct.pack("<QQ", int(value) >> 64, int(value) & 0xFFFF_FFFF_FFFF_FFFF)
            case "bool":
                return b"\1" if value else b"\0"
            case "string" | "account_name":
                return self.sized(value.encode())
            case "bytes":
                return self.sized(bytes.fromhex(value))
            case "public_key":
                return public_key_bytes(value)
            case "time":
                when = datetime.fromisoformat(value).replace(tzinfo=UTC)
                return struct.pack("<I", int(when.timestamp()))
            case "version_number" | "version":
                major, minor, revision = map(int, value.split("."))
                return struct.pack("<I", major << 24 | minor << 16 | revision)
            case "symbol":
                return self.symbol(value["nai"], value["decimals"])
            case "asset":
                symbol = self.symbol(value["nai"], value["precision"])
                return struct.pack("<q", int(value["amount"])) + symbol
            case "operation":
                return self.operation(value)
        described = self.types[kind]
        if "enum" in described:
            return self.write(described["enum"], described["values"][value])
        return self.fields(described["struct"], value)

    def compound(self, kind, value):
        ((word, inner),) = kind.items()
        match word:
            case "optional":
                return b"\0" if value is None else b"\1" + self.write(inner, value)
            case "list" | "set":
                return varint(len(value)) + b"".join(self.write(inner, one) for one in value)
            case "map":
                pairs = (
                    self.write(kind, part)
                    for pair in value
                    for kind, part in zip(inner, pair, strict=True)
                )
                return varint(len(value)) + b"".join(pairs)
            case "variant":
                index = inner.index(value["type"])
                return varint(index) + self.write(inner[index], value["value"])
            case "bytes":
                assert len(value) == 2 * inner
                return bytes.fromhex(value)
            case "string":
                assert len(value.encode()) <= inner
                return self.sized(value.encode())
        raise AssertionError(kind)

    @staticmethod
    def sized(data):
        return varint(len(data)) + data

    def symbol(self, nai, decimals):
        text = self.core.get(nai)
        if text is not None:
            return bytes((decimals,)) + text.encode().ljust(7, b"\0")
        # The last digit only checks the eight before it.
        return struct.pack("<I", int(nai[2:10]) << 5 | 0x10 | decimals)


def sha256(data):
    return hashlib.sha256(data).digest()
