"""The curve by way of the ecdsa package: the fallback, and the oracle of the tests.

It does not run in constant time and is slow: not for keys that guard anything of worth.
"""

import hmac
from typing import Any, Final, final

from ecdsa import SECP256k1, ellipticcurve, numbertheory

from protocol.types import PublicKey

CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_COMPRESSED_HEADER: Final = 31  # 27 + 4: "compressed key", as the reference writes it
_GENERATOR: Final = SECP256k1.generator
_CURVE: Final = SECP256k1.curve


@final
class PureCurve:
    """The curve by way of the ecdsa package."""

    def public_key(self, secret: bytes) -> PublicKey:
        """Return the point of a secret, compressed."""
        return self._compress(_GENERATOR * int.from_bytes(secret))

    def sign(self, secret: bytes, digest: bytes, attempt: int) -> tuple[bytes, int]:
        """Sign with RFC 6979 candidate `attempt`: r ‖ s with low s, and 31 plus recovery id."""
        while True:
            nonce = _rfc6979_nonce(secret, digest, attempt)
            point = _GENERATOR * nonce
            r = point.x() % CURVE_ORDER
            s = pow(nonce, -1, CURVE_ORDER) * (int.from_bytes(digest) + r * int.from_bytes(secret))
            s %= CURVE_ORDER
            if r and s:
                break
            attempt += 1
        recovery_id = point.y() & 1 | (2 if point.x() >= CURVE_ORDER else 0)
        if s > CURVE_ORDER // 2:
            s = CURVE_ORDER - s
            recovery_id ^= 1
        return r.to_bytes(32) + s.to_bytes(32), _COMPRESSED_HEADER + recovery_id

    def recover(self, digest: bytes, signature: bytes) -> PublicKey | None:
        """Return the signer of a header ‖ r ‖ s, or None."""
        r = int.from_bytes(signature[1:33])
        s = int.from_bytes(signature[33:])
        if not (0 < r < CURVE_ORDER and 0 < s < CURVE_ORDER):
            return None
        recovery_id = (signature[0] - 27) & 3
        x = r + CURVE_ORDER if recovery_id & 2 else r
        nonce_point = self._point(x, recovery_id & 1)
        if nonce_point is None:
            return None
        inverse = pow(r, -1, CURVE_ORDER)
        # The signing equation solved for the key.
        key_point = nonce_point.mul_add(
            s * inverse % CURVE_ORDER,
            _GENERATOR,
            -int.from_bytes(digest) * inverse % CURVE_ORDER,
        )
        if key_point.x() is None:
            return None
        return self._compress(key_point)

    def multiply(self, point: PublicKey, secret: bytes) -> bytes | None:
        """Return the x coordinate of `secret` times `point`; None if `point` is no point."""
        if point[0] not in {2, 3}:
            return None
        base = self._point(int.from_bytes(point[1:]), point[0] & 1)
        if base is None:
            return None
        x: int = (base * int.from_bytes(secret)).x()
        return x.to_bytes(32)

    def _point(self, x: int, parity: int) -> Any:
        prime = _CURVE.p()
        if x >= prime:
            return None
        try:
            y = numbertheory.square_root_mod_prime((x * x * x + 7) % prime, prime)
        except numbertheory.SquareRootError:
            return None
        if y & 1 != parity:
            y = prime - y
        return ellipticcurve.PointJacobi(_CURVE, x, y, 1, CURVE_ORDER)

    @staticmethod
    def _compress(point: Any) -> PublicKey:
        x: int = point.x()
        return PublicKey(bytes([2 + (point.y() & 1)]) + x.to_bytes(32))


def _rfc6979_nonce(secret: bytes, digest: bytes, attempt: int) -> int:
    """Return candidate `attempt` of the RFC 6979 sequence that lies in 1 to order - 1."""
    message = (int.from_bytes(digest) % CURVE_ORDER).to_bytes(32)
    key = bytes(32)
    value = b"\x01" * 32
    for separator in (b"\x00", b"\x01"):
        key = hmac.digest(key, value + separator + secret + message, "sha256")
        value = hmac.digest(key, value, "sha256")
    while True:
        value = hmac.digest(key, value, "sha256")
        nonce = int.from_bytes(value)
        if attempt == 0 and 0 < nonce < CURVE_ORDER:
            return nonce
        # A candidate out of range counts as an attempt, as libsecp256k1 counts it.
        attempt = max(attempt - 1, 0)
        key = hmac.digest(key, value + b"\x00", "sha256")
        value = hmac.digest(key, value, "sha256")
