"""What requests of all types share: their common fields, broken rules under a slug, and the limits of exports."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from chalicelib.errors import Invalid, Violation, message, validation_error
from chalicelib.exports.estimate import excesses
from chalicelib.names import Name
from chalicelib.settings import settings

_OVER = {
    "samples": "This export would have {value} samples; the limit is {most}. Choose fewer samples, and make several"
    " exports.",
    "files": "This export would have {value} files; the limit is {most}. Choose less, and make several exports.",
    "bytes": "This export would have {value} bytes; the limit is {most}. Choose less, and make several exports.",
}


class ExportBody(BaseModel):
    """What a request of any type may say."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name | None = None
    email_notification: bool = False


@dataclass(frozen=True, slots=True)
class CodedViolation:
    """A broken rule, and the slug of the problem when no other was broken."""

    slug: str
    violation: Violation


def invalid(rules: Sequence[CodedViolation]) -> Invalid:
    """The error that names these broken rules, of which there is at least one."""
    slugs = {rule.slug for rule in rules}
    return validation_error([rule.violation for rule in rules], slug=slugs.pop() if len(slugs) == 1 else None)


def limit_rules(pointer: str, *, samples: int = 0, files: int = 0, size: int = 0) -> list[CodedViolation]:
    """The limits that an export of so much would pass."""
    return [
        CodedViolation(
            "limit-exceeded", Violation(pointer, message(_OVER[over.limit], value=over.value, most=over.maximum))
        )
        for over in excesses(samples, files, size, settings())
    ]
