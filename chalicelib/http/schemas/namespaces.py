"""JSON of groups and projects, their members and invitations, and the groups they are shared with."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.access import group_links, invitations, memberships, users
from chalicelib.access.roles import ROLE_LABELS, Role
from chalicelib.catalog.namespaces import model
from chalicelib.http.schemas.base import Body, FutureTime, Id, Text, Time, one_of, puid
from chalicelib.ids import GivenId, RequiredId
from chalicelib.names import Name

PathName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$"),
    Field(description="The last segment of the full path.", examples=["outbreak-2026"]),
]
EmailAddress = Annotated[
    str,
    StringConstraints(max_length=320, pattern=r"^[^\s@]+@[^\s@]+$", strip_whitespace=True),  # RFC 5321 section 4.5.3.1
    Field(description="An e-mail address.", examples=["ben@example.org"]),
]
RoleLabel = Annotated[str, one_of(*ROLE_LABELS, example="analyst")]


class NewGroup(Body):
    """A group to create."""

    name: Annotated[Name, Field(examples=["National Laboratory"])]
    path: PathName
    parent_id: RequiredId | None = None
    puid: GivenId | None = None


class NewProject(Body):
    """A project to create."""

    name: Annotated[Name, Field(examples=["Outbreak 2026"])]
    path: PathName
    group_id: Annotated[RequiredId, Field(examples=["INXT_GRP_AZKFAVKQ3L"])]
    description: Text | None = None
    puid: GivenId | None = None


class RoleGrant(Body):
    """The role that a member or group gets."""

    role: Annotated[Literal["guest", "uploader", "analyst", "maintainer", "owner"], Field(examples=["analyst"])]
    expires_at: FutureTime | None = None


class NewInvitation(RoleGrant):
    """The role that the person of an e-mail address gets when they sign in."""

    email: EmailAddress


class Namespace(TypedDict):
    """A group or a project."""

    id: Id
    type: Annotated[str, one_of("group", "project", example="project")]
    name: Annotated[str, Field(examples=["Outbreak 2026"])]
    path: Annotated[str, Field(examples=["outbreak-2026"])]
    full_path: Annotated[str, Field(examples=["national-laboratory/outbreak-2026"])]
    puid: Annotated[str, puid("PRJ")]
    parent_id: Id | None
    role: Annotated[RoleLabel, Field(description="The caller's role.")]
    created_at: Time
    description: NotRequired[Annotated[str | None, Field(description="Of projects only.")]]


class Member(TypedDict):
    """A member of a group or project; one who never signed in has no address or names."""

    user_id: Id
    email: NotRequired[Annotated[str, Field(examples=["ana@example.org"])]]
    first_name: NotRequired[Annotated[str, Field(examples=["Ana"])]]
    last_name: NotRequired[Annotated[str, Field(examples=["Analyst"])]]
    role: RoleLabel
    expires_at: Time | None


class Invitation(TypedDict):
    """A role for the person of an e-mail address, who becomes a member when they sign in until `valid_until`."""

    id: Id
    namespace_id: Id
    email: Annotated[str, Field(examples=["ben@example.org"])]
    role: RoleLabel
    expires_at: Annotated[Time | None, Field(description="The end of the role; null: none.")]
    created_at: Time
    valid_until: Time


class GroupLink(TypedDict):
    """A group that a group or project is shared with, and the highest role that its members get."""

    namespace_id: Id
    group_id: Id
    group_puid: Annotated[str, puid("GRP")]
    group_name: Annotated[str, Field(examples=["Provincial laboratories"])]
    role: RoleLabel
    expires_at: Time | None


def invitation_json(invitation: invitations.Invitation) -> Invitation:
    """An invitation as JSON."""
    return Invitation(
        id=invitation.id,
        namespace_id=invitation.namespace_id,
        email=invitation.email,
        role=invitation.role.label,
        expires_at=invitation.expires_at,
        created_at=invitation.created_at,
        valid_until=invitation.valid_until,
    )


def link_json(link: group_links.GroupLink, group: model.Namespace) -> GroupLink:
    """A link as JSON, with the group that it leads to."""
    return GroupLink(
        namespace_id=link.namespace_id,
        group_id=group.id,
        group_puid=group.puid,
        group_name=group.name,
        role=link.role.label,
        expires_at=link.expires_at,
    )


def namespace_json(namespace: model.Namespace, role: Role) -> Namespace:
    """A namespace as JSON, with the caller's role."""
    document = Namespace(
        id=namespace.id,
        type=namespace.type,
        name=namespace.name,
        path=namespace.path,
        full_path=namespace.full_path,
        puid=namespace.puid,
        parent_id=namespace.parent_id,
        role=role.label,
        created_at=namespace.created_at,
    )
    if namespace.type == "project":
        document["description"] = namespace.description
    return document


def member_json(membership: memberships.Membership, user: users.User | None) -> Member:
    """A member as JSON."""
    document = Member(user_id=membership.user_id, role=membership.role.label, expires_at=membership.expires_at)
    if user is not None:
        document["email"], document["first_name"], document["last_name"] = user.email, user.first_name, user.last_name
    return document
