"""Downloads the files of an export that has no archive (packaging `manifest`), each from where it is in S3."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from seqport import errors
from seqport.messages import translate as _
from seqport.operations import Operations
from seqport.transfer import journal
from seqport.transfer.archive import matches, stays_in_folder
from seqport.transfer.download import safe_name
from seqport.transfer.fetch import Fetch, local_files, require_space
from seqport.transfer.links import Links
from seqport.transfer.lock import locked
from seqport.transfer.object_reader import ObjectReader
from seqport.transfer.progress import Progress, Silent
from seqport.transfer.retries import require_running
from seqport.transfer.targets import MIB, Target

if TYPE_CHECKING:
    from seqport.models import Download, ExportFile

_JOURNAL = ".seqport-rehydrate"
_FILES = 8  # at once
_CONNECTIONS = 4  # of a large file
_LARGE = 64 * MIB
_PAGE = 200  # files whose links are requested at once: they must be used within 15 minutes
_FRESH_SECONDS = 10 * 60.0


@dataclass(frozen=True)
class Rehydrated:
    """What was downloaded: the folder, and the files in it by their paths there."""

    path: Path
    files: tuple[PurePosixPath, ...]
    size: int  # in bytes
    received: int  # bytes that came over the network now


class _Page:
    """Some files of the export; their links are requested again when they are about to expire."""

    def __init__(self, api: Operations, export_id: str, cursor: str | None) -> None:
        self._api, self._export_id, self._cursor = api, export_id, cursor
        self._lock = threading.Lock()
        self.next_cursor: str | None = None
        self._by_id: dict[str, ExportFile] = {}
        self._request()

    def _request(self) -> None:
        page = self._api.list_export_files(self._export_id, limit=_PAGE, cursor=self._cursor)
        self._requested, self.next_cursor = time.monotonic(), page["next_cursor"]
        self._by_id = {file["id"]: file for file in page["items"]}

    @property
    def files(self) -> list[ExportFile]:
        """The files in the manifest's order."""
        return list(self._by_id.values())

    def link(self, file_id: str, rejected: str | None) -> str:
        """A link that is not the rejected one, and not about to expire."""
        with self._lock:
            current = self._by_id[file_id]["url"]
            if current == rejected or time.monotonic() - self._requested > _FRESH_SECONDS:
                self._request()
            return self._by_id[file_id]["url"]


def pages(api: Operations, export_id: str) -> Iterator[_Page]:
    """All files of an export, with links, some at a time."""
    page = _Page(api, export_id, None)
    yield page
    while page.next_cursor is not None:
        page = _Page(api, export_id, page.next_cursor)
        yield page


def rehydrate(
    api: Operations,
    export_id: str,
    folder: Path,
    *,
    only: Sequence[str] = (),
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Rehydrated:
    """Download the files of an export to a folder of its name in `folder`, at the paths that an archive would have;
    with `only` those whose path or name matches a pattern.

    Continues what an earlier call began. Each file is verified by its size, by its ETag (it is the object that was
    exported) and, where it is known, its CRC-32. A file that was deleted or replaced since does not stop the others;
    Corrupt names them in the end."""
    progress, stop = progress or Silent(), stop or threading.Event()
    export = api.get_export(export_id)
    if export["file"] is None:
        raise errors.NotReady(_("This export is not ready."), status=409, slug="not-ready")
    target_folder = folder / safe_name(export["file"]["download_name"].removesuffix(".zip"))
    journal_path = target_folder / f"{_JOURNAL}-{export_id}"
    with local_files(target_folder):
        target_folder.mkdir(parents=True, exist_ok=True)
    with local_files(target_folder), locked(journal_path):
        identity = {"version": 1, "size": export["file"]["size"], "crc32": export["file"]["crc32"]}
        with journal.continued(journal_path, identity) as (log, recorded):
            job = _Job(target_folder, log, recorded, progress, stop)
            for page in pages(api, export_id):
                job.fetch(page, [file for file in page.files if not only or matches(file["path"], only)])
            if job.lost:
                raise errors.Corrupt(
                    _("These files were deleted or replaced since they were exported: {paths}.").format(
                        paths=", ".join(job.lost)
                    ),
                    hint=_("Create the export again."),
                )
    if not job.files:
        raise errors.UsageError(_("No file of the export matches {patterns}.").format(patterns=", ".join(only)))
    return Rehydrated(target_folder, tuple(job.files), job.size, job.received)


class _Job:
    """The download of all files into one folder."""

    def __init__(
        self,
        folder: Path,
        log: journal.Journal,
        recorded: journal.Recorded,
        progress: Progress,
        stop: threading.Event,
    ) -> None:
        self._folder, self._log, self._recorded = folder, log, recorded
        self._progress, self._stop = progress, stop
        self.files: list[PurePosixPath] = []
        self.lost: list[str] = []
        self.size = self.received = 0

    def fetch(self, page: _Page, files: Sequence[ExportFile]) -> None:
        """Download the files of a page. Raises the first error that is not about a single file."""
        if not files:
            return
        total = sum(file["size"] for file in files)
        self._progress.begin(self._folder.name, total, 0)
        require_space(self._folder, total - sum(self._present(file) for file in files))
        with ThreadPoolExecutor(_FILES) as executor:
            futures: list[Future[int]] = [executor.submit(self._fetch, page, file) for file in files]
            try:
                for file, future in zip(files, futures):  # noqa: B905 - zip's strict is new in 3.10
                    try:
                        self.received += future.result()
                    except errors.Corrupt:
                        self.lost.append(file["path"])
                        continue
                    self.files.append(PurePosixPath(file["path"]))
                    self.size += file["size"]
            except BaseException:
                self._stop.set()
                executor.shutdown(cancel_futures=True)
                raise

    def _present(self, file: ExportFile) -> int:
        final = self._folder / file["path"]
        return final.stat().st_size if final.exists() else 0

    def _fetch(self, page: _Page, file: ExportFile) -> int:
        """Download one file; returns the bytes that came over the network."""
        require_running(self._stop)
        path = PurePosixPath(file["path"])
        if not stays_in_folder(file["path"]):
            raise errors.Corrupt(_("The export has a file that can't be written: {path}.").format(path=path))
        rejected: list[str] = []

        def link() -> Download:
            url = page.link(file["id"], rejected[-1] if rejected else None)
            rejected.append(url)
            return {
                "url": url,
                "filename": path.name,
                "size": file["size"],
                "crc32": file["crc32"] or "",
                "expires_at": file["expires_at"],
            }

        reader = ObjectReader(Links(link), self._progress, self._stop, etag=file["etag"])
        crc32 = None if file["crc32"] is None else int(file["crc32"], 16)
        target = Target(path, 0, file["size"], crc32, 0)
        fetch = Fetch(reader, self._folder, [target], self._log, self._progress, self._stop)
        fetch.resume(self._recorded)
        self._progress.advance(file["size"] - fetch.missing_bytes())
        fetch.run(_CONNECTIONS if file["size"] >= _LARGE else 1)
        return reader.received
