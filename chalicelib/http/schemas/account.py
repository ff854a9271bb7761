"""JSON of users and personal access tokens."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.access import personal_access_tokens, users
from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.http.schemas.base import Body, FutureTime, Id, Time, one_of
from chalicelib.http.schemas.namespaces import RoleLabel
from chalicelib.mail.delivery import Undelivered
from chalicelib.names import Name

_SCOPES = one_of("read", "export", "catalog")


class LocaleChange(Body):
    """The language of e-mails and messages."""

    locale: Annotated[Literal["en", "fr"], Field(examples=["fr"])]


class NewToken(Body):
    """A personal access token to create."""

    name: Annotated[Name, Field(examples=["nightly pipeline"])]
    scopes: Annotated[
        list[Literal["read", "export", "catalog"]], Field(min_length=1, max_length=3, examples=[["read", "export"]])
    ]
    expires_at: FutureTime | None = None


class User(TypedDict):
    """A person who has signed in."""

    id: Id
    email: Annotated[str, Field(examples=["ana@example.org"])]
    first_name: Annotated[str, Field(examples=["Ana"])]
    last_name: Annotated[str, Field(examples=["Analyst"])]
    locale: Annotated[str | None, Field(examples=["en"], json_schema_extra={"enum": ["en", "fr", None]})]


class EmailFailure(TypedDict):
    """The last e-mail to the user's address, sent at this time, did not arrive."""

    reason: Annotated[str, one_of(*(reason.value for reason in Undelivered))]
    at: Time


class Joined(TypedDict):
    """A group or project that the caller has just become a member of, because they were invited."""

    namespace_id: Id
    type: Annotated[str, one_of("group", "project", example="project")]
    name: Annotated[str, Field(examples=["Outbreak 2026"])]
    role: RoleLabel


class Me(User):
    """The caller."""

    email_failure: Annotated[EmailFailure | None, Field(examples=[None])]
    joined: Annotated[list[Joined], Field(description="Invitations that this request made memberships.")]


class UserList(TypedDict):
    """The users with an e-mail address."""

    items: list[User]
    next_cursor: None
    total: Annotated[int, Field(ge=0, examples=[1])]


class Token(TypedDict):
    """A personal access token, without its secret."""

    id: Id
    name: Annotated[str, Field(examples=["nightly pipeline"])]
    scopes: list[Annotated[str, _SCOPES]]
    created_at: Time
    expires_at: Annotated[Time | None, Field(description="null: valid until it is removed.")]


class TokenWithSecret(Token):
    """A new personal access token. Its secret is shown only here."""

    token: Annotated[str, Field(examples=["seqport_pat_…"])]


def user_json(user: users.User) -> User:
    """A user as JSON."""
    return User(id=user.id, email=user.email, first_name=user.first_name, last_name=user.last_name, locale=user.locale)


def me_json(user: users.User, joined: Sequence[tuple[Namespace, Role]] = ()) -> Me:
    """The caller as JSON, with what they have just become a member of."""
    failure = user.email_failure
    document = None if failure is None else EmailFailure(reason=failure.reason.value, at=failure.at)
    return Me(
        **user_json(user),
        email_failure=document,
        joined=[
            Joined(namespace_id=namespace.id, type=namespace.type, name=namespace.name, role=role.label)
            for namespace, role in joined
        ],
    )


def token_json(token: personal_access_tokens.PersonalToken) -> Token:
    """A token as JSON."""
    return Token(
        id=token.id,
        name=token.name,
        scopes=list(token.scopes),
        created_at=token.created_at,
        expires_at=token.expires_at,
    )
