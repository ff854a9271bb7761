"""Operations on the audit trail of exports."""

from typing import Annotated

from chalicelib.access import users
from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.errors import NotFound
from chalicelib.exports import audit, record
from chalicelib.exports.model import Status
from chalicelib.exports.source_permissions import require_namespace, require_sources
from chalicelib.http.lookup import namespace_of
from chalicelib.http.paging import Paging, Sort, SortedPaging
from chalicelib.http.router import Router
from chalicelib.http.schemas import export_contents as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.export_contents import event_json

router = Router("Exports")


@router.route("GET", "/exports/{export_id}/events", scope=Scope.READ, problems=["right-lost", "role-too-low"])
def list_export_events(
    user: User, export_id: str, paging: Annotated[SortedPaging, Sort(("at",), "at")]
) -> Page[schemas.Event]:
    """List the events of an export, also after it is gone"""
    trail = audit.of_export(export_id)
    if not trail or trail[0].user_id != user.id:
        raise NotFound("Export not found.")
    export = record.find(trail[0].export_id)
    if export is not None and export.status is Status.READY and export.removed_at is None:
        require_sources(export, user.id)
    else:
        require_namespace(trail[0].namespace_id, user.id)
    return paging.page_of(
        list(enumerate(trail)),
        position=lambda numbered: f"{numbered[1].at}\x00{numbered[0]:06d}",
        shown=lambda numbered: [event_json(event) for _, event in numbered],
    )


@router.route("GET", "/namespaces/{namespace_id}/export-events", scope=Scope.READ, problems=["role-too-low"])
def list_namespace_export_events(user: User, namespace_id: str, paging: Paging) -> Page[schemas.NamespaceEvent]:
    """List the events of the exports of a group or project, newest first

    For maintainers."""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    found = audit.of_namespace(namespace.id, paging.cursor.position, paging.limit)
    people = users.find_many(event.actor for event in found.events)
    items = [
        schemas.NamespaceEvent(
            **event_json(event),
            export_id=event.export_id,
            actor_name=people[event.actor].name if event.actor in people else None,
        )
        for event in found.events
    ]
    return paging.page(items, found.next, found.total, is_exact=found.total_is_exact)
