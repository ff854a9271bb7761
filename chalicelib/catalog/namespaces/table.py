"""Rows of the namespaces table."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.attributes import TextTuple
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.puid_rows import PuidRow
from chalicelib.tables import Mapper, Row, TableName

META, ROOT = "META", "ROOT"


class NamespaceRow(Row):
    """`NS#<id>` / `META`, and stored again as `BELOW#<ancestor>` / `<type>#<id>` under each group above, so that one
    query reads all that is below a group. Namespaces neither move nor change."""

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    namespace_id = UnicodeAttribute()
    type = UnicodeAttribute()
    name = UnicodeAttribute()
    path = UnicodeAttribute()
    full_path = UnicodeAttribute()
    puid = UnicodeAttribute()
    parent_id = UnicodeAttribute(null=True)
    ancestor_ids = TextTuple()
    description = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


class PathRow(Row):
    """`PATH#<parent>` / `<path>`: keeps paths unique."""

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    namespace_id = UnicodeAttribute()


class NamespacePuidRow(PuidRow):
    """A PUID row of the namespaces table."""

    class Meta:
        table_name = TableName("namespaces_table")


_MAPPER = Mapper(Namespace, NamespaceRow, names={"id": "namespace_id"})


def namespace_of(row: NamespaceRow) -> Namespace:
    """The namespace of a row."""
    return _MAPPER.value(row)


def namespace_row(namespace: Namespace, pk: str, sk: str) -> NamespaceRow:
    """The row of a namespace, under this key."""
    return _MAPPER.row(namespace, pk, sk)
