"""What a user may do in a namespace: by roles of their own, from groups above, and by what is shared with groups."""

from chalicelib.access import group_links, memberships
from chalicelib.access.roles import Role
from chalicelib.catalog import namespaces
from chalicelib.catalog.namespaces import Namespace, NamespaceType
from chalicelib.errors import Forbidden, NotFound


def readable(user_id: str, namespace: Namespace) -> Role | None:
    """The user's highest role on the namespace; None: they may not know that it exists.

    A link of the namespace, or of a group above it, to a group gives that group's members their role there, capped at
    the link's. Links do not chain.
    """
    role = memberships.role_of(user_id, namespace.lineage)
    for link in group_links.of_namespaces(namespace.lineage):
        if role is not None and role >= link.role:
            continue
        group = namespaces.find_many([link.group_id]).get(link.group_id)
        through = None if group is None else memberships.role_of(user_id, group.lineage)
        if through is not None:
            capped = min(through, link.role)
            role = capped if role is None else max(role, capped)
    return role


def require(user_id: str, namespace: Namespace, least: Role) -> Role:
    """The user's role, which is at least `least`. Raises NotFound without any role, Forbidden with too low a one."""
    role = readable(user_id, namespace)
    if role is None:
        raise NotFound("There is no such group or project.")
    if role < least:
        raise Forbidden(
            "This needs at least the role {least} here; yours is {role}.",
            slug="role-too-low",
            least=least.label,
            role=role.label,
        )
    return role


def seen_by(user_id: str, type: NamespaceType) -> list[tuple[Namespace, Role]]:
    """The groups or projects on which the user has a role: by memberships, from groups above, or by links."""
    held = memberships.of_user(user_id)
    own = namespaces.of_members(held, type)
    roles = {namespace.id: role for namespace, role in own}
    seen = {namespace.id: namespace for namespace, _ in own}
    links = {(link.namespace_id, link.group_id): link for one in held for link in group_links.into(one.namespace_id)}
    groups = namespaces.find_many(link.group_id for link in links.values())
    shared = namespaces.find_many(link.namespace_id for link in links.values())
    for link in links.values():
        group, top = groups.get(link.group_id), shared.get(link.namespace_id)
        if group is None or top is None:
            continue
        through = max(one.role for one in held if one.namespace_id in group.lineage)
        capped = min(through, link.role)
        for namespace in (*([top] if top.type == type else []), *namespaces.below(top.id, type)):
            seen[namespace.id] = namespace
            roles[namespace.id] = max(roles.get(namespace.id, capped), capped)
    return [(namespace, roles[namespace.id]) for namespace in seen.values()]


def lists_of(namespace: Namespace) -> list[str]:
    """The ids of the namespaces whose samples a namespace's list holds: itself and what is shared with it, but nothing
    that is below another of them."""
    if namespace.type == "project":
        return [namespace.id]
    shared = namespaces.find_many(link.namespace_id for link in group_links.to_group(namespace.id))
    tops = {namespace.id: namespace, **shared}
    return [one.id for one in tops.values() if not tops.keys() & set(one.ancestor_ids)]
