"""Operations on workflow executions (runs) and their outputs."""

import json
from collections.abc import Callable
from itertools import groupby
from typing import Annotated, cast

from chalice.app import Request

from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.files import registration
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.puid import Kind
from chalicelib.catalog.runs import contents as run_contents
from chalicelib.catalog.runs import ingestion as ingestions
from chalicelib.catalog.runs import outputs as run_outputs
from chalicelib.catalog.runs import permissions as run_permissions
from chalicelib.catalog.runs import pipeline_info
from chalicelib.catalog.runs import queries as run_queries
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.model import RUN_LEVEL, NewRun, Output, Run, RunSample
from chalicelib.catalog.runs.queries import SortKey
from chalicelib.catalog.runs.results_folder import folder_of, folder_of_uri, own_folder
from chalicelib.catalog.runs.samplesheet import SamplesheetRow, validate_samplesheet
from chalicelib.catalog.runs.states import RUN_STATES, RunState
from chalicelib.catalog.runs.table import namespace_partition, user_partition
from chalicelib.catalog.samples import repository as samples
from chalicelib.errors import Violation, validation_error
from chalicelib.http.arguments import SEARCH, Query
from chalicelib.http.idempotent import STORED, Idempotent
from chalicelib.http.lookup import check_puid, namespace_of
from chalicelib.http.paging import Cursor, Sort, SortedPaging
from chalicelib.http.problems import language_of
from chalicelib.http.replies import Accepted, Created, created, polling_headers
from chalicelib.http.router import Router
from chalicelib.http.schemas import workflow_executions as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.workflow_executions import (
    output_json,
    outputs_json,
    results_json,
    run_json,
    run_sample_json,
)
from chalicelib.ids import Ids
from chalicelib.ingestion import pipeline_files
from chalicelib.ingestion.results_events import request_reading

MAX_ANSWER = 4_000_000  # bytes; a function's response can have 6 MB
_SORT = Sort(run_queries.SORT_KEYS, "-created_at")
_STATE = Query("Only executions in this state.", choices=RUN_STATES)
router = Router("Workflow executions")


@router.route("GET", "/workflow-executions", scope=Scope.READ)
def list_workflow_executions(
    user: User,
    q: Annotated[str | None, SEARCH],
    state: Annotated[str | None, _STATE],
    paging: Annotated[SortedPaging, _SORT],
) -> Page[schemas.WorkflowExecution]:
    """List the workflow executions that the caller submitted"""
    role_in = run_permissions.roles_by_namespace(user.id)
    return _page(
        user_partition(user.id), q, state, paging, is_visible=lambda run: role_in(run.namespace_id) is not None
    )


@router.route("GET", "/namespaces/{namespace_id}/workflow-executions", scope=Scope.READ)
def list_namespace_workflow_executions(
    user: User,
    namespace_id: str,
    q: Annotated[str | None, SEARCH],
    state: Annotated[str | None, _STATE],
    paging: Annotated[SortedPaging, _SORT],
) -> Page[schemas.WorkflowExecution]:
    """List the workflow executions that are open to a group's or project's members

    Of a project: automated and shared ones; of a group: shared ones."""
    namespace = namespace_of(namespace_id, user, Role.GUEST)
    return _page(namespace_partition(namespace.id), q, state, paging)


@router.route(
    "POST",
    "/workflow-executions",
    scope=Scope.CATALOG,
    idempotency=STORED,
    problems=["role-too-low", "source-not-allowed", "folder-taken"],
)
def create_workflow_execution(
    user: User, body: schemas.NewExecution, idempotent: Idempotent
) -> Created[schemas.WorkflowExecution]:
    """Record a workflow execution

    For analysts and above of the namespace. With an `output_uri`, the end of a run of AWS HealthOmics that writes there
    completes it."""
    namespace = namespace_of(body.namespace_id, user, Role.ANALYST)
    rows = [SamplesheetRow(row.sample_id, row.samplesheet) for row in body.samples]
    sheet = validate_samplesheet(user.id, namespace, rows)
    output_uri = body.output_uri and registration.require_source(namespace, body.output_uri, "/output_uri")
    new = NewRun(
        name=body.name,
        workflow_name=body.workflow.name,
        workflow_version=body.workflow.version,
        state=RunState(body.state),
        automated=body.automated,
        shared=body.shared_with_namespace,
        output_uri=output_uri,
    )

    def create(ids: Ids) -> Created[schemas.WorkflowExecution]:
        run = workflow_executions.create(new, namespace, user.id, sheet, ids)
        if body.parameters:
            pipeline_info.save_parameters(run.id, pipeline_files.bounded(iter(body.parameters.items())))
        return created(run_json(run), f"/workflow-executions/{run.id}")

    return idempotent(create)


@router.route("GET", "/workflow-executions/{execution_id}", scope=Scope.READ)
def get_workflow_execution(
    user: User, execution_id: str, cursor: Cursor, request: Request
) -> schemas.WorkflowExecutionDetail:
    """Get a workflow execution with its samples and outputs"""
    run, role = run_permissions.get_visible(execution_id, user.id)
    return _detail(run, role, cursor, language_of(request))


@router.route(
    "PATCH",
    "/workflow-executions/{execution_id}",
    scope=Scope.CATALOG,
    problems=["role-too-low", "state-not-possible", "changed-meanwhile"],
)
def update_workflow_execution(user: User, execution_id: str, body: schemas.StateChange) -> schemas.WorkflowExecution:
    """Set the state of a workflow execution"""
    run = run_permissions.require_state_update(execution_id, user.id)
    return run_json(workflow_executions.move(run, RunState(body.state)))


@router.route(
    "POST",
    "/workflow-executions/{execution_id}/complete",
    scope=Scope.CATALOG,
    problems=["role-too-low", "source-not-allowed", "state-not-possible", "changed-meanwhile"],
    calls_per_minute=60,
)
def complete_workflow_execution(
    user: User, execution_id: str, body: schemas.Completion
) -> Accepted[schemas.WorkflowExecution]:
    """Read the results of a workflow execution

    In the background, from its folder in S3: if `iridanext.output.json` is there, the files that it names become
    outputs and its metadata is written to the samples; else all files of the folder become outputs. Then the execution
    is completed: poll the `Location`. Its `results` say what was read. May be repeated."""
    run = run_permissions.require_registration(execution_id, user.id)
    folder = folder_of(run)
    if body.output_uri is not None and f"{body.output_uri.rstrip('/')}/" != folder.uri:
        namespace = namespaces.find(run.namespace_id)
        folder = folder_of_uri(registration.require_source(namespace, body.output_uri, "/output_uri"))
    if run.state is not RunState.COMPLETED:
        run = workflow_executions.move(run, RunState.COMPLETING)
    request_reading(run, folder, user.id, overwrite=body.overwrite_metadata)
    headers = {"Location": f"/workflow-executions/{run.id}", **polling_headers(is_waiting=True)}
    return Accepted(run_json(run), headers)


@router.route(
    "POST",
    "/workflow-executions/{execution_id}/outputs/register",
    scope=Scope.CATALOG,
    idempotency=STORED,
    problems=["role-too-low", "source-not-allowed", "puid-taken", "changed-meanwhile"],
)
def register_output(
    user: User, execution_id: str, body: schemas.OutputRegistration, idempotent: Idempotent
) -> Created[schemas.Output]:
    """Register an object in S3 as an output

    Of the run, or of one of its samples (`sample_id`). Nothing is copied; the same rule as for files holds."""
    run = run_permissions.require_registration(execution_id, user.id)
    check_puid(body.puid, Kind.ATTACHMENT)
    sample = None if body.sample_id is None else run_contents.find_sample(run.id, body.sample_id)
    if body.sample_id is not None and sample is None:
        raise validation_error([Violation("/sample_id", "This sample does not belong to this execution.")])
    own = own_folder(run.id)

    def create(_: Ids) -> Created[schemas.Output]:
        found = registration.find(user.id, namespaces.find(run.namespace_id), body.s3_uri, own=(own.bucket, own.prefix))
        output = run_outputs.register(run, found, sample=sample, filename=body.filename, puid=body.puid)
        return created(output_json(output, Role.ANALYST), f"/workflow-executions/{run.id}")

    return idempotent(create)


def _page(
    partition: str,
    q: str | None,
    state: str | None,
    paging: SortedPaging,
    *,
    is_visible: Callable[[Run], bool] | None = None,
) -> Page[schemas.WorkflowExecution]:
    sort: SortKey = next(key for key in run_queries.SORT_KEYS if key == paging.by.key)
    found = run_queries.page(
        partition,
        sort=sort,
        descending=paging.by.descending,
        q=q,
        state=None if state is None else RunState(state),
        after=paging.cursor.position,
        limit=paging.limit,
        is_visible=is_visible,
    )
    return paging.page([run_json(run) for run in found.runs], found.next, found.total, is_exact=found.total_is_exact)


def _detail(run: Run, role: Role, cursor: Cursor, language: str) -> schemas.WorkflowExecutionDetail:
    """A run with its samples and outputs from the cursor on, as many as fit into a response."""
    own: list[Output] = []
    by_sample: list[tuple[RunSample, list[Output]]] = []
    following = None
    size = 0
    parts_from_here = run_contents.of_run(run.id, int(cursor.position or RUN_LEVEL))
    for place, group in groupby(parts_from_here, key=lambda part: part.place):
        if size > MAX_ANSWER:
            following = str(place)
            break
        parts = list(group)
        rows = [part for part in parts if isinstance(part, RunSample)]
        outputs = [part for part in parts if isinstance(part, Output)]
        if rows:
            by_sample.append((rows[0], outputs))
        else:
            own += outputs
        size += len(json.dumps([outputs_json(outputs, role), *(dict(row.samplesheet) for row in rows)]))
    there = samples.find_many(row.sample_id for row, _ in by_sample)
    rest = {
        "output_count": len(own),
        "outputs": outputs_json(own, role),
        "samples": [run_sample_json(row, there.get(row.sample_id), outputs, role) for row, outputs in by_sample],
        "next_cursor": cursor.encode(following),
    }
    detail = cast("schemas.WorkflowExecutionDetail", {**run_json(run), **rest})  # its other member is optional
    if not cursor.position:
        _add_results(detail, run, language)
    return detail


def _add_results(detail: schemas.WorkflowExecutionDetail, run: Run, language: str) -> None:
    """Add what was read of the run's results, and how its pipeline ran."""
    ingestion = ingestions.find(run.id)
    if ingestion is not None:
        detail["results"] = results_json(ingestion, language)
    info = pipeline_info.find(run.id)
    if info.parameters:
        detail["parameters"] = dict(info.parameters)
    if info.versions:
        detail["software_versions"] = [
            schemas.SoftwareVersion(step=row.step, software=row.software, version=row.version) for row in info.versions
        ]
