"""Routes about workflow executions and their outputs."""

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Annotated, Any, Literal

from chalice.app import Blueprint, Request, Response
from pydantic import Field

from chalicelib import timestamps
from chalicelib.access.roles import Role
from chalicelib.catalog.files import registration
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.puid import Kind
from chalicelib.catalog.runs import contents as run_contents
from chalicelib.catalog.runs import outputs as run_outputs
from chalicelib.catalog.runs import permissions as run_permissions
from chalicelib.catalog.runs import queries as run_queries
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.model import RUN_LEVEL, NewRun, Output, Run, RunSample
from chalicelib.catalog.runs.queries import SortKey
from chalicelib.catalog.runs.samplesheet import SamplesheetRow, validate_samplesheet
from chalicelib.catalog.runs.states import RUN_STATES, RunState
from chalicelib.catalog.runs.table import namespace_partition, user_partition
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.metadata import FieldName
from chalicelib.catalog.samples.model import Sample
from chalicelib.errors import Violation, validation_error
from chalicelib.http.authentication import caller
from chalicelib.http.files import Registration
from chalicelib.http.idempotent import idempotent
from chalicelib.http.namespaces import check_puid
from chalicelib.http.paging import answer, decode_cursor, encode_cursor, limit, order
from chalicelib.http.problems import problem_details
from chalicelib.http.requests import Body, enum_parameter, path_value, query, read_body
from chalicelib.http.samples import MetadataValueOrNull
from chalicelib.http.urls import location
from chalicelib.ids import GivenId, Ids, RequiredId
from chalicelib.names import Name
from chalicelib.settings import settings

MAX_SAMPLES = 1_000
MAX_ANSWER = 4_000_000  # a function answers 6 MB at the most
MAX_SHOWN = 2_000  # outputs of one sample, or of the run itself, that are shown
StateName = Literal[
    "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
]


class Workflow(Body):
    name: Name
    version: Name


class SampleToRun(Body):
    sample_id: RequiredId
    samplesheet: Annotated[dict[FieldName, MetadataValueOrNull], Field(max_length=100, default_factory=dict)]


class NewExecution(Body):
    name: Name | None = None
    workflow: Workflow
    state: StateName = "initial"
    namespace_id: RequiredId
    automated: bool = False
    shared_with_namespace: bool = False
    samples: Annotated[list[SampleToRun], Field(max_length=MAX_SAMPLES, default_factory=list)]


class StateChange(Body):
    state: StateName


class OutputRegistration(Registration):
    sample_id: RequiredId | None = None
    puid: GivenId | None = None


def run_json(run: Run) -> dict[str, Any]:
    """A run as JSON, as lists have it."""
    return {
        "id": run.id,
        "name": run.name,
        "workflow": {"name": run.workflow_name, "version": run.workflow_version},
        "state": run.state.value,
        "namespace_id": run.namespace_id,
        "automated": run.automated,
        "shared_with_namespace": run.shared,
        "submitter_id": run.submitter_id,
        "sample_count": run.sample_count,
        "created_at": run.created_at,
        "updated_at": run.updated_at,
    }


def _output(output: Output, role: Role) -> dict[str, Any]:
    """An output as JSON; with its S3 URI for uploaders and above."""
    document: dict[str, Any] = {
        "id": output.id,
        "puid": output.puid,
        "filename": output.filename,
        "format": output.format,
        "size": output.size,
        "created_at": timestamps.format(output.created_at),
        "checksums": {} if output.crc32 is None else {"crc32": f"{output.crc32:08x}"},
    }
    if role >= Role.UPLOADER:
        document["s3_uri"] = output.s3_uri
    return document


def _outputs(outputs: Sequence[Output], role: Role) -> dict[str, Any]:
    ordered = sorted(outputs, key=lambda output: (output.created_at, output.id))
    return {"output_count": len(ordered), "outputs": [_output(one, role) for one in ordered[:MAX_SHOWN]]}


def _sample(sample: RunSample, present: Sample | None) -> dict[str, Any]:
    """A row of the samplesheet; of a deleted sample the name that the samplesheet has."""
    return {
        "sample_id": sample.sample_id,
        "puid": sample.puid,
        "name": sample.samplesheet_text("sample_name") if present is None else present.name,
        "deleted": present is None,
        "samplesheet": dict(sample.samplesheet),
    }


def _run_page_json(run: Run, role: Role, from_place: int) -> tuple[dict[str, Any], int | None]:
    """A run with what it is made of from a place on; where that is too much for one answer, the place to go on at."""
    places: list[tuple[RunSample | None, list[Output]]] = []
    following = None
    size = 0
    for place, parts in groupby(run_contents.of_run(run.id, from_place), key=lambda part: part.place):
        if size > MAX_ANSWER:
            following = place
            break
        sheet = None
        outputs: list[Output] = []
        for part in parts:
            if isinstance(part, RunSample):
                sheet = part
            else:
                outputs.append(part)
        places.append((sheet, outputs))
        size += len(json.dumps(_outputs(outputs, role))) + (len(json.dumps(dict(sheet.samplesheet))) if sheet else 0)
    there = samples.find_many(sheet.sample_id for sheet, _ in places if sheet is not None)
    own = [output for sheet, outputs in places if sheet is None for output in outputs]
    rows = [
        {**_sample(sheet, there.get(sheet.sample_id)), **_outputs(outputs, role)}
        for sheet, outputs in places
        if sheet is not None
    ]
    return {**run_json(run), **_outputs(own, role), "samples": rows}, following


def _listed(request: Request, pk: str, is_visible: Callable[[Run], bool] | None = None) -> Response:
    by = order(request, run_queries.SORT_KEYS, "-created_at")
    sort: SortKey = next(key for key in run_queries.SORT_KEYS if key == by.key)
    state = enum_parameter(request, "state", RUN_STATES)
    found = run_queries.page(
        pk,
        sort=sort,
        descending=by.descending,
        q=query(request, "q"),
        state=None if state is None else RunState(state),
        after=decode_cursor(request),
        limit=limit(request),
        is_visible=is_visible,
    )
    items = [run_json(run) for run in found.runs]
    return answer(items, encode_cursor(request, found.next), found.total, is_exact=found.total_is_exact)


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/workflow-executions", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_own() -> Response:
        user = caller(bp.current_request)
        role_in = run_permissions.roles_by_namespace(user.id)
        return _listed(
            bp.current_request,
            user_partition(user.id),
            is_visible=lambda run: role_in(run.namespace_id) is not None,
        )

    @bp.route("/namespaces/{namespace_id}/workflow-executions", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_of_namespace(namespace_id: str) -> Response:
        user = caller(bp.current_request)
        namespace = namespaces.find(path_value(namespace_id))
        permissions.require(user.id, namespace, Role.GUEST)
        return _listed(bp.current_request, namespace_partition(namespace.id))

    @bp.route("/workflow-executions", methods=["POST"], authorizer=authorize)
    @problem_details
    def create() -> Response:
        user = caller(bp.current_request)
        body = read_body(bp.current_request, NewExecution)
        namespace = namespaces.find(body.namespace_id)
        permissions.require(user.id, namespace, Role.ANALYST)
        rows = [SamplesheetRow(row.sample_id, row.samplesheet) for row in body.samples]
        sheet = validate_samplesheet(user.id, namespace, rows)
        new = NewRun(
            name=body.name,
            workflow_name=body.workflow.name,
            workflow_version=body.workflow.version,
            state=RunState(body.state),
            automated=body.automated,
            shared=body.shared_with_namespace,
        )

        def make(ids: Ids) -> Response:
            run = workflow_executions.create(new, namespace, user.id, sheet, ids)
            headers: dict[str, Any] = {"Location": location(f"/workflow-executions/{run.id}")}
            return Response(run_json(run), status_code=201, headers=headers)

        return idempotent(bp.current_request, user, make)

    @bp.route("/workflow-executions/{execution_id}", methods=["GET"], authorizer=authorize)
    @problem_details
    def get(execution_id: str) -> Response:
        request = bp.current_request
        user = caller(request)
        run, role = run_permissions.get_visible(path_value(execution_id), user.id)
        document, following = _run_page_json(run, role, int(decode_cursor(request) or RUN_LEVEL))
        next_cursor = encode_cursor(request, None if following is None else str(following))
        return Response({**document, "next_cursor": next_cursor})

    @bp.route("/workflow-executions/{execution_id}", methods=["PATCH"], authorizer=authorize)
    @problem_details
    def change(execution_id: str) -> Response:
        user = caller(bp.current_request)
        run = run_permissions.require_state_update(path_value(execution_id), user.id)
        wanted = read_body(bp.current_request, StateChange).state
        return Response(run_json(workflow_executions.move(run, RunState(wanted))))

    @bp.route("/workflow-executions/{execution_id}/outputs/register", methods=["POST"], authorizer=authorize)
    @problem_details
    def register(execution_id: str) -> Response:
        user = caller(bp.current_request)
        run = run_permissions.require_registration(path_value(execution_id), user.id)
        body = read_body(bp.current_request, OutputRegistration)
        check_puid(body.puid, Kind.ATTACHMENT)
        sample = None if body.sample_id is None else run_contents.find_sample(run.id, body.sample_id)
        if body.sample_id is not None and sample is None:
            raise validation_error([Violation("/sample_id", "This sample does not belong to this execution.")])
        own = (settings().catalog_bucket, run_outputs.prefix_of(run.id))

        def create_output(_: Ids) -> Response:
            found = registration.find(user.id, namespaces.find(run.namespace_id), body.s3_uri, own=own)
            output = run_outputs.register(run, found, sample=sample, filename=body.filename, puid=body.puid)
            headers: dict[str, Any] = {"Location": location(f"/workflow-executions/{run.id}")}
            return Response(_output(output, Role.ANALYST), status_code=201, headers=headers)

        return idempotent(bp.current_request, user, create_output)

    return bp
