"""Who may see an import."""

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.errors import NotFound
from chalicelib.ingestion.imports import record
from chalicelib.ingestion.imports.record import Import


def get_visible(import_id: str, user_id: str) -> Import:
    """The import with this id, for the user who started it and maintainers of its project. Raises NotFound for everyone
    else."""
    found = record.find(import_id)
    if found is None or not (
        found.user_id == user_id or permissions.has_role(user_id, [found.project_id], Role.MAINTAINER)
    ):
        raise NotFound("Import not found.")
    return found
