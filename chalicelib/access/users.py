"""The users who have signed in: what e-mails and lists need about them, and their language."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.access.identity import Identity
from chalicelib.tables import Mapper, Row, TableName

_PROFILE = "PROFILE"


@dataclass(frozen=True, slots=True)
class User:
    """A person. `locale` is `en` or `fr`, or None until they or their issuer have chosen one."""

    id: str
    email: str
    first_name: str
    last_name: str
    locale: str | None
    userinfo_at: str | None = None  # when the issuer's UserInfo endpoint was last queried

    @property
    def language(self) -> str:
        """The language to write to them in: the one they chose, English otherwise."""
        return self.locale or "en"


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


_MAPPER = Mapper(User, UserRow, names={"id": "user_id"}, computed={"email": lambda row: row.email or ""})


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
    changes = {name: value for name, value in claims.items() if value and value != getattr(known, name)}
    if changes:
        row = UserRow(f"USER#{token.subject}", _PROFILE)
        row.update(actions=[getattr(UserRow, name).set(value) for name, value in changes.items()])
    return replace(known, **changes)


def claim_userinfo(user: User, at: str) -> bool:
    """Record that the issuer is queried about this user now; False when another request does."""
    before = UserRow.userinfo_at
    unchanged = before.does_not_exist() if user.userinfo_at is None else before == user.userinfo_at
    return UserRow(f"USER#{user.id}", _PROFILE).update_if(unchanged, [UserRow.userinfo_at.set(at)])


def set_locale(user_id: str, locale: str) -> None:
    """Store the language that the user chose."""
    UserRow(f"USER#{user_id}", _PROFILE).update(actions=[UserRow.locale.set(locale)])


def list_by_email(email: str) -> list[User]:
    """The users with exactly this address, case ignored."""
    return [_MAPPER.value(row) for row in UserRow.by_email.query(email.lower())]
