"""Members and links of a namespace: who may grant, change and remove roles, and how many links there may be."""

from chalicelib.access import group_links, memberships, users
from chalicelib.access.group_links import GroupLink
from chalicelib.access.memberships import Membership
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.errors import Conflict, Forbidden, NotFound, Violation, validation_error

MAX_LINKS = 50  # links are read on every permission check and listing


def grant_role(
    actor_id: str, namespace: Namespace, member_id: str, role: Role, expires_at: str | None
) -> tuple[Membership, User]:
    """Give a user a role on a namespace, replacing their present one.

    The actor must be a maintainer, can't change their own role, and can neither grant nor change a role higher than
    their own, nor one that outlasts it. Raises Forbidden, Invalid, NotFound for the user, and Conflict if the last
    owner would lose their role.
    """
    actor_role = permissions.require(actor_id, namespace, Role.MAINTAINER)
    if member_id == actor_id:
        raise Forbidden("You can't change your own role: ask another maintainer or owner.", slug="own-membership")
    _require_at_least(actor_role, memberships.role_of(member_id, [namespace.id]))
    permissions.check_grant(actor_id, namespace, role, expires_at)
    member = users.find(member_id)
    if member is None:
        raise NotFound("User not found.")
    membership = Membership(namespace.id, member.id, role, expires_at)
    memberships.grant(membership)
    return membership, member


def revoke_role(actor_id: str, namespace: Namespace, member_id: str) -> None:
    """Remove a user's role on a namespace. Everybody may remove their own; otherwise the actor must be a maintainer,
    with no lower role than the member. Raises Forbidden, NotFound, and Conflict for the last owner."""
    is_leaving = member_id == actor_id
    actor_role = permissions.require(actor_id, namespace, Role.GUEST if is_leaving else Role.MAINTAINER)
    _require_at_least(actor_role, memberships.role_of(member_id, [namespace.id]))
    if not memberships.revoke(namespace.id, member_id):
        raise NotFound("This user is not a member here.")


def _require_at_least(actor_role: Role, role: Role | None) -> None:
    if role is not None and role > actor_role:
        raise Forbidden("You can't grant, change or remove a role higher than your own.", slug="role-too-low")


def share(
    actor_id: str, namespace: Namespace, group_id: str, role: Role, expires_at: str | None
) -> tuple[GroupLink, Namespace]:
    """Share a namespace with a group, whose members get their role there, at most `role`. The actor must be an owner
    and see the group. Raises Forbidden, NotFound, Invalid, and Conflict when either has as many links as allowed."""
    permissions.require(actor_id, namespace, Role.OWNER)
    permissions.check_grant(actor_id, namespace, role, expires_at)
    group = namespaces.find(group_id)
    permissions.require(actor_id, group, Role.GUEST)
    if group.type != "group" or group.id in namespace.lineage:
        rule = "A namespace can't be shared with a group that contains it."
        raise validation_error([Violation("", rule)], slug="link-not-possible")
    _check_quota(namespace, group)
    link = GroupLink(namespace.id, group.id, role, expires_at)
    group_links.put(link, group.lineage)
    return link, group


def unshare(actor_id: str, namespace: Namespace, group_id: str) -> None:
    """Stop sharing a namespace with a group. The actor must be an owner. NotFound if it is not shared; the error does
    not reveal whether the group exists."""
    permissions.require(actor_id, namespace, Role.OWNER)
    not_shared = NotFound("It is not shared with this group.")
    try:
        group = namespaces.find(group_id)
    except NotFound:
        raise not_shared from None
    if not group_links.remove(namespace.id, group.id, group.lineage):
        raise not_shared


def _check_quota(namespace: Namespace, group: Namespace) -> None:
    linked_namespaces = {link.namespace_id for link in group_links.links_to(group.id)}
    linked_groups = {link.group_id for link in group_links.of_namespaces([namespace.id])}
    if group.id not in linked_groups and max(len(linked_namespaces), len(linked_groups)) >= MAX_LINKS:
        rule = "A group or namespace can have at most {most} links."
        raise Conflict(rule, slug="too-many-links", most=MAX_LINKS)
