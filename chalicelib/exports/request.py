"""What somebody asks for when they create an export, and the rules that it must keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.access.roles import Role
from chalicelib.catalog import namespaces, permissions
from chalicelib.catalog.file_formats import FILE_FORMATS
from chalicelib.catalog.namespaces import Namespace
from chalicelib.errors import Flaw, Invalid, TooMany, broken, words
from chalicelib.exports.contents import Contents
from chalicelib.exports.estimate import Estimate, contents_of, estimate, excesses, running
from chalicelib.exports.selection import Choice, choose, choose_all
from chalicelib.exports.visible import mine
from chalicelib.settings import settings

CHECKED_AT_ONCE = 5_000  # beyond so many ids the planning checks each sample, skips what fails and reports it
MAX_SAMPLE_IDS = 100_000
_OVER = {
    "samples": "This export would have {value} samples; the limit is {most}. Choose fewer samples, and make several"
    " exports.",
    "files": "This export would have {value} files; the limit is {most}. Choose fewer samples or formats, and make"
    " several exports.",
    "bytes": "This export would have {value} bytes; the limit is {most}. Choose fewer samples or formats, and make"
    " several exports.",
}


class Selection(BaseModel):
    """All samples of the namespace, or all that a search finds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    all: Literal[True]
    q: Annotated[str, Field(max_length=255)] | None = None


class SampleExportRequest(BaseModel):
    """The body of `POST /exports` for the files of samples."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["sample"]
    namespace_id: Annotated[str, Field(min_length=1, max_length=255)]
    sample_ids: Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=MAX_SAMPLE_IDS)] | None = None
    selection: Selection | None = None
    file_formats: Annotated[list[str], Field(max_length=100)] = []
    name: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None
    email_notification: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What the planning needs to know of a request; lies in the work bucket. `sample_ids` None: a selection."""

    namespace_id: str
    sample_ids: tuple[str, ...] | None
    q: str | None
    file_formats: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """The wish as JSON."""
        return {
            "namespace_id": self.namespace_id,
            "sample_ids": self.sample_ids,
            "q": self.q,
            "file_formats": self.file_formats,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Wish":
        """The wish that `to_document` wrote."""
        ids = document["sample_ids"]
        return cls(
            namespace_id=document["namespace_id"],
            sample_ids=None if ids is None else tuple(ids),
            q=document["q"],
            file_formats=tuple(document["file_formats"]),
        )

    def choice(self, user_id: str, namespace: Namespace) -> Choice:
        """The samples that are meant, as far as the user may export them now."""
        if self.sample_ids is None:
            return choose_all(user_id, namespace, self.q)
        return choose(user_id, namespace, self.sample_ids)


@dataclass(frozen=True, slots=True)
class _Rule:
    slug: str
    flaw: Flaw


def accept(request: SampleExportRequest, user_id: str) -> Wish:
    """The wish of a request that keeps all rules.

    Raises NotFound or Forbidden for the namespace (at least analyst), Invalid with every broken rule (its slug is that
    of the rule where all rows are of one), and TooMany when the user has as many exports under way as are allowed.
    """
    namespace = namespaces.find(request.namespace_id)
    permissions.require(user_id, namespace, Role.ANALYST)
    wish = _wish(request, namespace)
    rules = [*_format_rules(request.file_formats), *_selection_rules(request)]
    if request.sample_ids and len(request.sample_ids) <= CHECKED_AT_ONCE:
        choice = choose(user_id, namespace, request.sample_ids)
        rules += _refusals(choice)
        wish = replace(wish, sample_ids=tuple(sample.id for sample in choice.samples))
        if not rules:
            rules += _content_rules(contents_of(choice, wish.file_formats), len(choice.samples))
    elif request.sample_ids:
        rules += _limit_rules(len(request.sample_ids), 0, 0)
    if rules:
        raise _invalid(rules)
    under_way, most = running(mine(user_id)), settings().max_running_exports
    if under_way >= most:
        raise TooMany(
            "{count} of your exports are being worked on; at most {most} may be at once. Wait for one to end, or"
            " remove one.",
            slug="too-many-exports",
            count=under_way,
            most=most,
        )
    return wish


def foresee(request: SampleExportRequest, user_id: str) -> Estimate:
    """What the export of this request would hold. Raises as `accept` does, but for limits and missing files."""
    namespace = namespaces.find(request.namespace_id)
    permissions.require(user_id, namespace, Role.ANALYST)
    rules = [*_format_rules(request.file_formats), *_selection_rules(request)]
    if rules:
        raise _invalid(rules)
    wish = _wish(request, namespace)
    choice = wish.choice(user_id, namespace)
    rules += _refusals(choice) if request.sample_ids and len(request.sample_ids) <= CHECKED_AT_ONCE else []
    if rules:
        raise _invalid(rules)
    return estimate(choice, wish.file_formats)


def _wish(request: SampleExportRequest, namespace: Namespace) -> Wish:
    return Wish(
        namespace_id=namespace.id,
        sample_ids=None if request.sample_ids is None else tuple(dict.fromkeys(request.sample_ids)),
        q=request.selection.q if request.selection else None,
        file_formats=tuple(dict.fromkeys(request.file_formats)),
    )


def _invalid(rules: Sequence[_Rule]) -> Invalid:
    slugs = {rule.slug for rule in rules}
    return broken([rule.flaw for rule in rules], slug=slugs.pop() if len(slugs) == 1 else None)


def _refusals(choice: Choice) -> list[_Rule]:
    rule = words("No such sample in this namespace, or it may not be exported by you.")
    return [_Rule("sample-not-found", Flaw(f"/sample_ids/{position}", rule)) for position, _ in choice.refused]


def _content_rules(contents: Contents, samples: int) -> list[_Rule]:
    if not contents.items:
        flaw = Flaw("/file_formats", "None of these samples has a file of the chosen formats.")
        return [_Rule("no-matching-file", flaw)]
    return _limit_rules(samples, len(contents.items), sum(item.size for item in contents.items))


def _limit_rules(samples: int, files: int, size: int) -> list[_Rule]:
    return [
        _Rule("limit-exceeded", Flaw("/sample_ids", words(_OVER[over.limit], value=over.value, most=over.maximum)))
        for over in excesses(samples, files, size, settings())
    ]


def _format_rules(file_formats: Sequence[str]) -> list[_Rule]:
    if not file_formats:
        return [_Rule("no-file-format", Flaw("/file_formats", "Choose at least one file format."))]
    rule = words("Unknown file format; known are: {known}.", known=", ".join(FILE_FORMATS))
    return [
        _Rule("unknown-file-format", Flaw(f"/file_formats/{position}", rule))
        for position, file_format in enumerate(file_formats)
        if file_format not in FILE_FORMATS
    ]


def _selection_rules(request: SampleExportRequest) -> list[_Rule]:
    if request.sample_ids is not None and request.selection is not None:
        return [_Rule("invalid", Flaw("/selection", "Give either sample_ids or selection, not both."))]
    if not request.sample_ids and request.selection is None:
        return [_Rule("no-sample", Flaw("/sample_ids", "Choose at least one sample."))]
    return []
