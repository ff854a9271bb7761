"""Large objects beside an archive: written in parts, whole or not at all."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.exports import storage
from chalicelib.settings import settings
from tests.harness import Person
from tests.iam import as_function

MIB = 1 << 20


@pytest.fixture(autouse=True)
def short_parts(ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_UPLOAD_PART", 5 * MIB)


@pytest.mark.parametrize("sizes", [[], [3], [MIB] * 12, [7 * MIB, 1, 6 * MIB], [5 * MIB, 5 * MIB]])
def test_chunks_are_stored_in_their_order(sizes: list[int]) -> None:
    chunks = [bytes([i + 1]) * size for i, size in enumerate(sizes)]
    with as_function("finish"):
        storage.put_export_chunks("x/manifest.json", iter(chunks))
    found = aws.s3().get_object(Bucket=settings().exports_bucket, Key="x/manifest.json")["Body"].read()
    assert found == b"".join(chunks)


def test_chunks_that_break_off_leave_nothing() -> None:
    def broken() -> Iterator[bytes]:
        yield b"a" * 11 * MIB
        raise RuntimeError("broken off")

    with as_function("finish"), pytest.raises(RuntimeError, match="broken off"):
        storage.put_export_chunks("x/manifest.json", broken())
    with pytest.raises(ClientError):
        aws.s3().head_object(Bucket=settings().exports_bucket, Key="x/manifest.json")
    assert "Uploads" not in aws.s3().list_multipart_uploads(Bucket=settings().exports_bucket)
