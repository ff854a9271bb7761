"""Namespaces that are shared with a group: its members have their role there, capped at the link's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.access.roles import Role
from chalicelib.attributes import NumberChoice
from chalicelib.tables import Mapper, Row, TableName, transact_write


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A namespace shared with a group, with at most `role`; `expires_at` None: it does not expire."""

    namespace_id: str
    group_id: str
    role: Role
    expires_at: str | None

    def is_active(self, at: str) -> bool:
        """Has it not expired at this time?"""
        return self.expires_at is None or self.expires_at > at


class GroupLinkRow(Row):
    """`NS#<namespace>` / `LINK#<group>`, in the namespaces table.

    Stored again as `INTO#<above>` / `<group>#<namespace>` for the group and each group above it: one query finds what
    is shared with any group in which a user has a role.
    """

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    namespace_id = UnicodeAttribute()
    group_id = UnicodeAttribute()
    role = NumberChoice(Role)
    expires_at = UnicodeAttribute(null=True)


_MAPPER = Mapper(GroupLink, GroupLinkRow)


def _active(rows: Iterable[GroupLinkRow]) -> list[GroupLink]:
    at = timestamps.format(timestamps.now())
    links = map(_MAPPER.value, rows)
    return [link for link in links if link.is_active(at)]


def of_namespaces(namespace_ids: Sequence[str]) -> list[GroupLink]:
    """The unexpired links of these namespaces (one with its ancestors)."""
    return [
        link
        for namespace_id in namespace_ids
        for link in _active(
            GroupLinkRow.query(f"NS#{namespace_id}", GroupLinkRow.sk.startswith("LINK#"), consistent_read=True)
        )
    ]


def links_to(group_id: str) -> list[GroupLink]:
    """The links that share something with this group itself."""
    begin = GroupLinkRow.sk.startswith(f"{group_id}#")
    return _active(GroupLinkRow.query(f"INTO#{group_id}", begin, consistent_read=True))


def links_to_subtree(group_id: str) -> list[GroupLink]:
    """The links that share something with this group or a group below it."""
    return _active(GroupLinkRow.query(f"INTO#{group_id}", consistent_read=True))


def _rows(link: GroupLink, lineage: Sequence[str]) -> list[GroupLinkRow]:
    keys = [
        (f"NS#{link.namespace_id}", f"LINK#{link.group_id}"),
        *((f"INTO#{above}", f"{link.group_id}#{link.namespace_id}") for above in lineage),
    ]
    return [_MAPPER.row(link, pk, sk) for pk, sk in keys]


def put(link: GroupLink, lineage: Sequence[str]) -> None:
    """Share a namespace with a group, replacing an existing link. `lineage`: the group and all above it."""

    def fill(transaction: TransactWrite) -> None:
        for row in _rows(link, lineage):
            transaction.save(row)

    transact_write(fill, taken=[])


def remove(namespace_id: str, group_id: str, lineage: Sequence[str]) -> bool:
    """Stop sharing; False when it was not shared."""
    link = GroupLink(namespace_id, group_id, Role.GUEST, None)
    was_shared = GroupLinkRow.count(f"NS#{namespace_id}", GroupLinkRow.sk == f"LINK#{group_id}", consistent_read=True)

    def fill(transaction: TransactWrite) -> None:
        for row in _rows(link, lineage):
            transaction.delete(row)

    transact_write(fill, taken=[])
    return was_shared > 0
