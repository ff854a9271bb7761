"""Who may see a run, and who may say what becomes of it."""

from chalicelib.access.roles import Role
from chalicelib.catalog import namespaces, permissions, workflow_executions
from chalicelib.catalog.workflow_executions import Run, no_such_run
from chalicelib.errors import Forbidden


def find_seen(run_id: str, user_id: str) -> tuple[Run, Role | None]:
    """The run of this id, if the user may know of it: their own, or an open one of a namespace in which they have a
    role. With that role; a submitter may have none (any more). NotFound otherwise."""
    run = workflow_executions.find(run_id)
    namespace = namespaces.find_many([run.namespace_id]).get(run.namespace_id)
    role = None if namespace is None else permissions.readable(user_id, namespace)
    if run.submitter_id != user_id and (role is None or not run.is_open):
        raise no_such_run()
    return run, role


def require_report(run_id: str, user_id: str) -> Run:
    """The run whose progress the user may report: its submitter, or an analyst who sees it."""
    run, role = find_seen(run_id, user_id)
    if run.submitter_id != user_id:
        _require_analyst(role)
    return run


def require_registration(run_id: str, user_id: str) -> Run:
    """The run that the user may give outputs to: of those who may report on it, who is an analyst now. Its namespace's
    sources are for its members only."""
    run, role = find_seen(run_id, user_id)
    _require_analyst(role)
    return run


def _require_analyst(role: Role | None) -> None:
    if role is None or role < Role.ANALYST:
        raise Forbidden(
            "This needs at least the role {least} here; yours is {role}.",
            slug="role-too-low",
            least=Role.ANALYST.label,
            role="none" if role is None else role.label,
        )
