"""Personal access tokens, which scripts use instead of signing in. Only their hashes are stored."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.access import users
from chalicelib.access.authenticate import PERSONAL_PREFIX
from chalicelib.access.identity import Identity, InvalidToken
from chalicelib.attributes import TextTuple
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import Ids
from chalicelib.tables import Mapper, Row, TableName, transact_write

MAX_TOKENS = 50


class Scope(StrEnum):
    """What a token permits."""

    READ = "read"  # all reads, and downloads of one's own exports
    EXPORT = "export"  # creating, retrying and removing exports
    CATALOG = "catalog"  # changing groups, projects, samples and files


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """A token as lists show it: without its secret. `expires_at` None: valid until it is removed."""

    id: str
    user_id: str
    name: str
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str | None


class _TokenRow(Row):
    """`USER#<user>` / `TOKEN#<id>`, and stored again as `TOKEN#<hash of the secret>` / `TOKEN`, in the secrets table:
    functions that only need a user's name and address can't read it."""

    class Meta:
        table_name = TableName("secrets_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    token_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    name = UnicodeAttribute()
    scopes = TextTuple()
    created_at = UnicodeAttribute()
    expires_at = UnicodeAttribute(null=True)
    secret_hash = UnicodeAttribute()


_MAPPER = Mapper(PersonalToken, _TokenRow, names={"id": "token_id"})


def _hash(secret: str) -> str:
    """SHA-256 suffices: the secret is 256 random bits, so it cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def of_user(user_id: str) -> list[PersonalToken]:
    """The user's tokens, expired ones too."""
    rows = _TokenRow.query(f"USER#{user_id}", _TokenRow.sk.startswith("TOKEN#"), consistent_read=True)
    return [_MAPPER.value(row) for row in rows]


def make(
    user_id: str, ids: Ids, *, name: str, scopes: tuple[str, ...], expires_at: str | None
) -> tuple[PersonalToken, str]:
    """A new token and its secret, which can't be read again. Conflict when there are too many, or for ids of
    a request that already created one."""
    there = of_user(user_id)
    token = PersonalToken(ids.id(), user_id, name, scopes, timestamps.format(timestamps.now()), expires_at)
    if len(there) >= MAX_TOKENS and all(other.id != token.id for other in there):
        raise Conflict(
            "You have {most} tokens, which is the maximum. Remove one first.",
            slug="too-many-tokens",
            most=MAX_TOKENS,
        )
    secret = PERSONAL_PREFIX + secrets.token_urlsafe(32)

    def fill(transaction: TransactWrite) -> None:
        for pk, sk in ((f"USER#{user_id}", f"TOKEN#{token.id}"), (f"TOKEN#{_hash(secret)}", "TOKEN")):
            row = _TokenRow(
                pk,
                sk,
                token_id=token.id,
                user_id=user_id,
                name=name,
                scopes=list(scopes),
                created_at=token.created_at,
                expires_at=expires_at,
                secret_hash=_hash(secret),
            )
            transaction.save(row, condition=_TokenRow.pk.does_not_exist())

    transact_write(fill, taken=[secret_was_shown()])
    return token, secret


def secret_was_shown() -> Conflict:
    """The refusal to show a secret again."""
    return Conflict(
        "This token was already created, and its secret is shown only once. Remove it and create another.",
        slug="secret-shown",
    )


def remove(user_id: str, token_id: str) -> None:
    """Revoke a token of the user at once; NotFound when there is none."""
    try:
        row = _TokenRow.get(f"USER#{user_id}", f"TOKEN#{token_id}", consistent_read=True)
    except DoesNotExist:
        raise NotFound("Token not found.") from None

    def fill(transaction: TransactWrite) -> None:
        transaction.delete(row)
        transaction.delete(_TokenRow(f"TOKEN#{row.secret_hash}", "TOKEN"))

    transact_write(fill, taken=[])


def verify(secret: str) -> Identity:
    """The identity that a token's secret carries. Raises InvalidToken for an unknown or expired one."""
    try:
        row = _TokenRow.get(f"TOKEN#{_hash(secret)}", "TOKEN", consistent_read=True)
    except DoesNotExist:
        raise InvalidToken("an unknown personal access token") from None
    user = users.find(row.user_id)
    if user is None or (row.expires_at is not None and row.expires_at <= timestamps.format(timestamps.now())):
        raise InvalidToken("an expired personal access token")
    return Identity(user.id, user.email, user.first_name, user.last_name, user.locale or "", " ".join(row.scopes))
