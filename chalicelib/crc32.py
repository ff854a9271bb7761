"""CRC-32 as zip and S3 use it (ISO 3309, polynomial 0xEDB88320), and combining the checksums of pieces."""

import base64
from collections.abc import Iterable

from zlib_ng.zlib_ng import crc32, crc32_combine

__all__ = ["combine", "combine_all", "crc32", "from_base64", "to_base64", "to_hex"]


def combine(first: int, second: int, second_length: int) -> int:
    """The CRC-32 of A+B from those of A and B and the length of B in bytes."""
    return crc32_combine(first, second, second_length)


def combine_all(pieces: Iterable[tuple[int, int]]) -> int:
    """The CRC-32 of the whole from (CRC-32, length) of its pieces in order."""
    whole = 0
    for crc, length in pieces:
        whole = combine(whole, crc, length)
    return whole


def to_base64(crc: int) -> str:
    """The CRC-32 as S3 writes it: base64 of four bytes, big-endian."""
    return base64.b64encode(crc.to_bytes(4, "big")).decode()


def from_base64(text: str) -> int:
    """The CRC-32 from S3's notation; ValueError for anything but four bytes of base64."""
    raw = base64.b64decode(text, validate=True)
    if len(raw) != 4:
        raise ValueError(f"{text!r} is not the base64 of a CRC-32")
    return int.from_bytes(raw, "big")


def to_hex(crc: int) -> str:
    """The CRC-32 as 8 hex digits, as the API writes it."""
    return f"{crc:08x}"
