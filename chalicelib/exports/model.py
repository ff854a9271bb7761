"""Exports: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.mail.delivery import Undelivered


class Status(StrEnum):
    """Status moves only processing → ready | failed, and failed → processing by a retry."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Step(StrEnum):
    """The step that an export is in."""

    QUEUED = "queued"
    PLANNING = "planning"
    ASSEMBLING = "assembling"
    FINISHING = "finishing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Upload:
    """The one upload of a plan: whichever Plan run claimed it first. `token` names that run's files."""

    plan: int
    token: str
    key: str
    upload_id: str


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a linelist: the plan that some Plan run claimed first (`token` names its files), and its rows."""

    token: str
    rows_total: int
    rows_done: int


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """The finished file: size in bytes, CRC-32 of the whole as 8 hex digits, how many exported files it holds."""

    key: str
    size: int
    crc32: str
    files: int

    @property
    def ending(self) -> str:
        """Its file extension: `zip`, `csv` …"""
        return self.key.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Export:
    """An export's record. Times are RFC 3339 texts; bytes and counts are integers; `parameters` are those of the
    request, by type; `namespace_id` None: of a user's own runs; `queue_position` from 1, while it waits;
    `pages_url` is the address at which it was requested; `downloaded_at` the last time that a link to its data was
    given."""

    id: str
    user_id: str
    type: str
    namespace_id: str | None
    parameters: Mapping[str, Any]
    name: str | None
    email_notification: bool
    pages_url: str
    created_at: str
    status: Status
    attempt: int
    restarts: int
    touched_at: str
    step: Step
    queue_position: int | None
    percent_floor: int
    bytes_done: int
    bytes_total: int
    files_total: int
    sample_count: int | None
    warnings: int
    upload: Upload | None
    table: Table | None
    file: ExportedFile | None
    ready_at: str | None
    expires_at: str | None
    extended_at: str | None
    downloaded_at: str | None
    removed_at: str | None
    failure_code: str | None
    mailed: str | None
    mail_failure: Undelivered | None
    due_at: str | None

    @property
    def is_running(self) -> bool:
        """Is it being worked on or waiting for it, and not removed?"""
        return self.status is Status.PROCESSING and self.removed_at is None

    @property
    def execution_name(self) -> str:
        """The same for every start of one attempt, so that starting twice is harmless."""
        return f"{self.id}-{self.attempt}"
