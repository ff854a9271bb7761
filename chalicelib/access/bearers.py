"""Whoever bears a token: a JWT of the issuer, or a personal access token."""

from chalicelib.access import personal_tokens
from chalicelib.access.tokens import AccessToken, bearer_of, verify_token


def verify_bearer(header: str) -> AccessToken:
    """What an `Authorization` header's token says of its bearer. Raises TokenRefused."""
    token = bearer_of(header)
    return personal_tokens.verify(token) if token.startswith(personal_tokens.PREFIX) else verify_token(token)
