"""zip64 by real bytes: a file of more than 4 GiB, more than 65,535 entries, and headers behind 4 GiB."""

import random
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.archive.entries import Entry, Source
from chalicelib.archive.finalize import Archive, finish_upload
from chalicelib.archive.multipart_upload import create_upload
from chalicelib.archive.planner import plan
from chalicelib.archive.s3_operations import Target
from chalicelib.archive.writer import write_batch
from tests.object_stores import running_seaweedfs, s3_client, store_of
from tests.readers import is_installed

MIB = 1 << 20
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TINY, BLOCKS = 66_000, 65


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    free = shutil.disk_usage(tmp_path).free
    assert free > 20 << 30, f"{free >> 30} GiB are free; this needs 20"
    return tmp_path


def test_zip64_with_more_entries_and_larger_files_than_32_bits_hold(disk: Path) -> None:
    with running_seaweedfs(disk / "weed") as endpoint:
        s3 = s3_client(endpoint)
        for bucket in ("sources", "large"):
            s3.create_bucket(Bucket=bucket)
        block, tiny = random.Random(1).randbytes(64 * MIB), b"GATTACA"
        s3.put_object(Bucket="sources", Key="block", Body=block)
        upload = s3.create_multipart_upload(Bucket="sources", Key="huge")["UploadId"]
        parts = []
        for number in range(1, BLOCKS + 1):
            copied = s3.upload_part_copy(
                Bucket="sources", Key="huge", UploadId=upload, PartNumber=number, CopySource="sources/block"
            )
            parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
        huge = s3.complete_multipart_upload(
            Bucket="sources", Key="huge", UploadId=upload, MultipartUpload={"Parts": parts}
        )["ETag"]
        small = s3.put_object(Bucket="sources", Key="tiny", Body=tiny)["ETag"]
        middle = s3.put_object(Bucket="sources", Key="middle", Body=block[: 12 * MIB])["ETag"]
        entries = [Entry(f"t/{i:05d}", len(tiny), NOON, Source("sources", "tiny", small)) for i in range(TINY)]
        # Members of zip64 stand last, so it takes two of them for a header behind 4 GiB.
        entries += [
            Entry(f"huge-{i}.bin", BLOCKS * len(block), NOON, Source("sources", "huge", huge)) for i in range(2)
        ]
        entries += [Entry(f"middle-{i}.bin", 12 * MIB, NOON, Source("sources", "middle", middle)) for i in range(3)]
        store = store_of(s3)
        target = Target("large", "out.zip", create_upload(store, "large", "out.zip", "answer"), "answer")
        planned = plan(entries)
        results = [write_batch(store, {0: target}, batch) for batch in planned.batches]
        made = finish_upload(store, target, planned.index, results, lambda _: [])
        assert isinstance(made, Archive)
        s3.delete_bucket(Bucket="sources")  # its space is needed for the download
        path = disk / "out.zip"
        s3.download_file("large", "out.zip", str(path))
    with zipfile.ZipFile(path) as archive:
        assert len(archive.infolist()) == TINY + 5
        assert max(info.header_offset for info in archive.infolist()) >= 1 << 32
        assert archive.getinfo("huge-1.bin").file_size == BLOCKS * len(block) > 1 << 32
        assert archive.read(f"t/{TINY - 1:05d}") == tiny
        assert archive.read("middle-2.bin") == block[: 12 * MIB]
    for command in (["unzip", "-tqq", str(path)], ["7z", "t", "-bso0", str(path)]):
        if is_installed(command[0]):
            subprocess.run(command, check=True, capture_output=True)
