"""The values that an archive is made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Source:
    """An object in S3, bound to the ETag (with its quotes) and the version that were planned."""

    bucket: str
    key: str
    etag: str
    version_id: str | None = None


class Listed(Protocol):
    """A file as the central directory lists it."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def modified(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to be archived: its name in the archive, size in bytes, time, source, and CRC-32 where it is known."""

    name: str
    size: int
    modified: datetime
    source: Source
    crc32: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A file that is not in S3 but generated: a manifest, a report. `chunks` returns its bytes, the same each time it
    is called: once for length and CRC-32, once to be written."""

    name: str
    modified: datetime
    chunks: Callable[[], Iterable[bytes]]


class ArchiveError(Exception):
    """Base of the engine's errors."""


class ArchiveTooLarge(ArchiveError):
    """The archive exceeds a limit of S3; the message names the limit and the value."""


class UploadGone(ArchiveError):
    """The multipart upload does not exist: aborted, or completed by another call."""
