"""The curve by way of libsecp256k1 (the coincurve package)."""

from functools import lru_cache
from typing import Any, Final, final

import coincurve
from coincurve._libsecp256k1 import ffi, lib  # type: ignore[import-not-found]  # compiled
from coincurve.context import GLOBAL_CONTEXT

from protocol.types import PublicKey

_COMPRESSED_HEADER: Final = 31  # 27 + 4: "compressed key", as the reference writes it
_DIGEST_SIZE: Final = 32
_SIGNATURE_SIZE: Final = 65
_KEY_SIZE: Final = 33
_CONTEXT: Final = GLOBAL_CONTEXT.ctx
_new: Final = ffi.new
_PARSED: Final = ffi.typeof("secp256k1_ecdsa_recoverable_signature *")
_POINT: Final = ffi.typeof("secp256k1_pubkey *")
_COMPRESSED: Final = ffi.typeof(f"unsigned char[{_KEY_SIZE}]")
_SIZE: Final = ffi.typeof("size_t *")
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
        # Straight to the library: the package's own way takes a tenth longer.  The sizes are
        # checked here because the library cannot.
        if len(digest) != _DIGEST_SIZE or len(signature) != _SIGNATURE_SIZE:
            return None
        parsed, point, output = _new(_PARSED), _new(_POINT), _new(_COMPRESSED)
        recovery_id = (signature[0] - 27) & 3
        if not lib.secp256k1_ecdsa_recoverable_signature_parse_compact(
            _CONTEXT, parsed, signature[1:], recovery_id
        ):
            return None
        if not lib.secp256k1_ecdsa_recover(_CONTEXT, point, parsed, digest):
            return None
        size = _new(_SIZE, _KEY_SIZE)
        lib.secp256k1_ec_pubkey_serialize(
            _CONTEXT, output, size, point, lib.SECP256K1_EC_COMPRESSED
        )
        return PublicKey(ffi.buffer(output)[:])

    def multiply(self, point: PublicKey, secret: bytes) -> bytes | None:
        """Return the x coordinate of `secret` times `point`; None if `point` is no point."""
        try:
            return coincurve.PublicKey(point).multiply(secret).format()[1:]
        except ValueError:
            return None
