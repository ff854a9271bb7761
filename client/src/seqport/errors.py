"""What can go wrong, each with the exit status of the command.

SeqportError                  1
├── UsageError                2   an argument is wrong
├── NotSignedIn               3   no token, or one that the server rejects
├── NotAllowed                4   the user's role, or the token's scopes, don't suffice
├── NotFound                  5   no such export, sample, project …, or not visible to the user
├── Gone                      6   the export expired or was deleted
├── NotReady                  7   the export is not ready yet, or another conflict of states
├── Refused                   8   the server refuses the input
├── ExportFailed              9   the export ended without a file
├── Unreachable              10   network or server; the same command continues
├── LocalFiles               11   disk full, folder read-only, file in the way
├── Corrupt                  12   content differs from its checksum
└── Interrupted             130   Ctrl-C
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class SeqportError(Exception):
    """An error with a message for people; `hint` says what to do."""

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class ApiError(SeqportError):
    """The API responded with problem details (RFC 9457). `slug` is the last segment of the problem's type."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        slug: str,
        violations: Sequence[tuple[str, str]] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.slug = slug
        self.violations = tuple(violations)  # (JSON pointer, detail)


class UsageError(SeqportError):
    """An argument is wrong."""

    exit_status = 2


class NotSignedIn(ApiError):
    """There is no token, or the server rejects it."""

    exit_status = 3


class NotAllowed(ApiError):
    """The user's role or the token's scopes don't suffice."""

    exit_status = 4


class NotFound(ApiError):
    """There is no such resource, or it is not visible to the user."""

    exit_status = 5


class Gone(ApiError):
    """The export expired or was deleted."""

    exit_status = 6


class NotReady(ApiError):
    """The state of the resource does not allow this now."""

    exit_status = 7


class Refused(ApiError):
    """The server refuses the input."""

    exit_status = 8


class ExportFailed(SeqportError):
    """The export ended without a file."""

    exit_status = 9


class Unreachable(SeqportError):
    """The network or the server does not respond; the same call later continues."""

    exit_status = 10


class LocalFiles(SeqportError):
    """The local file system does not allow it."""

    exit_status = 11


class Corrupt(SeqportError):
    """Content differs from its checksum."""

    exit_status = 12


class Interrupted(SeqportError):
    """The user stopped it."""

    exit_status = 130
