"""Routes about the caller's account and other users: `/me`, `/users`."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from chalice.app import Blueprint, Response
from pydantic import Field

from chalicelib import rate_limits, timestamps
from chalicelib.access import memberships, personal_access_tokens, users
from chalicelib.access.personal_access_tokens import PersonalToken
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.errors import Forbidden, Violation, validation_error
from chalicelib.http.authentication import caller
from chalicelib.http.idempotent import idempotent
from chalicelib.http.paging import order, page
from chalicelib.http.problems import problem_details
from chalicelib.http.requests import BadRequest, Body, Timestamp, future_timestamp, path_value, query, read_body
from chalicelib.http.urls import location
from chalicelib.ids import Ids
from chalicelib.names import Name

MAX_EMAIL = 320  # bytes: 64 before the @, 255 after it (RFC 5321 section 4.5.3.1)
LOOK_UPS, LOOK_UPS_WINDOW = 30, timedelta(minutes=1)  # of people by their address, by one user


class LocaleChange(Body):
    locale: Literal["en", "fr"]


class NewToken(Body):
    name: Name
    scopes: Annotated[list[Literal["read", "export", "catalog"]], Field(min_length=1, max_length=3)]
    expires_at: Timestamp | None = None


def user_json(user: User) -> dict[str, Any]:
    """A user as JSON."""
    return {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "locale": user.locale,
    }


def _token(token: PersonalToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }


def _shares_group(found: User, user: User, groups: frozenset[str]) -> bool:
    """Is this the user themself, or a member of one of these groups or of anything below them?"""
    theirs = (held.namespace_id for held in memberships.of_user(found.id))
    return found.id == user.id or not groups.isdisjoint(namespaces.groups_around(theirs))


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/me", methods=["GET"], authorizer=authorize)
    @problem_details
    def me() -> Response:
        return Response(user_json(caller(bp.current_request)))

    @bp.route("/me", methods=["PATCH"], authorizer=authorize)
    @problem_details
    def change_me() -> Response:
        user = caller(bp.current_request)
        change = read_body(bp.current_request, LocaleChange)
        users.set_locale(user.id, change.locale)
        return Response({**user_json(user), "locale": change.locale})

    @bp.route("/me/tokens", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_tokens() -> Response:
        request = bp.current_request
        user = caller(request)
        by = order(request, ("created_at", "name"), "-created_at")
        return page(
            request,
            personal_access_tokens.of_user(user.id),
            by=by,
            position=lambda token: f"{token.created_at if by.key == 'created_at' else token.name}\x00{token.id}",
            shown=lambda tokens: [_token(token) for token in tokens],
        )

    @bp.route("/me/tokens", methods=["POST"], authorizer=authorize)
    @problem_details
    def create_token() -> Response:
        user = caller(bp.current_request)
        new = read_body(bp.current_request, NewToken)
        if len(set(new.scopes)) < len(new.scopes):
            raise validation_error([Violation("/scopes", "Duplicate scope.")])
        expires_at = future_timestamp(new.expires_at, "/expires_at")

        def create(ids: Ids) -> Response:
            token, secret = personal_access_tokens.make(
                user.id, ids, name=new.name, scopes=tuple(new.scopes), expires_at=expires_at
            )
            headers: dict[str, Any] = {"Location": location("/me/tokens"), "Cache-Control": "no-store"}
            return Response({**_token(token), "token": secret}, status_code=201, headers=headers)

        return idempotent(bp.current_request, user, create, secret=personal_access_tokens.secret_was_shown)

    @bp.route("/me/tokens/{token_id}", methods=["DELETE"], authorizer=authorize)
    @problem_details
    def delete_token(token_id: str) -> Response:
        user = caller(bp.current_request)
        personal_access_tokens.remove(user.id, path_value(token_id))
        return Response("", status_code=204)

    @bp.route("/users", methods=["GET"], authorizer=authorize)
    @problem_details
    def find_user() -> Response:
        user = caller(bp.current_request)
        own = memberships.of_user(user.id)
        if not any(held.role >= Role.MAINTAINER for held in own):
            raise Forbidden("Only maintainers of a group or project can look up users.", slug="role-too-low")
        email = query(bp.current_request, "email", max_bytes=MAX_EMAIL)
        if not email:
            raise BadRequest("The parameter email is required.", slug="bad-parameter")
        rate_limits.count_call("user-look-up", user.id, limit=LOOK_UPS, window=LOOK_UPS_WINDOW, now=timestamps.now())
        groups = namespaces.groups_around(held.namespace_id for held in own)
        items = [user_json(found) for found in users.list_by_email(email) if _shares_group(found, user, groups)]
        return Response({"items": items, "next_cursor": None, "total": len(items)})

    return bp
