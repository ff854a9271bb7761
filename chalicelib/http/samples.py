"""Routes about samples and their metadata."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

from chalice.app import Blueprint, Response
from pydantic import Field, RootModel, StrictFloat, StrictInt, StringConstraints

from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog import files, namespaces, permissions, samples
from chalicelib.catalog.namespaces import Namespace
from chalicelib.catalog.puid import Kind, is_puid
from chalicelib.catalog.samples import Listed, NewSample, Sample
from chalicelib.errors import Flaw, Forbidden, Invalid, NotFound
from chalicelib.http.bodies import Body, Name, Text, caller, path_value, query, read_body
from chalicelib.http.locations import location
from chalicelib.http.once import once
from chalicelib.http.paging import order, page
from chalicelib.http.problems import answering
from chalicelib.ids import Ids
from chalicelib.settings import settings

MAX_METADATA = 300_000
FieldName = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")
]
Value = (
    Annotated[str, StringConstraints(max_length=32_767)]
    | StrictInt
    | Annotated[StrictFloat, Field(allow_inf_nan=False)]
)


class NewSampleBody(Body):
    name: Name
    description: Text | None = None
    metadata: dict[FieldName, Value] | None = None
    puid: Annotated[str, StringConstraints(max_length=255)] | None = None


class NewSamplesBody(Body):
    samples: Annotated[list[NewSampleBody], Field(min_length=1, max_length=1000)]


class SampleChange(Body):
    name: Name | None = None
    description: Text | None = None


class MetadataChange(RootModel[dict[FieldName, Value | None]]):
    pass


def shown(sample: Sample) -> dict[str, Any]:
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
        raise NotFound("There is no such project.")
    return project


def sample_of(id_or_puid: str, user: User, least: Role) -> Sample:
    """The sample of a path, on whose project the user has at least this role; NotFound without any."""
    sample = samples.find(path_value(id_or_puid))
    try:
        permissions.require(user.id, namespaces.find(sample.project_id), least)
    except Forbidden:
        raise
    except NotFound:
        raise NotFound("There is no such sample.") from None
    return sample


def _new(bodies: Sequence[NewSampleBody], pointers: Sequence[str]) -> list[NewSample]:
    """The samples that bodies mean. Raises Invalid with every broken rule, before anything is written."""
    prefix = settings().puid_prefix
    flaws: list[Flaw] = []
    seen: set[str] = set()
    made = []
    for body, pointer in zip(bodies, pointers, strict=True):
        if body.puid is not None:
            if not is_puid(body.puid, Kind.SAMPLE, prefix):
                flaws.append(Flaw(f"{pointer}/puid", f"A PUID here is {prefix}_SAM_ and ten of A-Z and 2-7."))
            elif body.puid in seen:
                flaws.append(Flaw(f"{pointer}/puid", "This PUID comes twice in the request."))
            seen.add(body.puid)
        metadata = samples.merged_metadata({}, body.metadata or {})
        flaws += _too_much(metadata, f"{pointer}/metadata")
        made.append(NewSample(body.name, body.description, metadata, body.puid))
    if flaws:
        raise Invalid(flaws[0].detail if len(flaws) == 1 else f"The request breaks {len(flaws)} rules.", flaws)
    return made


def _too_much(metadata: dict[str, Any], pointer: str) -> list[Flaw]:
    size = len(json.dumps(metadata, ensure_ascii=False).encode())
    if size <= MAX_METADATA:
        return []
    return [Flaw(pointer, f"A sample's metadata may have {MAX_METADATA} bytes in all; this has {size}.")]


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/namespaces/{namespace_id}/samples", methods=["GET"], authorizer=authorize)
    @answering
    def list_samples(namespace_id: str) -> Response:
        request = bp.current_request
        user = caller(request)
        namespace = namespaces.find(path_value(namespace_id))
        permissions.require(user.id, namespace, Role.GUEST)
        by = order(request, ("name", "puid", "created_at", "updated_at"), "name")
        q = query(request, "q")

        def position(sample: Listed) -> tuple[str, str]:
            value: str = getattr(sample, by.key)
            return value.casefold(), sample.id

        def whole(items: Sequence[Listed]) -> list[dict[str, Any]]:
            found = samples.find_many(item.id for item in items)
            return [shown(found[item.id]) for item in items if item.id in found]

        listed = samples.listed([namespace.id, *permissions.shared_with(namespace)])
        matching = [sample for sample in listed if sample.is_found_by(q)]
        ordered = sorted(matching, key=position, reverse=by.descending)
        return page(request, ordered, by=by, position=position, shown=whole)

    @bp.route("/projects/{project_id}/samples", methods=["POST"], authorizer=authorize)
    @answering
    def create_sample(project_id: str) -> Response:
        user = caller(bp.current_request)
        project = project_of(project_id, user, Role.UPLOADER)
        body = read_body(bp.current_request, NewSampleBody)
        (new,) = _new([body], [""])

        def create(ids: Ids) -> Response:
            sample = samples.create(project, new, ids)
            return Response(shown(sample), status_code=201, headers={"Location": location(f"/samples/{sample.id}")})

        return once(bp.current_request, user, create)

    @bp.route("/projects/{project_id}/samples/batch", methods=["POST"], authorizer=authorize)
    @answering
    def create_samples(project_id: str) -> Response:
        user = caller(bp.current_request)
        project = project_of(project_id, user, Role.UPLOADER)
        bodies = read_body(bp.current_request, NewSamplesBody).samples
        wanted = _new(bodies, [f"/samples/{i}" for i in range(len(bodies))])

        def create(ids: Ids) -> Response:
            made = samples.create_many(project, wanted, ids)
            return Response({"samples": [shown(sample) for sample in made]}, status_code=201)

        return once(bp.current_request, user, create)

    @bp.route("/samples/{sample_id}", methods=["GET"], authorizer=authorize)
    @answering
    def get_sample(sample_id: str) -> Response:
        user = caller(bp.current_request)
        return Response(shown(sample_of(sample_id, user, Role.GUEST)))

    @bp.route("/samples/{sample_id}", methods=["PATCH"], authorizer=authorize)
    @answering
    def change_sample(sample_id: str) -> Response:
        user = caller(bp.current_request)
        sample = sample_of(sample_id, user, Role.UPLOADER)
        change = read_body(bp.current_request, SampleChange)
        told = change.model_fields_set
        if "name" in told and change.name is None:
            raise Invalid("A sample has a name.", [Flaw("/name", "A sample has a name.")])
        changed = samples.update(
            sample,
            name=change.name or sample.name,
            description=change.description if "description" in told else sample.description,
            metadata=sample.metadata,
        )
        return Response(shown(changed))

    @bp.route("/samples/{sample_id}", methods=["DELETE"], authorizer=authorize)
    @answering
    def delete_sample(sample_id: str) -> Response:
        user = caller(bp.current_request)
        sample = sample_of(sample_id, user, Role.MAINTAINER)
        files.remove_all(files.all_of_sample(sample.id))
        samples.delete(sample)
        return Response("", status_code=204)

    @bp.route("/samples/{sample_id}/metadata", methods=["PATCH"], authorizer=authorize)
    @answering
    def change_metadata(sample_id: str) -> Response:
        user = caller(bp.current_request)
        sample = sample_of(sample_id, user, Role.UPLOADER)
        change = read_body(bp.current_request, MetadataChange)
        metadata = samples.merged_metadata(sample.metadata, change.root)
        flaws = _too_much(metadata, "")
        if flaws:
            raise Invalid(flaws[0].detail, flaws)
        changed = samples.update(sample, name=sample.name, description=sample.description, metadata=metadata)
        return Response(shown(changed))

    return bp
