"""Access tokens: JWTs of the configured OpenID Connect issuer, checked by its published keys (RFC 7519, RFC 8725)."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt

from chalicelib.access.identity import Identity, InvalidToken, identity_of
from chalicelib.settings import settings

# Asymmetric ones only: with a symmetric algorithm the public key would do as a secret.
ALGORITHMS = ("RS256", "ES256")
_LEEWAY = 30
_KEYS_LIFESPAN = 300  # seconds


@cache
def _keys(uri: str) -> jwt.PyJWKClient:
    return jwt.PyJWKClient(uri, cache_keys=True, lifespan=_KEYS_LIFESPAN, timeout=5)


def forget_keys() -> None:
    """Drop the cached keys, for tests."""
    _keys.cache_clear()


def verify_jwt(token: str) -> Identity:
    """The verified token of an OpenID Connect issuer. Raises InvalidToken.

    Checked: algorithm, signature, issuer, audience, expiry, not-before, and that it is no ID token.
    """
    s = settings()
    try:
        key = _keys(s.oidc_jwks_uri).get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key=key.key,
            algorithms=list(ALGORITHMS),
            issuer=s.oidc_issuer,
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "iss", "sub"], "verify_aud": False},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise InvalidToken(type(error).__name__) from error
    if _audiences(claims).isdisjoint(s.oidc_audience.split()):
        raise InvalidToken("another audience")
    if claims.get("token_use") == "id" or claims.get("typ") == "ID":  # Cognito's and Keycloak's ID tokens
        raise InvalidToken("an ID token")
    return identity_of(claims)


def _audiences(claims: Mapping[str, Any]) -> set[str]:
    """The APIs that a token is for. Cognito's access tokens have no `aud`, but their client's id, and the resource
    servers in their scopes (`<resource server>/<scope>`). Source: Cognito Developer Guide, "Understanding the access
    token"."""
    if "aud" in claims:
        audience = claims["aud"]
        return {audience} if isinstance(audience, str) else {str(value) for value in audience}
    scopes = str(claims.get("scope", "")).split()
    return {str(claims.get("client_id", "")), *(scope.rpartition("/")[0] for scope in scopes)} - {""}
