"""The engine against real object stores; archives are read back by programs that we did not write."""

import itertools
import os
import random
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from chalicelib.archive import multipart_upload
from chalicelib.archive.entries import ArchiveError, Entry, Member, Source, UploadGone
from chalicelib.archive.finalize import Archive, Incomplete, SourcesChanged, finish_upload
from chalicelib.archive.limits import Limits
from chalicelib.archive.multipart_upload import abort_uploads, complete, create_upload
from chalicelib.archive.plan_file import (
    BatchResult,
    WrittenPart,
    read_batch,
    read_index,
    read_result,
    write_index,
    write_result,
)
from chalicelib.archive.plan_file import write_batch as batch_bytes
from chalicelib.archive.planner import Plan, plan
from chalicelib.archive.s3_operations import CopyCrc, Target
from chalicelib.archive.writer import write_batch
from tests.object_stores import counting_proxy, s3_client, store_of
from tests.readers import check_archive, is_installed

MIB = 1 << 20
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EDGES = [0, 1, 20_000, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB - 1, 10 * MIB, 10 * MIB + 1, 17 * MIB]
_bucket_numbers = itertools.count()


def new_bucket(s3: Any) -> str:
    name = f"test-{next(_bucket_numbers)}-{random.randrange(10**9)}"
    s3.create_bucket(Bucket=name)
    return name


def put_sources(
    s3: Any, bucket: str, sizes: Sequence[int], *, known_crc: bool = False
) -> tuple[list[Entry], list[bytes]]:
    bodies = [random.Random(i * 1000 + size).randbytes(size) for i, size in enumerate(sizes)]
    entries = []
    for i, body in enumerate(bodies):
        answer = s3.put_object(Bucket=bucket, Key=f"files/{i}", Body=body)
        source = Source(bucket, f"files/{i}", answer["ETag"])
        checksum = crc32(body) if known_crc else None
        entries.append(Entry(f"P/é{i % 3}/{i:04d}.bin", len(body), NOON, source, checksum))
    return entries, bodies


def extras(checksums: Sequence[int]) -> list[Member]:
    return [
        Member("manifest.json", NOON, lambda: [b"{", b"}"]),
        Member("report.json", NOON, lambda: [repr(list(checksums)).encode()]),
    ]


def new_target(s3: Any, bucket: str, copy_crc: CopyCrc = "answer") -> Target:
    key = f"out-{random.randrange(10**9)}.zip"
    return Target(bucket, key, create_upload(store_of(s3), bucket, key, copy_crc), copy_crc)


def assemble(
    s3: Any, planned: Plan, bucket: str, copy_crc: CopyCrc = "answer", *, workers: int = 1, repeats: int = 1
) -> tuple[Archive | SourcesChanged | Incomplete, Target]:
    """Plan files are written and read back, batches are shuffled between workers and run more than once."""
    store = store_of(s3)
    targets = {number: new_target(s3, bucket, copy_crc) for number in range(1 + len(planned.segments))}
    results: dict[int, bytes] = {}
    for phase in (range(planned.ahead), range(planned.ahead, len(planned.batches))):
        todo = [number for number in phase for _ in range(repeats)]
        random.shuffle(todo)
        for own in [todo[k::workers] for k in range(workers)]:
            for number in own:
                batch = read_batch(batch_bytes(planned.batches[number]))
                done = read_result(results[number]) if number in results and repeats > 2 else None
                earlier = [read_result(results[other]) for other in batch.after]
                try:
                    results[number] = write_result(write_batch(store, targets, batch, done=done, earlier=earlier))
                except UploadGone:  # a run that does not know of the one that completed a segment
                    assert number in results
                    assert batch.joins
    index = read_index(write_index(planned.index))
    return finish_upload(store, targets[0], index, [read_result(data) for data in results.values()], extras), targets[0]


def body_of(s3: Any, target: Target) -> bytes:
    data: bytes = s3.get_object(Bucket=target.bucket, Key=target.key)["Body"].read()
    return data


def check_with_other_readers(data: bytes, entries: Sequence[Entry], bodies: Sequence[bytes], folder: Path) -> None:
    path = folder / "archive.zip"
    path.write_bytes(data)
    with zipfile.ZipFile(path) as archive:
        own = {name: archive.read(name) for name in ("manifest.json", "report.json")}
    check_archive(path, {**{entry.name: body for entry, body in zip(entries, bodies, strict=True)}, **own})


def test_files_of_every_boundary_size_are_extracted_unchanged(seaweedfs_endpoint: str, tmp_path: Path) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, bodies = put_sources(s3, bucket, EDGES)
    archive, target = assemble(s3, plan(entries), bucket)
    assert isinstance(archive, Archive)
    data = body_of(s3, target)
    check_with_other_readers(data, entries, bodies, tmp_path)
    assert (archive.size, archive.crc32) == (len(data), crc32(data))
    result = s3.head_object(Bucket=bucket, Key=target.key, ChecksumMode="ENABLED")
    assert result["ContentLength"] == archive.size


@pytest.mark.parametrize("zone", ["America/Toronto", "Europe/Zurich", "Asia/Kolkata", "UTC"])
@pytest.mark.parametrize(
    "command", [["unzip", "-qq"], ["7z", "x", "-y"], ["bsdtar", "-xf"]], ids=lambda command: command[0]
)
def test_extracted_files_have_their_time_in_every_zone(
    seaweedfs_endpoint: str, tmp_path: Path, command: list[str], zone: str
) -> None:
    if not is_installed(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    stored, _ = put_sources(s3, bucket, [0, 10, 6 * MIB])
    moments = [datetime(2026, 1, 15, 17, 34, 13, tzinfo=UTC), datetime(2026, 7, 1, 3, 59, 59, tzinfo=UTC), NOON]
    entries = [replace(entry, modified=moment) for entry, moment in zip(stored, moments, strict=True)]
    entries = [replace(entry, name=Path(entry.name).name) for entry in entries]
    made, target = assemble(s3, plan(entries), bucket)
    assert isinstance(made, Archive)
    (tmp_path / "archive.zip").write_bytes(body_of(s3, target))
    environment = {**os.environ, "TZ": zone}
    subprocess.run([*command, "archive.zip"], cwd=tmp_path, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert [(tmp_path / moment.name).stat().st_mtime for moment in entries] == [
        moment.timestamp() for moment in moments
    ]


def test_a_server_without_checksums_gives_the_same_bytes(
    seaweedfs_endpoint: str, ministack_endpoint: str, tmp_path: Path
) -> None:
    made = []
    for endpoint, copy_crc in ((seaweedfs_endpoint, "answer"), (ministack_endpoint, "read")):
        s3 = s3_client(endpoint)
        bucket = new_bucket(s3)
        entries, bodies = put_sources(s3, bucket, EDGES)
        archive, target = assemble(s3, plan(entries), bucket, copy_crc)  # type: ignore[arg-type]
        assert isinstance(archive, Archive)
        made.append(body_of(s3, target))
        assert archive.crc32 == crc32(made[-1])
    assert made[0] == made[1]
    check_with_other_readers(made[1], entries, bodies, tmp_path)


@pytest.mark.parametrize("sizes", [[], [0], [5], [5 * MIB], [12 * MIB], [4 * MIB] * 3, [20_000] * 900])
def test_any_mixture_of_sizes_gives_an_archive(seaweedfs_endpoint: str, tmp_path: Path, sizes: list[int]) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, bodies = put_sources(s3, bucket, sizes, known_crc=True)
    archive, target = assemble(s3, plan(entries), bucket)
    assert isinstance(archive, Archive)
    check_with_other_readers(body_of(s3, target), entries, bodies, tmp_path)


def test_number_order_and_repetition_of_workers_do_not_change_the_archive(seaweedfs_endpoint: str) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, _ = put_sources(
        s3, bucket, [12 * MIB, 30_000, 6 * MIB, 11 * MIB, 5 * MIB, 0, 13 * MIB, 14 * MIB, 15 * MIB] + [90_000] * 90
    )
    planned = plan(entries)
    one_each = [replace(batch, units=(unit,)) for batch in planned.batches for unit in batch.units]
    split = replace(planned, index=replace(planned.index, batches=len(one_each)), batches=tuple(one_each))
    assert len(one_each) >= 4
    made = set()
    for variant, workers, repeats in ((planned, 1, 1), (split, 3, 2), (split, 8, 3)):
        archive, target = assemble(s3, variant, bucket, workers=workers, repeats=repeats)
        assert isinstance(archive, Archive)
        made.add(body_of(s3, target))
    assert len(made) == 1


@pytest.mark.parametrize("copy_crc", ["answer", "read"])
@pytest.mark.parametrize(("max_part", "max_parts", "are_shared"), [(24 * MIB, 8, True), (34 * MIB, 6, False)])
def test_assembly_in_segments_gives_the_same_archive(
    seaweedfs_endpoint: str, tmp_path: Path, max_part: int, max_parts: int, are_shared: bool, copy_crc: CopyCrc
) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, bodies = put_sources(s3, bucket, [11 * MIB] * 3 + [6 * MIB, 16 * MIB, 30 * MIB] + [90_000] * 120)
    few = Limits(
        max_part=max_part,
        copy_range=max_part,
        segment_range=10 * MIB,
        max_parts=max_parts,
        longest_stitch=8 * MIB,
    )
    planned = plan(entries, few, workers=2)
    assert len(planned.segments) >= 2
    units = [unit for batch in planned.batches for unit in batch.units if unit.copies]
    assert are_shared is any(unit.place.upload != copy.place.upload for unit in units for copy in unit.copies)
    archive, target = assemble(s3, planned, bucket, copy_crc, workers=2, repeats=2)
    assert isinstance(archive, Archive)
    check_with_other_readers(body_of(s3, target), entries, bodies, tmp_path)
    assert archive.crc32 == crc32(body_of(s3, target))


def test_large_files_are_copied_by_s3_and_a_proxy_counts_the_same_bytes(seaweedfs_endpoint: str) -> None:
    n = 6
    direct = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(direct)
    entries, _ = put_sources(direct, bucket, [32 * MIB] * n)
    with counting_proxy(seaweedfs_endpoint) as counted:
        archive, _ = assemble(s3_client(counted.endpoint), plan(entries), bucket)
    assert isinstance(archive, Archive)
    bound = n * 5 * MIB + MIB
    assert archive.traffic.read <= bound
    assert archive.traffic.written <= bound
    assert archive.traffic.read <= counted.down <= bound
    assert archive.traffic.written <= counted.up <= bound
    assert archive.traffic.copied >= n * 27 * MIB


def changed(s3: Any, entry: Entry) -> None:
    s3.put_object(Bucket=entry.source.bucket, Key=entry.source.key, Body=b"x" * entry.size)


def deleted(s3: Any, entry: Entry) -> None:
    s3.delete_object(Bucket=entry.source.bucket, Key=entry.source.key)


@pytest.mark.parametrize(("what", "reason"), [(changed, "changed"), (deleted, "missing")])
@pytest.mark.parametrize("size", [1000, 6 * MIB, 12 * MIB])
def test_changed_source_is_reported(seaweedfs_endpoint: str, what: Any, reason: str, size: int) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, _ = put_sources(s3, bucket, [11 * MIB, size, 7])
    what(s3, entries[1])
    found, _ = assemble(s3, plan(entries), bucket)
    assert found == SourcesChanged({1: reason})


@pytest.mark.parametrize("size", [1000, 12 * MIB])
def test_content_that_differs_from_the_catalog_is_reported_as_corrupt(seaweedfs_endpoint: str, size: int) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, _ = put_sources(s3, bucket, [size, 9], known_crc=True)
    entries[0] = replace(entries[0], crc32=entries[0].crc32 ^ 1)  # type: ignore[operator]
    found, _ = assemble(s3, plan(entries), bucket)
    assert found == SourcesChanged({0: "corrupt"})


def test_a_completion_after_another_one_finds_the_object(
    seaweedfs_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    store, target = store_of(s3), new_target(s3, new_bucket(s3))
    body = b"part"
    part = WrittenPart(
        s3.upload_part(
            Bucket=target.bucket, Key=target.key, UploadId=target.upload_id, PartNumber=1, Body=body,
            ChecksumAlgorithm="CRC32",
        )["ETag"], len(body), crc32(body),
    )  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr(multipart_upload, "_listed_parts", lambda *_: iter(()))
        with pytest.raises(ArchiveError, match="1 parts are no longer in S3"):
            complete(store, target, {1: part}, part.crc32, part.length)
    first = complete(store, target, {1: part}, part.crc32, part.length)
    # What SeaweedFS lists after the object appears and before the upload ends.
    monkeypatch.setattr(multipart_upload, "_listed_parts", lambda *_: iter(()))
    assert complete(store, target, {1: part}, part.crc32, part.length) == first


def test_finishing_twice_gives_the_same_archive(seaweedfs_endpoint: str) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, _ = put_sources(s3, bucket, [12 * MIB, 100])
    planned = plan(entries)
    target = new_target(s3, bucket)
    results = [write_batch(store_of(s3), {0: target}, batch) for batch in planned.batches]
    first = finish_upload(store_of(s3), target, planned.index, results, extras)
    second = finish_upload(store_of(s3), target, planned.index, results, extras)
    assert isinstance(first, Archive)
    assert isinstance(second, Archive)
    assert (first.size, first.crc32) == (second.size, second.crc32)


def test_an_aborted_upload_is_reported_as_missing_by_every_step(seaweedfs_endpoint: str) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, _ = put_sources(s3, bucket, [12 * MIB, 100])
    planned = plan(entries)
    target = new_target(s3, bucket)
    results = [write_batch(store_of(s3), {0: target}, batch) for batch in planned.batches]
    abort_uploads(store_of(s3), [target, target])
    abort_uploads(store_of(s3), [target])
    with pytest.raises(UploadGone):
        write_batch(store_of(s3), {0: target}, planned.batches[0])
    with pytest.raises(UploadGone):
        finish_upload(store_of(s3), target, planned.index, results, extras)


def test_a_missing_part_prevents_completion(seaweedfs_endpoint: str) -> None:
    s3 = s3_client(seaweedfs_endpoint)
    bucket = new_bucket(s3)
    entries, _ = put_sources(s3, bucket, [12 * MIB])
    target = new_target(s3, bucket)
    found = finish_upload(store_of(s3), target, plan(entries).index, [BatchResult()], extras)
    assert found == Incomplete(missing=2, first=1)
