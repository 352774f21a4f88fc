"""Keys and signatures.

Two implementations of the curve give the same bytes: `curve_native` (libsecp256k1) and
`curve_pure` (ecdsa), which serves only where the first cannot be imported.
"""

import enum
import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from typing import Final, Protocol, final

import base58
from typing_extensions import override

from protocol.errors import InvalidTransactionError, ProtocolError
from protocol.hashes import ripemd160, sha224, sha256
from protocol.types import PublicKey

if find_spec("coincurve"):
    from protocol.curve_native import NativeCurve as _Curve
else:
    from protocol.curve_pure import PureCurve as _Curve  # type: ignore[assignment]  # same interface

__all__ = [
    "CURVE",
    "NULL_PUBLIC_KEY",
    "Curve",
    "InvalidKeyTextError",
    "InvalidPrivateKeyError",
    "InvalidPublicKeyError",
    "InvalidSignatureError",
    "KeyFormatError",
    "NotCanonicalSignatureError",
    "PrivateKey",
    "SignatureForm",
    "is_canonical",
    "is_fc_canonical",
    "parse_public_key",
    "public_key_text",
    "recover_many",
    "recover_public_key",
    "ripemd160",
    "sha224",
    "sha256",
]

CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HALF_CURVE_ORDER: Final = CURVE_ORDER // 2
NULL_PUBLIC_KEY: Final = PublicKey(bytes(33))
"""Stands for "no key": a witness with it does not produce; nobody can sign for it."""

_WIF_VERSION: Final = b"\x80"
_HEADER_RANGE: Final = range(27, 35)


class KeyFormatError(ProtocolError):
    """A text or byte string is not a key.  Only its subclasses are raised."""

    code = "key"


class InvalidKeyTextError(KeyFormatError):
    """A key's text has the wrong prefix, alphabet, length or checksum."""

    code = "key.invalid_text"


class InvalidPrivateKeyError(KeyFormatError):
    """A secret is zero or not below the order of the curve."""

    code = "key.invalid_private_key"


class InvalidPublicKeyError(KeyFormatError):
    """Bytes that should be a public key are not a point of the curve."""

    code = "key.invalid_public_key"


class InvalidSignatureError(InvalidTransactionError):
    """A signature has a bad header or recovers no key."""

    code = "transaction.invalid_signature"


class NotCanonicalSignatureError(InvalidSignatureError):
    """A signature has a high s, so that a second form of it exists (BIP-62)."""

    code = "transaction.not_canonical_signature"


class SignatureForm(enum.Enum):
    """Which signatures a signer keeps.

    LOW_S is what the chain demands (BIP-62).  FC is the stricter form that nodes before hardfork
    20 demanded: besides, neither r nor s may start with a high bit or a needless zero byte.
    """

    LOW_S = "bip_0062"
    FC = "fc_canonical"


class Curve(Protocol):
    """What a curve implementation offers.  Secrets are 32 bytes, in 1 to order - 1."""

    def public_key(self, secret: bytes) -> PublicKey:
        """Return the point of a secret, compressed."""

    def sign(self, secret: bytes, digest: bytes, attempt: int) -> tuple[bytes, int]:
        """Sign with RFC 6979 candidate `attempt` (0 is the first): r ‖ s with low s, and header.

        The header is 31 plus the recovery id.
        """

    def recover(self, digest: bytes, signature: bytes) -> PublicKey | None:
        """Return the signer of a header ‖ r ‖ s with a header in 27 to 34, or None."""

    def multiply(self, point: PublicKey, secret: bytes) -> bytes | None:
        """Return the x coordinate of `secret` times `point`; None if `point` is no point."""


CURVE: Final[Curve] = _Curve()
"""The implementation in use."""


@final
class PrivateKey:
    """A secret and the signatures it makes.

    Raises
    ------
    InvalidPrivateKeyError
        The secret is not 32 bytes, zero, or not below the order of the curve.
    """

    __slots__ = ("_public_key", "_secret")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32 or not 0 < int.from_bytes(secret) < CURVE_ORDER:
            raise InvalidPrivateKeyError("not a private key")
        self._secret = bytes(secret)
        self._public_key = CURVE.public_key(self._secret)

    @classmethod
    def from_wif(cls, text: str) -> "PrivateKey":
        """Return the key of a wallet import format text (uncompressed form, as Steem uses it).

        Raises
        ------
        InvalidKeyTextError
            The text is not base58, or its length, version byte or checksum is wrong.
        InvalidPrivateKeyError
            The secret is out of range.
        """
        data = _base58_bytes(text)
        if len(data) != 37 or data[:1] != _WIF_VERSION:
            raise InvalidKeyTextError("not a private key in wallet import format")
        if sha256(sha256(data[:33]))[:4] != data[33:]:
            raise InvalidKeyTextError("the checksum of the private key does not match")
        return cls(data[1:33])

    @classmethod
    def from_seed(cls, text: str) -> "PrivateKey":
        """Return the key whose secret is the SHA-256 of `text`."""
        return cls(sha256(text.encode()))

    @classmethod
    def from_login(cls, account: str, role: str, password: str) -> "PrivateKey":
        """Return the key that wallets derive from a master password.

        `role` is `owner`, `active`, `posting` or `memo`.
        """
        return cls.from_seed(account + role + password)

    @property
    def secret(self) -> bytes:
        """Return the 32 secret bytes."""
        return self._secret

    @property
    def wif(self) -> str:
        """Return the wallet import format text."""
        data = _WIF_VERSION + self._secret
        return base58.b58encode(data + sha256(sha256(data))[:4]).decode()

    @property
    def public_key(self) -> PublicKey:
        """Return the 33-byte public key."""
        return self._public_key

    def sign(self, digest: bytes, form: SignatureForm = SignatureForm.LOW_S) -> bytes:
        """Return the 65-byte signature of a 32-byte digest: header ‖ r ‖ s.

        The same key and digest always give the same bytes, those of the reference: it takes the
        second RFC 6979 candidate first, and for the FC form goes on until the form is met.

        Spec
        ----
        steemd: elliptic_impl_priv.cpp::private_key::sign_compact
        """
        attempt = 1
        while True:
            body, header = CURVE.sign(self._secret, digest, attempt)
            signature = bytes([header]) + body
            if form is SignatureForm.LOW_S or is_fc_canonical(signature):
                return signature
            attempt += 1

    def shared_secret(self, other: PublicKey) -> bytes:
        """Return the 64-byte secret that this key and the holder of `other` share.

        Raises
        ------
        InvalidPublicKeyError
            `other` is not a point of the curve.

        Spec
        ----
        steemd: elliptic_secp256k1.cpp::private_key::get_shared_secret
        """
        x = CURVE.multiply(other, self._secret)
        if x is None:
            raise InvalidPublicKeyError("not a point of the curve", value=other.hex())
        return hashlib.sha512(x).digest()

    @override
    def __repr__(self) -> str:
        """Return a text without the secret."""
        return f"PrivateKey(public_key={self._public_key.hex()})"

    @override
    def __eq__(self, other: object) -> bool:
        """Compare secrets."""
        if not isinstance(other, PrivateKey):
            return NotImplemented
        return hmac.compare_digest(self._secret, other._secret)

    @override
    def __hash__(self) -> int:
        """Return a number made of the public key, the same in every process."""
        return int.from_bytes(self._public_key[1:9])


def is_canonical(signature: bytes) -> bool:
    """Tell whether s is at most half the order, as a node demands (BIP-62).

    The reference compares against the right number with its bytes in the wrong order and lets some
    higher s pass; see DIVERGENCES.

    Spec
    ----
    steemd: elliptic_common.cpp::is_bip_0062_canonical
    """
    return signature[33:] <= _HALF_ORDER_BYTES


_HALF_ORDER_BYTES: Final = HALF_CURVE_ORDER.to_bytes(32)


def is_fc_canonical(signature: bytes) -> bool:
    """Tell whether r and s are below 2**255 and not below 2**247.

    Spec
    ----
    steemd: elliptic_common.cpp::is_fc_canonical
    """
    return not (
        signature[1] & 0x80
        or (signature[1] == 0 and not signature[2] & 0x80)
        or signature[33] & 0x80
        or (signature[33] == 0 and not signature[34] & 0x80)
    )


def recover_public_key(digest: bytes, signature: bytes) -> PublicKey:
    """Return the key that signed a 32-byte digest.

    Headers 27 to 34 are accepted: those below 31 mean an uncompressed key and the same point.

    Raises
    ------
    InvalidSignatureError
        The signature is not 65 bytes, has another header, or recovers no key.
    NotCanonicalSignatureError
        Its s is above half the order.

    Spec
    ----
    steemd: elliptic_secp256k1.cpp::public_key::public_key
    """
    if len(signature) != 65 or signature[0] not in _HEADER_RANGE:
        raise InvalidSignatureError(
            "signature has a bad length or header", field="signature", value=signature.hex()
        )
    if signature[33:] > _HALF_ORDER_BYTES:
        raise NotCanonicalSignatureError(
            "signature is not canonical", field="signature", value=signature.hex()
        )
    key = CURVE.recover(digest, signature)
    if key is None:
        raise InvalidSignatureError(
            "signature recovers no public key", field="signature", value=signature.hex()
        )
    return key


def recover_many(digests_and_signatures: Iterable[tuple[bytes, bytes]]) -> list[PublicKey | None]:
    """Return the signer of each (digest, signature) pair; None where it is not valid.

    Made for worker processes: plain bytes in and out.  `recover_public_key` tells what is wrong.
    """
    keys: list[PublicKey | None] = []
    for digest, signature in digests_and_signatures:
        try:
            keys.append(recover_public_key(digest, signature))
        except InvalidSignatureError:
            keys.append(None)
    return keys


@lru_cache(maxsize=16_384)
def public_key_text(key: PublicKey, prefix: str) -> str:
    """Return the text of a public key: prefix, then base58 of key and 4 checksum bytes.

    Spec
    ----
    steemd: types.cpp::public_key_type::operator std::string
    """
    return prefix + base58.b58encode(key + ripemd160(key)[:4]).decode()


@lru_cache(maxsize=16_384)
def parse_public_key(text: str, prefix: str) -> PublicKey:
    """Return the public key of a text.  The bytes need not be a point of the curve.

    Raises
    ------
    InvalidKeyTextError
        The prefix, alphabet, length or checksum is wrong.

    Spec
    ----
    steemd: types.cpp::public_key_type::public_key_type
    """
    if not text.startswith(prefix):
        raise InvalidKeyTextError(f"a public key starts with {prefix}", value=text)
    data = _base58_bytes(text[len(prefix) :])
    if len(data) != 37:
        raise InvalidKeyTextError("not a public key", value=text)
    if ripemd160(data[:33])[:4] != data[33:]:
        raise InvalidKeyTextError("the checksum of the public key does not match", value=text)
    return PublicKey(data[:33])


_LONGEST_KEY_TEXT: Final = 52


def _base58_bytes(text: str) -> bytes:
    """Decode base58 of at most 52 characters; an empty result stands for what is not base58."""
    # Decoding takes time quadratic in the length: nothing longer than a key is tried.
    if len(text) > _LONGEST_KEY_TEXT or not text.isascii():
        return b""
    try:
        data = base58.b58decode(text)
    except ValueError:
        return b""
    # The package ignores white space and such; only the one true spelling is a key.
    return data if base58.b58encode(data).decode() == text else b""
