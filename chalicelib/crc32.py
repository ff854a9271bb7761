"""CRC-32 as zip and S3 use it (ISO 3309, polynomial 0xEDB88320), and joining those of pieces to that of the whole."""

import base64
from collections.abc import Iterable

_POLYNOMIAL = 0xEDB88320


def _multiply(a: int, b: int) -> int:
    """a·b modulo the polynomial, both bit-reflected: bit 31 is x^0."""
    product, mask = 0, 1 << 31
    while True:
        if a & mask:
            product ^= b
            if not a & (mask - 1):
                return product
        mask >>= 1
        b = (b >> 1) ^ _POLYNOMIAL if b & 1 else b >> 1


def _powers() -> tuple[int, ...]:
    """x^(2^k) for k = 0..31; higher powers repeat these, because x^(2^32) = x."""
    powers = [1 << 30]
    for _ in range(31):
        powers.append(_multiply(powers[-1], powers[-1]))
    return tuple(powers)


_POWERS = _powers()


def combine(first: int, second: int, second_length: int) -> int:
    """The CRC-32 of A+B from those of A and B and the length of B in bytes (zlib's crc32_combine)."""
    shift, k, bits = 1 << 31, 3, second_length
    while bits:
        if bits & 1:
            shift = _multiply(_POWERS[k & 31], shift)
        bits >>= 1
        k += 1
    return _multiply(shift, first) ^ second


def combine_all(pieces: Iterable[tuple[int, int]]) -> int:
    """The CRC-32 of the whole from (CRC-32, length) of its pieces in order."""
    whole = 0
    for crc, length in pieces:
        whole = combine(whole, crc, length)
    return whole


def to_base64(crc: int) -> str:
    """As S3 writes it: base64 of four bytes, big-endian."""
    return base64.b64encode(crc.to_bytes(4, "big")).decode()


def from_base64(text: str) -> int:
    """From S3's writing; ValueError for what is not four bytes of base64."""
    raw = base64.b64decode(text, validate=True)
    if len(raw) != 4:
        raise ValueError(f"{text!r} is not the base64 of a CRC-32")
    return int.from_bytes(raw, "big")


def to_hex(crc: int) -> str:
    """8 hex digits, as people and the contract write it."""
    return f"{crc:08x}"
