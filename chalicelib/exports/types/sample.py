"""The sample export: the files of samples, in one archive."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.catalog.files.formats import FILE_FORMATS
from chalicelib.catalog.samples.model import ResolvedSamples
from chalicelib.catalog.samples.resolve import files_by_sample
from chalicelib.errors import Violation, message
from chalicelib.exports.contents.items import Contents, Piece, Skipped, sample_pieces
from chalicelib.exports.estimate import Estimate, extrapolate
from chalicelib.exports.packaging import Packaging, PackagingName, assembled_bytes, packaging_in
from chalicelib.exports.types.base import CodedViolation, ExportType, example, invalid, limit_violations
from chalicelib.exports.types.sample_selection import (
    MAX_COUNTED,
    SamplesBody,
    SampleSelection,
    is_analyst_of_sources,
    validate_samples,
)


@dataclass(frozen=True, slots=True)
class SampleExportSpec:
    """A validated request for the files of samples."""

    samples: SampleSelection
    file_formats: tuple[str, ...]
    packaging: Packaging = Packaging.ARCHIVE

    @property
    def namespace_id(self) -> str:
        return self.samples.namespace_id

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "namespace_id": self.samples.namespace_id,
            "sample_count": self.samples.count,
            "file_formats": list(self.file_formats),
            "packaging": self.packaging.value,
        }

    def to_json(self) -> dict[str, Any]:
        return {**self.samples.to_json(), "file_formats": self.file_formats, "packaging": self.packaging.value}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SampleExportSpec":
        """The spec that `to_json` wrote."""
        return cls(SampleSelection.from_json(document), tuple(document["file_formats"]), packaging_in(document))

    def plan(self, user_id: str, *, excluded: Mapping[str, str]) -> Iterator[Piece]:
        resolved = self.samples.resolve(user_id)
        skipped = [Skipped(sample_id, "sample-not-found") for _, sample_id in resolved.refused]
        return _pieces(resolved, self.file_formats, excluded=excluded, skipped=skipped)


class SampleExportRequest(SamplesBody):
    """The body of `POST /exports` for the files of samples."""

    model_config = example(
        type="sample",
        name="Outbreak reads",
        email_notification=True,
        namespace_id="INXT_PRJ_AZKFAVKQ3L",
        sample_ids=["INXT_SAM_AZKFAVKQ3L", "INXT_SAM_AZKFAVKQ4M"],
        file_formats=["fastq"],
    )

    type: Literal["sample"]
    file_formats: Annotated[list[str], Field(default_factory=list, max_length=100)]
    packaging: PackagingName = "archive"

    def to_spec(self, user_id: str) -> SampleExportSpec:
        validated = validate_samples(self, user_id)
        spec = SampleExportSpec(validated.selection, tuple(dict.fromkeys(self.file_formats)), Packaging(self.packaging))
        violations = [*_format_violations(self.file_formats), *validated.violations]
        if validated.resolved is None or len(validated.resolved.samples) > MAX_COUNTED:
            violations += limit_violations("/sample_ids", samples=spec.samples.count or 0)
        elif not violations:
            contents = Contents.of(_pieces(validated.resolved, spec.file_formats))
            violations += _content_violations(contents, len(validated.resolved.samples), spec.packaging)
        if violations:
            raise invalid(violations)
        return spec

    def estimate(self, user_id: str) -> Estimate:
        validated = validate_samples(self, user_id)
        violations = [*_format_violations(self.file_formats), *validated.violations]
        if violations:
            raise invalid(violations)
        sampled = validated.sampled(user_id)
        items = Contents.of(_pieces(sampled.resolved, self.file_formats)).items
        estimate = extrapolate(items, sampled.total, len(sampled.resolved.samples))
        return replace(estimate, exact=sampled.is_complete)


TYPE = ExportType(
    name="sample",
    body=SampleExportRequest,
    spec_from_json=SampleExportSpec.from_json,
    may_read=is_analyst_of_sources,
    manifest_title="Samples Export",
    has_metadata=True,
)


def _pieces(
    resolved: ResolvedSamples,
    file_formats: Iterable[str],
    *,
    excluded: Mapping[str, str] | None = None,
    skipped: Sequence[Skipped] = (),
) -> Iterator[Piece]:
    return sample_pieces(
        resolved.samples, resolved.projects, files_by_sample, file_formats, excluded=excluded or {}, skipped=skipped
    )


def _content_violations(contents: Contents, samples: int, packaging: Packaging) -> list[CodedViolation]:
    if not contents.items:
        violation = Violation("/file_formats", "None of these samples has a file in the selected formats.")
        return [CodedViolation("no-matching-file", violation)]
    size = assembled_bytes(contents.items, packaging)
    return limit_violations("/sample_ids", samples=samples, files=len(contents.items), size=size)


def _format_violations(file_formats: Sequence[str]) -> list[CodedViolation]:
    if not file_formats:
        return [CodedViolation("no-file-format", Violation("/file_formats", "Select at least one file format."))]
    unknown = message("Unknown file format; must be one of: {known}.", known=", ".join(FILE_FORMATS))
    return [
        CodedViolation("unknown-file-format", Violation(f"/file_formats/{position}", unknown))
        for position, file_format in enumerate(file_formats)
        if file_format not in FILE_FORMATS
    ]
