"""Operations on samples and their metadata."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.puid import Kind, is_puid
from chalicelib.catalog.sample_query.evaluate import Order
from chalicelib.catalog.sample_query.filters import UnknownColumn, column_named, column_violation, conditions_of
from chalicelib.catalog.sample_query.query import Query, matching
from chalicelib.catalog.samples import creation
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.deletion import delete_with_files
from chalicelib.catalog.samples.index import SampleListEntry
from chalicelib.catalog.samples.metadata import Value, duplicate_fields, field_named, merged_metadata
from chalicelib.catalog.samples.model import NewSample, Sample, metadata_size_violation
from chalicelib.catalog.samples.queries import SortKey
from chalicelib.catalog.samples.resolve import files_by_sample
from chalicelib.errors import Violation, message, validation_error
from chalicelib.http.arguments import SEARCH
from chalicelib.http.idempotent import STORED, Idempotent
from chalicelib.http.lookup import namespace_of, project_of, puid_rule, sample_of
from chalicelib.http.paging import Sort, SortedPaging
from chalicelib.http.replies import Created, created
from chalicelib.http.router import Router
from chalicelib.http.schemas import samples as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.samples import sample_json
from chalicelib.ids import Ids
from chalicelib.settings import settings

MAX_ANSWER = 4_000_000  # bytes; a function's response can have 6 MB, and a sample's metadata can be large
MAX_QUERIES = 240  # of one user in a minute: one takes half a second of a CPU where there are 100,000 samples
_CHUNK = 100
_WRITE_PROBLEMS = ["role-too-low", "changed-meanwhile", "too-many-fields"]
router = Router("Samples")


@router.route("GET", "/namespaces/{namespace_id}/samples", scope=Scope.READ)
def list_samples(
    user: User,
    namespace_id: str,
    q: Annotated[str | None, SEARCH],
    paging: Annotated[SortedPaging, Sort(sample_queries.SORT_KEYS, "name")],
) -> Page[schemas.Sample]:
    """List the samples of a group or project

    Of a group: those of all projects below it and of those shared with it, as far as the caller may see them."""
    namespace = namespace_of(namespace_id, user, Role.GUEST)
    sort: SortKey = next(key for key in sample_queries.SORT_KEYS if key == paging.by.key)
    found = sample_queries.page(
        permissions.listed_namespaces(user.id, namespace),
        sort=sort,
        descending=paging.by.descending,
        q=q,
        after=paging.cursor.position,
        limit=paging.limit,
    )
    items, last = _page_json(found.samples)
    following = found.next if last is None else sample_queries.position_of(last, sort)
    return paging.page(items, following, found.total, is_exact=found.total_is_exact)


@router.route(
    "POST",
    "/namespaces/{namespace_id}/samples/query",
    scope=Scope.READ,
    problems=["not-indexed"],
    calls_per_minute=MAX_QUERIES,
)
def query_samples(user: User, namespace_id: str, body: schemas.SampleQuery) -> schemas.SampleQueryPage:
    """Find samples by metadata

    Filters and sorts the samples of a group or project (as listed by `GET`) by any column. Responds `not-indexed` while
    thousands of samples that were just added are being indexed; try again after some seconds."""
    namespace = namespace_of(namespace_id, user, Role.GUEST)
    conditions, violations = conditions_of(body.filters, "/filters")
    try:
        order = Order(column_named(body.sort.removeprefix("-")), body.sort.startswith("-"))
    except UnknownColumn:
        violations.append(column_violation("/sort"))
    if violations:
        raise validation_error(violations)
    query = Query(body.q, tuple(conditions))
    puids = matching(permissions.listed_namespaces(user.id, namespace), query, order)
    fields = None if body.fields is None else frozenset(map(field_named, body.fields))
    items, shown = _found_json(puids[body.offset : body.offset + body.limit], fields)
    end = body.offset + shown
    projects = namespaces.find_many(sorted({item["project_id"] for item in items}))
    return schemas.SampleQueryPage(
        items=items,
        total=len(puids),
        next_offset=end if end < len(puids) else None,
        projects=[
            schemas.ProjectSummary(id=project.id, puid=project.puid, name=project.name) for project in projects.values()
        ],
    )


@router.route("POST", "/namespaces/{namespace_id}/samples/file-counts", scope=Scope.READ, calls_per_minute=MAX_QUERIES)
def count_files(user: User, namespace_id: str, body: schemas.SampleIds) -> schemas.SampleFilesList:
    """Count the files of samples

    Of up to 100 samples that the list of this group or project has; others are not in the response. Files that are
    still being uploaded don't count."""
    namespace = namespace_of(namespace_id, user, Role.GUEST)
    listed = set(permissions.listed_namespaces(user.id, namespace))
    found = {
        sample.id: sample for sample in samples.find_summaries(body.sample_ids).values()
    }  # once, also by id and PUID
    readable = [sample for sample in found.values() if not listed.isdisjoint(sample.namespace_ids)]
    return schemas.SampleFilesList(
        items=[
            schemas.SampleFiles(sample_id=sample_id, files=len(files), size=sum(file.size for file in files))
            for sample_id, files in files_by_sample(readable)
        ]
    )


@router.route(
    "POST",
    "/projects/{project_id}/samples",
    scope=Scope.CATALOG,
    idempotency=STORED,
    problems=[*_WRITE_PROBLEMS, "puid-taken"],
)
def create_sample(
    user: User, project_id: str, body: schemas.NewSample, idempotent: Idempotent
) -> Created[schemas.Sample]:
    """Create a sample

    For uploaders and above."""
    project = project_of(project_id, user, Role.UPLOADER)
    (new,) = _new([body], [""])

    def create(ids: Ids) -> Created[schemas.Sample]:
        sample = creation.create(project, new, ids)
        return created(sample_json(sample), f"/samples/{sample.id}")

    return idempotent(create)


@router.route(
    "POST",
    "/projects/{project_id}/samples/batch",
    scope=Scope.CATALOG,
    idempotency=STORED,
    problems=[*_WRITE_PROBLEMS, "puid-taken"],
)
def create_samples(
    user: User, project_id: str, body: schemas.NewSamples, idempotent: Idempotent
) -> Created[schemas.SampleBatch]:
    """Create up to 1,000 samples

    All are validated before any is written. If the service fails half-way, the same request with the same
    Idempotency-Key completes it."""
    project = project_of(project_id, user, Role.UPLOADER)
    new = _new(body.samples, [f"/samples/{i}" for i in range(len(body.samples))])

    def create(ids: Ids) -> Created[schemas.SampleBatch]:
        made = creation.create_many(project, new, ids)
        return Created(schemas.SampleBatch(samples=[sample_json(sample) for sample in made]))

    return idempotent(create)


@router.route("GET", "/samples/{sample_id}", scope=Scope.READ)
def get_sample(user: User, sample_id: str) -> schemas.Sample:
    """Get a sample"""
    return sample_json(sample_of(sample_id, user, Role.GUEST))


@router.route("PATCH", "/samples/{sample_id}", scope=Scope.CATALOG, problems=_WRITE_PROBLEMS)
def update_sample(user: User, sample_id: str, body: schemas.SampleChange) -> schemas.Sample:
    """Change a sample's name or description"""
    sample = sample_of(sample_id, user, Role.UPLOADER)
    fields_set = body.model_fields_set
    if "name" in fields_set and body.name is None:
        raise validation_error([Violation("/name", "A sample needs a name.")])

    def changed(present: Sample) -> Sample:
        description = body.description if "description" in fields_set else present.description
        return replace(present, name=body.name or present.name, description=description)

    return sample_json(samples.update_with(sample, changed))


@router.route("DELETE", "/samples/{sample_id}", scope=Scope.CATALOG, problems=["role-too-low", "changed-meanwhile"])
def delete_sample(user: User, sample_id: str) -> None:
    """Delete a sample and its files

    For maintainers. Uploaded content is deleted some days later, registered objects stay where they are in S3."""
    delete_with_files(sample_of(sample_id, user, Role.MAINTAINER))


@router.route("PATCH", "/samples/{sample_id}/metadata", scope=Scope.CATALOG, problems=_WRITE_PROBLEMS)
def update_metadata(user: User, sample_id: str, body: schemas.MetadataChange) -> schemas.Sample:
    """Change a sample's metadata

    Sets the given fields, removes those that are null, and keeps all others. Field names are lower-cased."""
    sample = sample_of(sample_id, user, Role.UPLOADER)
    if duplicates := duplicate_fields(body.root, ""):
        raise validation_error(duplicates)

    def changed(present: Sample) -> Sample:
        metadata = merged_metadata(present.metadata, body.root)
        if violations := _metadata_size_violation(metadata, ""):
            raise validation_error(violations)
        return replace(present, metadata=metadata)

    return sample_json(samples.update_with(sample, changed))


def _new(bodies: Sequence[schemas.NewSample], pointers: Sequence[str]) -> list[NewSample]:
    """The new samples of these bodies. Raises Invalid with every broken rule, before anything is written."""
    prefix = settings().puid_prefix
    violations: list[Violation] = []
    seen: set[str] = set()
    made = []
    for body, pointer in zip(bodies, pointers, strict=True):
        if body.puid is not None:
            if not is_puid(body.puid, Kind.SAMPLE, prefix):
                violations.append(Violation(f"{pointer}/puid", puid_rule(Kind.SAMPLE)))
            elif body.puid in seen:
                violations.append(Violation(f"{pointer}/puid", "Duplicate PUID in this request."))
            seen.add(body.puid)
        violations += duplicate_fields(body.metadata or {}, f"{pointer}/metadata")
        metadata = merged_metadata({}, body.metadata or {})
        violations += _metadata_size_violation(metadata, f"{pointer}/metadata")
        made.append(NewSample(body.name, body.description, metadata, body.puid))
    size = sum(len(json.dumps(new.metadata)) for new in made)  # as the response has them: in ASCII, with escapes
    if size > MAX_ANSWER:
        rule = message(
            "The metadata of a batch must have at most {most} bytes in total, as ASCII JSON;"
            " these have {size}. Split the batch.",
            most=MAX_ANSWER,
            size=size,
        )
        violations.append(Violation("/samples", rule))
    if violations:
        raise validation_error(violations)
    return made


def _metadata_size_violation(metadata: Mapping[str, Value], pointer: str) -> list[Violation]:
    rule = metadata_size_violation(metadata)
    return [] if rule is None else [Violation(pointer, rule)]


def _page_json(page: Sequence[SampleListEntry]) -> tuple[list[schemas.Sample], SampleListEntry | None]:
    """The samples of a page as JSON; if they don't fit into one response, also the last that does."""
    items, shown = _found_json([entry.id for entry in page], None)
    return items, page[shown - 1] if shown < len(page) else None


def _found_json(ids: Sequence[str], fields: Collection[str] | None) -> tuple[list[schemas.Sample], int]:
    """The samples of these ids that still exist as JSON, and how many of the ids fit into one response: at least
    one."""
    items: list[schemas.Sample] = []
    size = 0
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        there = samples.find_many(chunk)
        for position, id_ in enumerate(chunk, start):
            item = sample_json(there[id_], fields) if id_ in there else None
            size += len(json.dumps(item))
            if size > MAX_ANSWER and position:
                return items, position
            if item is not None:
                items.append(item)
    return items, len(ids)
