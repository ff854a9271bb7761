"""Events by which a run's results are read: a user's request, and the end of a run of AWS HealthOmics.

Both have the form of EventBridge's events, so that one function with one set of permissions serves both.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from chalicelib import aws, timestamps
from chalicelib.catalog.files import registration
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.runs import permissions as run_permissions
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.model import Run
from chalicelib.catalog.runs.results_folder import ResultsFolder, folder_of_uri, own_folder
from chalicelib.catalog.runs.states import FINAL, RunState
from chalicelib.errors import Forbidden, Invalid, NotFound
from chalicelib.ingestion.run_folder import has_objects, read_results
from chalicelib.log import logger
from chalicelib.settings import settings

HEALTHOMICS = "aws.omics"
REQUESTED = "seqport"
# The final statuses of a run of HealthOmics ("Run lifecycle", HealthOmics User Guide).
_ENDS = {"COMPLETED": RunState.COMPLETED, "FAILED": RunState.ERROR, "CANCELLED": RunState.CANCELED}
# Where its engines put what a workflow publishes: Nextflow `pubdir`, WDL and CWL `out` ("Workflow outputs", ibid.).
_PUBLISHED = ("pubdir", "out")


def request_reading(run: Run, folder: ResultsFolder, user_id: str, *, overwrite: bool) -> None:
    """Invoke the function that reads the results of a run from this folder, for a user."""
    event = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Results Requested",
        "source": REQUESTED,
        "account": "",
        "time": timestamps.format(timestamps.now()),
        "region": "",
        "resources": [],
        "detail": {"run_id": run.id, "user_id": user_id, "uri": folder.uri, "overwrite": overwrite},
    }
    aws.functions().invoke(
        FunctionName=settings().results_function, InvocationType="Event", Payload=json.dumps(event).encode()
    )


def handle_results_event(event: Mapping[str, Any]) -> dict[str, str]:
    """Read the results that an event announces. Outcomes: `read`, `invalid` with the reason, `ended` for a run without
    results, `forbidden` when the user has lost the right, `ignored` for runs that are not recorded here."""
    if event["source"] == HEALTHOMICS:
        return _healthomics(event["detail"])
    return _requested(event["detail"])


def _requested(detail: Mapping[str, Any]) -> dict[str, str]:
    folder = folder_of_uri(detail["uri"])
    try:
        run = run_permissions.require_registration(detail["run_id"], detail["user_id"])
        if folder != own_folder(run.id):
            registration.require_source(namespaces.find(run.namespace_id), folder.uri, "/output_uri")
    except (NotFound, Forbidden, Invalid):
        return {"outcome": "forbidden"}
    return _read(run, folder, overwrite=bool(detail["overwrite"]))


def _healthomics(detail: Mapping[str, Any]) -> dict[str, str]:
    """The end of a run whose outputs are in the own folder of a run, or in one that was declared for a run."""
    state = _ENDS.get(str(detail.get("status")))
    uri = str(detail.get("runOutputUri") or "").rstrip("/")
    run = _run_of(f"{uri}/") if state is not None and uri.startswith("s3://") else None
    if state is None or run is None:
        return {"outcome": "ignored"}
    if state is not RunState.COMPLETED:
        workflow_executions.end(run, state)
        return {"outcome": "ended", "run_id": run.id}
    top = folder_of_uri(f"{uri}/")
    published = (top.below(name) for name in _PUBLISHED)
    return _read(run, next((folder for folder in published if has_objects(folder)), top), overwrite=False)


def _run_of(uri: str) -> Run | None:
    folder = folder_of_uri(uri)
    first, _, rest = folder.prefix.partition("/")
    if folder.bucket == settings().catalog_bucket and first == "runs":
        run_id = rest.split("/")[0]
        return workflow_executions.find_many([run_id]).get(run_id)
    run = workflow_executions.find_by_folder(uri)
    if run is None:
        return None
    try:  # the source may have been unbound since
        registration.require_source(namespaces.find(run.namespace_id), folder.uri, "/output_uri")
    except (NotFound, Invalid):
        logger().warning("the folder of a run's results is not bound any more", run_id=run.id)
        return None
    return run


def _read(run: Run, folder: ResultsFolder, *, overwrite: bool) -> dict[str, str]:
    if run.state in FINAL - {RunState.COMPLETED}:
        return {"outcome": "ignored", "run_id": run.id}
    ingestion = read_results(run, folder, overwrite=overwrite)
    if ingestion.failure is None:
        return {"outcome": "read", "run_id": run.id}
    return {"outcome": "invalid", "run_id": run.id, "reason": str(ingestion.failure)}
