"""Operations on metadata fields and templates of them."""

from typing import Annotated

from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.samples import metadata_field_counts, metadata_templates
from chalicelib.catalog.samples.metadata import field_named, field_names_violation
from chalicelib.errors import Violation, validation_error
from chalicelib.http.arguments import SEARCH
from chalicelib.http.idempotent import STORED, Idempotent
from chalicelib.http.lookup import namespace_of
from chalicelib.http.paging import Sort, SortedPaging
from chalicelib.http.replies import Created, created
from chalicelib.http.router import Router
from chalicelib.http.schemas import metadata as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.metadata import template_json
from chalicelib.ids import Ids
from chalicelib.search import matches

_TEMPLATES = "/namespaces/{namespace_id}/metadata-templates"
_TEMPLATE = f"{_TEMPLATES}/{{template_id}}"
router = Router("Metadata")


@router.route("GET", "/namespaces/{namespace_id}/metadata-fields", scope=Scope.READ)
def list_metadata_fields(
    user: User,
    namespace_id: str,
    q: Annotated[str | None, SEARCH],
    paging: Annotated[SortedPaging, Sort(("name", "samples"), "name")],
) -> Page[schemas.MetadataField]:
    """List the metadata fields in use, and how many samples have a value"""
    namespace = namespace_of(namespace_id, user, Role.GUEST)
    counts = metadata_field_counts.counted(permissions.listed_namespaces(user.id, namespace))
    by = paging.by.key
    return paging.page_of(
        [(field, count) for field, count in counts.items() if matches(q, field)],
        position=lambda item: item[0] if by == "name" else f"{item[1]:012d}\x00{item[0]}",
        shown=lambda items: [schemas.MetadataField(name=field, samples=count) for field, count in items],
    )


@router.route("GET", _TEMPLATES, scope=Scope.READ)
def list_metadata_templates(
    user: User,
    namespace_id: str,
    q: Annotated[str | None, SEARCH],
    paging: Annotated[SortedPaging, Sort(("name", "created_at"), "name")],
) -> Page[schemas.MetadataTemplate]:
    """List the metadata templates of a group or project, and of the groups above it"""
    namespace = namespace_of(namespace_id, user, Role.GUEST)
    by = paging.by.key
    templates = metadata_templates.of_namespaces(namespace.lineage)
    return paging.page_of(
        [template for template in templates if matches(q, template.name, template.id)],
        position=lambda template: f"{template.name if by == 'name' else template.created_at}\x00{template.id}",
        shown=lambda chosen: [template_json(template) for template in chosen],
    )


@router.route(
    "POST",
    _TEMPLATES,
    scope=Scope.CATALOG,
    idempotency=STORED,
    problems=["role-too-low", "name-taken", "too-many-templates", "changed-meanwhile"],
)
def create_metadata_template(
    user: User, namespace_id: str, body: schemas.NewTemplate, idempotent: Idempotent
) -> Created[schemas.MetadataTemplate]:
    """Create a metadata template

    For maintainers."""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)

    def create(ids: Ids) -> Created[schemas.MetadataTemplate]:
        template = metadata_templates.create(namespace.id, body.name, _normalized(body.fields), ids)
        return created(template_json(template), f"/namespaces/{namespace.id}/metadata-templates")

    return idempotent(create)


@router.route("PATCH", _TEMPLATE, scope=Scope.CATALOG, problems=["role-too-low", "name-taken", "changed-meanwhile"])
def update_metadata_template(
    user: User, namespace_id: str, template_id: str, body: schemas.TemplateChange
) -> schemas.MetadataTemplate:
    """Change a metadata template's name or fields"""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    present = metadata_templates.find(namespace.id, template_id)
    name = present.name if body.name is None else body.name
    fields = present.fields if body.fields is None else _normalized(body.fields)
    return template_json(metadata_templates.change(present, name=name, fields=fields))


@router.route("DELETE", _TEMPLATE, scope=Scope.CATALOG, problems=["role-too-low"])
def delete_metadata_template(user: User, namespace_id: str, template_id: str) -> None:
    """Delete a metadata template"""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    metadata_templates.delete(metadata_templates.find(namespace.id, template_id))


def _normalized(fields: list[str]) -> list[str]:
    """Fields by their stored names, without duplicates. Raises Invalid when the names are too long in total."""
    if rule := field_names_violation(fields):
        raise validation_error([Violation("/fields", rule)])
    return list(dict.fromkeys(map(field_named, fields)))
