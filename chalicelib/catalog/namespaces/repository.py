"""Groups and projects. Groups nest; a project stands in a group. They never move, so each row knows its ancestors."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.access import memberships
from chalicelib.access.memberships import Membership
from chalicelib.access.roles import Role
from chalicelib.catalog.puid import Kind, is_puid, make
from chalicelib.catalog.puid_rows import PuidRow, puid_key
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.tables import Row, TableName, transact_write

NamespaceType = Literal["group", "project"]
MAX_DEPTH = 10
_META, _ROOT = "META", "ROOT"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A group or a project. `ancestor_ids` are the groups above it, the outermost first."""

    id: str
    type: NamespaceType
    name: str
    path: str
    full_path: str
    puid: str
    parent_id: str | None
    ancestor_ids: tuple[str, ...]
    description: str | None
    created_at: str

    @property
    def lineage(self) -> tuple[str, ...]:
        """Itself and all above it: where a role on it can come from."""
        return (*self.ancestor_ids, self.id)


class NamespaceRow(Row):
    """`NS#<id>` / `META`, and the same again as `BELOW#<ancestor>` / `<type>#<id>` under each group above, so that one
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
    ancestor_ids = JSONAttribute()
    description = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


class _PathRow(Row):
    """`PATH#<parent>` / `<path>`: keeps paths apart."""

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    namespace_id = UnicodeAttribute()


class NamespacePuidRow(PuidRow):
    """A PUID row of the namespaces table."""

    class Meta:
        table_name = TableName("namespaces_table")


def _value(row: NamespaceRow) -> Namespace:
    return Namespace(
        id=row.namespace_id,
        type="group" if row.type == "group" else "project",
        name=row.name,
        path=row.path,
        full_path=row.full_path,
        puid=row.puid,
        parent_id=row.parent_id,
        ancestor_ids=tuple(row.ancestor_ids),
        description=row.description,
        created_at=row.created_at,
    )


def find(id_or_puid: str) -> Namespace:
    """The namespace of this id or PUID; NotFound for none."""
    namespace_id = id_or_puid
    prefix = settings().puid_prefix
    if any(is_puid(id_or_puid, kind, prefix) for kind in (Kind.GROUP, Kind.PROJECT)):
        try:
            namespace_id = NamespacePuidRow.get(puid_key(id_or_puid), "PUID", consistent_read=True).target_id
        except DoesNotExist:
            raise NotFound("Group or project not found.") from None
    try:
        return _value(NamespaceRow.get(f"NS#{namespace_id}", _META, consistent_read=True))
    except DoesNotExist:
        raise NotFound("Group or project not found.") from None


def find_many(namespace_ids: Iterable[str]) -> dict[str, Namespace]:
    """The namespaces of these ids, by id; those that do not exist are absent."""
    keys = [(f"NS#{namespace_id}", _META) for namespace_id in dict.fromkeys(namespace_ids)]
    return {row.namespace_id: _value(row) for row in NamespaceRow.batch_get(keys, consistent_read=True)}


def create(
    type: NamespaceType,
    *,
    name: str,
    path: str,
    parent: Namespace | None,
    owner_id: str,
    owner_until: str | None = None,
    ids: Ids,
    puid: str | None = None,
    description: str | None = None,
) -> Namespace:
    """Make a namespace and its owner in one transaction. Conflict when the path or the PUID is taken by another.

    The owner's role ends at `owner_until`: a role in the parent that expires gives none that stays.
    """
    if parent is not None and len(parent.lineage) >= MAX_DEPTH:
        raise Conflict("Groups can be nested at most {most} levels deep.", slug="too-deep", most=MAX_DEPTH)
    kind = Kind.GROUP if type == "group" else Kind.PROJECT
    made = Namespace(
        id=ids.id(),
        type=type,
        name=name,
        path=path,
        full_path=path if parent is None else f"{parent.full_path}/{path}",
        puid=puid or make(kind, settings().puid_prefix, ids),
        parent_id=None if parent is None else parent.id,
        ancestor_ids=() if parent is None else parent.lineage,
        description=description,
        created_at=timestamps.format(timestamps.now()),
    )

    def fill(transaction: TransactWrite) -> None:
        above = _ROOT if parent is None else parent.id
        place = _PathRow(f"PATH#{above}", path.lower(), namespace_id=made.id)
        transaction.save(place, condition=_PathRow.pk.does_not_exist())
        name_row = NamespacePuidRow(puid_key(made.puid), target_id=made.id)
        transaction.save(name_row, condition=NamespacePuidRow.pk.does_not_exist())
        transaction.save(_row(made, f"NS#{made.id}", _META), condition=NamespaceRow.pk.does_not_exist())
        transaction.save(memberships.row_of(Membership(made.id, owner_id, Role.OWNER, owner_until)))
        for ancestor_id in made.ancestor_ids:
            transaction.save(_row(made, f"BELOW#{ancestor_id}", f"{type}#{made.id}"))

    taken = [
        Conflict("This path is already in use here.", slug="path-taken"),
        Conflict("This PUID is already in use.", slug="puid-taken"),
    ]
    try:
        transact_write(fill, taken=taken)
    except Conflict:
        # Under an id that only a repeated request can have made, it is our own work that is in the way.
        mine = find_many([made.id]).get(made.id) if ids.is_repeatable else None
        if mine is None:
            raise
        return mine
    return made


def _row(namespace: Namespace, pk: str, sk: str) -> NamespaceRow:
    return NamespaceRow(
        pk,
        sk,
        namespace_id=namespace.id,
        type=namespace.type,
        name=namespace.name,
        path=namespace.path,
        full_path=namespace.full_path,
        puid=namespace.puid,
        parent_id=namespace.parent_id,
        ancestor_ids=list(namespace.ancestor_ids),
        description=namespace.description,
        created_at=namespace.created_at,
    )


def of_members(held: Iterable[Membership], type: NamespaceType) -> list[tuple[Namespace, Role]]:
    """The groups or projects that these memberships of one user open: their own and all below, with the role there."""
    roles = {membership.namespace_id: membership.role for membership in held}
    found = {one.id: one for one in find_many(roles).values() if one.type == type}
    for namespace_id in roles:
        found |= {one.id: one for one in descendants(namespace_id, type)}
    return [(one, max(roles[above] for above in one.lineage if above in roles)) for one in found.values()]


def descendants(namespace_id: str, type: NamespaceType) -> Iterator[Namespace]:
    """The groups or projects below a group, however deep."""
    rows = NamespaceRow.query(f"BELOW#{namespace_id}", NamespaceRow.sk.startswith(f"{type}#"), consistent_read=True)
    return map(_value, rows)


def groups_around(namespace_ids: Iterable[str]) -> frozenset[str]:
    """The ids of all groups that hold these namespaces, of those that are groups themselves too."""
    found = find_many(namespace_ids).values()
    return frozenset(id_ for one in found for id_ in (*one.ancestor_ids, *([one.id] if one.type == "group" else [])))
