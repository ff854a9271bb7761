"""Routes about groups, projects and their members."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from chalice.app import Blueprint, Request, Response
from pydantic import StringConstraints

from chalicelib.access import memberships, users
from chalicelib.access.memberships import Membership
from chalicelib.access.roles import Role, role_of_label
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions, sharing
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace, NamespaceType
from chalicelib.catalog.puid import Kind, is_puid
from chalicelib.errors import Message, Violation, message, validation_error
from chalicelib.http.authentication import caller
from chalicelib.http.idempotent import idempotent
from chalicelib.http.paging import order, page
from chalicelib.http.problems import problem_details
from chalicelib.http.requests import Body, Text, Timestamp, future_timestamp, path_value, query, read_body
from chalicelib.http.urls import location
from chalicelib.ids import GivenId, Ids, RequiredId
from chalicelib.names import Name
from chalicelib.search import matches, normalize
from chalicelib.settings import settings

PathName = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$")]
RoleLabel = Literal["guest", "uploader", "analyst", "maintainer", "owner"]


class NewGroup(Body):
    name: Name
    path: PathName
    parent_id: RequiredId | None = None
    puid: GivenId | None = None


class NewProject(Body):
    name: Name
    path: PathName
    group_id: RequiredId
    description: Text | None = None
    puid: GivenId | None = None


class RoleGrant(Body):
    role: RoleLabel
    expires_at: Timestamp | None = None


def namespace_json(namespace: Namespace, role: Role) -> dict[str, Any]:
    """A namespace as JSON, with the caller's role."""
    more = {"description": namespace.description} if namespace.type == "project" else {}
    return {
        "id": namespace.id,
        "type": namespace.type,
        "name": namespace.name,
        "path": namespace.path,
        "full_path": namespace.full_path,
        "puid": namespace.puid,
        "parent_id": namespace.parent_id,
        "role": role.label,
        "created_at": namespace.created_at,
        **more,
    }


def _member(membership: Membership, user: User | None) -> dict[str, Any]:
    person = {"email": user.email, "first_name": user.first_name, "last_name": user.last_name} if user else {}
    return {
        "user_id": membership.user_id,
        **person,
        "role": membership.role.label,
        "expires_at": membership.expires_at,
    }


def _members(members: Sequence[Membership]) -> list[dict[str, Any]]:
    people = users.find_many(held.user_id for held in members)
    return [_member(held, people.get(held.user_id)) for held in members]


def check_puid(puid: str | None, kind: Kind) -> None:
    """Raise Invalid for a given PUID that is none of this kind."""
    prefix = settings().puid_prefix
    if puid is not None and not is_puid(puid, kind, prefix):
        raise validation_error([Violation("/puid", puid_rule(kind))])


def puid_rule(kind: Kind) -> Message:
    """How a PUID of this kind is spelt."""
    return message(
        "A PUID must be {begin} followed by ten of A-Z and 2-7.", begin=f"{settings().puid_prefix}_{kind.value}_"
    )


def _listed(request: Request, type: NamespaceType) -> Response:
    user = caller(request)
    by = order(request, ("name", "path", "puid", "created_at"), "name")
    q = query(request, "q")
    seen = permissions.accessible_namespaces(user.id, type)
    found = [(one, role) for one, role in seen if matches(q, one.name, one.puid, one.id) or matches(q, one.full_path)]

    def position(item: tuple[Namespace, Role]) -> str:
        value: str = getattr(item[0], "full_path" if by.key == "path" else by.key)
        return f"{normalize(value)}\x00{item[0].id}"

    return page(
        request,
        found,
        by=by,
        position=position,
        shown=lambda items: [namespace_json(one, role) for one, role in items],
    )


def _created(namespace: Namespace) -> Response:
    headers: dict[str, Any] = {"Location": location(f"/namespaces/{namespace.id}")}
    return Response(namespace_json(namespace, Role.OWNER), status_code=201, headers=headers)


def parent_of(id_or_puid: str, user: User, pointer: str) -> Namespace:
    """The group named in a body, in which the user is at least maintainer."""
    parent = namespaces.find(id_or_puid)
    permissions.require(user.id, parent, Role.MAINTAINER)
    if parent.type != "group":
        raise validation_error([Violation(pointer, "Must be a group.")])
    return parent


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/groups", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_groups() -> Response:
        return _listed(bp.current_request, "group")

    @bp.route("/projects", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_projects() -> Response:
        return _listed(bp.current_request, "project")

    @bp.route("/groups", methods=["POST"], authorizer=authorize)
    @problem_details
    def create_group() -> Response:
        user = caller(bp.current_request)
        new = read_body(bp.current_request, NewGroup)
        check_puid(new.puid, Kind.GROUP)
        parent = None if new.parent_id is None else parent_of(new.parent_id, user, "/parent_id")

        def create(ids: Ids) -> Response:
            return _created(
                namespaces.create(
                    "group",
                    name=new.name,
                    path=new.path,
                    parent=parent,
                    owner_id=user.id,
                    owner_until=None if parent is None else permissions.ends_at(user.id, parent, Role.MAINTAINER),
                    puid=new.puid,
                    ids=ids,
                )
            )

        return idempotent(bp.current_request, user, create)

    @bp.route("/projects", methods=["POST"], authorizer=authorize)
    @problem_details
    def create_project() -> Response:
        user = caller(bp.current_request)
        new = read_body(bp.current_request, NewProject)
        check_puid(new.puid, Kind.PROJECT)
        group = parent_of(new.group_id, user, "/group_id")

        def create(ids: Ids) -> Response:
            return _created(
                namespaces.create(
                    "project",
                    name=new.name,
                    path=new.path,
                    parent=group,
                    owner_id=user.id,
                    owner_until=permissions.ends_at(user.id, group, Role.MAINTAINER),
                    puid=new.puid,
                    description=new.description,
                    ids=ids,
                )
            )

        return idempotent(bp.current_request, user, create)

    @bp.route("/namespaces/{namespace_id}", methods=["GET"], authorizer=authorize)
    @problem_details
    def get_namespace(namespace_id: str) -> Response:
        user = caller(bp.current_request)
        namespace = namespaces.find(path_value(namespace_id))
        return Response(namespace_json(namespace, permissions.require(user.id, namespace, Role.GUEST)))

    @bp.route("/namespaces/{namespace_id}/members", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_members(namespace_id: str) -> Response:
        request = bp.current_request
        user = caller(request)
        namespace = namespaces.find(path_value(namespace_id))
        permissions.require(user.id, namespace, Role.MAINTAINER)
        by = order(request, ("role", "user_id"), "-role")
        return page(
            request,
            memberships.of_namespace(namespace.id),
            by=by,
            position=lambda held: f"{int(held.role) if by.key == 'role' else ''}\x00{held.user_id}",
            shown=_members,
        )

    @bp.route("/namespaces/{namespace_id}/members/{user_id}", methods=["PUT"], authorizer=authorize)
    @problem_details
    def put_member(namespace_id: str, user_id: str) -> Response:
        user = caller(bp.current_request)
        grant = read_body(bp.current_request, RoleGrant)
        namespace = namespaces.find(path_value(namespace_id))
        permissions.require(user.id, namespace, Role.MAINTAINER)
        member_id, expires_at = path_value(user_id), future_timestamp(grant.expires_at, "/expires_at")
        granted = sharing.grant_role(user.id, namespace, member_id, role_of_label(grant.role), expires_at)
        return Response(_member(*granted))

    @bp.route("/namespaces/{namespace_id}/members/{user_id}", methods=["DELETE"], authorizer=authorize)
    @problem_details
    def delete_member(namespace_id: str, user_id: str) -> Response:
        user = caller(bp.current_request)
        namespace = namespaces.find(path_value(namespace_id))
        sharing.revoke_role(user.id, namespace, path_value(user_id))
        return Response("", status_code=204)

    @bp.route("/namespaces/{namespace_id}/links/{group_id}", methods=["PUT"], authorizer=authorize)
    @problem_details
    def put_link(namespace_id: str, group_id: str) -> Response:
        user = caller(bp.current_request)
        grant = read_body(bp.current_request, RoleGrant)
        namespace = namespaces.find(path_value(namespace_id))
        permissions.require(user.id, namespace, Role.OWNER)
        role, expires_at = role_of_label(grant.role), future_timestamp(grant.expires_at, "/expires_at")
        link, group = sharing.share(user.id, namespace, path_value(group_id), role, expires_at)
        return Response(
            {
                "namespace_id": namespace.id,
                "group_id": group.id,
                "group_puid": group.puid,
                "role": link.role.label,
                "expires_at": link.expires_at,
            }
        )

    @bp.route("/namespaces/{namespace_id}/links/{group_id}", methods=["DELETE"], authorizer=authorize)
    @problem_details
    def delete_link(namespace_id: str, group_id: str) -> Response:
        user = caller(bp.current_request)
        namespace = namespaces.find(path_value(namespace_id))
        sharing.unshare(user.id, namespace, path_value(group_id))
        return Response("", status_code=204)

    return bp
