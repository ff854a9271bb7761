"""Uploads local files as files of samples: parts side by side; the next call continues."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import urllib3

from seqport import errors
from seqport.messages import translate as _
from seqport.operations import Operations
from seqport.paging import MAX_PAGE, items
from seqport.transfer.crc32 import crc32
from seqport.transfer.progress import Progress
from seqport.transfer.retries import TRANSIENT, Retries, require_running
from seqport.transfer.upload_plan import LocalFile
from seqport.transfer.upload_state import Known, UploadState
from seqport.transport import USER_AGENT, connection_pool

if TYPE_CHECKING:
    from seqport.models import File, NewFile, PartToUpload, Upload

CONNECTIONS = 8
_FILES = 4  # whose parts are uploaded at once
_MAX_SINGLE_PART = 64 << 20
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Uploaded:
    """What an upload resulted in."""

    uploaded: int  # files
    already_there: int
    size: int  # bytes of all files


class FileChanged(errors.LocalFiles):
    """A file changed while it was uploaded."""


def upload(
    api: Operations,
    files: Sequence[LocalFile],
    sample_ids: Mapping[str, str],
    state: UploadState,
    progress: Progress,
    stop: threading.Event,
) -> Uploaded:
    """Upload the files to the samples of `sample_ids` (by LocalFile.sample). What the sample has already (same name,
    size and, where known, CRC-32) is not uploaded again. Raises the first error; the next call continues."""
    total = sum(file.size for file in files)
    uploaded = 0
    progress.begin(_("upload"), total, 0)
    # A reverse file names its forward file, whose record must be there first: two rounds.
    rounds = [[f for f in files if f.forward is None], [f for f in files if f.forward is not None]]
    with ThreadPoolExecutor(CONNECTIONS) as parts, ThreadPoolExecutor(_FILES) as executor:
        job = _Job(api, sample_ids, state, progress, stop, parts)
        try:
            for each in rounds:
                futures: list[Future[bool]] = [executor.submit(job.upload, file) for file in each]
                uploaded += sum(future.result() for future in futures)
        except BaseException:
            stop.set()
            executor.shutdown(cancel_futures=True)
            raise
    state.remove()
    return Uploaded(uploaded, len(files) - uploaded, total)


class _Job:
    """The upload of several files."""

    def __init__(
        self,
        api: Operations,
        sample_ids: Mapping[str, str],
        state: UploadState,
        progress: Progress,
        stop: threading.Event,
        parts: ThreadPoolExecutor,
    ) -> None:
        self._api, self._sample_ids, self._state = api, sample_ids, state
        self._progress, self._stop, self._parts = progress, stop, parts
        self._present: dict[str, list[File]] = {}
        self._lock = threading.Lock()

    def upload(self, file: LocalFile) -> bool:
        """Upload a file; False if the sample has it already."""
        require_running(self._stop)
        known = self._state.get(file)
        if known.is_complete or (known.file_id is None and self._find(file) is not None):
            self._progress.advance(file.size)
            return False
        known, upload = self._begin(file, known)
        if upload is not None:
            self._put_parts(file, str(known.file_id), upload)
            self._api.complete_file(str(known.file_id), {"parts": []})
        self._state.update(file, is_complete=True)
        return True

    def _find(self, file: LocalFile) -> File | None:
        """The file of this name and size that the sample has, of this or an earlier upload."""
        sample_id = self._sample_ids[file.sample]
        with self._lock:
            if sample_id not in self._present:
                found = items(lambda cursor: self._api.list_files(sample_id, limit=MAX_PAGE, cursor=cursor))
                self._present[sample_id] = list(found)
        for there in self._present[sample_id]:
            if (there["filename"], there["size"]) == (file.name, file.size):
                crc = there["checksums"].get("crc32")
                if crc is None or crc == self._crc32(file):
                    return there
        return None

    def _crc32(self, file: LocalFile) -> str:
        """The CRC-32 of a file, computed once."""
        known = self._state.get(file)
        if known.crc32 is None:
            known = self._state.update(file, crc32=f"{_crc32(file.path):08x}")
        return str(known.crc32)

    def _begin(self, file: LocalFile, known: Known) -> tuple[Known, Upload | None]:
        """The record of the file, and what is still to be uploaded; None if all is there and complete."""
        if known.file_id is not None:
            try:
                return known, self._api.get_upload(known.file_id)["upload"]
            except errors.NotReady:  # already complete
                return known, None
            except errors.NotFound:
                known = self._state.update(file, file_id=None)
        body: NewFile = {"filename": file.name, "size": file.size}
        if file.size <= _MAX_SINGLE_PART:  # S3 verifies it; parts are verified by their MD5
            body["checksums"] = {"crc32": self._crc32(file)}
        if file.forward is not None:
            body["paired_with"], body["direction"] = self._forward_id(file), "reverse"
        # A process that was killed before it recorded the id gets the same record again.
        sample_id = self._sample_ids[file.sample]
        parts = (sample_id, str(file.path.resolve()), file.size, file.mtime_ns, sorted(body.items(), key=str))
        key = hashlib.sha256(repr(parts).encode()).hexdigest()
        made = self._api.create_file(sample_id, body, idempotency_key=key)
        return self._state.update(file, file_id=made["id"]), made["upload"]

    def _forward_id(self, file: LocalFile) -> str:
        forward = cast("Path", file.forward)
        status = forward.stat()
        mate = LocalFile(forward, file.sample, status.st_size, status.st_mtime_ns)
        known, found = self._state.get(mate), self._find(mate)
        return str(known.file_id or (found and found["id"]))

    def _put_parts(self, file: LocalFile, file_id: str, upload: Upload) -> None:
        urls = _PartUrls(upload, lambda: self._api.get_upload(file_id)["upload"])
        done = sum(part["size"] for part in upload["uploaded"])
        if not upload["parts"]:
            done = file.size
        self._progress.advance(done)
        size = upload["part_size"] or file.size
        futures = [
            self._parts.submit(self._put, file, number, (number - 1) * size, min(file.size, number * size), urls)
            for number in urls.numbers
        ]
        for future in futures:
            future.result()
        if (file.path.stat().st_size, file.path.stat().st_mtime_ns) != (file.size, file.mtime_ns):
            raise FileChanged(
                _("{path} changed while it was uploaded.").format(path=file.path), hint=_("Upload it again.")
            )

    def _put(self, file: LocalFile, number: int, start: int, end: int, urls: _PartUrls) -> None:
        """Upload one part. S3 compares it with its MD5 and refuses one that differs."""
        md5 = base64.b64encode(_md5(file.path, start, end)).decode()
        retries, is_renewed = Retries(self._progress, self._stop), False
        while True:
            require_running(self._stop)
            part = urls.get(number)
            if part is None:
                return  # S3 has it: the response to an earlier attempt was lost
            headers = {
                **part["headers"],
                "Content-Length": str(end - start),
                "Content-MD5": md5,
                "User-Agent": USER_AGENT,
            }
            problem: object
            with _Slice(file.path, start, end, self._progress.advance) as body:
                try:
                    response = connection_pool(part["url"]).request("PUT", part["url"], body=body, headers=headers)
                    if response.status == 200:
                        return
                    problem = response.status
                except (urllib3.exceptions.HTTPError, OSError) as error:
                    problem = error
                self._progress.advance(-body.sent)
            if problem == 412 or (problem == 403 and not is_renewed):  # there already, or the URL has expired
                urls.renew(part)
                is_renewed = True
                continue
            if isinstance(problem, int) and problem not in TRANSIENT:
                raise errors.Refused(
                    _("The object store refuses {path} (status {status}).").format(path=file.path, status=problem),
                    status=problem,
                    slug="upload-refused",
                )
            retries.wait_after(problem)


class _PartUrls:
    """The presigned URLs of the missing parts of a file, renewed when they expire."""

    def __init__(self, upload: Upload, fetch: Callable[[], Upload]) -> None:
        self._fetch, self._lock = fetch, threading.Lock()
        self._parts = {part["part_number"]: part for part in upload["parts"]}
        self.numbers = list(self._parts)

    def get(self, number: int) -> PartToUpload | None:
        """The part's URL and headers; None if S3 has it."""
        return self._parts.get(number)

    def renew(self, rejected: PartToUpload) -> None:
        """Fetch URLs again, unless another thread did so after `rejected` was received."""
        with self._lock:
            if self._parts.get(rejected["part_number"]) is rejected:
                self._parts = {part["part_number"]: part for part in self._fetch()["parts"]}


class _Slice(io.RawIOBase):
    """A range of a file, as the body of a request."""

    def __init__(self, path: Path, start: int, end: int, advance: Callable[[int], None]) -> None:
        self._file = path.open("rb", buffering=0)
        self._file.seek(start)
        self._remaining, self._advance, self.sent = end - start, advance, 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(min(_BLOCK if size < 0 else size, self._remaining))
        self._remaining -= len(data)
        self.sent += len(data)
        self._advance(len(data))
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


def _crc32(path: Path) -> int:
    crc = 0
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            crc = crc32(block, crc)
    return crc


def _md5(path: Path, start: int, end: int) -> bytes:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while start < end and (block := file.read(min(_BLOCK, end - start))):
            digest.update(block)
            start += len(block)
    return digest.digest()
