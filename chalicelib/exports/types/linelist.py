"""The linelist export: a table of samples' metadata."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.catalog.samples.metadata import FieldName, field_named, field_names_violation
from chalicelib.errors import Violation, message
from chalicelib.exports.contents.linelist_plan import LinelistPlan, plan_rows
from chalicelib.exports.estimate import Estimate
from chalicelib.exports.types.base import CodedViolation, ExportType, example, invalid, limit_violations
from chalicelib.exports.types.sample_selection import (
    SamplesBody,
    SampleSelection,
    is_analyst_of_sources,
    validate_samples,
)
from chalicelib.linelist.formats import LINELIST_FORMATS

MAX_FIELDS = 1_000


@dataclass(frozen=True, slots=True)
class LinelistExportSpec:
    """A validated request for a linelist."""

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
        is_csv = self.linelist_format == "csv"
        return {
            "namespace_id": self.samples.namespace_id,
            "sample_count": self.samples.count,
            "metadata_fields": list(self.metadata_fields),
            "linelist_format": self.linelist_format,
            **({"delimiter": self.delimiter, "decimal_mark": self.decimal_mark} if is_csv else {}),
        }

    def to_json(self) -> dict[str, Any]:
        return {
            **self.samples.to_json(),
            "metadata_fields": self.metadata_fields,
            "linelist_format": self.linelist_format,
            "delimiter": self.delimiter,
            "decimal_mark": self.decimal_mark,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "LinelistExportSpec":
        """The spec that `to_json` wrote."""
        return cls(
            SampleSelection.from_json(document),
            tuple(document["metadata_fields"]),
            document["linelist_format"],
            document["delimiter"],
            document["decimal_mark"],
        )

    def plan(self, user_id: str, *, excluded: Mapping[str, str]) -> LinelistPlan:  # noqa: ARG002 - reads no files
        return plan_rows(self.samples.resolve(user_id))


class LinelistExportRequest(SamplesBody):
    """The body of `POST /exports` for a table of samples' metadata."""

    model_config = example(
        type="linelist",
        namespace_id="INXT_PRJ_AZKFAVKQ3L",
        selection={"all": True, "q": "EC-"},
        metadata_fields=["organism", "collection_date"],
        linelist_format="csv",
    )

    type: Literal["linelist"]
    metadata_fields: Annotated[list[FieldName], Field(default_factory=list, max_length=MAX_FIELDS)]
    linelist_format: Annotated[str, Field(max_length=255)] = ""
    delimiter: Literal[",", ";"] | None = None
    decimal_mark: Literal[".", ","] | None = None

    def to_spec(self, user_id: str) -> LinelistExportSpec:
        validated = validate_samples(self, user_id)
        limits = limit_violations("/sample_ids", samples=validated.selection.count or 0)
        violations = [*self._violations(), *validated.violations, *limits]
        if violations:
            raise invalid(violations)
        return LinelistExportSpec(
            validated.selection,
            tuple(dict.fromkeys(map(field_named, self.metadata_fields))),
            self.linelist_format,
            self.delimiter or ",",
            self.decimal_mark or ".",
        )

    def estimate(self, user_id: str) -> Estimate:
        """Rows only; a linelist has no files."""
        validated = validate_samples(self, user_id)
        violations = [*self._violations(), *validated.violations]
        if violations:
            raise invalid(violations)
        sampled = validated.sampled(user_id)
        return Estimate(samples=sampled.total, files=0, bytes=0, by_format={}, exact=sampled.is_exact)

    def _violations(self) -> list[CodedViolation]:
        violations = []
        if not self.metadata_fields:
            violation = Violation("/metadata_fields", "Select at least one metadata field.")
            violations.append(CodedViolation("no-metadata-field", violation))
        if detail := field_names_violation(self.metadata_fields):
            violations.append(CodedViolation("invalid", Violation("/metadata_fields", detail)))
        if self.linelist_format not in LINELIST_FORMATS:
            detail = message("Select a linelist format; it must be one of: {known}.", known=", ".join(LINELIST_FORMATS))
            violations.append(CodedViolation("unknown-linelist-format", Violation("/linelist_format", detail)))
        for name, value in (("delimiter", self.delimiter), ("decimal_mark", self.decimal_mark)):
            if value is not None and self.linelist_format != "csv":
                violation = Violation(f"/{name}", "Only CSV linelists have a delimiter and a decimal mark.")
                violations.append(CodedViolation("invalid", violation))
        return violations


TYPE = ExportType(
    name="linelist",
    body=LinelistExportRequest,
    spec_from_json=LinelistExportSpec.from_json,
    may_read=is_analyst_of_sources,
)
