"""Encrypted memos: the reference's bytes both ways, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import memo as memo_module
from protocol.crypto import (
    NULL_PUBLIC_KEY,
    InvalidPublicKeyError,
    PrivateKey,
    parse_public_key,
)
from protocol.errors import OutOfRangeError
from protocol.memo import (
    InvalidMemoError,
    MemoKeyError,
    decrypt_memo,
    encrypt_memo,
    is_encrypted,
    parse_memo,
)
from protocol.params import DEV
from protocol.wire import encode

VECTORS = Path(__file__).parents[1] / "vectors" / "memos"
CASES = [
    pytest.param(case, prefix, id=f"{prefix}-{index}")
    for folder, prefix in (("testnet", "TST"), ("dev", "STM"))
    for index, case in enumerate(json.loads((VECTORS / folder / "memos.json").read_text()))
]
ALICE, BOB, CAROL = (PrivateKey.from_seed(name) for name in ("alice", "bob", "carol"))


@pytest.mark.parametrize(("case", "prefix"), CASES)
def test_encrypts_to_the_references_bytes(case, prefix):
    sender = PrivateKey.from_wif(case["from"])
    recipient = parse_public_key(case["to"], prefix)
    assert sender.public_key == parse_public_key(case["from_pub"], prefix)
    assert sender.shared_secret(recipient).hex() == case["shared_secret"]
    memo = encrypt_memo(case["plain"], sender, recipient, int(case["nonce"]))
    assert memo == case["memo"]
    parts = parse_memo(memo)
    assert encode(parts, DEV).hex() == case["packed"]
    assert (parts.check, parts.encrypted.hex()) == (case["check"], case["encrypted"])
    assert decrypt_memo(memo, sender) == case["plain"]


@given(st.text(max_size=200), st.integers(0, 2**64 - 1))
@settings(max_examples=50, deadline=None)
def test_both_ends_read_what_was_written(text, nonce):
    memo = encrypt_memo(text, ALICE, BOB.public_key, nonce)
    assert is_encrypted(memo)
    assert decrypt_memo(memo, ALICE) == text
    assert decrypt_memo(memo, BOB) == text


def test_nobody_else_reads_it():
    with pytest.raises(MemoKeyError) as caught:
        decrypt_memo(encrypt_memo("x", ALICE, BOB.public_key, 1), CAROL)
    assert caught.value.code == "memo.wrong_key"


def test_note_to_self_works():
    assert decrypt_memo(encrypt_memo("x", ALICE, ALICE.public_key, 1), ALICE) == "x"


@pytest.mark.parametrize("memo", ["", "plain", "#", "#0OIl", "#" + "1" * 50, "#\u00e9", "##abc"])
def test_refuses_what_is_no_memo(memo):
    with pytest.raises(InvalidMemoError) as caught:
        decrypt_memo(memo, ALICE)
    assert caught.value.code == "memo.invalid"


def rewritten(memo, **changes):
    return "#" + base58.b58encode(encode(replace(parse_memo(memo), **changes), DEV)).decode()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"nonce": 2}, MemoKeyError),
        ({"check": 5}, MemoKeyError),
        ({"recipient": NULL_PUBLIC_KEY}, InvalidMemoError),
        ({"encrypted": b""}, InvalidMemoError),
        ({"encrypted": bytes(15)}, InvalidMemoError),
        ({"encrypted": bytes(16)}, InvalidMemoError),
    ],
)
def test_refuses_a_damaged_memo(changes, error):
    memo = encrypt_memo("hello", ALICE, BOB.public_key, 1)
    with pytest.raises(error):
        decrypt_memo(rewritten(memo, **changes), ALICE)
    assert decrypt_memo(rewritten(memo), ALICE) == "hello"


def test_reads_bare_text_of_old_clients():
    # Encrypted without the length byte: AES-256-CBC of b"hi there" under alice's and bob's key.
    key = memo_module._encryption_key(
        (1).to_bytes(8, "little"), ALICE.shared_secret(BOB.public_key)
    )
    encryptor = memo_module._cipher(key).encryptor()
    padded = b"hi there" + b"\x08" * 8
    bare = encryptor.update(padded) + encryptor.finalize()
    memo = encrypt_memo("x", ALICE, BOB.public_key, 1)
    assert decrypt_memo(rewritten(memo, encrypted=bare), BOB) == "hi there"


@pytest.mark.parametrize("nonce", [-1, 2**64])
def test_refuses_nonce_outside_its_width(nonce):
    with pytest.raises(OutOfRangeError):
        encrypt_memo("x", ALICE, BOB.public_key, nonce)


def test_refuses_recipient_that_is_no_key():
    with pytest.raises(InvalidPublicKeyError):
        encrypt_memo("x", ALICE, NULL_PUBLIC_KEY, 1)
