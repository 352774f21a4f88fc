"""Keys and signatures against the reference's bytes, and the two curves against each other."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import crypto, hashes
from protocol.crypto import (
    NULL_PUBLIC_KEY,
    InvalidKeyTextError,
    InvalidPrivateKeyError,
    InvalidPublicKeyError,
    InvalidSignatureError,
    NotCanonicalSignatureError,
    PrivateKey,
    SignatureForm,
    is_canonical,
    is_fc_canonical,
    parse_public_key,
    public_key_text,
    recover_many,
    recover_public_key,
)
from protocol.curve_native import NativeCurve
from protocol.curve_pure import CURVE_ORDER, PureCurve
from protocol.hashes import pure_ripemd160, ripemd160, sha224, sha256

VECTORS = Path(__file__).parents[1] / "vectors"
IDENTITIES = [("testnet", "TST"), ("dev", "STM")]
ALICE = PrivateKey.from_seed("alice")
DIGEST = sha256(b"a message")

secrets = st.integers(1, CURVE_ORDER - 1).map(lambda number: number.to_bytes(32))
digests = st.binary(min_size=32, max_size=32)


def cases(kind, name):
    return [
        pytest.param(case, prefix, id=f"{prefix}-{index}")
        for folder, prefix in IDENTITIES
        for index, case in enumerate(json.loads((VECTORS / kind / folder / name).read_text()))
    ]


@pytest.mark.parametrize("case", json.loads((VECTORS / "keys" / "hashes.json").read_text()))
def test_hashes_are_the_references(case):
    data = bytes.fromhex(case["hex"])
    assert sha256(data).hex() == case["sha256"]
    assert sha224(data).hex() == case["sha224"]
    assert ripemd160(data).hex() == case["ripemd160"]
    assert pure_ripemd160(data).hex() == case["ripemd160"]
    assert ripemd160(sha256(data)).hex() == case["ripemd160_of_sha256_obj"]


# The eight messages of the RIPEMD-160 paper's appendix.
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
        (b"a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
        (b"abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        (b"message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
        (b"abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "12a053384a9c0c88e405a06c27dcf49ada62eb2b",
        ),
        (b"1234567890" * 8, "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
    ],
)
def test_pure_ripemd160_gives_the_papers_digests(message, expected):
    assert pure_ripemd160(message).hex() == expected


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_pure_ripemd160_agrees_with_the_one_in_use(data):
    assert pure_ripemd160(data) == ripemd160(data)


@pytest.mark.parametrize(("case", "prefix"), cases("keys", "keys.json"))
def test_keys_are_the_references(case, prefix):
    if "error" in case:
        with pytest.raises(InvalidPrivateKeyError):
            PrivateKey(bytes.fromhex(case["secret_in"]))
        return
    key = PrivateKey(bytes.fromhex(case["secret"]))
    if "seed" in case:
        assert PrivateKey.from_seed(case["seed"]) == key
    assert key.wif == case["wif"]
    assert PrivateKey.from_wif(case["wif"]) == key
    assert key.public_key.hex() == case["public_hex"]
    assert public_key_text(key.public_key, prefix) == case["public"]
    assert parse_public_key(case["public"], prefix) == key.public_key
    assert public_key_text(key.public_key, "STM") == case["public_stm"]
    assert PureCurve().public_key(key.secret) == key.public_key


@pytest.mark.parametrize(("case", "prefix"), cases("signatures", "signatures.json"))
def test_signs_the_references_bytes_in_both_forms(case, prefix):
    key = PrivateKey.from_wif(case["wif"])
    digest = bytes.fromhex(case["digest"])
    low_s = key.sign(digest)
    fc = key.sign(digest, SignatureForm.FC)
    assert low_s.hex() == case["sig_bip0062"]
    assert fc.hex() == case["sig_fc"]
    assert is_fc_canonical(low_s) == case["bip_is_fc"]
    assert is_fc_canonical(fc)
    for signature in (low_s, fc):
        assert is_canonical(signature)
        assert public_key_text(recover_public_key(digest, signature), prefix) == case["recovered"]


@pytest.mark.parametrize(("case", "prefix"), cases("signatures", "recover.json"))
def test_recovers_what_the_reference_recovers_from_low_s(case, prefix):
    signature = bytes.fromhex(case["sig"])
    digest = bytes.fromhex(case["digest"])
    assert is_fc_canonical(signature) == case["fc_canonical"]
    is_low = int.from_bytes(signature[33:]) <= CURVE_ORDER // 2
    if is_low and "bip" in case:
        assert public_key_text(recover_public_key(digest, signature), prefix) == case["bip"]
    elif is_low or signature[0] not in range(27, 35):
        with pytest.raises(InvalidSignatureError) as caught:
            recover_public_key(digest, signature)
        assert caught.value.code == "transaction.invalid_signature"
    else:
        with pytest.raises(NotCanonicalSignatureError):
            recover_public_key(digest, signature)


@pytest.mark.parametrize(
    "case", json.loads((VECTORS / "signatures" / "bip0062_threshold.json").read_text())
)
def test_only_s_up_to_half_the_order_is_canonical(case):
    # `bip_canonical` is the reference's answer, wrong above n/2: its constant has swapped bytes.
    signature = bytes([31]) + bytes(31) + b"\x01" + bytes.fromhex(case["s"])
    assert is_canonical(signature) == (case["case"] == "n/2")
    assert case["bip_canonical"]


@given(secrets, digests, st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_both_curves_sign_and_recover_alike(secret, digest, attempt):
    native, pure = NativeCurve(), PureCurve()
    body, header = native.sign(secret, digest, attempt)
    assert pure.sign(secret, digest, attempt) == (body, header)
    signature = bytes([header]) + body
    assert native.recover(digest, signature) == native.public_key(secret)
    assert pure.recover(digest, signature) == native.public_key(secret)


@given(digests, st.integers(27, 34), st.binary(min_size=64, max_size=64))
@settings(max_examples=30, deadline=None)
def test_both_curves_recover_alike_from_noise(digest, header, body):
    signature = bytes([header]) + body
    assert NativeCurve().recover(digest, signature) == PureCurve().recover(digest, signature)


def test_both_curves_refuse_a_signature_by_the_point_at_infinity():
    # With R = kG and digest = s * k the equation gives key = (s * R - digest * G) / r = 0.
    nonce = PrivateKey.from_seed("nonce")
    r, s = int.from_bytes(nonce.public_key[1:]), 12345
    digest = (s * int.from_bytes(nonce.secret) % CURVE_ORDER).to_bytes(32)
    header = 31 + (nonce.public_key[0] & 1)
    signature = bytes([header]) + r.to_bytes(32) + s.to_bytes(32)
    assert NativeCurve().recover(digest, signature) is None
    assert PureCurve().recover(digest, signature) is None
    other = bytes([header]) + r.to_bytes(32) + (s + 1).to_bytes(32)
    assert NativeCurve().recover(digest, other) == PureCurve().recover(digest, other) is not None


def test_ripemd160_comes_from_python_where_openssl_lacks_it(monkeypatch):
    def refuse(name, *_, **__):
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", refuse)
    assert hashes._choose_ripemd160() is pure_ripemd160


def test_both_curves_take_the_candidates_in_order():
    # RFC 6979 candidates differ, so each attempt gives another r; both agree on each.
    bodies = [NativeCurve().sign(ALICE.secret, DIGEST, attempt) for attempt in range(6)]
    assert bodies == [PureCurve().sign(ALICE.secret, DIGEST, attempt) for attempt in range(6)]
    assert len({body for body, _ in bodies}) == 6


@given(secrets, secrets)
@settings(max_examples=20, deadline=None)
def test_shared_secret_is_the_same_from_both_ends_and_both_curves(one, other):
    first, second = PrivateKey(one), PrivateKey(other)
    shared = first.shared_secret(second.public_key)
    assert shared == second.shared_secret(first.public_key)
    x = PureCurve().multiply(first.public_key, other)
    assert x is not None
    assert shared == hashlib.sha512(x).digest()


@pytest.mark.parametrize("point", [NULL_PUBLIC_KEY, b"\x02" + b"\xff" * 32, b"\x05" + bytes(32)])
def test_refuses_to_share_a_secret_with_no_point(point):
    with pytest.raises(InvalidPublicKeyError):
        ALICE.shared_secret(point)
    assert PureCurve().multiply(point, ALICE.secret) is None


@pytest.mark.parametrize("secret", [bytes(32), CURVE_ORDER.to_bytes(32), b"\x01" * 31, b""])
def test_refuses_secrets_outside_the_order(secret):
    with pytest.raises(InvalidPrivateKeyError):
        PrivateKey(secret)


def test_accepts_the_smallest_and_the_largest_secret():
    assert PrivateKey((1).to_bytes(32)).public_key.hex().startswith("0279be667ef9dcbbac55")
    assert PrivateKey((CURVE_ORDER - 1).to_bytes(32)).public_key.hex().startswith("0379be667ef9dc")


def changed(text, at):
    return text[:at] + ("2" if text[at] != "2" else "3") + text[at + 1 :]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        changed(ALICE.wif, 20),  # checksum
        ALICE.wif + " ",
        " " + ALICE.wif,
        ALICE.wif[:-1],
        ALICE.wif + "1",
        "1" + ALICE.wif,
        ALICE.wif.replace("5", "0"),  # not in the alphabet
        ALICE.wif[:-1] + "\u00e9",
        "9" * 5000,
        "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn",  # compressed form of secret 1
    ],
)
def test_refuses_wif_that_is_not_exact(text):
    with pytest.raises(InvalidKeyTextError):
        PrivateKey.from_wif(text)
    assert PrivateKey.from_wif(ALICE.wif) == ALICE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "STM",
        "TST" + public_key_text(ALICE.public_key, "STM")[3:],
        changed(public_key_text(ALICE.public_key, "STM"), 10),
        public_key_text(ALICE.public_key, "STM") + "\n",
        "STM1" + public_key_text(ALICE.public_key, "STM")[3:],
        public_key_text(ALICE.public_key, "STM")[:-1],
        "STM" + "z" * 10_000,
    ],
)
def test_refuses_public_key_text_that_is_not_exact(text):
    with pytest.raises(InvalidKeyTextError):
        parse_public_key(text, "STM")


def test_null_public_key_has_the_text_everybody_knows():
    # Known from Steem's witnesses: what a disabled block_signing_key reads.
    assert public_key_text(NULL_PUBLIC_KEY, "STM") == "STM1111111111111111111111111111111114T1Anm"
    assert parse_public_key("STM1111111111111111111111111111111114T1Anm", "STM") == NULL_PUBLIC_KEY


def test_login_key_is_the_hash_of_account_role_and_password():
    key = PrivateKey.from_login("alice", "active", "secret")
    assert key.secret == hashlib.sha256(b"aliceactivesecret").digest()
    assert PrivateKey.from_login("alice", "active", "") == PrivateKey.from_seed("aliceactive")


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(66), bytes([26]) + bytes(64)])
def test_refuses_signatures_of_bad_length_or_header(signature):
    with pytest.raises(InvalidSignatureError) as caught:
        recover_public_key(DIGEST, signature)
    assert caught.value.code == "transaction.invalid_signature"
    assert caught.value.field == "signature"


def test_recover_many_marks_what_is_not_valid():
    good = ALICE.sign(DIGEST)
    high_s = good[:33] + (CURVE_ORDER - int.from_bytes(good[33:])).to_bytes(32)
    assert recover_many([(DIGEST, good), (DIGEST, high_s), (DIGEST, b""), (DIGEST, good)]) == [
        ALICE.public_key,
        None,
        None,
        ALICE.public_key,
    ]


def test_private_key_never_shows_its_secret():
    for text in (repr(ALICE), str(ALICE)):
        assert ALICE.secret.hex() not in text
        assert ALICE.wif not in text
    assert PrivateKey.from_seed("bob") != ALICE
    assert ALICE != "alice"
    assert len({ALICE, PrivateKey.from_seed("alice")}) == 1


def test_runs_on_the_pure_curve_where_coincurve_is_missing():
    case = json.loads((VECTORS / "signatures" / "testnet" / "signatures.json").read_text())[1]
    script = (
        "import importlib.util as u, sys; real = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'coincurve' else real(name, *rest)\n"
        "from protocol.crypto import CURVE, PrivateKey\n"
        "digest = bytes.fromhex(sys.argv[2])\n"
        "print(type(CURVE).__name__, PrivateKey.from_wif(sys.argv[1]).sign(digest).hex())\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, case["wif"], case["digest"]],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(crypto.__file__).parents[1],
    )
    assert answer.stdout.split() == ["PureCurve", case["sig_bip0062"]]
