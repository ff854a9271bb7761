"""The identity that a verified token proves."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SIGNED_IN = "*"
MAX_TOKEN = 8_192  # characters
_LOCALES = ("en", "fr")
_NAMESPACE = uuid.UUID("5f1ad0f2-7a0a-4f0c-9a70-6d3f3b9c6f1e")  # of users among all UUIDs (RFC 9562)


class InvalidToken(Exception):
    """The token is missing, forged, expired, or for another audience; the message says which, for the log."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a verified token. `subject` is our id of the user: one for each issuer and subject.

    What the token does not carry (address, names, language) is empty: many issuers put it into ID tokens only.
    `scopes` are those of a personal access token, with spaces between; SIGNED_IN for a user who signed in.
    """

    subject: str
    email: str
    first_name: str
    last_name: str
    locale: str
    scopes: str

    def as_context(self) -> dict[str, str]:
        """The authorizer's context: flat texts, the only thing that the gateway passes on."""
        return asdict(self)

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> "Identity":
        """The identity in an authorizer's context; KeyError when there is none."""
        return cls(**{name: str(context[name]) for name in cls.__slots__})


def bearer_of(header: str) -> str:
    """The token in an `Authorization` header's value (`Bearer …`, RFC 6750). Raises InvalidToken."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
        raise InvalidToken("no bearer token")
    return token


def _email(claims: Mapping[str, Any]) -> str:
    """The address, unless the issuer marks it as unverified (OpenID Connect Core 1.0 section 5.1; Cognito
    writes booleans as strings). An issuer that sends no such claim is trusted."""
    is_verified = str(claims.get("email_verified", True)).lower() == "true"
    return str(claims.get("email") or "").lower() if is_verified else ""


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """The identity that verified claims, or the issuer's own UserInfo response with `iss` added, are about."""
    language = re.split("[-_]", str(claims.get("locale") or "").lower())[0]
    return Identity(
        subject=str(uuid.uuid5(_NAMESPACE, f"{claims['iss']}\n{claims['sub']}")),
        email=_email(claims),
        first_name=str(claims.get("given_name") or ""),
        last_name=str(claims.get("family_name") or ""),
        locale=language if language in _LOCALES else "",
        scopes=SIGNED_IN,
    )
