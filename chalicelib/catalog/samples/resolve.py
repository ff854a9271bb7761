"""Which samples an export contains: listed ids, or all samples of a namespace that match a search."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from chalicelib.access.roles import Role
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files.model import File
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.sample_query.query import Query, matching
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.model import ResolvedSamples, SampleSummary

_READERS = 16
_CHUNK = 64


def resolve(user_id: str, namespace: Namespace, sample_ids: Sequence[str]) -> ResolvedSamples:
    """The samples of these ids or PUIDs that lie in the namespace and that the user may read as an analyst."""
    listed = permissions.listed_namespaces(user_id, namespace)
    return _allowed(user_id, listed, list(enumerate(sample_ids)), samples.find_summaries(sample_ids))


def resolve_all(user_id: str, namespace: Namespace, query: Query, excluded: Sequence[str]) -> ResolvedSamples:
    """All samples of the namespace that match a query, but for the excluded, by PUID, as far as the user may read them
    as an analyst."""
    listed = permissions.listed_namespaces(user_id, namespace)
    if query.conditions:
        ids = matching(listed, query, is_bounded=False)
    else:
        ids = [sample.id for sample in sample_queries.everything(listed, query.q)]
    requested = list(enumerate(without(ids, excluded)))
    found = samples.find_summaries(sample_id for _, sample_id in requested)
    if query.conditions:  # what was deleted a moment ago was not requested by the user
        requested = [(position, sample_id) for position, sample_id in requested if sample_id in found]
    return _allowed(user_id, listed, requested, found)


def without(sample_ids: Sequence[str], excluded: Sequence[str]) -> Sequence[str]:
    """These ids or PUIDs but for those of the excluded samples, by whichever of the two these are given."""
    if not excluded:
        return sample_ids
    found = samples.find_summaries(excluded).values()
    omitted = {identifier for sample in found for identifier in (sample.id, sample.puid)}
    return [identifier for identifier in sample_ids if identifier not in omitted]


def _allowed(
    user_id: str, listed: Sequence[str], requested: Sequence[tuple[int, str]], found: Mapping[str, SampleSummary]
) -> ResolvedSamples:
    projects = namespaces.find_many(sorted({sample.project_id for sample in found.values()}))
    readable = {
        project.id
        for project in projects.values()
        if (permissions.effective_role(user_id, project) or Role.GUEST) >= Role.ANALYST
    }
    listed_ids = set(listed)
    allowed: dict[str, SampleSummary] = {}
    refused = []
    for position, requested_id in requested:
        sample = found.get(requested_id)
        if sample is None or listed_ids.isdisjoint(sample.namespace_ids) or sample.project_id not in readable:
            refused.append((position, requested_id))
        else:
            allowed.setdefault(sample.id, sample)
    return ResolvedSamples(tuple(allowed.values()), projects, tuple(refused))


def files_by_sample(allowed: Sequence[SampleSummary]) -> Iterator[tuple[str, list[File]]]:
    """The complete files of each sample, as (sample id, files); read a chunk at a time, so that asking for the first
    does not read them all."""
    with ThreadPoolExecutor(_READERS) as pool:
        for start in range(0, len(allowed), _CHUNK):
            chunk = [sample.id for sample in allowed[start : start + _CHUNK]]
            yield from zip(chunk, pool.map(files.of_sample, chunk), strict=True)
