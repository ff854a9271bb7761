"""Authenticates a bearer token: a JWT from the OIDC issuer, or a personal access token."""

from chalicelib.access import personal_access_tokens
from chalicelib.access.oidc import Identity, bearer_of, verify_jwt


def authenticate(header: str) -> Identity:
    """What an `Authorization` header's token says of its bearer. Raises InvalidToken."""
    token = bearer_of(header)
    return (
        personal_access_tokens.verify(token) if token.startswith(personal_access_tokens.PREFIX) else verify_jwt(token)
    )
