"""Downloads of exports: the file as it is, or the files in it."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from seqport import errors
from seqport.messages import translate as _
from seqport.transfer import journal
from seqport.transfer.archive import entries_of, matching
from seqport.transfer.fetch import PARTIAL, Fetch, local_files, require_space
from seqport.transfer.links import Links
from seqport.transfer.lock import locked
from seqport.transfer.object_reader import ObjectReader
from seqport.transfer.progress import Progress, Silent
from seqport.transfer.targets import Target

if TYPE_CHECKING:
    from seqport.models import Download

CONNECTIONS = 8
_JOURNAL = ".seqport-download"
_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|]')


@dataclass(frozen=True)
class Downloaded:
    """What a download resulted in."""

    path: Path  # the file, or the folder of extracted files
    files: int
    size: int  # in bytes, of all files
    received: int  # bytes that came over the network now
    crc32: str | None  # of the file


def download(
    export_id: str,
    get_link: Callable[[], Download],
    folder: Path,
    *,
    extract: bool = False,
    only: Sequence[str] = (),
    connections: int = CONNECTIONS,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Downloaded:
    """Download an export's file to `folder`, or with `extract` the files in it to a folder of its name there; `only`
    extracts the files whose path or name matches a pattern. `get_link` returns a new link at each call.

    Continues what an earlier call to the same folder began. A file has its name only after its size and CRC-32 are
    verified. Setting `stop` ends the download; the next call continues it. Raises exceptions of `seqport.errors`."""
    progress, stop = progress or Silent(), stop or threading.Event()
    links = Links(get_link)
    link = links.download
    name = safe_name(link["filename"])
    reader = ObjectReader(links, progress, stop)
    is_extracted = extract or bool(only)
    if is_extracted and not name.endswith(".zip"):
        raise errors.UsageError(_("{name} is not an archive: nothing can be extracted from it.").format(name=name))
    target_folder = folder / name[: -len(".zip")] if is_extracted else folder
    with local_files(target_folder):
        target_folder.mkdir(parents=True, exist_ok=True)
    # One journal for each selection: another one in the same folder is another download.
    selection = hashlib.sha256("\0".join(only).encode()).hexdigest()[:8] if only else "all" if extract else name
    journal_path = target_folder / f"{_JOURNAL}-{export_id}-{selection}"
    with local_files(target_folder), locked(journal_path):
        if not is_extracted:
            targets = [Target(PurePosixPath(name), 0, link["size"], int(link["crc32"], 16), 0)]
        else:
            targets = entries_of(reader)
            if only:
                targets = matching(targets, only)
                if not targets:
                    raise errors.UsageError(
                        _("No file in the archive matches {patterns}.").format(patterns=", ".join(only)),
                        hint=_("List them with: seqport exports preview {id}").format(id=export_id),
                    )
        return _fetch(reader, target_folder, targets, journal_path, link, progress, stop, connections, is_extracted)


def _fetch(
    reader: ObjectReader,
    folder: Path,
    targets: Sequence[Target],
    journal_path: Path,
    link: Download,
    progress: Progress,
    stop: threading.Event,
    connections: int,
    is_extracted: bool,
) -> Downloaded:
    identity = {"version": 1, "size": link["size"], "crc32": link["crc32"]}
    total = sum(target.size for target in targets)
    with journal.continued(journal_path, identity) as (log, recorded):
        fetch = Fetch(reader, folder, targets, log, progress, stop)
        fetch.resume(recorded)
        require_space(folder, fetch.missing_bytes())
        progress.begin(folder.name if is_extracted else str(targets[0].path), total, total - fetch.missing_bytes())
        fetch.run(connections)
    path = folder if is_extracted else folder / targets[0].path
    return Downloaded(path, len(targets), total, reader.received, None if is_extracted else link["crc32"])


def safe_name(name: str) -> str:
    """A name of a file in the folder, whatever the server says."""
    safe = _UNSAFE.sub("_", name).strip()
    return f"_{safe}" if safe in {"", ".", ".."} or safe.endswith(PARTIAL) else safe
