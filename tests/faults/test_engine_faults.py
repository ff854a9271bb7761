"""The engine under faults: a correct archive or a clear failure, never a corrupt one."""

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import urllib3
from botocore.exceptions import ClientError

from chalicelib.archive import fast_multipart
from chalicelib.archive.entries import ArchiveError, Entry, Source, UploadGone
from chalicelib.archive.finalize import Archive, SourcesChanged, finish_upload
from chalicelib.archive.limits import Limits
from chalicelib.archive.multipart_upload import abort_uploads, create_upload
from chalicelib.archive.plan_file import write_batch as batch_bytes
from chalicelib.archive.plan_file import write_index
from chalicelib.archive.planner import Plan, plan
from chalicelib.archive.s3_operations import CopyCrc, Target
from chalicelib.archive.writer import write_batch
from tests.faults.faulty_proxy import PASS, Fault, Request, Rule, faulty_proxy
from tests.object_stores import running_seaweedfs, s3_client, store_of

MIB = 1 << 20
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
# So few parts that there are segments: full ones, of which some share a unit, and such that a worker makes whole.
FULL = Limits(max_part=24 * MIB, copy_range=24 * MIB, segment_range=10 * MIB, max_parts=8, longest_stitch=8 * MIB)
WHOLE = Limits(max_part=34 * MIB, copy_range=34 * MIB, segment_range=10 * MIB, max_parts=6, longest_stitch=8 * MIB)
SIZES = [11 * MIB] * 3 + [6 * MIB, 16 * MIB, 30 * MIB] + [90_000] * 120


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as found:
        yield found


@dataclass
class Work:
    """Sources in a bucket, a plan of them, and what the archive must be, byte for byte."""

    s3: Any
    bucket: str
    planned: Plan
    expected: bytes

    def targets(self, copy_crc: CopyCrc = "answer") -> dict[int, Target]:
        store = store_of(self.s3)
        keys = [f"{uuid4().hex}-{number}" for number in range(1 + len(self.planned.segments))]
        return {n: Target(self.bucket, k, create_upload(store, self.bucket, k, copy_crc), copy_crc)
                for n, k in enumerate(keys)}  # fmt: skip

    def assemble(self, s3: Any, targets: dict[int, Target]) -> list[Any]:
        store = store_of(s3)
        results: list[Any] = []
        for batch in self.planned.batches:
            results.append(write_batch(store, targets, batch, earlier=[results[n] for n in batch.after]))
        return results

    def finish(self, s3: Any, targets: dict[int, Target], results: list[Any]) -> Any:
        return finish_upload(store_of(s3), targets[0], self.planned.index, results, lambda _: [])

    def body(self, target: Target) -> bytes:
        data: bytes = self.s3.get_object(Bucket=target.bucket, Key=target.key)["Body"].read()
        return data


@pytest.fixture(scope="module")
def work(endpoint: str) -> Work:
    s3 = s3_client(endpoint)
    bucket = f"faults-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    entries = []
    for i, size in enumerate(SIZES):
        etag = s3.put_object(Bucket=bucket, Key=f"files/{i}", Body=random.Random(i).randbytes(size))["ETag"]
        entries.append(Entry(f"P/{i:04d}.bin", size, NOON, Source(bucket, f"files/{i}", etag)))
    made = Work(s3, bucket, plan(entries, FULL, workers=2), b"")
    assert made.planned.ahead
    assert made.planned.segments
    return _with_expected(made)


@pytest.fixture(scope="module")
def whole_work(work: Work) -> Work:
    """The same sources in segments that a worker makes whole."""
    planned = plan(list(cast("list[Entry]", work.planned.index.entries)), WHOLE, workers=2)
    assert not planned.ahead
    assert len(planned.segments) == 3
    return _with_expected(Work(work.s3, work.bucket, planned, b""))


def _with_expected(made: Work) -> Work:
    targets = made.targets()
    made.finish(made.s3, targets, made.assemble(made.s3, targets))
    made.expected = made.body(targets[0])
    return made


class Some:
    """A rule for a share of the requests of some operations, at random but the same each time."""

    def __init__(self, share: float, fault: Fault, operation: str = "") -> None:
        self._share, self._fault, self._operation = share, fault, operation
        self._random, self._lock = random.Random(7), threading.Lock()
        self.done = 0

    def __call__(self, request: Request) -> Fault:
        if self._operation and request.operation != self._operation:
            return PASS
        with self._lock:
            hit = self._random.random() < self._share
            self.done += hit
        return self._fault if hit else PASS


class First:
    """A rule for the first few requests of an operation."""

    def __init__(self, count: int, fault: Fault, operation: str) -> None:
        self._left, self._fault, self._operation = count, fault, operation
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Fault:
        with self._lock:
            if request.operation != self._operation or self._left == 0:
                return PASS
            self._left -= 1
        return self._fault


@pytest.mark.parametrize(
    "rule",
    [
        Some(0.2, Fault(status=503)),
        Some(0.1, Fault(cut="before")),
        Some(0.1, Fault(cut="after")),
        First(2, Fault(stall=30), "GetObject"),
        First(1, Fault(stall=30), "UploadPartCopy"),
        First(1, Fault(cut="after"), "CompleteMultipartUpload"),
        First(3, Fault(status=409, code="OperationAborted"), "CompleteMultipartUpload"),
        First(1, Fault(status=200, code="InternalError"), "CompleteMultipartUpload"),
        First(2, Fault(status=200, code="InternalError"), "UploadPartCopy"),
    ],
    ids=[
        "503 on a fifth",
        "cut before",
        "answers lost",
        "slow reads",
        "a slow copy",
        "completion's answer lost",
        "409",
        "an error inside a completion's 200",
        "an error inside a copy's 200",
    ],
)
def test_network_faults_do_not_change_the_archive(endpoint: str, work: Work, rule: Rule) -> None:
    targets = work.targets()
    with faulty_proxy(endpoint, rule) as way:
        s3 = s3_client(way)
        made = work.finish(s3, targets, work.assemble(s3, targets))
    assert isinstance(made, Archive)
    assert work.body(targets[0]) == work.expected


@pytest.mark.parametrize("copy_crc", ["read", "answer"])
def test_a_copy_whose_response_is_late_is_found_before_it_is_repeated(
    endpoint: str, work: Work, monkeypatch: pytest.MonkeyPatch, copy_crc: CopyCrc
) -> None:
    monkeypatch.setattr(fast_multipart, "_TIMEOUT", urllib3.Timeout(connect=5, read=3))
    copies: Counter[tuple[str, str]] = Counter()
    at_work: Counter[tuple[str, str]] = Counter()
    concurrent: list[int] = []
    late, lock = First(3, Fault(late=10), "UploadPartCopy"), threading.Lock()

    def rule(request: Request) -> Fault:
        if request.operation != "UploadPartCopy":
            return PASS
        address = urlsplit(request.path)
        part = (address.path, parse_qs(address.query)["partNumber"][0])
        with lock:
            copies[part] += 1
            at_work[part] += 1
            concurrent.append(at_work[part])

        def done() -> None:
            with lock:
                at_work[part] -= 1

        return replace(late(request), when_done=done)

    targets = work.targets(copy_crc)
    with faulty_proxy(endpoint, rule) as way:
        s3 = s3_client(way)
        made = work.finish(s3, targets, work.assemble(s3, targets))
    assert isinstance(made, Archive)
    assert work.body(targets[0]) == work.expected
    assert max(concurrent) == 1  # none begins before the one before it has ended
    # SeaweedFS lists no CRC-32: where one is needed a part is copied once more.
    assert (max(copies.values()) > 1) == (copy_crc == "answer")


def test_a_refused_copy_of_a_readable_source_is_blamed_on_the_destination(endpoint: str, work: Work) -> None:
    def rule(request: Request) -> Fault:
        return Fault(status=403, code="AccessDenied") if request.operation == "UploadPartCopy" else PASS

    with faulty_proxy(endpoint, rule) as way, pytest.raises(ArchiveError, match="refuses copies"):
        work.assemble(s3_client(way), work.targets())


@pytest.mark.parametrize("position", [0, 5, 6], ids=["middle", "large", "small"])
@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "AccessDenied", "access-denied"),
        (403, "InvalidObjectState", "archived"),
        (400, "KMS.DisabledException", "access-denied"),
        (404, "NoSuchVersion", "missing"),
        (416, "InvalidRange", "changed"),
        (400, "InvalidArgument", "changed"),  # what AWS answers to a copy of a range that the object has not
    ],
)
def test_source_refused_by_s3_is_reported_with_its_reason(
    endpoint: str, work: Work, status: int, code: str, reason: str, position: int
) -> None:
    source = f"files/{position}"
    refusal = Fault(status=status, code=code, message="Range specified is not valid for source object of size: 7")

    def rule(request: Request) -> Fault:
        read = request.operation == "GetObject" and request.path.partition("?")[0].endswith(f"/{source}")
        return refusal if read or request.copied.endswith(f"/{source}") else PASS

    targets = work.targets()
    with faulty_proxy(endpoint, rule) as way:
        s3 = s3_client(way)
        made = work.finish(s3, targets, work.assemble(s3, targets))
    assert made == SourcesChanged({position: reason})


def test_every_step_can_run_twice_and_concurrently(work: Work) -> None:
    targets, s3 = work.targets(), work.s3
    store = store_of(s3)
    results: list[Any] = []
    with ThreadPoolExecutor(4) as pool:
        for batch in work.planned.batches:
            earlier = [results[n] for n in batch.after]
            runs = [pool.submit(write_batch, store, targets, batch, earlier=earlier) for _ in range(2)]
            results.append(random.choice([run.result() for run in runs]))
        made = [run.result() for run in [pool.submit(work.finish, s3, targets, results) for _ in range(3)]]
    assert len({(archive.size, archive.crc32) for archive in made}) == 1
    assert work.body(targets[0]) == work.expected


def test_upload_aborted_during_a_copy_is_reported_as_gone(endpoint: str, work: Work) -> None:
    targets = work.targets()

    def rule(request: Request) -> Fault:
        if request.operation == "UploadPartCopy":
            abort_uploads(store_of(work.s3), targets.values())
        return PASS

    with faulty_proxy(endpoint, rule) as way, pytest.raises(UploadGone):
        work.assemble(s3_client(way), targets)
    with pytest.raises(UploadGone):
        work.finish(work.s3, targets, [])


@pytest.mark.parametrize("checksum", [{}, {"ChecksumAlgorithm": "CRC32"}], ids=["without CRC-32", "with CRC-32"])
@pytest.mark.parametrize("copied", [True, False])
def test_a_replaced_part_prevents_completion(work: Work, copied: bool, checksum: dict[str, Any]) -> None:
    targets = work.targets()
    results = work.assemble(work.s3, targets)
    parts = {p.number: part for result in results for p, part in result.parts.items() if p.upload == 0}
    number = max(parts, key=lambda n: parts[n].length) if copied else min(parts, key=lambda n: parts[n].length)
    target = targets[0]
    work.s3.upload_part(
        Bucket=target.bucket, Key=target.key, UploadId=target.upload_id, PartNumber=number,
        Body=b"x" * parts[number].length, **checksum,
    )  # fmt: skip
    with pytest.raises((ArchiveError, ClientError)):
        work.finish(work.s3, targets, results)
    listed = work.s3.list_objects_v2(Bucket=work.bucket, Prefix=target.key)
    assert listed["KeyCount"] == 0


def test_the_planned_version_is_read_from_a_versioned_bucket(endpoint: str) -> None:
    s3 = s3_client(endpoint)
    bucket = f"versioned-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    entries, bodies = [], []
    for i, size in enumerate([1000, 12 * MIB]):
        bodies.append(random.Random(i).randbytes(size))
        answer = s3.put_object(Bucket=bucket, Key=f"files/{i}", Body=bodies[-1])
        s3.put_object(Bucket=bucket, Key=f"files/{i}", Body=b"newer" * (size // 5))
        source = Source(bucket, f"files/{i}", answer["ETag"], answer["VersionId"])
        entries.append(Entry(f"{i}.bin", size, NOON, source))
    work = Work(s3, bucket, plan(entries), b"")
    targets = work.targets()
    assert isinstance(work.finish(s3, targets, work.assemble(s3, targets)), Archive)
    whole = work.body(targets[0])
    assert all(body in whole for body in bodies)


class Killer:
    """Kills the process at work at the n-th request of an operation, before or after the server has done it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.operation, self.left, self.after, self.killed = "", 0, False, 0
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Fault:
        with self._lock:
            if self.process is None or request.operation != self.operation:
                return PASS
            self.left -= 1
            if self.left:
                return PASS
            self.process.kill()
            self.killed += 1
        return Fault(cut="after" if self.after else "before")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("phase", "operation", "nth"),
    [
        ("copy", "UploadPartCopy", 3),
        ("copy", "UploadPart", 2),
        ("copy", "GetObject", 9),
        ("join", "CompleteMultipartUpload", 1),
        ("join", "UploadPartCopy", 1),
        ("finish", "UploadPart", 1),
        ("finish", "CompleteMultipartUpload", 1),
        ("whole", "UploadPart", 3),
        ("whole", "CompleteMultipartUpload", 1),
        ("whole", "CompleteMultipartUpload", 3),
        ("whole", "UploadPartCopy", 6),
    ],
)
def test_a_step_killed_at_any_point_is_resumed(
    request: pytest.FixtureRequest, endpoint: str, tmp_path: Path, phase: str, operation: str, nth: int, after: bool
) -> None:
    work: Work = request.getfixturevalue("whole_work" if phase == "whole" else "work")
    targets, planned, killer = work.targets(), work.planned, Killer()
    rows = [[t.bucket, t.key, t.upload_id, t.copy_crc] for t in targets.values()]
    # A worker of whole segments saves only what it must, the others each part.
    plan_json = {"targets": rows, "save_every": 1e9 if phase == "whole" else 0}
    (tmp_path / "plan.json").write_text(json.dumps(plan_json))
    (tmp_path / "index").write_bytes(write_index(planned.index))
    for number, batch in enumerate(planned.batches):
        (tmp_path / f"batch-{number}").write_bytes(batch_bytes(batch))
    joining = next(number for number, batch in enumerate(planned.batches) if batch.joins)
    fatal = {"copy": "0", "whole": "0", "join": str(joining), "finish": "finish"}[phase]

    with faulty_proxy(endpoint, killer) as way:

        def run(step: str) -> int:
            command = [sys.executable, "-m", "tests.faults.step_process", step, str(tmp_path), way]
            with subprocess.Popen(command) as process:
                killer.process = process if step == fatal and not killer.killed else None
                killer.operation, killer.left, killer.after = operation, nth, after
                return process.wait(120)

        for step in (*map(str, range(len(planned.batches))), "finish"):
            code = run(step)
            if step == fatal:
                assert (code, killer.killed) == (-9, 1)
                code = run(step)
            assert code == 0
    assert "Archive(" in (tmp_path / "made").read_text()
    assert work.body(targets[0]) == work.expected
