from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.crc32 import combine, combine_all, from_base64, to_base64, to_hex


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_two_pieces_combine_into_the_whole(first: bytes, second: bytes) -> None:
    assert combine(crc32(first), crc32(second), len(second)) == crc32(first + second)


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_any_pieces_combine_into_the_whole(pieces: list[bytes]) -> None:
    assert combine_all((crc32(piece), len(piece)) for piece in pieces) == crc32(b"".join(pieces))


def test_lengths_beyond_4_gib_are_right() -> None:
    # The CRC-32 of 2^40 zero bytes, by doubling.
    checksum, length = crc32(b"\0"), 1
    for _ in range(40):
        checksum, length = combine(checksum, checksum, length), 2 * length
    block = combine_all([(combine_all([(crc32(bytes(1 << 10)), 1 << 10)] * 32), 1 << 15)] * 32)
    for _ in range(20):
        block = combine(block, block, (1 << 20) << _)
    assert block == checksum


@given(st.integers(0, 0xFFFFFFFF))
def test_s3_writes_it_as_base64(crc: int) -> None:
    assert from_base64(to_base64(crc)) == crc
    assert int(to_hex(crc), 16) == crc


@pytest.mark.parametrize("text", ["", "AAAA", "AAAAAAA=", "no!!", "AAAAAA=="[:5]])
def test_invalid_crc32_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"CRC-32|[Bb]ase64|padding"):
        from_base64(text)
