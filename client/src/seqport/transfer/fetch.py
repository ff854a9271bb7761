"""Fetches targets by several connections at once, and gives each file its name once its CRC-32 is verified."""

from __future__ import annotations

import errno
import os
import shutil
import struct
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from seqport import errors
from seqport.messages import translate as _
from seqport.transfer.crc32 import combine_all, crc32
from seqport.transfer.journal import Journal, Recorded
from seqport.transfer.object_reader import ObjectReader
from seqport.transfer.progress import Progress
from seqport.transfer.retries import require_running
from seqport.transfer.targets import MIB, Piece, Target, Unit, plan, unit_size

PARTIAL = ".part"
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, lengths of name and extra field (APPNOTE 6.3.10, §4.3.7)
_SPACE_TO_SPARE = 16 * MIB
_STOP_SECONDS = 5


@contextmanager
def local_files(path: Path) -> Iterator[None]:
    """Turns errors of the file system into LocalFiles."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise errors.LocalFiles(
                _("The disk is full: {path}.").format(path=path),
                hint=_("Free some space, then run the same command again to continue."),
            ) from error
        raise errors.LocalFiles(
            _("Can't write {path}: {reason}.").format(path=error.filename or path, reason=error.strerror or error),
            hint=_("Choose another folder, or correct its permissions."),
        ) from error


def require_space(folder: Path, needed: int) -> None:
    """Raises LocalFiles if so many bytes do not fit into the folder."""
    free = shutil.disk_usage(folder).free
    if needed + _SPACE_TO_SPARE > free:
        raise errors.LocalFiles(
            _("{path} has {free:,} bytes free, and {needed:,} are needed.").format(
                path=folder, free=free, needed=needed
            ),
            hint=_("Free some space, or choose another folder."),
        )


class Fetch:
    """One download of targets into a folder."""

    def __init__(
        self,
        reader: ObjectReader,
        folder: Path,
        targets: Sequence[Target],
        journal: Journal,
        progress: Progress,
        stop: threading.Event,
    ) -> None:
        self._reader, self._folder, self._targets = reader, folder, targets
        self._journal, self._progress, self._stop = journal, progress, stop
        self._lock, self._failed = threading.Lock(), threading.Event()
        self._written: dict[Target, list[tuple[int, int, int]]] = defaultdict(list)  # (start, length, CRC-32)
        self._present: dict[Target, int] = defaultdict(int)  # bytes
        self._folders: set[Path] = set()

    def resume(self, recorded: Recorded) -> None:
        """Take over what an earlier process wrote, as far as its content still has its checksum."""
        for target in self._targets:
            final, partial = self._final(target), self._partial(target)
            if final.exists():
                self._take_over(target, final, recorded)
            elif partial.exists() and str(target.path) in recorded.pieces:
                size = partial.stat().st_size
                with partial.open("rb") as file:
                    for start, length, crc in recorded.pieces[str(target.path)]:
                        if start + length <= size and _crc_of(file, start, length, self._stop) == crc:
                            self._add(target, start, length, crc)

    def _take_over(self, target: Target, final: Path, recorded: Recorded) -> None:
        status = final.stat()
        finished = recorded.finished.get(str(target.path))
        if finished is not None and (status.st_size, status.st_mtime_ns) == (finished.size, finished.mtime_ns):
            self._add(target, 0, target.size, target.crc32 or 0)
            return
        with final.open("rb") as file:
            crc = _crc_of(file, 0, target.size, self._stop) if status.st_size == target.size else -1
            if crc >= 0 and target.crc32 in {None, crc}:
                self._add(target, 0, target.size, crc)
                return
        raise errors.LocalFiles(
            _("{path} exists and has other content.").format(path=final),
            hint=_("Move it away, or choose another folder."),
        )

    def missing_bytes(self) -> int:
        """How many bytes remain to be fetched."""
        return sum(target.size - self._present[target] for target in self._targets)

    def run(self, connections: int) -> None:
        """Fetch what is missing. Raises the first error; what was written is recorded, and can be continued."""
        for target in self._targets:
            if target.size == 0 and not self._written[target]:
                with local_files(self._final(target)):
                    self._open(target).close()
                self._record(Piece(target, 0, 0), 0)
        present = {
            target: [(start, length) for start, length, _crc in self._written[target]] for target in self._targets
        }
        total = sum(target.size for target in self._targets)
        units = plan(self._targets, present, unit_size(total))
        executor = ThreadPoolExecutor(max(1, min(connections, len(units))), thread_name_prefix="seqport")
        futures: list[Future[None]] = [executor.submit(self._fetch, unit) for unit in units]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            # Reached with an exception too: by Ctrl-C, say.
            if any(not future.done() or future.exception() is not None for future in futures):
                self._failed.set()
            executor.shutdown(wait=False, cancel_futures=True)
            # A thread whose connection hangs would keep the user waiting; what it has written is verified next time.
            wait(futures, timeout=_STOP_SECONDS)
        failed = [
            error for future in futures if future.done() and not future.cancelled() and (error := future.exception())
        ]
        # What stopped because another had failed is not the reason.
        for error in sorted(failed, key=lambda error: isinstance(error, errors.Interrupted)):
            raise error

    def _fetch(self, unit: Unit) -> None:
        """One unit: split the stream into headers, pieces, and gaps that nobody needs."""
        stream = _Stream(self._reader.read(unit.start, unit.end), unit.start)
        for piece in unit.pieces:
            if piece.start == 0 and piece.target.header < piece.target.offset:
                stream.skip_to(piece.target.header)
                _verify_header(stream.take(piece.target.offset - piece.target.header), piece.target)
            stream.skip_to(piece.first)
            crc = length = 0
            try:
                with local_files(self._final(piece.target)), self._open(piece.target) as file:
                    file.seek(piece.start)
                    for chunk in stream.through(piece.end):
                        require_running(self._failed)  # another connection's failure ends this one
                        _write_all(file, chunk)
                        crc, length = crc32(chunk, crc), length + len(chunk)
                        self._progress.advance(len(chunk))
            except BaseException:
                if length:  # so that the next process continues from here
                    self._journal.add_piece(str(piece.target.path), piece.start, length, crc)
                raise
            self._record(piece, crc)

    def _open(self, target: Target) -> BinaryIO:
        partial = self._partial(target)
        if partial.parent not in self._folders:
            partial.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(partial.parent)
        # Neither truncated nor appended to: the threads write their pieces side by side.
        return open(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o666), "wb", buffering=0)  # noqa: PTH123 - a descriptor

    def _record(self, piece: Piece, crc: int) -> None:
        target = piece.target
        with self._lock:
            self._add(target, piece.start, piece.length, crc)
            is_complete = self._present[target] == target.size
        if not is_complete:
            self._journal.add_piece(str(target.path), piece.start, piece.length, crc)
            return
        partial, final = self._partial(target), self._final(target)
        found = combine_all((crc, length) for _start, length, crc in sorted(self._written[target]))
        if target.crc32 not in {None, found}:
            partial.unlink()
            raise errors.Corrupt(
                _("{path} does not have the CRC-32 {crc:08x} that it should have; it was deleted.").format(
                    path=final, crc=target.crc32 or 0
                ),
                hint=_("Run the same command again; if that does not help, ask the server's operator."),
            )
        with local_files(final):
            partial.replace(final)
            self._journal.add_finished(str(target.path), target.size, final.stat().st_mtime_ns)

    def _add(self, target: Target, start: int, length: int, crc: int) -> None:
        self._written[target].append((start, length, crc))
        self._present[target] += length

    def _final(self, target: Target) -> Path:
        return self._folder / target.path

    def _partial(self, target: Target) -> Path:
        final = self._final(target)
        return final.with_name(final.name + PARTIAL)


class _Stream:
    """A stream of chunks with a position in the object."""

    def __init__(self, chunks: Iterator[bytes], position: int) -> None:
        self._chunks, self._position, self._rest = chunks, position, memoryview(b"")

    def through(self, end: int) -> Iterator[memoryview]:
        """What there is up to position `end`."""
        while self._position < end:
            if not self._rest:
                self._rest = memoryview(next(self._chunks))
            chunk = self._rest[: end - self._position]
            self._rest = self._rest[len(chunk) :]
            self._position += len(chunk)
            yield chunk

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        return b"".join(self.through(self._position + length))

    def skip_to(self, position: int) -> None:
        """Drop what is before `position`."""
        for _chunk in self.through(position):
            pass


def _write_all(file: BinaryIO, chunk: memoryview) -> None:
    while chunk:
        chunk = chunk[file.write(chunk) :]


def _verify_header(header: bytes, target: Target) -> None:
    """The local header must end where the file's content is expected to begin."""
    signature, name, extra = _LOCAL_HEADER.unpack_from(header)
    if signature != b"PK\x03\x04" or _LOCAL_HEADER.size + name + extra != len(header):
        raise errors.Corrupt(
            _("The archive has no entry where its directory says so: {path}.").format(path=target.path)
        )


def _crc_of(file: BinaryIO, start: int, length: int, stop: threading.Event) -> int:
    file.seek(start)
    crc, remaining = 0, length
    while remaining:
        require_running(stop)
        chunk = file.read(min(4 * MIB, remaining))
        if not chunk:
            return -1
        crc = crc32(chunk, crc)
        remaining -= len(chunk)
    return crc
