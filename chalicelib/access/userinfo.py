"""What an issuer says about a user beyond their access token: most issuers put addresses and names into ID tokens and
the UserInfo response only (OpenID Connect Core 1.0 section 5.3)."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import urllib3

from chalicelib import timestamps
from chalicelib.access import users
from chalicelib.access.identity import SIGNED_IN, Identity, identity_of
from chalicelib.access.users import User
from chalicelib.log import logger
from chalicelib.settings import settings

_INTERVAL = timedelta(hours=1)
_TIMEOUT = urllib3.Timeout(connect=3, read=5)
_MAX_BYTES = 64 * 1024


def complete(user: User, token: Identity, access_token: str) -> User:
    """The user with the address and names of the UserInfo response, unless their address is known already.

    The issuer is queried at most once an hour; a failure is logged, and the user stays as they are.
    """
    endpoint = settings().oidc_userinfo_endpoint
    if not endpoint or user.email or token.scopes != SIGNED_IN or not _claim(user):
        return user
    claims = _fetch(endpoint, access_token)
    if claims is None:
        return user
    described = identity_of({**claims, "iss": settings().oidc_issuer})
    if described.subject != token.subject:
        logger().warning("the UserInfo response is about another subject")
        return user
    return users.upsert(replace(described, locale=token.locale or described.locale))


def _claim(user: User) -> bool:
    """Was the issuer not queried about this user within the hour? Of concurrent requests one queries it."""
    now = timestamps.now()
    if user.userinfo_at is not None and now - timestamps.parse(user.userinfo_at) < _INTERVAL:
        return False
    return users.claim_userinfo(user, timestamps.format(now))


def _fetch(endpoint: str, access_token: str) -> dict[str, Any] | None:
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT, retries=False) as pool:
            headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
            response = pool.request("GET", endpoint, headers=headers, redirect=False, preload_content=False)
            try:
                body = response.read(_MAX_BYTES + 1)
            finally:
                response.release_conn()
        if response.status != 200 or len(body) > _MAX_BYTES:
            logger().warning("the UserInfo endpoint did not respond as expected", status=response.status)
            return None
        claims = json.loads(body)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        logger().warning("the UserInfo endpoint could not be read", error=type(error).__name__)
        return None
    return claims if isinstance(claims, dict) and isinstance(claims.get("sub"), str) else None
