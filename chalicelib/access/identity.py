"""The identity that a verified token proves."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SIGNED_IN = "*"
MAX_TOKEN = 8_192  # characters


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
        """The token of an authorizer's context; KeyError when there is none."""
        return cls(**{name: str(context[name]) for name in cls.__slots__})


def bearer_of(header: str) -> str:
    """The token in an `Authorization` header's value (`Bearer …`, RFC 6750). Raises InvalidToken."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
        raise InvalidToken("no bearer token")
    return token
