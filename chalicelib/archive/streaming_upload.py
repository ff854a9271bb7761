"""Uploads a file whose bytes are produced one after the other, as a multipart upload that S3 verifies."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from chalicelib.archive.limits import MIB
from chalicelib.archive.multipart_upload import checksum_of, complete
from chalicelib.archive.plan_file import WrittenPart
from chalicelib.archive.s3_clients import S3Clients
from chalicelib.archive.s3_operations import S3Operations, Target

PART = 8 * MIB  # 10,000 of them are 78 GiB
_CONCURRENT_PUTS = 2


@dataclass(frozen=True, slots=True)
class Streamed:
    """What was uploaded: size in bytes, CRC-32 of the whole, and its parts by number."""

    size: int
    crc32: int
    parts: dict[int, WrittenPart]


def upload(store: S3Clients, target: Target, chunks: Iterable[bytes]) -> Streamed:
    """Upload the bytes of `chunks`, as parts of one size. At most four parts are in memory. Raises UploadGone."""
    objects = S3Operations(store)
    parts: dict[int, WrittenPart] = {}
    with ThreadPoolExecutor(_CONCURRENT_PUTS, "put") as pool:
        under_way: dict[int, Future[WrittenPart]] = {}
        for number, body in enumerate(_parts(chunks), 1):
            if len(under_way) == _CONCURRENT_PUTS:
                first = min(under_way)
                parts[first] = under_way.pop(first).result()
            under_way[number] = pool.submit(objects.put_part, target, number, body)
        parts |= {number: put.result() for number, put in under_way.items()}
    return Streamed(sum(part.length for part in parts.values()), checksum_of(parts), parts)


def verify(store: S3Clients, target: Target, streamed: Streamed) -> None:
    """Complete the upload: S3 itself verifies size and CRC-32 of the whole. Raises as `completion.complete` does."""
    complete(store, target, streamed.parts, streamed.crc32, streamed.size)


def _parts(chunks: Iterable[bytes]) -> Iterator[bytearray]:
    part = bytearray()
    for chunk in chunks:
        part += chunk
        while len(part) >= PART:
            yield part[:PART]
            del part[:PART]
    if part:
        yield part
