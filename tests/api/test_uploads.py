"""Uploads that are interrupted, resumed elsewhere, dropped by S3, or completed with some parts or none."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.catalog.files import uploads
from chalicelib.catalog.files.table import FileRow
from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload
from tests.lab import new_lab

SignIn = Callable[..., Person]
MIB = 1 << 20
PART = 5 * MIB


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def sample(olga: Person) -> str:
    project = new_lab(olga).project
    return str(expect_status(olga.post(f"/projects/{project['id']}/samples", {"name": "s"}))["id"])


@pytest.fixture
def large(olga: Person, sample: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A new file of three parts."""
    monkeypatch.setattr(uploads, "MAX_SINGLE_PART", PART)
    body = {"filename": "a.fastq.gz", "size": 2 * PART + 7}
    return dict(expect_status(olga.post(f"/samples/{sample}/files", body)))


def row(file_id: str, sample: str) -> FileRow:
    return FileRow.get(f"SAMPLE#{sample}", f"FILE#{file_id}")


def send(file_id: str, sample: str, number: int, size: int | None = None) -> str:
    """Send a part, as a client would by its URL; returns the ETag."""
    present = row(file_id, sample)
    body = bytes([number]) * (size if size is not None else (PART if number < 3 else 7))
    answer = aws.s3().upload_part(
        Bucket=present.bucket, Key=present.key, UploadId=present.upload_id, PartNumber=number, Body=body
    )
    return str(answer["ETag"])


def missing_and_uploaded(person: Person, file_id: str) -> tuple[list[int], list[int]]:
    """The numbers of the parts that are missing, and of those that have arrived."""
    result = expect_status(person.get(f"/files/{file_id}/upload"), 200)["upload"]
    return [part["part_number"] for part in result["parts"]], [part["part_number"] for part in result["uploaded"]]


def test_an_upload_can_be_resumed_by_the_file_id_alone(olga: Person, sample: str, large: dict[str, Any]) -> None:
    file_id = large["id"]
    assert missing_and_uploaded(olga, file_id) == ([1, 2, 3], [])
    etag = send(file_id, sample, 2)
    assert missing_and_uploaded(olga, file_id) == ([1, 3], [2])
    result = expect_status(olga.get(f"/files/{file_id}/upload"), 200)["upload"]["uploaded"]
    assert result == [{"part_number": 2, "etag": etag, "size": PART}]
    refused = olga.post(f"/files/{file_id}/complete")
    assert (refused.status, refused.body["type"].rsplit("/", 1)[1]) == (409, "parts-missing")
    assert "2 of 3 parts" in refused.body["detail"]
    send(file_id, sample, 1)
    send(file_id, sample, 3)
    assert expect_status(olga.post(f"/files/{file_id}/complete"), 200)["size"] == 2 * PART + 7
    assert expect_status(olga.post(f"/files/{file_id}/complete"), 200)["id"] == file_id


COMPLETIONS: list[tuple[str, Callable[[dict[int, str]], list[tuple[int, str]]], int]] = [
    ("none", lambda _: [], 200),
    ("all", lambda etags: sorted(etags.items()), 200),
    ("some", lambda etags: [(2, etags[2])], 200),
    ("in another order", lambda etags: sorted(etags.items(), reverse=True), 200),
    ("without quotes", lambda etags: [(1, etags[1].strip('"'))], 200),
    ("a wrong ETag", lambda etags: [(1, etags[2])], 422),
    ("a part that does not exist", lambda etags: [(4, etags[1])], 422),
]


@pytest.mark.parametrize(("named", "parts", "status"), COMPLETIONS, ids=[row[0] for row in COMPLETIONS])
def test_completion_uses_the_parts_in_s3_whichever_are_listed(
    olga: Person,
    sample: str,
    large: dict[str, Any],
    named: str,
    parts: Callable[[dict[int, str]], list[tuple[int, str]]],
    status: int,
) -> None:
    etags = {number: send(large["id"], sample, number) for number in (1, 2, 3)}
    body = {"parts": [{"part_number": number, "etag": etag} for number, etag in parts(etags)]}
    assert olga.post(f"/files/{large['id']}/complete", body).status == status
    # After every refusal the upload can still be completed.
    assert olga.post(f"/files/{large['id']}/complete").status == 200


def test_a_part_of_another_size_is_sent_again(olga: Person, sample: str, large: dict[str, Any]) -> None:
    send(large["id"], sample, 1)
    send(large["id"], sample, 2, size=PART + 1)
    send(large["id"], sample, 3)
    assert missing_and_uploaded(olga, large["id"]) == ([2], [1, 3])
    assert olga.post(f"/files/{large['id']}/complete").status == 409
    send(large["id"], sample, 2)
    assert olga.post(f"/files/{large['id']}/complete").status == 200


def test_an_upload_that_s3_has_aborted_starts_again(olga: Person, sample: str, large: dict[str, Any]) -> None:
    file_id, before = large["id"], row(large["id"], sample)
    send(file_id, sample, 1)
    aws.s3().abort_multipart_upload(Bucket=before.bucket, Key=before.key, UploadId=before.upload_id)
    refused = olga.post(f"/files/{file_id}/complete")
    assert (refused.status, refused.body["type"].rsplit("/", 1)[1]) == (409, "upload-missing")
    assert missing_and_uploaded(olga, file_id) == ([1, 2, 3], [])
    assert row(file_id, sample).upload_id != before.upload_id
    for number in (1, 2, 3):
        send(file_id, sample, number)
    assert olga.post(f"/files/{file_id}/complete").status == 200


def test_a_completion_whose_response_was_lost_is_repeated(olga: Person, sample: str, large: dict[str, Any]) -> None:
    file_id, present = large["id"], row(large["id"], sample)
    etags = {number: send(file_id, sample, number) for number in (1, 2, 3)}
    parts: list[Any] = [{"PartNumber": number, "ETag": etag} for number, etag in etags.items()]
    aws.s3().complete_multipart_upload(
        Bucket=present.bucket, Key=present.key, UploadId=present.upload_id, MultipartUpload={"Parts": parts}
    )
    assert missing_and_uploaded(olga, file_id) == ([], [])
    assert olga.post(f"/files/{file_id}/complete").status == 200


@pytest.mark.parametrize("size", [64 * MIB + 1, 1 << 40, 5_000 << 30, (5_000 << 30) + 1, 5 * (1 << 40)])
def test_parts_never_exceed_5_gib_and_number_at_most_a_thousand_if_possible(
    olga: Person, sample: str, size: int
) -> None:
    result = expect_status(olga.post(f"/samples/{sample}/files", {"filename": "a.bam", "size": size}))["upload"]
    assert result["part_size"] <= 5 << 30
    assert (len(result["parts"]) - 1) * result["part_size"] < size <= len(result["parts"]) * result["part_size"]
    assert len(result["parts"]) <= (1_000 if size <= 5_000 << 30 else 1_024)
    assert olga.post(f"/samples/{sample}/files", {"filename": "a.bam", "size": 5 * (1 << 40) + 1}).status == 422


def test_an_upload_url_accepts_the_declared_size_only_and_overwrites_nothing(olga: Person, sample: str) -> None:
    body = {"filename": "a.txt", "size": 5, "checksums": {"crc32": "00000000"}}
    (part,) = expect_status(olga.post(f"/samples/{sample}/files", body))["upload"]["parts"]
    signed = part["url"].split("X-Amz-SignedHeaders=")[1].split("&")[0].split("%3B")
    assert {"content-length", "if-none-match"} <= set(signed)
    assert part["headers"]["If-None-Match"] == "*"


def test_a_file_already_in_s3_only_needs_completion(olga: Person, sample: str) -> None:
    begun = expect_status(olga.post(f"/samples/{sample}/files", {"filename": "a.txt", "size": 4}))
    present = row(begun["id"], sample)
    aws.s3().put_object(Bucket=present.bucket, Key=present.key, Body=b"ACGT")
    assert missing_and_uploaded(olga, begun["id"]) == ([], [])
    assert olga.post(f"/files/{begun['id']}/complete").status == 200


def test_a_deleted_file_keeps_its_object_for_now(olga: Person, sample: str, large: dict[str, Any]) -> None:
    file = upload(olga, sample, "a.txt", b"text")
    present = row(file["id"], sample)
    assert olga.call("DELETE", f"/files/{file['id']}").status == 204
    assert olga.call("DELETE", f"/files/{file['id']}").status == 404
    assert expect_status(olga.get(f"/samples/{sample}/files"), 200)["total"] == 0
    assert aws.s3().get_object(Bucket=present.bucket, Key=present.key)["Body"].read() == b"text"
    again = upload(olga, sample, "a.txt", b"text", puid=file["puid"])
    assert again["puid"] == file["puid"]
    # An incomplete file is deleted with its uploaded parts.
    send(large["id"], sample, 1)
    assert olga.call("DELETE", f"/files/{large['id']}").status == 204
    assert aws.s3().list_multipart_uploads(Bucket=settings().catalog_bucket).get("Uploads", []) == []


def test_complete_files_are_deleted_by_maintainers_and_uploads_cancelled_by_uploaders(
    olga: Person, sample: str, sign_in: SignIn
) -> None:
    bob = sign_in("bob@example.org")
    project = expect_status(olga.get(f"/samples/{sample}"), 200)["project_id"]
    file = upload(olga, sample, "a.txt")
    for role, statuses in (
        ("guest", (403, 403)),
        ("uploader", (204, 403)),
        ("analyst", (204, 403)),
        ("maintainer", (204, 204)),
    ):
        expect_status(
            olga.call("PUT", f"/namespaces/{project}/members/{bob.get('/me').body['id']}", {"role": role}), 200
        )
        pending = expect_status(olga.post(f"/samples/{sample}/files", {"filename": "b.txt", "size": 1}))["id"]
        assert (
            bob.call("DELETE", f"/files/{pending}").status,
            bob.call("DELETE", f"/files/{file['id']}").status,
        ) == statuses, role
