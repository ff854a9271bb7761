"""What all export types share: the protocol of a type, common request fields, coded violations and size limits."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from chalicelib.errors import Invalid, Violation, message, validation_error
from chalicelib.exports.contents.items import Piece
from chalicelib.exports.contents.linelist_plan import LinelistPlan
from chalicelib.exports.estimate import Estimate, excesses
from chalicelib.exports.model import Export
from chalicelib.names import Name
from chalicelib.settings import settings

_LIMIT_MESSAGES = {
    "samples": "This export would have {value} samples; the limit is {most}. Select fewer samples, or split it into"
    " several exports.",
    "files": "This export would have {value} files; the limit is {most}. Select fewer, or split it into several"
    " exports.",
    "bytes": "This export would have {value} bytes; the limit is {most}. Select fewer, or split it into several"
    " exports.",
}


class ExportSpec(Protocol):
    """A validated request, as it is stored for the plan."""

    @property
    def namespace_id(self) -> str | None: ...

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters that the export's record shows."""

    def to_json(self) -> dict[str, Any]:
        """The spec as a JSON document, without the export's type."""

    def plan(self, user_id: str, *, excluded: Mapping[str, str]) -> Iterator[Piece] | LinelistPlan:
        """What the export contains if it is assembled now: the contents of an archive, piece by piece, or the rows of
        a table.

        `excluded` maps the keys of sources that can't be read to reasons. Raises NotFound or Forbidden for the
        namespace.
        """


def example(**fields: Any) -> ConfigDict:
    """An example of a request, for the API's description."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class ExportBody(BaseModel):
    """The fields of a request for an export of any type."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: str
    name: Name | None = None
    email_notification: bool = False

    @abstractmethod
    def to_spec(self, user_id: str) -> ExportSpec:
        """Validate the request. Raises NotFound or Forbidden for the namespace (at least analyst), and Invalid with
        every violation (with a slug of its own where all violations share it)."""

    @abstractmethod
    def estimate(self, user_id: str) -> Estimate:
        """Samples, files and bytes of the export. Raises as `to_spec` does, except for limits and missing files."""


@dataclass(frozen=True, slots=True)
class ExportType:
    """An export type: all that the rest of the service needs to know about it.

    `manifest_title` is None for a table, which has a report beside it instead of a manifest inside. `may_read` returns
    whether a user may now read all sources (projects or runs, by id) of an export.
    """

    name: str
    body: type[ExportBody]
    spec_from_json: Callable[[Mapping[str, Any]], ExportSpec]
    may_read: Callable[[Export, Sequence[str], str], bool]
    manifest_title: str | None = None
    has_metadata: bool = False

    @property
    def is_archive(self) -> bool:
        return self.manifest_title is not None


@dataclass(frozen=True, slots=True)
class CodedViolation:
    """A violation, and the slug of the problem if there is no violation with another."""

    slug: str
    violation: Violation


def invalid(violations: Sequence[CodedViolation]) -> Invalid:
    """The error for these violations, of which there is at least one."""
    slugs = {violation.slug for violation in violations}
    common = slugs.pop() if len(slugs) == 1 else None
    return validation_error([violation.violation for violation in violations], slug=common)


def limit_violations(pointer: str, *, samples: int = 0, files: int = 0, size: int = 0) -> list[CodedViolation]:
    """The limits that an export of this size would exceed."""
    return [
        CodedViolation(
            "limit-exceeded",
            Violation(pointer, message(_LIMIT_MESSAGES[excess.limit], value=excess.value, most=excess.maximum)),
        )
        for excess in excesses(samples, files, size, settings())
    ]
