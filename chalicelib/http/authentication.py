"""The caller of a request: the user that the authorizer verified, and the scope that their token needs."""

from typing import Any

from chalice.app import Request

from chalicelib.access import users
from chalicelib.access.oidc import SIGNED_IN, Identity
from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.users import User
from chalicelib.errors import Forbidden, Unauthenticated
from chalicelib.http.urls import PREFIX

LOCALE = "seqport:locale"
_READ_ONLY_POSTS = {"/exports/estimate", "/exports/{export_id}/download"}


def caller(request: Request) -> User:
    """Who is asking, by the identity that the authorizer verified. Raises Unauthenticated when there is none, and
    Forbidden when their personal access token is not made for this."""
    context = request.context.get("authorizer")
    if not isinstance(context, dict):
        raise Unauthenticated("A valid access token is required.")
    try:
        token = Identity.from_context(context)
    except KeyError:
        raise Unauthenticated("A valid access token is required.") from None
    if not token.subject:
        raise Unauthenticated("A valid access token is required.")
    _check_scope(request, token)
    user = users.upsert(token)
    request.context[LOCALE] = user.locale  # for the words of a refusal
    return user


def _check_scope(request: Request, token: Identity) -> None:
    if token.scopes == SIGNED_IN:
        return
    needed = scope_needed(request.method, request.path)
    if needed is None:
        raise Forbidden("A personal access token can't be used for this: sign in.", slug="token-scope")
    if needed.value not in token.scopes.split(" "):
        raise Forbidden(
            "This requires a token with the scope {scope}; yours has: {scopes}.",
            slug="token-scope",
            scope=needed.value,
            scopes=token.scopes.replace(" ", ", "),
        )


def scope_needed(method: str, route: str) -> Scope | None:
    """The scope that a personal access token needs for a route; None: only for users who signed in."""
    path = route.removeprefix(PREFIX)
    if path.startswith("/me/") or (path == "/me" and method != "GET"):
        return None
    if method == "GET" or path in _READ_ONLY_POSTS:
        return Scope.READ
    return Scope.EXPORT if path.startswith("/exports") else Scope.CATALOG


def source_ip(request: Request) -> str | None:
    """Where the request comes from, as the gateway saw it."""
    gateway: dict[str, Any] = request.context
    identity: dict[str, Any] = gateway.get("identity") or {}
    address = identity.get("sourceIp")
    return str(address) if address else None
