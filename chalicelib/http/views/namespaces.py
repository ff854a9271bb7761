"""Operations on groups and projects."""

from typing import Annotated

from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace, NamespaceType
from chalicelib.catalog.puid import Kind
from chalicelib.http.arguments import SEARCH
from chalicelib.http.idempotent import STORED, Idempotent
from chalicelib.http.lookup import check_puid, parent_of
from chalicelib.http.paging import Sort, SortedPaging
from chalicelib.http.replies import Created, created
from chalicelib.http.router import Router
from chalicelib.http.schemas import namespaces as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.namespaces import namespace_json
from chalicelib.ids import Ids
from chalicelib.search import matches, normalize

_SORT = Sort(("name", "path", "puid", "created_at"), "name")
_CREATION_PROBLEMS = ["role-too-low", "path-taken", "puid-taken", "too-deep"]
router = Router("Groups and projects")


@router.route("GET", "/groups", scope=Scope.READ)
def list_groups(
    user: User, q: Annotated[str | None, SEARCH], paging: Annotated[SortedPaging, _SORT]
) -> Page[schemas.Namespace]:
    """List the groups that the caller can see"""
    return _page(user, "group", q, paging)


@router.route("GET", "/projects", scope=Scope.READ)
def list_projects(
    user: User, q: Annotated[str | None, SEARCH], paging: Annotated[SortedPaging, _SORT]
) -> Page[schemas.Namespace]:
    """List the projects that the caller can see"""
    return _page(user, "project", q, paging)


@router.route(
    "POST", "/groups", scope=Scope.CATALOG, idempotency=STORED, problems=[*_CREATION_PROBLEMS, "group-creators"]
)
def create_group(user: User, body: schemas.NewGroup, idempotent: Idempotent) -> Created[schemas.Namespace]:
    """Create a group

    Everybody can create a top-level group, unless the operator has restricted that; below another group, its
    maintainers can. The caller becomes its owner."""
    check_puid(body.puid, Kind.GROUP)
    if body.parent_id is None:
        permissions.require_group_creator(user.email)
    parent = None if body.parent_id is None else parent_of(body.parent_id, user, "/parent_id")

    def create(ids: Ids) -> Created[schemas.Namespace]:
        group = namespaces.create(
            "group",
            name=body.name,
            path=body.path,
            parent=parent,
            owner_id=user.id,
            owner_until=None if parent is None else permissions.ends_at(user.id, parent, Role.MAINTAINER),
            puid=body.puid,
            ids=ids,
        )
        return created(namespace_json(group, Role.OWNER), f"/namespaces/{group.id}")

    return idempotent(create)


@router.route("POST", "/projects", scope=Scope.CATALOG, idempotency=STORED, problems=_CREATION_PROBLEMS)
def create_project(user: User, body: schemas.NewProject, idempotent: Idempotent) -> Created[schemas.Namespace]:
    """Create a project in a group

    For maintainers of the group. The caller becomes the project's owner."""
    check_puid(body.puid, Kind.PROJECT)
    group = parent_of(body.group_id, user, "/group_id")

    def create(ids: Ids) -> Created[schemas.Namespace]:
        project = namespaces.create(
            "project",
            name=body.name,
            path=body.path,
            parent=group,
            owner_id=user.id,
            owner_until=permissions.ends_at(user.id, group, Role.MAINTAINER),
            puid=body.puid,
            description=body.description,
            ids=ids,
        )
        return created(namespace_json(project, Role.OWNER), f"/namespaces/{project.id}")

    return idempotent(create)


@router.route("GET", "/namespaces/{namespace_id}", scope=Scope.READ)
def get_namespace(user: User, namespace_id: str) -> schemas.Namespace:
    """Get a group or project"""
    namespace = namespaces.find(namespace_id)
    return namespace_json(namespace, permissions.require(user.id, namespace, Role.GUEST))


def _page(user: User, type: NamespaceType, q: str | None, paging: SortedPaging) -> Page[schemas.Namespace]:
    key = "full_path" if paging.by.key == "path" else paging.by.key

    def is_match(namespace: Namespace) -> bool:
        return matches(q, namespace.name, namespace.puid, namespace.id) or matches(q, namespace.full_path)

    def position(item: tuple[Namespace, Role]) -> str:
        value: str = getattr(item[0], key)
        return f"{normalize(value)}\x00{item[0].id}"

    accessible = permissions.accessible_namespaces(user.id, type)
    return paging.page_of(
        [(namespace, role) for namespace, role in accessible if is_match(namespace)],
        position=position,
        shown=lambda items: [namespace_json(namespace, role) for namespace, role in items],
    )
