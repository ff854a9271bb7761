"""A request for a linelist, and the rules that it must keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.catalog.samples.metadata import FieldName, field_named, field_names_violation
from chalicelib.errors import Violation, message
from chalicelib.exports.estimate import Estimate
from chalicelib.exports.types import sample_selection
from chalicelib.exports.types.base import CodedViolation, invalid, limit_rules
from chalicelib.exports.types.sample_selection import SamplesBody, SampleSelection
from chalicelib.linelist.formats import LINELIST_FORMATS

MAX_FIELDS = 1_000


class LinelistExportRequest(SamplesBody):
    """The body of `POST /exports` for a table of samples' metadata."""

    type: Literal["linelist"]
    metadata_fields: Annotated[list[FieldName], Field(default_factory=list, max_length=MAX_FIELDS)]
    linelist_format: Annotated[str, Field(max_length=255)] = ""
    delimiter: Literal[",", ";"] | None = None
    decimal_mark: Literal[".", ","] | None = None


@dataclass(frozen=True, slots=True)
class LinelistExportSpec:
    """What the work needs to know of a request for a linelist."""

    samples: SampleSelection
    metadata_fields: tuple[str, ...]
    linelist_format: str
    delimiter: str = ","
    decimal_mark: str = "."

    @property
    def namespace_id(self) -> str:
        return self.samples.namespace_id

    @property
    def parameters(self) -> dict[str, Any]:
        """What the export shows of its request."""
        return {
            "namespace_id": self.samples.namespace_id,
            "sample_count": self.samples.count,
            "metadata_fields": list(self.metadata_fields),
            "linelist_format": self.linelist_format,
            **({"delimiter": self.delimiter, "decimal_mark": self.decimal_mark} if self._is_csv else {}),
        }

    @property
    def _is_csv(self) -> bool:
        return self.linelist_format == "csv"

    def to_document(self) -> dict[str, Any]:
        """The wish as JSON."""
        return {
            **self.samples.to_document(),
            "metadata_fields": self.metadata_fields,
            "linelist_format": self.linelist_format,
            "delimiter": self.delimiter,
            "decimal_mark": self.decimal_mark,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "LinelistExportSpec":
        """The wish that `to_document` wrote."""
        samples = SampleSelection.from_document(document)
        return cls(
            samples,
            tuple(document["metadata_fields"]),
            document["linelist_format"],
            document["delimiter"],
            document["decimal_mark"],
        )


def validate(request: LinelistExportRequest, user_id: str) -> LinelistExportSpec:
    """The wish of a request that keeps all rules. Raises as `request.accept` does."""
    checked = sample_selection.validate_samples(request, user_id)
    rules = [*_rules(request), *checked.rules, *limit_rules("/sample_ids", samples=checked.asked.count or 0)]
    if rules:
        raise invalid(rules)
    return LinelistExportSpec(
        checked.asked,
        _fields(request),
        request.linelist_format,
        request.delimiter or ",",
        request.decimal_mark or ".",
    )


def estimate(request: LinelistExportRequest, user_id: str) -> Estimate:
    """What the export of this request would hold: rows, no files. Raises as `request.foresee` does."""
    checked = sample_selection.validate_samples(request, user_id)
    rules = [*_rules(request), *checked.rules]
    if rules:
        raise invalid(rules)
    sampled = checked.sampled(user_id)
    return Estimate(samples=sampled.total, files=0, bytes=0, by_format={}, exact=sampled.is_exact)


def _fields(request: LinelistExportRequest) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(field_named, request.metadata_fields)))


def _rules(request: LinelistExportRequest) -> list[CodedViolation]:
    rules = []
    if not request.metadata_fields:
        rules.append(
            CodedViolation("no-metadata-field", Violation("/metadata_fields", "Choose at least one metadata field."))
        )
    if rule := field_names_violation(request.metadata_fields):
        rules.append(CodedViolation("invalid", Violation("/metadata_fields", rule)))
    if request.linelist_format not in LINELIST_FORMATS:
        rule = message("Choose a format of linelists; known are: {known}.", known=", ".join(LINELIST_FORMATS))
        rules.append(CodedViolation("unknown-linelist-format", Violation("/linelist_format", rule)))
    for name in ("delimiter", "decimal_mark"):
        if getattr(request, name) is not None and request.linelist_format != "csv":
            rules.append(
                CodedViolation(
                    "invalid", Violation(f"/{name}", "Only linelists as csv have a delimiter and a decimal mark.")
                )
            )
    return rules
