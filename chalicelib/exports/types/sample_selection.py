"""The samples that a request asks for, by their ids or as a selection, and the rules that this must keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.repository import Namespace
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples.index import counted
from chalicelib.catalog.samples.resolve import ResolvedSamples, resolve, resolve_all
from chalicelib.errors import Violation, message
from chalicelib.exports.types.base import CodedViolation, ExportBody
from chalicelib.ids import GivenId, RequiredId

MAX_VALIDATED = 5_000  # beyond so many ids the planning checks each sample, skips what fails and reports it
MAX_SAMPLE_IDS = 100_000
SAMPLE_SIZE = 1_000  # samples by which an estimate judges more than CHECKED_AT_ONCE of them
MAX_WALKED = 20_000  # samples that an estimate looks at to see how many a search finds


class Selection(BaseModel):
    """All samples of the namespace, or all that a search finds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    all: Literal[True]
    q: Annotated[str, Field(max_length=255)] | None = None


class SamplesBody(ExportBody):
    """What a request for something of samples says of them."""

    namespace_id: RequiredId
    sample_ids: Annotated[list[GivenId], Field(max_length=MAX_SAMPLE_IDS)] | None = None
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class SampleSelection:
    """The samples of a wish. `sample_ids` None: a selection."""

    namespace_id: str
    sample_ids: tuple[str, ...] | None
    q: str | None

    @property
    def count(self) -> int | None:
        """How many they are, as far as that is known before the planning."""
        return None if self.sample_ids is None else len(self.sample_ids)

    def to_document(self) -> dict[str, Any]:
        """The samples as JSON."""
        return {"namespace_id": self.namespace_id, "sample_ids": self.sample_ids, "q": self.q}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "SampleSelection":
        """The samples that `to_document` wrote."""
        ids = document["sample_ids"]
        return cls(document["namespace_id"], None if ids is None else tuple(ids), document["q"])

    def choice(self, user_id: str) -> ResolvedSamples:
        """The samples that are meant, as far as the user may export them now. Raises NotFound or Forbidden for the
        namespace."""
        namespace = namespaces.find(self.namespace_id)
        permissions.require(user_id, namespace, Role.ANALYST)
        if self.sample_ids is None:
            return resolve_all(user_id, namespace, self.q)
        return resolve(user_id, namespace, self.sample_ids)

    def sampled(self, user_id: str) -> "Sampled":
        """As many of the samples as can be looked at while somebody waits. Raises NotFound or Forbidden for the
        namespace."""
        namespace = namespaces.find(self.namespace_id)
        permissions.require(user_id, namespace, Role.ANALYST)
        ids: Sequence[str]
        if self.sample_ids is None:
            ids, total = _found_by_walk(permissions.listed_namespaces(user_id, namespace), self.q)
        else:
            ids, total = self.sample_ids, len(self.sample_ids)
        if len(ids) == total <= MAX_VALIDATED:
            choice = resolve(user_id, namespace, ids)
            return Sampled(choice, len(choice.samples), is_exact=True)
        some = _spread(ids, SAMPLE_SIZE)
        choice = resolve(user_id, namespace, some)
        return Sampled(choice, total * len(choice.samples) // max(1, len(some)), is_exact=False)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Some of the samples of a request, by which all `total` of them are judged."""

    choice: ResolvedSamples
    total: int
    is_exact: bool


def _found_by_walk(namespace_ids: Sequence[str], q: str | None) -> tuple[list[str], int]:
    """Samples of these namespaces that `q` finds, as far as a walk goes, and about how many there are in all."""
    most = MAX_WALKED if q else MAX_VALIDATED + 1
    walked = list(islice(sample_queries.everything(namespace_ids, None), most))
    found = [one.id for one in walked if one.is_found_by(q)]
    if len(walked) < most:
        return found, len(found)
    everything = max(len(walked), sum(map(counted, namespace_ids)))
    # Samples are walked by PUID, which says nothing of them: those that were walked are like the others.
    return found, everything * len(found) // len(walked)


def _spread(ids: Sequence[str], count: int) -> list[str]:
    """So many of the ids, evenly spread over all of them."""
    return [ids[position * len(ids) // count] for position in range(count)] if len(ids) > count else list(ids)


@dataclass(frozen=True, slots=True)
class ValidatedSelection:
    """What a look at the samples of a request found: those that are asked for, where they are few enough to be
    checked at once their choice, and the rules that are broken."""

    asked: SampleSelection
    choice: ResolvedSamples | None
    rules: tuple[CodedViolation, ...]

    def sampled(self, user_id: str) -> Sampled:
        """The samples that were checked, or as many as can be looked at while somebody waits."""
        if self.choice is None:
            return self.asked.sampled(user_id)
        return Sampled(self.choice, len(self.choice.samples), is_exact=True)


def validate_samples(body: SamplesBody, user_id: str) -> ValidatedSelection:
    """Check the samples of a request. Raises NotFound or Forbidden for the namespace (at least analyst)."""
    namespace = namespaces.find(body.namespace_id)
    permissions.require(user_id, namespace, Role.ANALYST)
    rules = _selection_rules(body)
    if not body.sample_ids or rules or len(body.sample_ids) > MAX_VALIDATED:
        return ValidatedSelection(_asked(body, namespace), None, tuple(rules))
    choice = resolve(user_id, namespace, body.sample_ids)
    asked = SampleSelection(namespace.id, tuple(sample.id for sample in choice.samples), None)
    return ValidatedSelection(asked, choice, tuple(_not_found(choice)))


def _selection_rules(body: SamplesBody) -> list[CodedViolation]:
    if body.sample_ids is not None and body.selection is not None:
        return [CodedViolation("invalid", Violation("/selection", "Give either sample_ids or selection, not both."))]
    if not body.sample_ids and body.selection is None:
        return [CodedViolation("no-sample", Violation("/sample_ids", "Choose at least one sample."))]
    return []


def _asked(body: SamplesBody, namespace: Namespace) -> SampleSelection:
    ids = None if body.sample_ids is None else tuple(dict.fromkeys(body.sample_ids))
    return SampleSelection(namespace.id, ids, body.selection.q if body.selection else None)


def _not_found(choice: ResolvedSamples) -> list[CodedViolation]:
    rule = message("No such sample in this namespace, or it may not be exported by you.")
    return [
        CodedViolation("sample-not-found", Violation(f"/sample_ids/{position}", rule)) for position, _ in choice.refused
    ]
