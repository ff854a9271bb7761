"""What a user may do in a namespace."""

from chalicelib.access import memberships
from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import Namespace
from chalicelib.errors import Forbidden, NotFound


def readable(user_id: str, namespace: Namespace) -> Role | None:
    """The user's role on the namespace, its own or from a group above; None: they may not know that it exists."""
    return memberships.role_of(user_id, namespace.lineage)


def require(user_id: str, namespace: Namespace, least: Role) -> Role:
    """The user's role, which is at least `least`. Raises NotFound without any role, Forbidden with too low a one."""
    role = readable(user_id, namespace)
    if role is None:
        raise NotFound("There is no such group or project.")
    if role < least:
        raise Forbidden(f"This needs at least the role {least.label} here; you are {role.label}.", slug="role-too-low")
    return role
