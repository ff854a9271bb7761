"""Files of samples: frozen values."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.catalog.files.formats import format_of
from chalicelib.catalog.files.pairing import Direction, are_mates
from chalicelib.settings import settings

ARRIVALS = "uploads/"  # where sequencers put files in the catalog bucket


@dataclass(frozen=True, slots=True)
class File:
    """A file of a sample. `etag` with its quotes, empty until it is complete; `crc32` as S3 itself knows it.

    `upload_id` is set while a multipart upload runs; `part_size` is what its parts hold. `declared_mate` is the id of
    the file that it was declared to pair with, which may not exist yet; file names are then ignored.
    """

    id: str
    puid: str
    puid_given: bool
    sample_id: str
    filename: str
    size: int
    bucket: str
    key: str
    complete: bool
    created_at: datetime
    etag: str = ""
    version_id: str | None = None
    crc32: int | None = None
    sha256: str | None = None
    direction: Direction | None = None
    type: str | None = None
    paired_with: str | None = None
    is_managed: bool = True  # uploaded through the service, under files/; else registered where it was
    upload_id: str | None = None
    part_size: int = 0
    concurrent_mate_id: str | None = None  # a mate that was completed while this one was on its way
    declared_mate: str | None = None
    declared_direction: Direction | None = None

    @property
    def format(self) -> str:
        """Its file format, from its name."""
        return format_of(self.filename)

    @property
    def s3_uri(self) -> str:
        """Its S3 URI."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def folder(self) -> str:
        """The scope in which files pair by name: its folder in S3, or (empty) all files of the sample that were
        uploaded or that arrived under `uploads/`."""
        has_arrived = self.bucket == settings().catalog_bucket and self.key.startswith(ARRIVALS)
        return "" if self.is_managed or has_arrived else self.s3_uri.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class DeclaredMate:
    """The declared mate of a new file, and the new file's own direction if that was declared too."""

    id: str
    direction: Direction | None = None


def may_pair(file: File, other: File) -> bool:
    """Do two files of a sample pair, if neither has a mate?"""
    if file.declared_mate is not None or other.declared_mate is not None:
        return file.declared_mate in (None, other.id) and other.declared_mate in (None, file.id)
    if file.format != "fastq" or other.format != "fastq":
        return False
    if file.puid_given and other.puid_given:
        return file.puid == other.puid
    return file.folder == other.folder and are_mates(file.filename, other.filename)
