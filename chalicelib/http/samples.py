"""Routes about samples and their metadata."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from chalice.app import Blueprint, Response
from pydantic import Field, PlainValidator, RootModel
from pydantic_core import PydanticCustomError

from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.puid import Kind, is_puid
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.deletion import delete_with_files
from chalicelib.catalog.samples.index import SampleListEntry
from chalicelib.catalog.samples.metadata import FieldName, duplicate_fields, is_value, merged_metadata
from chalicelib.catalog.samples.model import NewSample, Sample, metadata_size_violation
from chalicelib.catalog.samples.queries import SortKey
from chalicelib.errors import NotFound, Violation, message, validation_error
from chalicelib.http.authentication import caller
from chalicelib.http.idempotent import idempotent
from chalicelib.http.namespaces import puid_rule
from chalicelib.http.paging import answer, decode_cursor, encode_cursor, limit, order
from chalicelib.http.problems import problem_details
from chalicelib.http.requests import Body, Text, path_value, query, read_body
from chalicelib.http.urls import location
from chalicelib.ids import GivenId, Ids
from chalicelib.names import Name
from chalicelib.settings import settings

MAX_ANSWER = 4_000_000  # a function answers 6 MB at the most, and a sample's metadata can be large
_READ_AT_ONCE = 100


def _checked(value: Any) -> Any:
    if not is_value(value):
        raise PydanticCustomError("metadata_value", "not a value of metadata")
    return value


def _checked_or_none(value: Any) -> Any:
    return None if value is None else _checked(value)


MetadataValueOrNull = Annotated[Any, PlainValidator(_checked_or_none)]


class NewSampleBody(Body):
    name: Name
    description: Text | None = None
    metadata: dict[FieldName, MetadataValueOrNull] | None = None
    puid: GivenId | None = None


class NewSamplesBody(Body):
    samples: Annotated[list[NewSampleBody], Field(min_length=1, max_length=1000)]


class SampleChange(Body):
    name: Name | None = None
    description: Text | None = None


class MetadataChange(RootModel[dict[FieldName, MetadataValueOrNull]]):
    pass


def sample_json(sample: Sample) -> dict[str, Any]:
    """A sample as JSON."""
    return {
        "id": sample.id,
        "puid": sample.puid,
        "name": sample.name,
        "description": sample.description,
        "project_id": sample.project_id,
        "metadata": dict(sample.metadata),
        "created_at": sample.created_at,
        "updated_at": sample.updated_at,
    }


def project_of(id_or_puid: str, user: User, least: Role) -> Namespace:
    """The project of a path, on which the user has at least this role."""
    project = namespaces.find(path_value(id_or_puid))
    permissions.require(user.id, project, least)
    if project.type != "project":
        raise NotFound("Project not found.")
    return project


def sample_of(id_or_puid: str, user: User, least: Role) -> Sample:
    """The sample of a path, on whose project the user has at least this role; NotFound without any."""
    return sample_and_role(id_or_puid, user, least)[0]


def sample_and_role(id_or_puid: str, user: User, least: Role) -> tuple[Sample, Role]:
    """As `sample_of`, with the role that the user has there."""
    sample = samples.find(path_value(id_or_puid))
    try:
        return sample, permissions.require(user.id, namespaces.find(sample.project_id), least)
    except NotFound:
        raise NotFound("Sample not found.") from None


def _new(bodies: Sequence[NewSampleBody], pointers: Sequence[str]) -> list[NewSample]:
    """The samples that bodies mean. Raises Invalid with every broken rule, before anything is written."""
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
    size = sum(len(json.dumps(new.metadata)) for new in made)  # as they are answered: in ASCII, with escapes
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


def _metadata_size_violation(metadata: dict[str, Any], pointer: str) -> list[Violation]:
    rule = metadata_size_violation(metadata)
    return [] if rule is None else [Violation(pointer, rule)]


def _page_json(page: Sequence[SampleListEntry]) -> tuple[list[dict[str, Any]], SampleListEntry | None]:
    """The samples of a page as JSON; where they are too much for one answer, the last that it holds."""
    items: list[dict[str, Any]] = []
    size = 0
    last = None
    for start in range(0, len(page), _READ_AT_ONCE):
        chunk = page[start : start + _READ_AT_ONCE]
        there = samples.find_many(one.id for one in chunk)
        for one in chunk:
            item = sample_json(there[one.id]) if one.id in there else None
            size += len(json.dumps(item))
            if size > MAX_ANSWER and last is not None:
                return items, last
            last = one
            if item is not None:
                items.append(item)
    return items, None


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/namespaces/{namespace_id}/samples", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_samples(namespace_id: str) -> Response:
        request = bp.current_request
        user = caller(request)
        namespace = namespaces.find(path_value(namespace_id))
        permissions.require(user.id, namespace, Role.GUEST)
        by = order(request, sample_queries.SORT_KEYS, "name")
        sort: SortKey = next(key for key in sample_queries.SORT_KEYS if key == by.key)
        found = sample_queries.page(
            permissions.listed_namespaces(user.id, namespace),
            sort=sort,
            descending=by.descending,
            q=query(request, "q"),
            after=decode_cursor(request),
            limit=limit(request),
        )
        items, last = _page_json(found.samples)
        following = found.next if last is None else sample_queries.position_of(last, sort)
        return answer(items, encode_cursor(request, following), found.total, is_exact=found.total_is_exact)

    @bp.route("/projects/{project_id}/samples", methods=["POST"], authorizer=authorize)
    @problem_details
    def create_sample(project_id: str) -> Response:
        user = caller(bp.current_request)
        project = project_of(project_id, user, Role.UPLOADER)
        body = read_body(bp.current_request, NewSampleBody)
        (new,) = _new([body], [""])

        def create(ids: Ids) -> Response:
            sample = samples.create(project, new, ids)
            return Response(
                sample_json(sample), status_code=201, headers={"Location": location(f"/samples/{sample.id}")}
            )

        return idempotent(bp.current_request, user, create)

    @bp.route("/projects/{project_id}/samples/batch", methods=["POST"], authorizer=authorize)
    @problem_details
    def create_samples(project_id: str) -> Response:
        user = caller(bp.current_request)
        project = project_of(project_id, user, Role.UPLOADER)
        bodies = read_body(bp.current_request, NewSamplesBody).samples
        wanted = _new(bodies, [f"/samples/{i}" for i in range(len(bodies))])

        def create(ids: Ids) -> Response:
            made = samples.create_many(project, wanted, ids)
            return Response({"samples": [sample_json(sample) for sample in made]}, status_code=201)

        return idempotent(bp.current_request, user, create)

    @bp.route("/samples/{sample_id}", methods=["GET"], authorizer=authorize)
    @problem_details
    def get_sample(sample_id: str) -> Response:
        user = caller(bp.current_request)
        return Response(sample_json(sample_of(sample_id, user, Role.GUEST)))

    @bp.route("/samples/{sample_id}", methods=["PATCH"], authorizer=authorize)
    @problem_details
    def change_sample(sample_id: str) -> Response:
        user = caller(bp.current_request)
        sample = sample_of(sample_id, user, Role.UPLOADER)
        change = read_body(bp.current_request, SampleChange)
        fields_set = change.model_fields_set
        if "name" in fields_set and change.name is None:
            raise validation_error([Violation("/name", "A sample needs a name.")])

        def changed(present: Sample) -> Sample:
            description = change.description if "description" in fields_set else present.description
            return replace(present, name=change.name or present.name, description=description)

        return Response(sample_json(samples.update_with(sample, changed)))

    @bp.route("/samples/{sample_id}", methods=["DELETE"], authorizer=authorize)
    @problem_details
    def delete_sample(sample_id: str) -> Response:
        user = caller(bp.current_request)
        sample = sample_of(sample_id, user, Role.MAINTAINER)
        delete_with_files(sample)
        return Response("", status_code=204)

    @bp.route("/samples/{sample_id}/metadata", methods=["PATCH"], authorizer=authorize)
    @problem_details
    def change_metadata(sample_id: str) -> Response:
        user = caller(bp.current_request)
        sample = sample_of(sample_id, user, Role.UPLOADER)
        change = read_body(bp.current_request, MetadataChange)
        if duplicates := duplicate_fields(change.root, ""):
            raise validation_error(duplicates)

        def changed(present: Sample) -> Sample:
            metadata = merged_metadata(present.metadata, change.root)
            violations = _metadata_size_violation(metadata, "")
            if violations:
                raise validation_error(violations)
            return replace(present, metadata=metadata)

        return Response(sample_json(samples.update_with(sample, changed)))

    return bp
