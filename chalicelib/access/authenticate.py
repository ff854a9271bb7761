"""Authenticates a bearer token: a JWT from the OIDC issuer, or a personal access token."""

from chalicelib.access.identity import Identity, bearer_of
from chalicelib.access.oidc import verify_jwt

PERSONAL_PREFIX = "seqport_pat_"  # lets secret scanners recognise one


def authenticate(header: str) -> Identity:
    """The identity that an `Authorization` header's token carries. Raises InvalidToken."""
    token = bearer_of(header)
    if not token.startswith(PERSONAL_PREFIX):
        return verify_jwt(token)
    from chalicelib.access import personal_access_tokens  # noqa: PLC0415 - a JWT needs no database client

    return personal_access_tokens.verify(token)
