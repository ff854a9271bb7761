"""Routes about the fields of samples' metadata, and templates of them."""

from typing import Annotated, Any

from chalice.app import Blueprint, Response
from pydantic import Field

from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.samples import metadata_field_counts, metadata_templates
from chalicelib.catalog.samples.metadata import FieldName, field_named, field_names_violation
from chalicelib.catalog.samples.metadata_templates import MetadataTemplate
from chalicelib.errors import Violation, validation_error
from chalicelib.http.authentication import caller
from chalicelib.http.idempotent import idempotent
from chalicelib.http.paging import order, page
from chalicelib.http.problems import problem_details
from chalicelib.http.requests import Body, path_value, query, read_body
from chalicelib.http.urls import location
from chalicelib.ids import Ids
from chalicelib.names import Name
from chalicelib.search import matches

MAX_TEMPLATE_FIELDS = 300
Fields = Annotated[list[FieldName], Field(min_length=1, max_length=MAX_TEMPLATE_FIELDS)]


class NewTemplate(Body):
    name: Name
    fields: Fields


class TemplateChange(Body):
    name: Name | None = None
    fields: Fields | None = None


def _named(fields: list[str]) -> list[str]:
    """Fields by the names under which they are kept, each once. Raises Invalid when the names are too long in all."""
    if rule := field_names_violation(fields):
        raise validation_error([Violation("/fields", rule)])
    return list(dict.fromkeys(map(field_named, fields)))


def template_json(template: MetadataTemplate) -> dict[str, Any]:
    """A template as JSON; `namespace_id` is its own namespace, which may be above the one where it is listed."""
    return {
        "id": template.id,
        "namespace_id": template.namespace_id,
        "name": template.name,
        "fields": list(template.fields),
        "created_at": template.created_at,
        "updated_at": template.updated_at,
    }


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    def load_namespace(namespace_id: str, least: Role) -> tuple[User, Namespace]:
        user = caller(bp.current_request)
        namespace = namespaces.find(path_value(namespace_id))
        permissions.require(user.id, namespace, least)
        return user, namespace

    @bp.route("/namespaces/{namespace_id}/metadata-fields", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_fields(namespace_id: str) -> Response:
        user, namespace = load_namespace(namespace_id, Role.GUEST)
        request = bp.current_request
        q = query(request, "q")
        counted = metadata_field_counts.counted(permissions.listed_namespaces(user.id, namespace))
        by = order(request, ("name", "samples"), "name")
        return page(
            request,
            [(field, samples) for field, samples in counted.items() if matches(q, field)],
            by=by,
            position=lambda one: one[0] if by.key == "name" else f"{one[1]:012d}\x00{one[0]}",
            shown=lambda chosen: [{"name": field, "samples": samples} for field, samples in chosen],
        )

    @bp.route("/namespaces/{namespace_id}/metadata-templates", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_templates(namespace_id: str) -> Response:
        _, namespace = load_namespace(namespace_id, Role.GUEST)
        request = bp.current_request
        q = query(request, "q")
        by = order(request, ("name", "created_at"), "name")
        return page(
            request,
            [one for one in metadata_templates.of_namespaces(namespace.lineage) if matches(q, one.name, one.id)],
            by=by,
            position=lambda one: f"{one.name if by.key == 'name' else one.created_at}\x00{one.id}",
            shown=lambda chosen: [template_json(one) for one in chosen],
        )

    @bp.route("/namespaces/{namespace_id}/metadata-templates", methods=["POST"], authorizer=authorize)
    @problem_details
    def create_template(namespace_id: str) -> Response:
        user, namespace = load_namespace(namespace_id, Role.MAINTAINER)
        wanted = read_body(bp.current_request, NewTemplate)

        def make(ids: Ids) -> Response:
            made = metadata_templates.create(namespace.id, wanted.name, _named(wanted.fields), ids)
            where = location(f"/namespaces/{namespace.id}/metadata-templates")
            return Response(template_json(made), status_code=201, headers={"Location": where})

        return idempotent(bp.current_request, user, make)

    @bp.route("/namespaces/{namespace_id}/metadata-templates/{template_id}", methods=["PATCH"], authorizer=authorize)
    @problem_details
    def change_template(namespace_id: str, template_id: str) -> Response:
        _, namespace = load_namespace(namespace_id, Role.MAINTAINER)
        wanted = read_body(bp.current_request, TemplateChange)
        present = metadata_templates.find(namespace.id, path_value(template_id))
        name = present.name if wanted.name is None else wanted.name
        fields = present.fields if wanted.fields is None else _named(wanted.fields)
        return Response(template_json(metadata_templates.change(present, name=name, fields=fields)))

    @bp.route("/namespaces/{namespace_id}/metadata-templates/{template_id}", methods=["DELETE"], authorizer=authorize)
    @problem_details
    def delete_template(namespace_id: str, template_id: str) -> Response:
        _, namespace = load_namespace(namespace_id, Role.MAINTAINER)
        metadata_templates.delete(metadata_templates.find(namespace.id, path_value(template_id)))
        return Response("", status_code=204)

    return bp
