"""The caller of a request: the user that the authorizer verified, and the scope that their token needs."""

from hmac import compare_digest
from typing import Any

from chalice.app import Request

from chalicelib.access import userinfo, users
from chalicelib.access.identity import SIGNED_IN, Identity
from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.users import User
from chalicelib.errors import Forbidden, Unauthenticated
from chalicelib.settings import settings

LOCALE = "seqport:locale"


def caller(request: Request, scope: Scope | None) -> User:
    """The user of a request, by the identity that the authorizer verified. Raises Unauthenticated when there is none,
    and Forbidden when their personal access token lacks the scope; None: no such token is accepted."""
    context = request.context.get("authorizer")
    if not isinstance(context, dict):
        raise Unauthenticated("A valid access token is required.")
    try:
        token = Identity.from_context(context)
    except KeyError:
        raise Unauthenticated("A valid access token is required.") from None
    if not token.subject:
        raise Unauthenticated("A valid access token is required.")
    _check_scope(token, scope)
    access_token = request.headers.get("authorization", "").partition(" ")[2]
    user = userinfo.complete(users.upsert(token), token, access_token)
    request.context[LOCALE] = user.locale  # for the language of a problem
    return user


def _check_scope(token: Identity, scope: Scope | None) -> None:
    if token.scopes == SIGNED_IN:
        return
    if scope is None:
        raise Forbidden("A personal access token can't be used for this: sign in.", slug="token-scope")
    if scope.value not in token.scopes.split(" "):
        raise Forbidden(
            "This requires a token with the scope {scope}; yours has: {scopes}.",
            slug="token-scope",
            scope=scope.value,
            scopes=token.scopes.replace(" ", ", "),
        )


def source_ip(request: Request) -> str | None:
    """The IP address of the client, as the gateway reports it; for requests through the stack's distribution, as that
    reports it: CloudFront adds the client's address at the end of `X-Forwarded-For`, and the gateway CloudFront's."""
    token = settings().origin_token
    if token and compare_digest(request.headers.get("x-origin-token", ""), token):
        addresses = request.headers.get("x-forwarded-for", "").split(",")
        if len(addresses) > 1:
            return str(addresses[-2]).strip()
    gateway: dict[str, Any] = request.context
    identity: dict[str, Any] = gateway.get("identity") or {}
    address = identity.get("sourceIp")
    return str(address) if address else None
