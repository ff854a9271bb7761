"""CRC-32 of zip and S3 (ISO 3309, polynomial 0xEDB88320), and combining the checksums of pieces.

The zlib module can't combine them before Python 3.15 or so; this is zlib's own method (crc32.c, crc32_combine): the
checksum of A is multiplied by x^(8·length of B) modulo the polynomial, then B's is added."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

__all__ = ["combine", "combine_all", "crc32"]

_POLYNOMIAL = 0xEDB88320
_ONE, _X_TO_8 = 1 << 31, 1 << 23  # bits are reflected: the highest is x^0


def _multiply(a: int, b: int) -> int:
    """a·b modulo the polynomial."""
    product = 0
    for bit in range(31, -1, -1):
        if a >> bit & 1:
            product ^= b
        b = b >> 1 ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


@lru_cache(maxsize=1024)
def _shift(length: int) -> int:
    """x^(8·length) modulo the polynomial, by squaring."""
    result, square = _ONE, _X_TO_8
    while length:
        if length & 1:
            result = _multiply(square, result)
        square = _multiply(square, square)
        length >>= 1
    return result


def combine(first: int, second: int, second_length: int) -> int:
    """The CRC-32 of A+B from those of A and B and the length of B in bytes."""
    return _multiply(_shift(second_length), first) ^ second


def combine_all(pieces: Iterable[tuple[int, int]]) -> int:
    """The CRC-32 of the whole from (CRC-32, length) of its pieces in order."""
    whole = 0
    for crc, length in pieces:
        whole = combine(whole, crc, length)
    return whole
