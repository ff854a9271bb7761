"""Who may view a run, and who may update it.

Everything requires a role in the run's namespace now: a user who left loses access to the runs they submitted
there, since outputs hold what the namespace's samples hold (docs/decisions/0010).
"""

from collections.abc import Callable
from functools import cache

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.model import Run
from chalicelib.catalog.runs.repository import no_such_run


def get_visible(run_id: str, user_id: str) -> tuple[Run, Role]:
    """The run of this id with the user's role in its namespace, if they have one there and the run is open or their
    own. NotFound otherwise."""
    run = workflow_executions.find(run_id)
    role = roles_by_namespace(user_id)(run.namespace_id)
    if role is None or not (run.is_open or run.submitter_id == user_id):
        raise no_such_run()
    return run, role


def roles_by_namespace(user_id: str) -> Callable[[str], Role | None]:
    """The user's role by the id of a namespace, each looked up once: for lists of runs of many namespaces."""

    @cache
    def role_in(namespace_id: str) -> Role | None:
        namespace = namespaces.find_many([namespace_id]).get(namespace_id)
        return None if namespace is None else permissions.effective_role(user_id, namespace)

    return role_in


def require_state_update(run_id: str, user_id: str) -> Run:
    """The run whose progress the user may report: its submitter, or an analyst who sees it."""
    run, role = get_visible(run_id, user_id)
    if run.submitter_id != user_id:
        _require_analyst(role)
    return run


def require_registration(run_id: str, user_id: str) -> Run:
    """The run that the user may register outputs for: they may report on it and are an analyst now."""
    run, role = get_visible(run_id, user_id)
    _require_analyst(role)
    return run


def _require_analyst(role: Role) -> None:
    if role < Role.ANALYST:
        raise permissions.role_too_low(Role.ANALYST, role)
