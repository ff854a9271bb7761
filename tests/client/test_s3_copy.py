"""Copies to S3 by users who may write the destination, but not read the exports bucket."""

import random
import threading
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws
from seqport import errors
from seqport.transfer import s3_copy
from seqport.transfer.progress import Silent

from tests.client.object_server import ObjectServer, serving

MIB = 1 << 20
CONTENT = random.Random(16).randbytes(11 * MIB + 7)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """S3 with the destination's bucket only."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr(s3_copy, "_MIN_PART", 5 * MIB)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="lab-data")
        yield client


def copy(store: ObjectServer, s3: Any) -> s3_copy.Copied:
    with serving(store):
        store.url += "/exports-bucket"
        return s3_copy.copy(cast("Any", store.link), "s3://lab-data/in/", s3, Silent(), threading.Event())


def test_bytes_pass_through_this_computer_and_survive_cuts(s3: Any) -> None:
    result = copy(ObjectServer(CONTENT, cuts=5), s3)
    assert (result.uri, result.size, result.through_here) == ("s3://lab-data/in/export.zip", len(CONTENT), True)
    assert s3.get_object(Bucket="lab-data", Key="in/export.zip")["Body"].read() == CONTENT


def test_a_wrong_checksum_leaves_nothing_behind(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ObjectServer(CONTENT[: 3 * MIB])
    link = store.link
    monkeypatch.setattr(store, "link", lambda: {**link(), "crc32": "00000000"})
    with pytest.raises(errors.Corrupt):
        copy(store, s3)
    assert "Contents" not in s3.list_objects_v2(Bucket="lab-data")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="lab-data")


def test_a_destination_that_does_not_exist_is_named(s3: Any) -> None:
    s3.delete_bucket(Bucket="lab-data")
    with pytest.raises(errors.SeqportError, match=r"s3://lab-data/in/export\.zip"):
        copy(ObjectServer(b"content"), s3)
