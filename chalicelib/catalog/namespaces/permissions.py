"""What a user may do in a namespace: by roles of their own, from groups above, and by what is shared with groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.access import group_links, memberships
from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace, NamespaceType
from chalicelib.errors import Forbidden, NotFound, Violation, message, validation_error
from chalicelib.settings import settings


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of a user, direct, inherited or by link; `expires_at` None: it does not expire."""

    role: Role
    expires_at: str | None


def effective_role(user_id: str, namespace: Namespace) -> Role | None:
    """The user's highest role on the namespace; None: the namespace must appear not to exist.

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


def has_role(user_id: str, namespace_ids: Sequence[str], least: Role) -> bool:
    """Does the user now have at least this role in all of these namespaces?"""
    found = namespaces.find_many(namespace_ids)
    roles = (effective_role(user_id, found[id_]) if id_ in found else None for id_ in namespace_ids)
    return all(role is not None and role >= least for role in roles)


def grants(user_id: str, namespace: Namespace) -> list[Grant]:
    """Every way in which the user has a role on the namespace now, with the moment at which it ends."""
    found = [Grant(held.role, held.expires_at) for held in memberships.held(user_id, namespace.lineage)]
    for link in group_links.of_namespaces(namespace.lineage):
        group = namespaces.find_many([link.group_id]).get(link.group_id)
        through = () if group is None else memberships.held(user_id, group.lineage)
        found += [Grant(min(held.role, link.role), _earlier(held.expires_at, link.expires_at)) for held in through]
    return found


def _earlier(first: str | None, other: str | None) -> str | None:
    """The earlier of two moments; None means never."""
    return min(filter(None, (first, other)), default=None)


def ends_at(user_id: str, namespace: Namespace, role: Role) -> str | None:
    """The moment at which the user loses this role on the namespace; None: it does not expire. Raises
    Forbidden when they do not have it."""
    reaching = [grant.expires_at for grant in grants(user_id, namespace) if grant.role >= role]
    if not reaching:
        raise Forbidden("You can't grant, change or remove a role higher than your own.", slug="role-too-low")
    return None if None in reaching else max(filter(None, reaching))


def check_grant(user_id: str, namespace: Namespace, role: Role, expires_at: str | None) -> None:
    """Raise Forbidden if a role that the user grants exceeds their own, Invalid if it outlasts their own."""
    latest = ends_at(user_id, namespace, role)
    if latest is not None and (expires_at is None or expires_at > latest):
        rule = message("Your own role here ends at {latest}: expires_at must not be later.", latest=latest)
        raise validation_error([Violation("/expires_at", rule)], slug="outlasts-own-role")


def require(user_id: str, namespace: Namespace, least: Role) -> Role:
    """The user's role, which is at least `least`. Raises NotFound without any role, Forbidden for a lower one."""
    role = effective_role(user_id, namespace)
    if role is None:
        raise NotFound("Group or project not found.")
    if role < least:
        raise role_too_low(least, role)
    return role


def role_too_low(least: Role, role: Role) -> Forbidden:
    """The error for a role that is too low."""
    return Forbidden(
        "This requires at least the role {least} here; yours is {role}.",
        slug="role-too-low",
        least=least.label,
        role=role.label,
    )


def require_group_creator(email: str) -> None:
    """Raise Forbidden if the operator lets only some users create top-level groups, and this address is not theirs."""
    creators = settings().group_creators.lower().split()
    if creators and email not in creators:
        raise Forbidden(
            "Only some users may create top-level groups here: ask one of them or an operator.", slug="group-creators"
        )


def accessible_namespaces(user_id: str, type: NamespaceType) -> list[tuple[Namespace, Role]]:
    """The groups or projects on which the user has a role: by memberships, from groups above, or by links."""
    held = memberships.of_user(user_id)
    own = namespaces.of_members(held, type)
    roles = {namespace.id: role for namespace, role in own}
    seen = {namespace.id: namespace for namespace, _ in own}
    links = {
        (link.namespace_id, link.group_id): link
        for membership in held
        for link in group_links.links_to_subtree(membership.namespace_id)
    }
    groups = namespaces.find_many(link.group_id for link in links.values())
    shared = namespaces.find_many(link.namespace_id for link in links.values())
    for link in links.values():
        group, top = groups.get(link.group_id), shared.get(link.namespace_id)
        if group is None or top is None:
            continue
        through = max(membership.role for membership in held if membership.namespace_id in group.lineage)
        capped = min(through, link.role)
        for namespace in (*([top] if top.type == type else []), *namespaces.descendants(top.id, type)):
            seen[namespace.id] = namespace
            roles[namespace.id] = max(roles.get(namespace.id, capped), capped)
    return [(namespace, roles[namespace.id]) for namespace in seen.values()]


def listed_namespaces(user_id: str, namespace: Namespace) -> list[str]:
    """The ids of the namespaces whose samples a user sees in a namespace's lists, none of which is below another:
    the namespace itself, which the caller has checked, and what is shared with it, as far as the user may read that.

    Links do not chain: a user who sees a group only through a link sees nothing that is shared with that group, unless
    they have a role there in another way.
    """
    if namespace.type == "project":
        return [namespace.id]
    shared = namespaces.find_many(link.namespace_id for link in group_links.links_to(namespace.id))
    if memberships.role_of(user_id, namespace.lineage) is None:  # a member can read everything that is shared
        shared = {id_: group for id_, group in shared.items() if effective_role(user_id, group) is not None}
    roots = {namespace.id: namespace, **shared}
    return [root.id for root in roots.values() if not roots.keys() & set(root.ancestor_ids)]
