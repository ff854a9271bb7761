"""Who may see an import."""

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.errors import NotFound
from chalicelib.ingestion.imports import record
from chalicelib.ingestion.imports.record import Import


def get_visible(import_id: str, user_id: str) -> Import:
    """The import with this id, for the user who started it and maintainers of its project. Raises NotFound for everyone
    else."""
    found = record.find(import_id)
    if found is None or not (found.user_id == user_id or _is_maintainer(user_id, found.project_id)):
        raise NotFound("Import not found.")
    return found


def _is_maintainer(user_id: str, project_id: str) -> bool:
    project = namespaces.find_many([project_id]).get(project_id)
    role = None if project is None else permissions.effective_role(user_id, project)
    return role is not None and role >= Role.MAINTAINER
