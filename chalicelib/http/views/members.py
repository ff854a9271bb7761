"""Operations on the members of groups and projects, on invitations, and on the groups that these are shared with."""

from collections.abc import Sequence
from typing import Annotated

from chalicelib.access import group_links, invitations, memberships, users
from chalicelib.access.group_links import GroupLink
from chalicelib.access.memberships import Membership
from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role, role_of_label
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces import sharing
from chalicelib.http.lookup import namespace_of
from chalicelib.http.paging import Sort, SortedPaging
from chalicelib.http.replies import Created, created
from chalicelib.http.requests import future_timestamp
from chalicelib.http.router import Router
from chalicelib.http.schemas import namespaces as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.namespaces import invitation_json, link_json, member_json

_GRANT_PROBLEMS = ["role-too-low", "own-membership", "last-owner", "outlasts-own-role"]
router = Router("Members and sharing")


@router.route("GET", "/namespaces/{namespace_id}/members", scope=Scope.READ, problems=["role-too-low"])
def list_members(
    user: User, namespace_id: str, paging: Annotated[SortedPaging, Sort(("role", "user_id"), "-role")]
) -> Page[schemas.Member]:
    """List the members of a group or project

    For maintainers. Members inherited from groups above are listed there."""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    by = paging.by.key
    return paging.page_of(
        memberships.of_namespace(namespace.id),
        position=lambda held: f"{int(held.role) if by == 'role' else ''}\x00{held.user_id}",
        shown=_members,
    )


@router.route("PUT", "/namespaces/{namespace_id}/members/{user_id}", scope=Scope.CATALOG, problems=_GRANT_PROBLEMS)
def put_member(user: User, namespace_id: str, user_id: str, body: schemas.RoleGrant) -> schemas.Member:
    """Add a member or change a role

    For maintainers; nobody can grant a role above or for longer than their own, or change their own membership."""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    expires_at = future_timestamp(body.expires_at, "/expires_at")
    return member_json(*sharing.grant_role(user.id, namespace, user_id, role_of_label(body.role), expires_at))


@router.route(
    "DELETE",
    "/namespaces/{namespace_id}/members/{user_id}",
    scope=Scope.CATALOG,
    problems=["role-too-low", "own-membership", "last-owner"],
)
def delete_member(user: User, namespace_id: str, user_id: str) -> None:
    """Remove a member"""
    sharing.revoke_role(user.id, namespaces.find(namespace_id), user_id)


@router.route("GET", "/namespaces/{namespace_id}/invitations", scope=Scope.READ, problems=["role-too-low"])
def list_invitations(
    user: User, namespace_id: str, paging: Annotated[SortedPaging, Sort(("created_at", "email"), "-created_at")]
) -> Page[schemas.Invitation]:
    """List the invitations to a group or project

    For maintainers. Those that are no longer valid are listed until they are deleted."""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    by = paging.by.key
    return paging.page_of(
        invitations.of_namespace(namespace.id),
        position=lambda found: f"{found.created_at if by == 'created_at' else found.email}\x00{found.id}",
        shown=lambda found: [invitation_json(invitation) for invitation in found],
    )


@router.route(
    "POST",
    "/namespaces/{namespace_id}/invitations",
    scope=Scope.CATALOG,
    problems=["role-too-low", "outlasts-own-role", "already-member", "too-many-invitations"],
    calls_per_minute=60,
)
def create_invitation(user: User, namespace_id: str, body: schemas.NewInvitation) -> Created[schemas.Invitation]:
    """Invite the person of an e-mail address

    For maintainers; nobody can grant a role above or for longer than their own. The person becomes a member when they
    sign in with this address, also if they have done so before; a later invitation replaces an earlier one. No e-mail
    is sent."""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    expires_at = future_timestamp(body.expires_at, "/expires_at")
    invitation = sharing.invite(user.id, namespace, body.email, role_of_label(body.role), expires_at)
    return created(invitation_json(invitation), f"/namespaces/{namespace.id}/invitations")


@router.route(
    "DELETE",
    "/namespaces/{namespace_id}/invitations/{invitation_id}",
    scope=Scope.CATALOG,
    problems=["role-too-low"],
)
def delete_invitation(user: User, namespace_id: str, invitation_id: str) -> None:
    """Withdraw an invitation"""
    sharing.withdraw_invitation(user.id, namespaces.find(namespace_id), invitation_id)


@router.route("GET", "/namespaces/{namespace_id}/links", scope=Scope.READ, problems=["role-too-low"])
def list_links(
    user: User, namespace_id: str, paging: Annotated[SortedPaging, Sort(("role", "group_id"), "-role")]
) -> Page[schemas.GroupLink]:
    """List the groups that a group or project is shared with

    For maintainers. What groups above are shared with is listed there."""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    by = paging.by.key
    return paging.page_of(
        group_links.of_namespaces([namespace.id]),
        position=lambda link: f"{int(link.role) if by == 'role' else ''}\x00{link.group_id}",
        shown=_links,
    )


@router.route(
    "PUT",
    "/namespaces/{namespace_id}/links/{group_id}",
    scope=Scope.CATALOG,
    problems=["role-too-low", "link-not-possible", "too-many-links", "outlasts-own-role"],
)
def put_link(user: User, namespace_id: str, group_id: str, body: schemas.RoleGrant) -> schemas.GroupLink:
    """Share a group or project with a group

    For owners. Members of the group get their role there, at most the role given here."""
    namespace = namespace_of(namespace_id, user, Role.OWNER)
    role, expires_at = role_of_label(body.role), future_timestamp(body.expires_at, "/expires_at")
    return link_json(*sharing.share(user.id, namespace, group_id, role, expires_at))


@router.route("DELETE", "/namespaces/{namespace_id}/links/{group_id}", scope=Scope.CATALOG, problems=["role-too-low"])
def delete_link(user: User, namespace_id: str, group_id: str) -> None:
    """Stop sharing a group or project with a group"""
    sharing.unshare(user.id, namespaces.find(namespace_id), group_id)


def _links(links: Sequence[GroupLink]) -> list[schemas.GroupLink]:
    groups = namespaces.find_many(link.group_id for link in links)
    return [link_json(link, groups[link.group_id]) for link in links if link.group_id in groups]


def _members(members: Sequence[Membership]) -> list[schemas.Member]:
    people = users.find_many(held.user_id for held in members)
    return [member_json(held, people.get(held.user_id)) for held in members]
