"""Operations on the caller's account and other users: `/me`, `/users`."""

from typing import Annotated

from chalicelib.access import memberships, personal_access_tokens, users
from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces import sharing
from chalicelib.errors import Forbidden, Violation, validation_error
from chalicelib.http.arguments import Query
from chalicelib.http.idempotent import Idempotency, Idempotent
from chalicelib.http.paging import Sort, SortedPaging
from chalicelib.http.replies import NOT_STORED, Created, created
from chalicelib.http.requests import future_timestamp
from chalicelib.http.router import Router
from chalicelib.http.schemas import account as schemas
from chalicelib.http.schemas.account import me_json, token_json, user_json
from chalicelib.http.schemas.base import Page
from chalicelib.ids import Ids

MAX_EMAIL = 320  # bytes: 64 before the @, 255 after it (RFC 5321 section 4.5.3.1)
_BY_SECRET = Idempotency(secret=personal_access_tokens.secret_was_shown)
router = Router("Account")


@router.route("GET", "/me", scope=Scope.READ)
def get_me(user: User) -> schemas.Me:
    """Get the caller

    Invitations to the caller's address take effect."""
    return me_json(user, sharing.join(user))


@router.route("PATCH", "/me")
def update_me(user: User, body: schemas.LocaleChange) -> schemas.Me:
    """Set the caller's language"""
    users.set_locale(user.id, body.locale)
    document = me_json(user)
    document["locale"] = body.locale
    return document


@router.route("GET", "/me/tokens")
def list_tokens(
    user: User, paging: Annotated[SortedPaging, Sort(("created_at", "name"), "-created_at")]
) -> Page[schemas.Token]:
    """List the caller's personal access tokens"""
    by = paging.by.key
    return paging.page_of(
        personal_access_tokens.of_user(user.id),
        position=lambda token: f"{token.created_at if by == 'created_at' else token.name}\x00{token.id}",
        shown=lambda tokens: [token_json(token) for token in tokens],
    )


@router.route("POST", "/me/tokens", idempotency=_BY_SECRET, problems=["too-many-tokens"])
def create_token(user: User, body: schemas.NewToken, idempotent: Idempotent) -> Created[schemas.TokenWithSecret]:
    """Create a personal access token

    The response has the token's secret, which is never shown again."""
    if len(set(body.scopes)) < len(body.scopes):
        raise validation_error([Violation("/scopes", "Duplicate scope.")])
    expires_at = future_timestamp(body.expires_at, "/expires_at")

    def create(ids: Ids) -> Created[schemas.TokenWithSecret]:
        token, secret = personal_access_tokens.make(
            user.id, ids, name=body.name, scopes=tuple(body.scopes), expires_at=expires_at
        )
        document = schemas.TokenWithSecret(**token_json(token), token=secret)
        return created(document, "/me/tokens", NOT_STORED)

    return idempotent(create)


@router.route("DELETE", "/me/tokens/{token_id}")
def delete_token(user: User, token_id: str) -> None:
    """Delete a personal access token"""
    personal_access_tokens.remove(user.id, token_id)


@router.route("GET", "/users", scope=Scope.READ, problems=["role-too-low"], calls_per_minute=30)
def find_users(
    user: User, email: Annotated[str | None, Query("The exact address.", max_bytes=MAX_EMAIL, required=True)]
) -> schemas.UserList:
    """Find a user by e-mail address

    For maintainers of a group or project; finds people who share a group with the caller. Others can be invited."""
    own = memberships.of_user(user.id)
    if not any(held.role >= Role.MAINTAINER for held in own):
        raise Forbidden("Only maintainers of a group or project can look up users.", slug="role-too-low")
    groups = namespaces.groups_around(held.namespace_id for held in own)
    items = [user_json(found) for found in users.list_by_email(email or "") if _shares_group(found, user, groups)]
    return schemas.UserList(items=items, next_cursor=None, total=len(items))


def _shares_group(found: User, user: User, groups: frozenset[str]) -> bool:
    """Is this the user themself, or a member of one of these groups or of anything below them?"""
    theirs = (held.namespace_id for held in memberships.of_user(found.id))
    return found.id == user.id or not groups.isdisjoint(namespaces.groups_around(theirs))
