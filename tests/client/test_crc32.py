from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st
from seqport.transfer.crc32 import combine_all


@given(st.lists(st.binary(max_size=5000), max_size=8))
def test_combined_checksums_are_those_of_the_whole(pieces: list[bytes]) -> None:
    assert combine_all((crc32(piece), len(piece)) for piece in pieces) == crc32(b"".join(pieces))
