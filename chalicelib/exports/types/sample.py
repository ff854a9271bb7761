"""A request for the files of samples, and the rules that it must keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.catalog.files.formats import FILE_FORMATS
from chalicelib.errors import Flaw, words
from chalicelib.exports.contents.items import Contents
from chalicelib.exports.estimate import Estimate, contents_of, scaled
from chalicelib.exports.types import sample_selection
from chalicelib.exports.types.base import Rule, invalid, limit_rules
from chalicelib.exports.types.sample_selection import SamplesAsked, SamplesBody


class SampleExportRequest(SamplesBody):
    """The body of `POST /exports` for the files of samples."""

    type: Literal["sample"]
    file_formats: Annotated[list[str], Field(default_factory=list, max_length=100)]


@dataclass(frozen=True, slots=True)
class SampleWish:
    """What the planning needs to know of a request for files."""

    samples: SamplesAsked
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
    def from_document(cls, document: Mapping[str, Any]) -> "SampleWish":
        """The wish that `to_document` wrote."""
        return cls(SamplesAsked.from_document(document), tuple(document["file_formats"]))


def accept(request: SampleExportRequest, user_id: str) -> SampleWish:
    """The wish of a request that keeps all rules. Raises as `request.accept` does."""
    checked = sample_selection.check(request, user_id)
    wish = SampleWish(checked.asked, tuple(dict.fromkeys(request.file_formats)))
    rules = [*_format_rules(request.file_formats), *checked.rules]
    if checked.choice is None:
        rules += limit_rules("/sample_ids", samples=checked.asked.count or 0)
    elif not rules:
        rules += _content_rules(contents_of(checked.choice, wish.file_formats), len(checked.choice.samples))
    if rules:
        raise invalid(rules)
    return wish


def foresee(request: SampleExportRequest, user_id: str) -> Estimate:
    """What the export of this request would hold. Raises as `request.foresee` does."""
    checked = sample_selection.check(request, user_id)
    rules = [*_format_rules(request.file_formats), *checked.rules]
    if rules:
        raise invalid(rules)
    sampled = checked.sampled(user_id)
    items = contents_of(sampled.choice, tuple(dict.fromkeys(request.file_formats))).items
    return replace(scaled(items, sampled.total, len(sampled.choice.samples)), exact=sampled.is_exact)


def _content_rules(contents: Contents, samples: int) -> list[Rule]:
    if not contents.items:
        flaw = Flaw("/file_formats", "None of these samples has a file of the chosen formats.")
        return [Rule("no-matching-file", flaw)]
    size = sum(item.size for item in contents.items)
    return limit_rules("/sample_ids", samples=samples, files=len(contents.items), size=size)


def _format_rules(file_formats: Sequence[str]) -> list[Rule]:
    if not file_formats:
        return [Rule("no-file-format", Flaw("/file_formats", "Choose at least one file format."))]
    rule = words("Unknown file format; known are: {known}.", known=", ".join(FILE_FORMATS))
    return [
        Rule("unknown-file-format", Flaw(f"/file_formats/{position}", rule))
        for position, file_format in enumerate(file_formats)
        if file_format not in FILE_FORMATS
    ]
