"""The users who have signed in: what e-mails and lists need about them, and their language."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.access.identity import Identity
from chalicelib.attributes import Choice
from chalicelib.mail.delivery import Undelivered
from chalicelib.tables import Mapper, Row, TableName

_PROFILE = "PROFILE"


@dataclass(frozen=True, slots=True)
class EmailFailure:
    """The last mail to the user's present address, sent at this time, did not arrive."""

    reason: Undelivered
    at: str


@dataclass(frozen=True, slots=True)
class User:
    """A person. `locale` is `en` or `fr`, or None until they or their issuer have chosen one."""

    id: str
    email: str
    first_name: str
    last_name: str
    locale: str | None
    userinfo_at: str | None = None  # when the issuer's UserInfo endpoint was last queried
    email_failure: EmailFailure | None = None

    @property
    def language(self) -> str:
        """The language to write to them in: the one they chose, English otherwise."""
        return self.locale or "en"

    @property
    def name(self) -> str:
        """The first and last name; the address of somebody whose issuer gave none."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


class _ByEmail(GlobalSecondaryIndex["UserRow"]):
    class Meta:
        index_name = "by_email"
        projection = AllProjection()

    email = UnicodeAttribute(hash_key=True)


class UserRow(Row):
    """A row of the users table."""

    class Meta:
        table_name = TableName("users_table")

    by_email = _ByEmail()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    first_name = UnicodeAttribute(default="")
    last_name = UnicodeAttribute(default="")
    locale = UnicodeAttribute(null=True)
    userinfo_at = UnicodeAttribute(null=True)
    failed_email = UnicodeAttribute(null=True)  # the address that a mail did not reach
    failed_reason = Choice(Undelivered, null=True)
    failed_at = UnicodeAttribute(null=True)  # when it was sent, or a later one that arrived


def _email_failure_of(row: UserRow) -> EmailFailure | None:
    if row.failed_email is None or row.failed_email != row.email:
        return None
    return EmailFailure(row.failed_reason, row.failed_at)


_MAPPER = Mapper(
    User,
    UserRow,
    names={"id": "user_id"},
    computed={"email": lambda row: row.email or "", "email_failure": _email_failure_of},
)


def find(user_id: str) -> User | None:
    """The user of this id, or None."""
    try:
        return _MAPPER.value(UserRow.get(f"USER#{user_id}", _PROFILE, consistent_read=True))
    except DoesNotExist:
        return None


def find_many(user_ids: Iterable[str]) -> dict[str, User]:
    """The users of these ids, by id; those that never signed in are absent."""
    keys = [(f"USER#{user_id}", _PROFILE) for user_id in dict.fromkeys(user_ids)]
    return {row.user_id: _MAPPER.value(row) for row in UserRow.batch_get(keys, consistent_read=True)}


def upsert(token: Identity) -> User:
    """The user of a verified token. The first sign-in creates the record; later ones update it with what the token
    contains. A language that the user chose is kept, whatever the issuer sends."""
    known = find(token.subject)
    if known is None:
        row = UserRow(
            f"USER#{token.subject}",
            _PROFILE,
            user_id=token.subject,
            email=token.email or None,
            first_name=token.first_name,
            last_name=token.last_name,
            locale=token.locale or None,
        )
        if row.save_if(UserRow.pk.does_not_exist()):
            return _MAPPER.value(row)
        known = find(token.subject)
        assert known is not None  # noqa: S101 - the condition failed because it is there
    claims = {"email": token.email, "first_name": token.first_name, "last_name": token.last_name}
    if known.locale is None:
        claims["locale"] = token.locale
    changes: dict[str, Any] = {name: value for name, value in claims.items() if value and value != getattr(known, name)}
    if changes:
        row = UserRow(f"USER#{token.subject}", _PROFILE)
        row.update(actions=[getattr(UserRow, name).set(value) for name, value in changes.items()])
    failure = None if "email" in changes else known.email_failure
    return replace(known, **changes, email_failure=failure)


def claim_userinfo(user: User, at: str) -> bool:
    """Record that the issuer is queried about this user now; False when another request does."""
    before = UserRow.userinfo_at
    unchanged = before.does_not_exist() if user.userinfo_at is None else before == user.userinfo_at
    return UserRow(f"USER#{user.id}", _PROFILE).update_if(unchanged, [UserRow.userinfo_at.set(at)])


def set_locale(user_id: str, locale: str) -> None:
    """Store the language that the user chose."""
    UserRow(f"USER#{user_id}", _PROFILE).update(actions=[UserRow.locale.set(locale)])


def set_email_failure(user_id: str, address: str, reason: Undelivered, at: str) -> None:
    """Record that a mail of this time did not arrive, if the address is the user's present one and nothing is known of
    a later mail."""
    is_latest = UserRow.failed_at.does_not_exist() | (UserRow.failed_at <= at)
    UserRow(f"USER#{user_id}", _PROFILE).update_if(
        (UserRow.email == address) & is_latest,
        [UserRow.failed_email.set(address), UserRow.failed_reason.set(reason), UserRow.failed_at.set(at)],
    )


def clear_email_failure(user_id: str, address: str, at: str) -> None:
    """Record that a mail of this time arrived, if an earlier one did not."""
    UserRow(f"USER#{user_id}", _PROFILE).update_if(
        (UserRow.failed_email == address) & (UserRow.failed_at < at),
        [UserRow.failed_email.remove(), UserRow.failed_reason.remove(), UserRow.failed_at.set(at)],
    )


def list_by_email(email: str) -> list[User]:
    """The users with exactly this address, case ignored."""
    return [_MAPPER.value(row) for row in UserRow.by_email.query(email.lower())]
