"""The curve by way of libsecp256k1 (the coincurve package)."""

from functools import lru_cache
from typing import Any, Final, final

import coincurve
from coincurve._libsecp256k1 import ffi, lib  # type: ignore[import-not-found]  # compiled

from protocol.types import PublicKey

_COMPRESSED_HEADER: Final = 31  # 27 + 4: "compressed key", as the reference writes it
_RECOVERY_IDS: Final = tuple(bytes([header & 3]) for header in range(8))
_RFC6979: Final = lib.secp256k1_nonce_function_rfc6979


# libsecp256k1 asks for candidates 0, 1, ... until one serves; `first` says how many to skip.
def _skipping_nonce(*arguments: Any) -> int:
    out, message, key, algorithm, first, attempt = arguments
    skipped = int(ffi.cast("uintptr_t", first))
    found: int = _RFC6979(out, message, key, algorithm, ffi.NULL, skipped + attempt)
    return found


_NONCE_FUNCTION: Final = ffi.callback(ffi.typeof(_RFC6979), _skipping_nonce)
_signer = lru_cache(maxsize=1024)(coincurve.PrivateKey)


@final
class NativeCurve:
    """The curve by way of libsecp256k1."""

    def public_key(self, secret: bytes) -> PublicKey:
        """Return the point of a secret, compressed."""
        return PublicKey(coincurve.PublicKey.from_valid_secret(secret).format())

    def sign(self, secret: bytes, digest: bytes, attempt: int) -> tuple[bytes, int]:
        """Sign with RFC 6979 candidate `attempt`: r ‖ s with low s, and 31 plus recovery id."""
        nonce = (_NONCE_FUNCTION, ffi.cast("void *", attempt))
        signed = _signer(secret).sign_recoverable(digest, None, nonce)
        return signed[:64], _COMPRESSED_HEADER + signed[64]

    def recover(self, digest: bytes, signature: bytes) -> PublicKey | None:
        """Return the signer of a header ‖ r ‖ s, or None."""
        serialized = signature[1:] + _RECOVERY_IDS[signature[0] - 27]
        try:
            key = coincurve.PublicKey.from_signature_and_message(serialized, digest, None)
        except ValueError:
            return None
        return PublicKey(key.format())

    def multiply(self, point: PublicKey, secret: bytes) -> bytes | None:
        """Return the x coordinate of `secret` times `point`; None if `point` is no point."""
        try:
            return coincurve.PublicKey(point).multiply(secret).format()[1:]
        except ValueError:
            return None
