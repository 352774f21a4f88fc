"""The hash functions of the protocol."""

import hashlib
from collections.abc import Callable
from typing import Final


def sha256(data: bytes) -> bytes:
    """Return the 32-byte SHA-256 of `data`."""
    return hashlib.sha256(data).digest()


def sha224(data: bytes) -> bytes:
    """Return the 28-byte SHA-224 of `data`."""
    return hashlib.sha224(data).digest()


def _native_ripemd160(data: bytes) -> bytes:
    return hashlib.new("ripemd160", data, usedforsecurity=False).digest()


_LEFT_WORDS: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8),
    (3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12),
    (1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2),
    (4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13),
)
_RIGHT_WORDS: Final = (
    (5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12),
    (6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2),
    (15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13),
    (8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14),
    (12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11),
)
_LEFT_SHIFTS: Final = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    (7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12),
    (11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5),
    (11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12),
    (9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6),
)
_RIGHT_SHIFTS: Final = (
    (8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6),
    (9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11),
    (9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5),
    (15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8),
    (8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11),
)
_LEFT_CONSTANTS: Final = (0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
_RIGHT_CONSTANTS: Final = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0)
_WORD: Final = 0xFFFFFFFF


def _rotate_left(word: int, count: int) -> int:
    word &= _WORD
    return (word << count | word >> (32 - count)) & _WORD


def _ripemd_mix(kind: int, x: int, y: int, z: int) -> int:
    if kind == 0:
        return x ^ y ^ z
    if kind == 1:
        return x & y | ~x & z
    if kind == 2:
        return (x | ~y & _WORD) ^ z
    if kind == 3:
        return x & z | y & ~z
    return x ^ (y | ~z & _WORD)


_Round = tuple[tuple[int, ...], tuple[int, ...], int, int]
_LEFT_ROUNDS: Final[tuple[_Round, ...]] = tuple(
    zip(_LEFT_WORDS, _LEFT_SHIFTS, range(5), _LEFT_CONSTANTS, strict=True)
)
_RIGHT_ROUNDS: Final[tuple[_Round, ...]] = tuple(
    zip(_RIGHT_WORDS, _RIGHT_SHIFTS, reversed(range(5)), _RIGHT_CONSTANTS, strict=True)
)


def _ripemd_line(state: list[int], words: list[int], rounds: tuple[_Round, ...]) -> list[int]:
    a, b, c, d, e = state
    for order, shifts, kind, constant in rounds:
        for word, shift in zip(order, shifts, strict=True):
            mixed = a + _ripemd_mix(kind, b, c, d) + words[word] + constant
            a, b, c, d, e = e, (_rotate_left(mixed, shift) + e) & _WORD, b, _rotate_left(c, 10), d
    return [a, b, c, d, e]


def pure_ripemd160(data: bytes) -> bytes:
    """Return the 20-byte RIPEMD-160 of `data` without help from OpenSSL, which may lack it."""
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0]
    padding = b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "little")
    padded = data + padding
    for start in range(0, len(padded), 64):
        chunk = padded[start : start + 64]
        words = [int.from_bytes(chunk[at : at + 4], "little") for at in range(0, 64, 4)]
        left = _ripemd_line(state, words, _LEFT_ROUNDS)
        right = _ripemd_line(state, words, _RIGHT_ROUNDS)
        state = [
            (state[(i + 1) % 5] + left[(i + 2) % 5] + right[(i + 3) % 5]) & _WORD for i in range(5)
        ]
    return b"".join(word.to_bytes(4, "little") for word in state)


def _choose_ripemd160() -> Callable[[bytes], bytes]:
    try:
        _native_ripemd160(b"")
    except ValueError:
        return pure_ripemd160
    return _native_ripemd160


ripemd160: Final = _choose_ripemd160()
"""Return the 20-byte RIPEMD-160 of the argument."""
