"""Namespaces that are shared with a group: its members have their role there, capped at the link's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib import times
from chalicelib.access.roles import Role
from chalicelib.tables import TableName


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A namespace shared with a group at `role` at the most; `expires_at` None: for good."""

    namespace_id: str
    group_id: str
    role: Role
    expires_at: str | None

    def holds(self, at: str) -> bool:
        """Is it still good at this moment?"""
        return self.expires_at is None or self.expires_at > at


class _ByGroup(GlobalSecondaryIndex["GroupLinkRow"]):
    class Meta:
        index_name = "by_linked_group"
        projection = AllProjection()

    group_id = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class GroupLinkRow(Model):
    """`NS#<namespace>` / `LINK#<group>`, in the namespaces table."""

    class Meta:
        table_name = TableName("namespaces_table")

    by_linked_group = _ByGroup()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    group_id = UnicodeAttribute()
    role = NumberAttribute()
    expires_at = UnicodeAttribute(null=True)


def _value(row: GroupLinkRow) -> GroupLink:
    return GroupLink(row.pk.removeprefix("NS#"), row.group_id, Role(int(row.role)), row.expires_at)


def _holding(rows: Iterable[GroupLinkRow]) -> list[GroupLink]:
    at = times.to_text(times.now())
    return [link for link in map(_value, rows) if link.holds(at)]


def of_namespaces(namespace_ids: Sequence[str]) -> list[GroupLink]:
    """The links that hold on these namespaces (one with its ancestors)."""
    return [
        link
        for namespace_id in namespace_ids
        for link in _holding(
            GroupLinkRow.query(f"NS#{namespace_id}", GroupLinkRow.sk.startswith("LINK#"), consistent_read=True)
        )
    ]


def to_group(group_id: str) -> list[GroupLink]:
    """The links by which something is shared with this very group."""
    return _holding(GroupLinkRow.by_linked_group.query(group_id))


def put(link: GroupLink) -> None:
    """Share a namespace with a group, in place of the link that there is."""
    GroupLinkRow(
        f"NS#{link.namespace_id}",
        f"LINK#{link.group_id}",
        group_id=link.group_id,
        role=int(link.role),
        expires_at=link.expires_at,
    ).save()


def remove(namespace_id: str, group_id: str) -> bool:
    """Stop sharing; False when it was not shared."""
    try:
        GroupLinkRow(f"NS#{namespace_id}", f"LINK#{group_id}").delete(condition=GroupLinkRow.pk.exists())
    except DeleteError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True
