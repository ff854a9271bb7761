"""Who has which role where. A role on a group holds for all below it; the highest one counts; roles may expire."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib import times
from chalicelib.access.roles import Role
from chalicelib.errors import Conflict
from chalicelib.tables import TableName


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's role on one namespace; `expires_at` None: for good."""

    namespace_id: str
    user_id: str
    role: Role
    expires_at: str | None

    def holds(self, at: str) -> bool:
        """Is it still good at this moment?"""
        return self.expires_at is None or self.expires_at > at


class _ByUser(GlobalSecondaryIndex["MembershipRow"]):
    class Meta:
        index_name = "by_user"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class MembershipRow(Model):
    """A membership's row in the namespaces table: beside the namespace that it is of."""

    class Meta:
        table_name = TableName("namespaces_table")

    by_user = _ByUser()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()
    role = NumberAttribute()
    expires_at = UnicodeAttribute(null=True)


def row_of(membership: Membership) -> MembershipRow:
    """The row of a membership, for transactions that make a namespace with its owner."""
    return MembershipRow(
        f"NS#{membership.namespace_id}",
        f"MEMBER#{membership.user_id}",
        user_id=membership.user_id,
        role=int(membership.role),
        expires_at=membership.expires_at,
    )


def _value(row: MembershipRow) -> Membership:
    return Membership(row.pk.removeprefix("NS#"), row.user_id, Role(int(row.role)), row.expires_at)


def role_of(user_id: str, namespace_ids: Sequence[str]) -> Role | None:
    """The highest role that the user has on any of these namespaces (one with its ancestors); None for none."""
    at = times.to_text(times.now())
    keys = [(f"NS#{namespace_id}", f"MEMBER#{user_id}") for namespace_id in namespace_ids]
    held = (_value(row) for row in MembershipRow.batch_get(keys, consistent_read=True))
    return max((membership.role for membership in held if membership.holds(at)), default=None)


def of_user(user_id: str) -> list[Membership]:
    """The user's memberships that hold now."""
    at = times.to_text(times.now())
    found = (_value(row) for row in MembershipRow.by_user.query(user_id, MembershipRow.pk.startswith("NS#")))
    return [membership for membership in found if membership.holds(at)]


def of_namespace(namespace_id: str) -> list[Membership]:
    """All memberships on one namespace itself, expired ones too."""
    rows = MembershipRow.query(f"NS#{namespace_id}", MembershipRow.sk.startswith("MEMBER#"), consistent_read=True)
    return [_value(row) for row in rows]


def grant(membership: Membership) -> None:
    """Give a user this role on a namespace, in place of the one that they have there. The last owner stays."""
    if membership.role is not Role.OWNER or membership.expires_at is not None:
        _keep_an_owner(membership.namespace_id, without=membership.user_id)
    row_of(membership).save()


def revoke(namespace_id: str, user_id: str) -> bool:
    """Take a user's role on a namespace away; False when there is none. The last owner stays."""
    try:
        row = MembershipRow.get(f"NS#{namespace_id}", f"MEMBER#{user_id}", consistent_read=True)
    except DoesNotExist:
        return False
    _keep_an_owner(namespace_id, without=user_id)
    row.delete()
    return True


def _keep_an_owner(namespace_id: str, *, without: str) -> None:
    members = of_namespace(namespace_id)
    was_owner = any(member.user_id == without and member.role is Role.OWNER for member in members)
    if was_owner and not _owners(members) - {without}:
        raise Conflict("The last owner stays: make somebody else owner first.", slug="last-owner")


def _owners(members: Iterable[Membership]) -> set[str]:
    at = times.to_text(times.now())
    return {member.user_id for member in members if member.role is Role.OWNER and member.holds(at)}
