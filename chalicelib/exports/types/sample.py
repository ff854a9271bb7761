"""A request for the files of samples, and the rules that it must keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.catalog.files.formats import FILE_FORMATS
from chalicelib.errors import Violation, message
from chalicelib.exports.contents.items import Contents
from chalicelib.exports.estimate import Estimate, contents_of, scaled
from chalicelib.exports.types import sample_selection
from chalicelib.exports.types.base import CodedViolation, invalid, limit_rules
from chalicelib.exports.types.sample_selection import SamplesBody, SampleSelection


class SampleExportRequest(SamplesBody):
    """The body of `POST /exports` for the files of samples."""

    type: Literal["sample"]
    file_formats: Annotated[list[str], Field(default_factory=list, max_length=100)]


@dataclass(frozen=True, slots=True)
class SampleExportSpec:
    """What the planning needs to know of a request for files."""

    samples: SampleSelection
    file_formats: tuple[str, ...]

    @property
    def namespace_id(self) -> str:
        return self.samples.namespace_id

    @property
    def parameters(self) -> dict[str, Any]:
        """What the export shows of its request."""
        return {
            "namespace_id": self.samples.namespace_id,
            "sample_count": self.samples.count,
            "file_formats": list(self.file_formats),
        }

    def to_document(self) -> dict[str, Any]:
        """The wish as JSON."""
        return {**self.samples.to_document(), "file_formats": self.file_formats}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "SampleExportSpec":
        """The wish that `to_document` wrote."""
        return cls(SampleSelection.from_document(document), tuple(document["file_formats"]))


def validate(request: SampleExportRequest, user_id: str) -> SampleExportSpec:
    """The wish of a request that keeps all rules. Raises as `request.accept` does."""
    checked = sample_selection.validate_samples(request, user_id)
    wish = SampleExportSpec(checked.asked, tuple(dict.fromkeys(request.file_formats)))
    rules = [*_format_rules(request.file_formats), *checked.rules]
    if checked.choice is None:
        rules += limit_rules("/sample_ids", samples=checked.asked.count or 0)
    elif not rules:
        rules += _content_rules(contents_of(checked.choice, wish.file_formats), len(checked.choice.samples))
    if rules:
        raise invalid(rules)
    return wish


def estimate(request: SampleExportRequest, user_id: str) -> Estimate:
    """What the export of this request would hold. Raises as `request.foresee` does."""
    checked = sample_selection.validate_samples(request, user_id)
    rules = [*_format_rules(request.file_formats), *checked.rules]
    if rules:
        raise invalid(rules)
    sampled = checked.sampled(user_id)
    items = contents_of(sampled.choice, tuple(dict.fromkeys(request.file_formats))).items
    return replace(scaled(items, sampled.total, len(sampled.choice.samples)), exact=sampled.is_exact)


def _content_rules(contents: Contents, samples: int) -> list[CodedViolation]:
    if not contents.items:
        flaw = Violation("/file_formats", "None of these samples has a file of the chosen formats.")
        return [CodedViolation("no-matching-file", flaw)]
    size = sum(item.size for item in contents.items)
    return limit_rules("/sample_ids", samples=samples, files=len(contents.items), size=size)


def _format_rules(file_formats: Sequence[str]) -> list[CodedViolation]:
    if not file_formats:
        return [CodedViolation("no-file-format", Violation("/file_formats", "Choose at least one file format."))]
    rule = message("Unknown file format; known are: {known}.", known=", ".join(FILE_FORMATS))
    return [
        CodedViolation("unknown-file-format", Violation(f"/file_formats/{position}", rule))
        for position, file_format in enumerate(file_formats)
        if file_format not in FILE_FORMATS
    ]
