"""What is announced of runs to other systems: their ends."""

from chalicelib.catalog.runs.model import Run
from chalicelib.catalog.runs.states import RunState
from chalicelib.outbox import Announcement, Topic, announcement_id
from chalicelib.settings import settings

_TOPICS = {RunState.COMPLETED: Topic.RUN_COMPLETED, RunState.ERROR: Topic.RUN_FAILED}


def announcement_of(run: Run) -> Announcement | None:
    """The announcement of a run that has just ended, for its submitter, and for its namespace if its members see it;
    None for other states."""
    topic = _TOPICS.get(run.state)
    if topic is None:
        return None
    data = {
        "id": run.id,
        "name": run.name,
        "workflow": {"name": run.workflow_name, "version": run.workflow_version},
        "state": run.state.value,
        "user_id": run.submitter_id,
        "namespace_id": run.namespace_id,
        "sample_count": run.sample_count,
        "url": f"{settings().pages_url}/workflow-executions/{run.id}" if settings().pages_url else None,
    }
    namespace_id = run.namespace_id if run.is_open else None
    return Announcement(announcement_id(topic, run.id), topic, run.updated_at, run.submitter_id, namespace_id, data)
