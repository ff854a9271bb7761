"""Groups and projects. Groups can be nested; a project belongs to a group. They never move, so each row stores its
ancestors."""

from collections.abc import Iterable, Iterator

from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.access import memberships
from chalicelib.access.memberships import Membership
from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces.model import Namespace, NamespaceType
from chalicelib.catalog.namespaces.table import (
    META,
    ROOT,
    NamespacePuidRow,
    NamespaceRow,
    PathRow,
    namespace_of,
    namespace_row,
)
from chalicelib.catalog.puid import Kind, is_puid, make
from chalicelib.catalog.puid_rows import puid_key
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.tables import transact_write

MAX_DEPTH = 10


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
        return namespace_of(NamespaceRow.get(f"NS#{namespace_id}", META, consistent_read=True))
    except DoesNotExist:
        raise NotFound("Group or project not found.") from None


def find_many(namespace_ids: Iterable[str]) -> dict[str, Namespace]:
    """The namespaces of these ids, by id; those that do not exist are absent."""
    keys = [(f"NS#{namespace_id}", META) for namespace_id in dict.fromkeys(namespace_ids)]
    return {row.namespace_id: namespace_of(row) for row in NamespaceRow.batch_get(keys, consistent_read=True)}


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

    try:
        _write_new(made, Membership(made.id, owner_id, Role.OWNER, owner_until))
    except Conflict:
        # The id can only come from a repetition of this request, so the existing row is its own.
        existing = find_many([made.id]).get(made.id) if ids.is_repeatable else None
        if existing is None:
            raise
        return existing
    return made


def _write_new(made: Namespace, owner: Membership) -> None:
    def fill(transaction: TransactWrite) -> None:
        place = PathRow(f"PATH#{made.parent_id or ROOT}", made.path.lower(), namespace_id=made.id)
        transaction.save(place, condition=PathRow.pk.does_not_exist())
        name_row = NamespacePuidRow(puid_key(made.puid), target_id=made.id)
        transaction.save(name_row, condition=NamespacePuidRow.pk.does_not_exist())
        transaction.save(namespace_row(made, f"NS#{made.id}", META), condition=NamespaceRow.pk.does_not_exist())
        transaction.save(memberships.row_of(owner))
        for ancestor_id in made.ancestor_ids:
            transaction.save(namespace_row(made, f"BELOW#{ancestor_id}", f"{made.type}#{made.id}"))

    taken = [
        Conflict("This path is already in use here.", slug="path-taken"),
        Conflict("This PUID is already in use.", slug="puid-taken"),
    ]
    transact_write(fill, taken=taken)


def of_members(held: Iterable[Membership], type: NamespaceType) -> list[tuple[Namespace, Role]]:
    """The groups or projects of these memberships of one user, with all below them, and the role there."""
    roles = {membership.namespace_id: membership.role for membership in held}
    found = {namespace.id: namespace for namespace in find_many(roles).values() if namespace.type == type}
    for namespace_id in roles:
        found |= {namespace.id: namespace for namespace in descendants(namespace_id, type)}
    return [
        (namespace, max(roles[above] for above in namespace.lineage if above in roles)) for namespace in found.values()
    ]


def descendants(namespace_id: str, type: NamespaceType) -> Iterator[Namespace]:
    """The groups or projects below a group, however deep."""
    rows = NamespaceRow.query(f"BELOW#{namespace_id}", NamespaceRow.sk.startswith(f"{type}#"), consistent_read=True)
    return map(namespace_of, rows)


def groups_around(namespace_ids: Iterable[str]) -> frozenset[str]:
    """The ids of all groups above these namespaces, and of those that are groups themselves."""
    found = find_many(namespace_ids).values()
    return frozenset(
        id_
        for namespace in found
        for id_ in (*namespace.ancestor_ids, *([namespace.id] if namespace.type == "group" else []))
    )
