"""Invitations: a role on a namespace for an e-mail address whose owner has not signed in yet."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.access import memberships
from chalicelib.access.memberships import Membership, MembershipRow
from chalicelib.access.roles import Role
from chalicelib.attributes import NumberChoice
from chalicelib.errors import Conflict
from chalicelib.tables import Mapper, Row, TableName, transact_write

_VALID = timedelta(days=30)
_IDS = uuid.UUID("0a4b7f52-6c1e-4c55-9c8e-2d5b0f6f1a37")  # of invitations among all UUIDs (RFC 9562)
_INVITATION = "INVITATION#"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A role on one namespace for the person of an address (lower case). `expires_at` is the end of the role, None for
    none; `valid_until` the last moment at which signing in makes them a member."""

    id: str
    namespace_id: str
    email: str
    role: Role
    expires_at: str | None
    invited_by: str
    created_at: str
    valid_until: str

    def is_valid(self, at: str) -> bool:
        """Does signing in at this time make a member, whose role has not ended?"""
        return self.valid_until > at and (self.expires_at is None or self.expires_at > at)


class _InvitationRow(Row):
    """`NS#<namespace>` / `INVITATION#<id>`, in the namespaces table. The index of members by user finds the rows of an
    address, which has the form of no user's id."""

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()  # EMAIL#<address>
    email = UnicodeAttribute()
    role = NumberChoice(Role)
    expires_at = UnicodeAttribute(null=True)
    invited_by = UnicodeAttribute()
    created_at = UnicodeAttribute()
    valid_until = UnicodeAttribute()


_MAPPER = Mapper(
    Invitation,
    _InvitationRow,
    computed={
        "id": lambda row: row.sk.removeprefix(_INVITATION),
        "namespace_id": lambda row: row.pk.removeprefix("NS#"),
    },
)


def make(namespace_id: str, email: str, role: Role, *, expires_at: str | None, invited_by: str) -> Invitation:
    """Invite the person of an address to a namespace. There is one invitation of each address, the latest."""
    email = email.lower()
    now = timestamps.now()
    invitation = Invitation(
        id=str(uuid.uuid5(_IDS, email)),
        namespace_id=namespace_id,
        email=email,
        role=role,
        expires_at=expires_at,
        invited_by=invited_by,
        created_at=timestamps.format(now),
        valid_until=timestamps.format(now + _VALID),
    )
    _row_of(invitation).save()
    return invitation


def of_namespace(namespace_id: str) -> list[Invitation]:
    """All invitations to a namespace itself, also those that are no longer valid."""
    begin = _InvitationRow.sk.startswith(_INVITATION)
    return [_MAPPER.value(row) for row in _InvitationRow.query(f"NS#{namespace_id}", begin, consistent_read=True)]


def find(namespace_id: str, invitation_id: str) -> Invitation | None:
    """The invitation of this id, or None."""
    try:
        row = _InvitationRow.get(f"NS#{namespace_id}", f"{_INVITATION}{invitation_id}", consistent_read=True)
    except DoesNotExist:
        return None
    return _MAPPER.value(row)


def of_address(email: str) -> list[Invitation]:
    """The invitations of an address. A new one is found after a moment, because the index is read."""
    rows = MembershipRow.by_user.query(f"EMAIL#{email.lower()}", MembershipRow.pk.startswith("NS#"))
    found = (find(row.pk.removeprefix("NS#"), row.sk.removeprefix(_INVITATION)) for row in rows)
    return [invitation for invitation in found if invitation is not None]


def remove(invitation: Invitation) -> None:
    """Remove an invitation, unless another has replaced it."""
    _row_of(invitation).delete_if(_InvitationRow.created_at == invitation.created_at)


def accept(invitation: Invitation, user_id: str) -> bool:
    """Make a user a member by an invitation, which ends with that. False when it was withdrawn or replaced, or when
    they are a member there already."""
    row = _row_of(invitation)
    member = memberships.row_of(Membership(invitation.namespace_id, user_id, invitation.role, invitation.expires_at))

    def fill(transaction: TransactWrite) -> None:
        transaction.delete(row, condition=_InvitationRow.created_at == invitation.created_at)
        transaction.save(member, condition=MembershipRow.pk.does_not_exist())

    changed = _Changed("This invitation was just changed.")
    try:
        transact_write(fill, taken=[changed, changed])
    except _Changed:
        return False
    return True


class _Changed(Conflict):
    """The invitation is not as it was read, or its person is a member already."""


def _row_of(invitation: Invitation) -> _InvitationRow:
    row = _MAPPER.row(invitation, f"NS#{invitation.namespace_id}", f"{_INVITATION}{invitation.id}")
    row.user_id = f"EMAIL#{invitation.email}"
    return row
