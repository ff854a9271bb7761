"""Metadata templates: named lists of fields, stored in a group or project and offered in everything below it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.attributes import TextTuple
from chalicelib.catalog.samples.index import truncate_utf8
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import Ids
from chalicelib.names import identity
from chalicelib.tables import Mapper, Row, TableName, transact_write

MAX_TEMPLATES = 100  # of a namespace


@dataclass(frozen=True, slots=True)
class MetadataTemplate:
    """A template: `fields` by their lower-cased names, in the order of a table's columns."""

    id: str
    namespace_id: str
    name: str
    fields: tuple[str, ...]
    created_at: str
    updated_at: str


class _TemplateRow(Row):
    """`TEMPLATES#<namespace>` / `TEMPLATE#<id>`."""

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    fields = TextTuple()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class _NameRow(Row):
    """`TEMPLATES#<namespace>` / `NAME#<name>`: keeps names unique, also those that people can't tell apart."""

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    template_id = UnicodeAttribute()


def _partition(namespace_id: str) -> str:
    return f"TEMPLATES#{namespace_id}"


_MAPPER = Mapper(
    MetadataTemplate,
    _TemplateRow,
    computed={
        "id": lambda row: row.sk.removeprefix("TEMPLATE#"),
        "namespace_id": lambda row: row.pk.removeprefix("TEMPLATES#"),
    },
)


def _row(template: MetadataTemplate) -> _TemplateRow:
    return _MAPPER.row(template, _partition(template.namespace_id), f"TEMPLATE#{template.id}")


def _name_row(template: MetadataTemplate) -> _NameRow:
    return _NameRow(
        _partition(template.namespace_id), f"NAME#{truncate_utf8(identity(template.name))}", template_id=template.id
    )


def of_namespaces(namespace_ids: Sequence[str]) -> list[MetadataTemplate]:
    """The templates of these namespaces (one with its ancestors)."""
    begin = _TemplateRow.sk.startswith("TEMPLATE#")
    return [
        _MAPPER.value(row)
        for namespace_id in namespace_ids
        for row in _TemplateRow.query(_partition(namespace_id), begin, consistent_read=True)
    ]


def find(namespace_id: str, template_id: str) -> MetadataTemplate:
    """The template with this id of this namespace itself. Raises NotFound."""
    for template in of_namespaces([namespace_id]):
        if template.id == template_id:
            return template
    raise NotFound("Metadata template not found.")


def create(namespace_id: str, name: str, fields: Sequence[str], ids: Ids) -> MetadataTemplate:
    """Create a template. Conflict when its name is in use here, or the limit is reached.

    With repeatable ids a second call returns what the first one created.
    """
    at = timestamps.format(timestamps.now())
    made = MetadataTemplate(ids.id(), namespace_id, name, tuple(fields), at, at)
    there = of_namespaces([namespace_id])
    for template in there:
        if template.id == made.id:
            return template
    if len(there) >= MAX_TEMPLATES:
        rule = "A group or project can have at most {most} metadata templates."
        raise Conflict(rule, slug="too-many-templates", most=MAX_TEMPLATES)

    def fill(transaction: TransactWrite) -> None:
        transaction.save(_name_row(made), condition=_NameRow.pk.does_not_exist())
        transaction.save(_row(made))

    transact_write(fill, taken=[_name_taken()])
    return made


def change(present: MetadataTemplate, *, name: str, fields: Sequence[str]) -> MetadataTemplate:
    """Rename a template or change its fields. Conflict when the name is in use here, or another request changed the
    template meanwhile."""
    at = timestamps.next_after(present.updated_at)
    changed = replace(present, name=name, fields=tuple(fields), updated_at=at)
    moved = _name_row(present).sk != _name_row(changed).sk

    def fill(transaction: TransactWrite) -> None:
        if moved:
            transaction.delete(_name_row(present))
        transaction.save(_row(changed), condition=_TemplateRow.updated_at == present.updated_at)
        if moved:
            transaction.save(_name_row(changed), condition=_NameRow.pk.does_not_exist())

    meanwhile = Conflict("This metadata template was just changed by someone else.", slug="changed-meanwhile")
    transact_write(fill, taken=[*([None] if moved else []), meanwhile, _name_taken()])
    return changed


def delete(present: MetadataTemplate) -> None:
    """Delete a template. Idempotent."""

    def fill(transaction: TransactWrite) -> None:
        transaction.delete(_row(present))
        transaction.delete(_name_row(present))

    transact_write(fill, taken=[])


def _name_taken() -> Conflict:
    return Conflict("A metadata template with this name already exists here.", slug="name-taken")
