"""JSON of metadata fields and templates of them."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.catalog.samples import metadata_templates
from chalicelib.catalog.samples.metadata import FieldName
from chalicelib.http.schemas.base import Body, Id, Time
from chalicelib.names import Name

MAX_TEMPLATE_FIELDS = 300
_EXAMPLE = ["organism", "collection_date"]
Fields = Annotated[list[FieldName], Field(min_length=1, max_length=MAX_TEMPLATE_FIELDS, examples=[_EXAMPLE])]


class NewTemplate(Body):
    """A metadata template to create."""

    name: Annotated[Name, Field(examples=["Surveillance"])]
    fields: Fields


class TemplateChange(Body):
    """Changes to a template; absent and null fields stay as they are."""

    name: Annotated[Name | None, Field(examples=["Surveillance"])] = None
    fields: Fields | None = None


class MetadataField(TypedDict):
    """A metadata field in use."""

    name: Annotated[str, Field(examples=["organism"])]
    samples: Annotated[int, Field(description="How many samples have a value.", ge=0, examples=[12])]


class MetadataTemplate(TypedDict):
    """A named list of metadata fields. `namespace_id` is its own namespace, which may be above the one where it is
    listed."""

    id: Id
    namespace_id: Id
    name: Annotated[str, Field(examples=["Surveillance"])]
    fields: Annotated[list[str], Field(examples=[_EXAMPLE])]
    created_at: Time
    updated_at: Time


def template_json(template: metadata_templates.MetadataTemplate) -> MetadataTemplate:
    """A template as JSON."""
    return MetadataTemplate(
        id=template.id,
        namespace_id=template.namespace_id,
        name=template.name,
        fields=list(template.fields),
        created_at=template.created_at,
        updated_at=template.updated_at,
    )
