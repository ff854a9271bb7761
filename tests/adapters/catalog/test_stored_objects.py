"""The properties of S3 objects, on servers with different support for checksums."""

import random
from collections.abc import Callable
from typing import Any
from zlib import crc32

import pytest

from chalicelib import aws
from chalicelib.catalog.files.s3_objects import StoredObject, head_object
from chalicelib.crc32 import to_base64
from tests.object_stores import s3_client

MIB = 1 << 20


@pytest.fixture
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def use(name: str) -> None:
        client = s3_client(request.getfixturevalue(f"{name}_endpoint"))
        monkeypatch.setattr(aws, "s3", lambda: client)
        client.create_bucket(Bucket="objects")

    return use


def in_parts(key: str, bodies: list[bytes]) -> None:
    """A multipart upload as boto3 makes it of a large file: with a CRC-32 for each part."""
    s3 = aws.s3()
    upload = s3.create_multipart_upload(Bucket="objects", Key=key, ChecksumAlgorithm="CRC32")["UploadId"]
    done: list[Any] = []
    for number, body in enumerate(bodies, 1):
        answer = s3.upload_part(
            Bucket="objects", Key=key, UploadId=upload, PartNumber=number, Body=body, ChecksumAlgorithm="CRC32"
        )
        part = {"PartNumber": number, "ETag": answer["ETag"]}
        done.append(part | ({"ChecksumCRC32": answer["ChecksumCRC32"]} if "ChecksumCRC32" in answer else {}))
    s3.complete_multipart_upload(Bucket="objects", Key=key, UploadId=upload, MultipartUpload={"Parts": done})


@pytest.mark.parametrize("name", ["seaweedfs", "ministack"])
def test_size_and_checksums_are_those_of_the_server(store: Callable[[str], None], name: str) -> None:
    store(name)
    source = random.Random(7)
    bodies = [source.randbytes(5 * MIB), source.randbytes(5 * MIB), source.randbytes(1234)]
    whole = b"".join(bodies)
    in_parts("composite", bodies)
    aws.s3().put_object(Bucket="objects", Key="with", Body=whole, ChecksumAlgorithm="CRC32")
    aws.s3().put_object(Bucket="objects", Key="without", Body=whole)
    result = {key: head_object("objects", key) for key in ("composite", "with", "without")}
    for found in result.values():
        assert isinstance(found, StoredObject)
        assert found.size == len(whole)
        assert found.crc32 in (None, crc32(whole))  # never that of the parts' checksums
    with_checksum = result["with"]
    assert with_checksum is not None
    assert with_checksum.crc32 == crc32(whole)
    assert head_object("objects", "missing") is None
    assert head_object("no-such-bucket", "a") is None


class Documented:
    """An S3 that answers as AWS documents it for a composite checksum (API_GetObjectAttributes): neither SeaweedFS nor
    the emulator returns the checksums of parts."""

    def __init__(self, parts: list[bytes], **changes: Any) -> None:
        self.parts, self.changes = parts, changes

    def head_object(self, **requested: Any) -> dict[str, Any]:
        assert requested["ChecksumMode"] == "ENABLED"
        size = sum(map(len, self.parts))
        checksum = to_base64(crc32(b"".join(crc32(part).to_bytes(4, "big") for part in self.parts)))
        return {
            "ContentLength": size, "ETag": '"abc-5"', "ChecksumCRC32": f"{checksum}-{len(self.parts)}",
            "ChecksumType": "COMPOSITE",
        }  # fmt: skip

    def get_object_attributes(self, **requested: Any) -> dict[str, Any]:
        first = requested["PartNumberMarker"]
        rows = [
            {"PartNumber": number, "Size": len(part), "ChecksumCRC32": to_base64(crc32(part))}
            for number, part in enumerate(self.parts, 1)
        ]
        page = rows[first : first + 2]
        return {
            "ETag": "abc-5",
            "ObjectParts": {"Parts": page, "IsTruncated": first + 2 < len(rows)},
        } | self.changes


def test_checksums_of_parts_are_combined_into_that_of_the_object(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [b"a" * 500, b"b" * 300, b"", b"c", b"d" * 77]

    def result(**changes: Any) -> int | None:
        monkeypatch.setattr(aws, "s3", lambda: Documented(parts, **changes))
        found = head_object("objects", "composite")
        assert found is not None
        return found.crc32

    assert result() == crc32(b"".join(parts))
    assert result(ETag="another") is None  # overwritten between the two requests
    assert result(ObjectParts={"TotalPartsCount": 5}) is None
    assert result(ObjectParts={"Parts": [{"PartNumber": 1, "Size": 500}]}) is None
    short = {"Parts": [{"PartNumber": 1, "Size": 500, "ChecksumCRC32": to_base64(crc32(parts[0]))}]}
    assert result(ObjectParts=short) is None
