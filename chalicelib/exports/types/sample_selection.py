"""The samples of an export, by id or as a selection, and their validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.sample_query.filters import MAX_FILTERS, SampleFilter, conditions_of
from chalicelib.catalog.sample_query.query import EVERYTHING, Query, matching
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples.index import counted
from chalicelib.catalog.samples.model import ResolvedSamples
from chalicelib.catalog.samples.resolve import resolve, resolve_all, without
from chalicelib.errors import Violation, message
from chalicelib.exports.model import Export
from chalicelib.exports.types.base import CodedViolation, ExportBody
from chalicelib.ids import GivenId, RequiredId

T = TypeVar("T")
MAX_VALIDATED = 5_000  # of more ids, planning checks each sample, skips those that fail and reports them
MAX_SAMPLE_IDS = 100_000
MAX_EXCLUDED = 10_000
# Samples whose files are read within a request, at some 4 ms of CPU each (docs/performance.md); estimates of more are
# extrapolated from so many, and planning checks the limits.
MAX_COUNTED = 1_000
MAX_WALKED = 20_000  # samples that an estimate reads to find out how many match a search


class Selection(BaseModel):
    """All samples of the namespace, or all that match a search and filters, except some."""

    model_config = ConfigDict(extra="forbid", strict=True)

    all: Literal[True]
    q: Annotated[str, Field(max_length=255)] | None = None
    filters: Annotated[
        list[SampleFilter],
        Field(default_factory=list, max_length=MAX_FILTERS, description="As in the query of samples."),
    ]
    excluded_sample_ids: Annotated[
        list[GivenId],
        Field(default_factory=list, max_length=MAX_EXCLUDED, description="Samples to omit, by id or PUID."),
    ]


class SamplesBody(ExportBody):
    """The samples in a request for an export."""

    namespace_id: RequiredId
    sample_ids: Annotated[list[GivenId], Field(max_length=MAX_SAMPLE_IDS)] | None = None
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class SampledSamples:
    """At most MAX_COUNTED of `total` samples, from which an estimate is made. `is_exact`: the total is not itself an
    estimate."""

    resolved: ResolvedSamples
    total: int
    is_exact: bool

    @property
    def is_complete(self) -> bool:
        """Are these all the samples?"""
        return self.is_exact and len(self.resolved.samples) == self.total


@dataclass(frozen=True, slots=True)
class SampleSelection:
    """The samples of a spec: by id, or where `sample_ids` is None all that match `query`, but for the `excluded` (by id
    or PUID)."""

    namespace_id: str
    sample_ids: tuple[str, ...] | None
    query: Query = EVERYTHING
    excluded: tuple[str, ...] = ()

    @property
    def count(self) -> int | None:
        """The number of samples, or None if it is only known after planning."""
        return None if self.sample_ids is None else len(self.sample_ids)

    def to_json(self) -> dict[str, Any]:
        return {
            "namespace_id": self.namespace_id,
            "sample_ids": self.sample_ids,
            **self.query.to_json(),
            "excluded": self.excluded,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SampleSelection":
        """The selection that `to_json` wrote."""
        ids, excluded = document["sample_ids"], document.get("excluded", ())  # none in specs of earlier versions
        query = Query.from_json(document)
        return cls(document["namespace_id"], None if ids is None else tuple(ids), query, tuple(excluded))

    def resolve(self, user_id: str) -> ResolvedSamples:
        """The samples that the user may export now. Raises NotFound or Forbidden for the namespace."""
        namespace = self._namespace(user_id)
        if self.sample_ids is None:
            return resolve_all(user_id, namespace, self.query, self.excluded)
        return resolve(user_id, namespace, self.sample_ids)

    def sampled(self, user_id: str) -> SampledSamples:
        """As many of the samples as can be read within a request. Raises NotFound or Forbidden for the namespace."""
        namespace = self._namespace(user_id)
        ids: Sequence[str]
        if self.sample_ids is not None:
            ids, total = self.sample_ids, len(self.sample_ids)
        elif self.query.conditions:
            ids = matching(permissions.listed_namespaces(user_id, namespace), self.query)
            total = len(ids)
        else:
            ids, total = _matching_by_walk(permissions.listed_namespaces(user_id, namespace), self.query.q)
        if self.excluded:
            before = len(ids)
            ids = without(ids, self.excluded)
            total = max(len(ids), total - (before - len(ids)))
        if len(ids) == total <= MAX_VALIDATED:
            return _sampled(resolve(user_id, namespace, ids))
        subset = _evenly_spread(ids, MAX_COUNTED)
        resolved = resolve(user_id, namespace, subset)
        return SampledSamples(resolved, total * len(resolved.samples) // max(1, len(subset)), is_exact=False)

    def _namespace(self, user_id: str) -> Namespace:
        namespace = namespaces.find(self.namespace_id)
        permissions.require(user_id, namespace, Role.ANALYST)
        return namespace


def _matching_by_walk(namespace_ids: Sequence[str], q: str | None) -> tuple[list[str], int]:
    """Samples of these namespaces that match `q`, from a walk of limited length, and about how many there are in
    all."""
    limit = MAX_WALKED if q else MAX_VALIDATED + 1
    walked = list(islice(sample_queries.everything(namespace_ids, None), limit))
    matching = [entry.id for entry in walked if entry.is_found_by(q)]
    if len(walked) < limit:
        return matching, len(matching)
    total = max(len(walked), sum(map(counted, namespace_ids)))
    # Samples are walked in the order of their PUIDs, which are random: those walked represent the others.
    return matching, total * len(matching) // len(walked)


def _sampled(resolved: ResolvedSamples) -> SampledSamples:
    subset = replace(resolved, samples=tuple(_evenly_spread(resolved.samples, MAX_COUNTED)))
    return SampledSamples(subset, len(resolved.samples), is_exact=True)


def _evenly_spread(items: Sequence[T], count: int) -> list[T]:
    """`count` of the items, evenly spread over all of them; all if there are no more."""
    return [items[position * len(items) // count] for position in range(count)] if len(items) > count else list(items)


@dataclass(frozen=True, slots=True)
class ValidatedSelection:
    """The selection of a request and its violations; `resolved` is None if there are too many ids to check within the
    request."""

    selection: SampleSelection
    resolved: ResolvedSamples | None
    violations: tuple[CodedViolation, ...]

    def sampled(self, user_id: str) -> SampledSamples:
        """The resolved samples, or as many as can be read within a request."""
        if self.resolved is None:
            return self.selection.sampled(user_id)
        return _sampled(self.resolved)


def validate_samples(body: SamplesBody, user_id: str) -> ValidatedSelection:
    """Validate the samples of a request. Raises NotFound or Forbidden for the namespace (at least analyst)."""
    namespace = namespaces.find(body.namespace_id)
    permissions.require(user_id, namespace, Role.ANALYST)
    violations = _selection_violations(body)
    conditions, filter_violations = conditions_of(
        body.selection.filters if body.selection else (), "/selection/filters"
    )
    violations += [CodedViolation("invalid", violation) for violation in filter_violations]
    if not body.sample_ids or violations or len(body.sample_ids) > MAX_VALIDATED:
        ids = None if body.sample_ids is None else tuple(dict.fromkeys(body.sample_ids))
        chosen = body.selection
        selection = (
            SampleSelection(namespace.id, ids)
            if chosen is None
            else SampleSelection(
                namespace.id, ids, Query(chosen.q, tuple(conditions)), tuple(chosen.excluded_sample_ids)
            )
        )
        return ValidatedSelection(selection, None, tuple(violations))
    resolved = resolve(user_id, namespace, body.sample_ids)
    selection = SampleSelection(namespace.id, tuple(sample.id for sample in resolved.samples))
    return ValidatedSelection(selection, resolved, tuple(_not_found(resolved)))


def is_analyst_of_sources(export: Export, project_ids: Sequence[str], user_id: str) -> bool:  # noqa: ARG001
    """Is the user an analyst of all projects that an export of samples has data of?"""
    return permissions.has_role(user_id, project_ids, Role.ANALYST)


def _selection_violations(body: SamplesBody) -> list[CodedViolation]:
    if body.sample_ids is not None and body.selection is not None:
        return [CodedViolation("invalid", Violation("/selection", "Give either sample_ids or selection, not both."))]
    if not body.sample_ids and body.selection is None:
        return [CodedViolation("no-sample", Violation("/sample_ids", "Select at least one sample."))]
    return []


def _not_found(resolved: ResolvedSamples) -> list[CodedViolation]:
    detail = message("There is no such sample in this namespace, or you may not export it.")
    return [
        CodedViolation("sample-not-found", Violation(f"/sample_ids/{position}", detail))
        for position, _ in resolved.refused
    ]
