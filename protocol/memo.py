"""Encrypted memos: `#`, then base58 of both memo keys, a nonce, a checksum and AES-CBC text.

Only the holders of the two private memo keys can read one.  The nonce must never repeat between
the same two keys; the caller chooses it (clients take the time and some random bits).
"""

import hashlib
from dataclasses import dataclass
from typing import Final

import base58
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from protocol.crypto import InvalidPublicKeyError, PrivateKey, sha256
from protocol.errors import ProtocolError, WireError
from protocol.params import DEV
from protocol.types import U32, U64, Bytes, PublicKey
from protocol.wire import decode, decode_as, encode, encode_as, wire_struct

MEMO_PREFIX: Final = "#"
_BLOCK_BITS: Final = 128


class InvalidMemoError(ProtocolError):
    """A text is not an encrypted memo, or was damaged."""

    code = "memo.invalid"


class MemoKeyError(ProtocolError):
    """The memo is not addressed to or from this key."""

    code = "memo.wrong_key"


@wire_struct
@dataclass(frozen=True, slots=True)
class EncryptedMemo:
    """What the base58 of a memo holds.

    Attributes
    ----------
    sender, recipient : bytes
        Public memo keys.
    nonce : int
        Makes the key of this memo unique, 0 to 2**64 - 1.
    check : int
        First four bytes, little-endian, of the SHA-256 of the encryption key.
    encrypted : bytes
        AES-256-CBC with PKCS#7 padding.

    Spec
    ----
    steemd: wallet.hpp::memo_data
    """

    sender: PublicKey
    recipient: PublicKey
    nonce: U64
    check: U32
    encrypted: Bytes


def is_encrypted(memo: str) -> bool:
    """Tell whether a memo claims to be encrypted."""
    return memo.startswith(MEMO_PREFIX)


def encrypt_memo(text: str, sender: PrivateKey, recipient: PublicKey, nonce: int) -> str:
    """Return `text` encrypted for `recipient`, beginning with `#`.

    Raises
    ------
    InvalidPublicKeyError
        `recipient` is not a point of the curve.
    WireError
        `nonce` is outside 0 to 2**64 - 1, or `text` has no UTF-8 form.

    Spec
    ----
    steemd: wallet.cpp::wallet_api::get_encrypted_memo
    """
    # The network plays no part: no symbol is inside.
    key = _encryption_key(encode_as(U64, nonce, DEV), sender.shared_secret(recipient))
    padder = PKCS7(_BLOCK_BITS).padder()
    padded = padder.update(encode_as(str, text, DEV)) + padder.finalize()
    encryptor = _cipher(key).encryptor()
    memo = EncryptedMemo(
        sender.public_key,
        recipient,
        nonce,
        _check(key),
        encryptor.update(padded) + encryptor.finalize(),
    )
    return MEMO_PREFIX + base58.b58encode(encode(memo, DEV)).decode()


def parse_memo(memo: str) -> EncryptedMemo:
    """Return the parts of an encrypted memo.

    Raises
    ------
    InvalidMemoError
        It does not begin with `#`, is not base58, or its bytes are not those of a memo.
    """
    if not is_encrypted(memo):
        raise InvalidMemoError("an encrypted memo begins with #")
    try:
        return decode(EncryptedMemo, base58.b58decode(memo.removeprefix(MEMO_PREFIX)), DEV)
    except (ValueError, WireError):
        raise InvalidMemoError("not the base58 of an encrypted memo") from None


def decrypt_memo(memo: str, key: PrivateKey) -> str:
    """Return the text of an encrypted memo that was sent by or to `key`.

    Raises
    ------
    InvalidMemoError
        See `parse_memo`; or the encrypted bytes were damaged.
    MemoKeyError
        Neither sender nor recipient is `key`, or the checksum shows another key.

    Spec
    ----
    steemd: wallet.cpp::wallet_api::decrypt_memo
    """
    parts = parse_memo(memo)
    if key.public_key == parts.sender:
        other = parts.recipient
    elif key.public_key == parts.recipient:
        other = parts.sender
    else:
        raise MemoKeyError("the memo is neither from nor to this key")
    try:
        shared = key.shared_secret(other)
    except InvalidPublicKeyError:
        raise InvalidMemoError("the memo names a public key that is no key") from None
    encryption_key = _encryption_key(encode_as(U64, parts.nonce, DEV), shared)
    if _check(encryption_key) != parts.check:
        raise MemoKeyError("the checksum of the memo does not match")
    decryptor = _cipher(encryption_key).decryptor()
    unpadder = PKCS7(_BLOCK_BITS).unpadder()
    try:
        padded = decryptor.update(parts.encrypted) + decryptor.finalize()
        return _text_of(unpadder.update(padded) + unpadder.finalize())
    except ValueError:
        raise InvalidMemoError("the encrypted text was damaged") from None


def _text_of(data: bytes) -> str:
    """Read what was encrypted: a length and text; bare text from some old clients."""
    try:
        text: str = decode_as(str, data, DEV)
    except WireError:
        return data.decode()
    return text


def _encryption_key(nonce: bytes, shared_secret: bytes) -> bytes:
    return hashlib.sha512(nonce + shared_secret).digest()


def _check(encryption_key: bytes) -> int:
    return int.from_bytes(sha256(encryption_key)[:4], "little")


def _cipher(encryption_key: bytes) -> "Cipher[modes.CBC]":
    return Cipher(algorithms.AES256(encryption_key[:32]), modes.CBC(encryption_key[32:48]))
