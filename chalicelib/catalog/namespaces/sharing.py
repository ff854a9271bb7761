"""Members, invitations and links of a namespace: who may grant, change and remove roles, and how many invitations and
links there may be."""

from chalicelib import timestamps
from chalicelib.access import group_links, invitations, memberships, users
from chalicelib.access.group_links import GroupLink
from chalicelib.access.invitations import Invitation
from chalicelib.access.memberships import Membership
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound, Violation, validation_error

MAX_LINKS = 50  # links are read on every permission check and listing
MAX_INVITATIONS = 1_000  # of a namespace: each list reads all


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


def invite(actor_id: str, namespace: Namespace, email: str, role: Role, expires_at: str | None) -> Invitation:
    """Invite the person of an address to a namespace; they become a member when they next sign in (`join`).

    The actor must be a maintainer, and can't grant a role higher than their own, nor one that outlasts it. Whether the
    address is a user's is not revealed. Raises Forbidden, Invalid, and Conflict if they are a member already or there
    are too many invitations.
    """
    permissions.require(actor_id, namespace, Role.MAINTAINER)
    permissions.check_grant(actor_id, namespace, role, expires_at)
    members = {held.user_id for held in memberships.of_namespace(namespace.id)}
    if any(user.id in members for user in users.list_by_email(email)):
        raise Conflict("The person with this address is a member already: change their role.", slug="already-member")
    others = [invitation for invitation in invitations.of_namespace(namespace.id) if invitation.email != email.lower()]
    if len(others) >= MAX_INVITATIONS:
        raise Conflict(
            "A group or project can have at most {most} invitations.", slug="too-many-invitations", most=MAX_INVITATIONS
        )
    return invitations.make(namespace.id, email, role, expires_at=expires_at, invited_by=actor_id)


def withdraw_invitation(actor_id: str, namespace: Namespace, invitation_id: str) -> None:
    """Withdraw an invitation. The actor must be a maintainer, with no lower role than the invitation's. Raises
    Forbidden and NotFound."""
    actor_role = permissions.require(actor_id, namespace, Role.MAINTAINER)
    invitation = invitations.find(namespace.id, invitation_id)
    if invitation is None:
        raise NotFound("Invitation not found.")
    _require_at_least(actor_role, invitation.role)
    invitations.remove(invitation)


def join(user: User) -> list[tuple[Namespace, Role]]:
    """Make a user a member of what their address is invited to; returns where, and in which role.

    An invitation is removed without effect if it is no longer valid, if its maker could not grant the role any more, or
    if the user is a member already.
    """
    at = timestamps.format(timestamps.now())
    invited = invitations.of_address(user.email) if user.email else []
    found = namespaces.find_many(invitation.namespace_id for invitation in invited)
    joined = []
    for invitation in invited:
        namespace = found.get(invitation.namespace_id)
        is_valid = namespace is not None and invitation.is_valid(at) and _may_still_grant(invitation, namespace)
        if namespace is not None and is_valid and invitations.accept(invitation, user.id):
            joined.append((namespace, invitation.role))
        else:
            invitations.remove(invitation)
    return joined


def _may_still_grant(invitation: Invitation, namespace: Namespace) -> bool:
    try:
        permissions.require(invitation.invited_by, namespace, Role.MAINTAINER)
        permissions.check_grant(invitation.invited_by, namespace, invitation.role, invitation.expires_at)
    except (Forbidden, NotFound, Invalid):
        return False
    return True


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
