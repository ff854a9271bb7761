"""Access tokens: JWTs of the configured OpenID Connect issuer, checked by its published keys (RFC 7519, RFC 8725)."""

import re
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt

from chalicelib.access.identity import SIGNED_IN, Identity, InvalidToken
from chalicelib.settings import settings

# Asymmetric ones only: with a symmetric algorithm the public key would do as a secret.
ALGORITHMS = ("RS256", "ES256")
_LEEWAY = 30
_LOCALES = ("en", "fr")
_KEYS_LIFESPAN = 300  # seconds
_NAMESPACE = uuid.UUID("5f1ad0f2-7a0a-4f0c-9a70-6d3f3b9c6f1e")


@cache
def _keys(uri: str) -> jwt.PyJWKClient:
    return jwt.PyJWKClient(uri, cache_keys=True, lifespan=_KEYS_LIFESPAN, timeout=5)


def forget_keys() -> None:
    """Drop the cached keys, for tests."""
    _keys.cache_clear()


def verify_jwt(token: str) -> Identity:
    """The verified token of an OpenID Connect issuer. Raises InvalidToken.

    Checked: algorithm, signature, issuer, audience (`aud`, or Cognito's `client_id`), expiry, not-before.
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
    if s.oidc_audience not in _audiences(claims):
        raise InvalidToken("another audience")
    return _identity_of(claims)


def _audiences(claims: Mapping[str, Any]) -> set[str]:
    audience = claims.get("aud", claims.get("client_id", ""))
    return {audience} if isinstance(audience, str) else {str(value) for value in audience}


def _email(claims: Mapping[str, Any]) -> str:
    """The address, unless the issuer marks it as unverified (OpenID Connect Core 1.0 section 5.1; Cognito
    writes booleans as strings). An issuer that sends no such claim is trusted."""
    is_verified = str(claims.get("email_verified", True)).lower() == "true"
    return str(claims.get("email") or "").lower() if is_verified else ""


def _identity_of(claims: Mapping[str, Any]) -> Identity:
    language = re.split("[-_]", str(claims.get("locale") or "").lower())[0]
    return Identity(
        subject=str(uuid.uuid5(_NAMESPACE, f"{claims['iss']}\n{claims['sub']}")),
        email=_email(claims),
        first_name=str(claims.get("given_name") or ""),
        last_name=str(claims.get("family_name") or ""),
        locale=language if language in _LOCALES else "",
        scopes=SIGNED_IN,
    )
