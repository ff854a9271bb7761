"""The directory of an archive in S3, read through ranges, and the entries to be extracted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from seqport import errors
from seqport.messages import translate as _
from seqport.transfer.object_reader import ObjectReader
from seqport.transfer.targets import Target

# Enough for the end records and the directory of some hundred files; larger ones take another request.
_TAIL = 64 * 1024


class _ObjectFile(io.RawIOBase):
    """An object as a seekable file, for zipfile: the tail is requested at once, the rest as it is read."""

    def __init__(self, reader: ObjectReader) -> None:
        self._reader, self._position = reader, 0
        self._tail_start = max(0, reader.size - _TAIL)
        self._tail = b"".join(reader.read(self._tail_start, reader.size))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._reader.size}[whence]
        return self._position

    def read(self, size: int = -1) -> bytes:
        end = self._reader.size if size < 0 else min(self._reader.size, self._position + size)
        start, self._position = self._position, max(end, self._position)
        if start >= end:
            return b""
        if start >= self._tail_start:
            return self._tail[start - self._tail_start : end - self._tail_start]
        return (
            b"".join(self._reader.read(start, min(end, self._tail_start)))
            + self._tail[: max(0, end - self._tail_start)]
        )


def entries_of(reader: ObjectReader) -> list[Target]:
    """All files of the archive, in its order. Raises Corrupt for one that Seqport does not make: compressed, encrypted,
    with data descriptors, gaps, or names that lead out of the folder."""
    try:
        with zipfile.ZipFile(_ObjectFile(reader)) as archive:
            infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
            directory = archive.start_dir
    except zipfile.BadZipFile as error:
        raise errors.Corrupt(_("This is not an archive: {reason}.").format(reason=error)) from error
    ends = [info.header_offset for info in infos[1:]] + [directory]
    return [_target(info, end) for info, end in zip(infos, ends)]  # noqa: B905 - zip's strict is new in 3.10


def _target(info: zipfile.ZipInfo, end: int) -> Target:
    is_plain = info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 0b1001
    if info.is_dir() or not is_plain or not stays_in_folder(info.filename):
        raise errors.Corrupt(_("The archive has an entry that can't be extracted: {path}.").format(path=info.filename))
    return Target(PurePosixPath(info.filename), end - info.file_size, info.file_size, info.CRC, info.header_offset)


def stays_in_folder(name: str) -> bool:
    """Does the path lead to a place below the folder that it is relative to, on any system?"""
    path = PurePosixPath(name)
    return "\\" not in name and not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]


def matching(targets: Sequence[Target], patterns: Sequence[str]) -> list[Target]:
    """The entries that match one of the patterns."""
    return [target for target in targets if matches(str(target.path), patterns)]


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Does the path, or the file name alone, match one of the patterns (`*`, `?`, `[…]`; `*` matches `/` too)?"""
    name = path.rsplit("/", 1)[-1]
    return any(fnmatchcase(path, pattern) or fnmatchcase(name, pattern) for pattern in patterns)
