"""Routes about the service and about people: `/health`, `/me`, `/users`."""

from typing import Any, Literal

from chalice.app import Blueprint, Response

from chalicelib.access import memberships, users
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.errors import Forbidden
from chalicelib.http.bodies import BadRequest, Body, caller, query, read_body
from chalicelib.http.problems import answering
from chalicelib.settings import settings


class LocaleChange(Body):
    locale: Literal["en", "fr"]


def shown(user: User) -> dict[str, Any]:
    """A user as JSON."""
    return {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "locale": user.locale,
    }


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/health", methods=["GET"])
    @answering
    def health() -> Response:
        return Response({"status": "ok", "version": settings().version})

    @bp.route("/me", methods=["GET"], authorizer=authorize)
    @answering
    def me() -> Response:
        return Response(shown(caller(bp.current_request)))

    @bp.route("/me", methods=["PATCH"], authorizer=authorize)
    @answering
    def change_me() -> Response:
        user = caller(bp.current_request)
        change = read_body(bp.current_request, LocaleChange)
        users.set_locale(user.id, change.locale)
        return Response({**shown(user), "locale": change.locale})

    @bp.route("/users", methods=["GET"], authorizer=authorize)
    @answering
    def find_user() -> Response:
        user = caller(bp.current_request)
        if not any(held.role >= Role.MAINTAINER for held in memberships.of_user(user.id)):
            raise Forbidden("Only maintainers of a group or project may look people up.", slug="role-too-low")
        email = query(bp.current_request, "email")
        if not email:
            raise BadRequest("The parameter email is needed.", slug="bad-parameter")
        items = [shown(found) for found in users.with_email(email)]
        return Response({"items": items, "next_cursor": None, "total": len(items)})

    return bp
