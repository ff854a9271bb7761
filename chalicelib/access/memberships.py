"""Who has which role where. A role on a group holds for all below it; the highest one counts; roles may expire."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.access.roles import Role
from chalicelib.attributes import NumberChoice
from chalicelib.errors import Conflict
from chalicelib.tables import Mapper, Row, TableName, retry_on, transact_write


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's role on one namespace; `expires_at` None: it does not expire."""

    namespace_id: str
    user_id: str
    role: Role
    expires_at: str | None

    def is_active(self, at: str) -> bool:
        """Has it not expired at this time?"""
        return self.expires_at is None or self.expires_at > at


class _ByUser(GlobalSecondaryIndex["MembershipRow"]):
    class Meta:
        index_name = "by_user"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class MembershipRow(Row):
    """A membership's row in the namespaces table: beside the namespace that it is of."""

    class Meta:
        table_name = TableName("namespaces_table")

    by_user = _ByUser()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()
    role = NumberChoice(Role)
    expires_at = UnicodeAttribute(null=True)


_MAPPER = Mapper(Membership, MembershipRow, computed={"namespace_id": lambda row: row.pk.removeprefix("NS#")})


def row_of(membership: Membership) -> MembershipRow:
    """The row of a membership, for transactions that create a namespace with its owner."""
    return _MAPPER.row(membership, f"NS#{membership.namespace_id}", f"MEMBER#{membership.user_id}")


def held(user_id: str, namespace_ids: Sequence[str]) -> list[Membership]:
    """The user's unexpired memberships on any of these namespaces (one with its ancestors)."""
    at = timestamps.format(timestamps.now())
    keys = [(f"NS#{namespace_id}", f"MEMBER#{user_id}") for namespace_id in namespace_ids]
    found = (_MAPPER.value(row) for row in MembershipRow.batch_get(keys, consistent_read=True))
    return [membership for membership in found if membership.is_active(at)]


def role_of(user_id: str, namespace_ids: Sequence[str]) -> Role | None:
    """The highest role that the user has on any of these namespaces (one with its ancestors); None for none."""
    return max((membership.role for membership in held(user_id, namespace_ids)), default=None)


def of_user(user_id: str) -> list[Membership]:
    """The user's unexpired memberships."""
    at = timestamps.format(timestamps.now())
    found = (_MAPPER.value(row) for row in MembershipRow.by_user.query(user_id, MembershipRow.pk.startswith("NS#")))
    return [membership for membership in found if membership.is_active(at)]


def of_namespace(namespace_id: str) -> list[Membership]:
    """All memberships on one namespace itself, expired ones too."""
    rows = MembershipRow.query(f"NS#{namespace_id}", MembershipRow.sk.startswith("MEMBER#"), consistent_read=True)
    return [_MAPPER.value(row) for row in rows]


class _OwnersChanged(Conflict):
    """Another owner was removed at the same moment."""


class _OwnersRow(Row):
    """`NS#<namespace>` / `OWNERS`: counts changes that removed an owner. Concurrent ones do not see each other;
    this row makes one of them check again."""

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    changes = NumberAttribute()


def grant(membership: Membership) -> None:
    """Give a user this role on a namespace, replacing their present one. The last owner cannot be changed."""
    row = row_of(membership)
    if membership.role is Role.OWNER and membership.expires_at is None:
        row.save()
        return

    def save(transaction: TransactWrite, condition: Condition | None) -> None:
        transaction.save(row, condition=condition)

    _unless_last_owner(membership.namespace_id, membership.user_id, save)


def revoke(namespace_id: str, user_id: str) -> bool:
    """Remove a user's role on a namespace; False when there is none. The last owner cannot be removed."""
    try:
        row = MembershipRow.get(f"NS#{namespace_id}", f"MEMBER#{user_id}", consistent_read=True)
    except DoesNotExist:
        return False

    def delete(transaction: TransactWrite, condition: Condition | None) -> None:
        transaction.delete(row, condition=condition)

    _unless_last_owner(namespace_id, user_id, delete)
    return True


def _unless_last_owner(
    namespace_id: str, user_id: str, change: Callable[[TransactWrite, Condition | None], None]
) -> None:
    """Make a change after which this user is no permanent owner; Conflict if there is no other. An owner whose role
    expires does not count as permanent."""
    place = (f"NS#{namespace_id}", "OWNERS")
    no_owner = (
        MembershipRow.pk.does_not_exist() | (MembershipRow.role != Role.OWNER) | MembershipRow.expires_at.exists()
    )
    conflict = _OwnersChanged("Every namespace needs an owner: add another first.", slug="last-owner")

    def change_if_unchanged() -> None:
        there = _OwnersRow.query(place[0], _OwnersRow.sk == place[1], consistent_read=True)
        changes = sum(int(row.changes) for row in there)
        owners = {
            member.user_id
            for member in of_namespace(namespace_id)
            if member.role is Role.OWNER and member.expires_at is None
        }
        if owners == {user_id}:
            raise Conflict(conflict.message, slug=conflict.slug)
        unchanged = _OwnersRow.pk.does_not_exist() if changes == 0 else _OwnersRow.changes == changes

        is_owner = user_id in owners

        def fill(transaction: TransactWrite) -> None:
            if is_owner:
                transaction.save(_OwnersRow(*place, changes=changes + 1), condition=unchanged)
            change(transaction, None if is_owner else no_owner)

        transact_write(fill, taken=[conflict, conflict])

    retry_on(_OwnersChanged, change_if_unchanged)
