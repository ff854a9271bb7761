"""One method of archiving objects in S3, as a process of its own: `archive_methods METHOD REQUEST.json`.

The request has endpoint, bucket and files. Printed as a line of JSON: the wall time of the work and the bytes received
and sent. CPU and memory of the whole process are measured by the parent.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PART = 16 << 20
PREFETCHED = 5


@dataclass
class Job:
    """What is to be archived, and where; `received` and `sent` are counted in bytes."""

    session: Any
    s3: Any
    bucket: str
    key: str
    files: list[dict[str, Any]]
    received: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()

    def body(self, file: dict[str, Any]) -> bytes:
        data: bytes = self.s3.get_object(Bucket=self.bucket, Key=file["key"])["Body"].read()
        with self.lock:
            self.received += len(data)
        return data

    def chunks(self, file: dict[str, Any]) -> Iterator[bytes]:
        stream = self.s3.get_object(Bucket=self.bucket, Key=file["key"])["Body"]
        while data := stream.read(1 << 20):
            self.received += len(data)
            yield data


class Upload:
    """A multipart upload as a file that can only be written on; `threads` parts are sent at once."""

    def __init__(self, job: Job, threads: int = 0) -> None:
        self._job = job
        self._id = job.s3.create_multipart_upload(Bucket=job.bucket, Key=job.key)["UploadId"]
        self._buffer = bytearray()
        self._parts: list[Future[Any] | dict[str, Any]] = []
        self._pool = ThreadPoolExecutor(threads) if threads else None
        self._free_slots = threading.Semaphore(threads + 1)
        self._position = 0

    def write(self, data: bytes) -> int:
        self._buffer += data
        self._position += len(data)
        while len(self._buffer) >= PART:
            self._send(bytes(self._buffer[:PART]))
            del self._buffer[:PART]
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Nothing: parts are sent when they are full."""

    def _send(self, data: bytes) -> None:
        number = len(self._parts) + 1
        if self._pool is None:
            self._parts.append(self._put(number, data))
        else:
            self._free_slots.acquire()
            future = self._pool.submit(self._put, number, data)
            future.add_done_callback(lambda _: self._free_slots.release())
            self._parts.append(future)

    def _put(self, number: int, data: bytes) -> dict[str, Any]:
        job = self._job
        answer = job.s3.upload_part(Bucket=job.bucket, Key=job.key, UploadId=self._id, PartNumber=number, Body=data)
        with job.lock:
            job.sent += len(data)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def close(self) -> None:
        if self._buffer:
            self._send(bytes(self._buffer))
        parts = [part.result() if isinstance(part, Future) else part for part in self._parts]
        job = self._job
        job.s3.complete_multipart_upload(
            Bucket=job.bucket, Key=job.key, UploadId=self._id, MultipartUpload={"Parts": parts}
        )


def zip_into(out: Any, job: Job, source: Callable[[dict[str, Any]], Iterator[bytes]]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for file in job.files:
            info = zipfile.ZipInfo(file["name"], (2026, 11, 24, 12, 0, 0))
            info.file_size = file["size"]
            with archive.open(info, "w") as member:
                for chunk in source(file):
                    member.write(chunk)


def zipfile_smart_open(job: Job) -> None:
    from smart_open import open as smart_open

    where = f"s3://{job.bucket}/{job.key}"
    with smart_open(where, "wb", transport_params={"client": job.s3, "min_part_size": PART}) as raw:

        class Counted:
            position = 0

            def write(self, data: bytes) -> int:
                self.position += len(data)
                return int(raw.write(data))

            def tell(self) -> int:
                return self.position

            def flush(self) -> None:
                """As above."""

        counted = Counted()
        zip_into(counted, job, job.chunks)
        job.sent = counted.position


def zipfile_parallel_boto3(job: Job) -> None:
    """The next files are fetched, and parts sent, while zipfile writes: the good streaming pipeline."""
    out, pool = Upload(job, 4), ThreadPoolExecutor(4)
    waiting: dict[int, Future[bytes]] = {}
    order = {file["key"]: number for number, file in enumerate(job.files)}

    def source(file: dict[str, Any]) -> Iterator[bytes]:
        number = order[file["key"]]
        for ahead in range(number, min(number + PREFETCHED, len(job.files))):
            if ahead not in waiting and (ahead == number or job.files[ahead]["size"] <= 64 << 20):
                waiting[ahead] = pool.submit(job.body, job.files[ahead])
        yield waiting.pop(number).result()
        waiting[number] = Future()

    zip_into(out, job, source)
    out.close()


def zipstream_ng(job: Job) -> None:
    from zipstream import ZipStream

    stream = ZipStream(compress_type=zipfile.ZIP_STORED)
    for file in job.files:
        stream.add(job.chunks(file), file["name"])
    out = Upload(job)
    for chunk in stream:
        out.write(chunk)
    out.close()


def stream_zip(job: Job) -> None:
    import stream_zip as library

    members = ((file["name"], NOON, 0o100644, library.NO_COMPRESSION_64, job.chunks(file)) for file in job.files)
    out = Upload(job)
    for chunk in library.stream_zip(members):
        out.write(chunk)
    out.close()


def download_zip_upload(job: Job) -> None:
    """The reference's way: a folder of downloads, `zip -0`, one upload."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / "files"

        def download(file: dict[str, Any]) -> None:
            path = top / file["name"]
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                for chunk in job.chunks(file):
                    out.write(chunk)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(download, job.files))
        subprocess.run(["zip", "-0", "-q", "-r", "../archive.zip", "."], cwd=top, check=True)
        made = Path(folder) / "archive.zip"
        job.sent = made.stat().st_size
        job.s3.upload_file(str(made), job.bucket, job.key)


def seqport(job: Job) -> None:
    """The engine: plan, all batches one after another as one worker, finish."""
    from chalicelib.archive.entries import Entry, Source
    from chalicelib.archive.finalize import Archive, finish_upload
    from chalicelib.archive.multipart_upload import create_upload
    from chalicelib.archive.planner import plan
    from chalicelib.archive.s3_clients import with_fast_paths
    from chalicelib.archive.s3_operations import Target
    from chalicelib.archive.writer import write_batch

    store = with_fast_paths(job.session, job.s3)
    entries = [Entry(f["name"], f["size"], NOON, Source(job.bucket, f["key"], f["etag"])) for f in job.files]
    planned = plan(entries, workers=1)
    target = Target(job.bucket, job.key, create_upload(store, job.bucket, job.key, "answer"), "answer")
    results = [write_batch(store, {0: target}, batch) for batch in planned.batches]
    made = finish_upload(store, target, planned.index, results, lambda _: [])
    assert isinstance(made, Archive)
    job.received, job.sent = made.traffic.read, made.traffic.written


METHODS: dict[str, Callable[[Job], None]] = {
    "seqport": seqport,
    "zipstream-ng": zipstream_ng,
    "stream-zip": stream_zip,
    "zipfile, smart_open": zipfile_smart_open,
    "zipfile, parallel boto3": zipfile_parallel_boto3,
    "download, zip -0, upload": download_zip_upload,
}


def main() -> None:
    import boto3
    from botocore.config import Config

    name, path = sys.argv[1:]
    result = json.loads(Path(path).read_text())
    # The engine's client signs no payloads, as chalicelib/aws.py has it; the peers' is as boto3 makes it.
    ours = {"payload_signing_enabled": False} if name == "seqport" else {}
    s3_options: Any = {"addressing_style": "path", **ours}
    config = Config(
        signature_version="s3v4",
        max_pool_connections=96,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3=s3_options,
    )
    session = boto3.Session()
    s3 = session.client("s3", endpoint_url=result["endpoint"], config=config)
    job = Job(session, s3, result["bucket"], result["key"], result["files"])
    started = time.monotonic()
    METHODS[name](job)
    wall = time.monotonic() - started
    print(json.dumps({"wall": wall, "received": job.received, "sent": job.sent}))


if __name__ == "__main__":
    main()
