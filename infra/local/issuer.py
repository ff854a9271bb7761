"""A small real OpenID Connect issuer for the local stack: it signs anybody under example.org in, with one click."""

import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.servers import LocalStackError

# The same on every port, because users are identified by issuer and subject.
ISSUER = "https://local.seqport.example.org"
AUDIENCE = "seqport"
LASTS = 12 * 3600
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+\-]{0,62}@([a-z0-9\-]{1,63}\.){0,3}example\.org")
_NAMESPACE = uuid.UUID("0a4f1a3e-6a2a-4d53-8a3c-3b1f5f8f7c11")


class SignInRefused(Exception):
    """The request to sign in breaks a rule; `pointer` names the field."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Issuer:
    """Signs tokens as `url` with the key in its data folder, so that they outlive a restart."""

    url: str
    key: rsa.RSAPrivateKey
    key_id: str

    def token(self, profile: Mapping[str, Any], now: float | None = None) -> str:
        """An access token for `{email, locale?, first_name?, last_name?}`. Raises SignInRefused."""
        email = profile.get("email")
        if not isinstance(email, str) or not _ADDRESS.fullmatch(email.lower()):
            raise SignInRefused("/email", "This must be an address under example.org.")
        locale = profile.get("locale")
        if locale not in (None, "en", "fr"):
            raise SignInRefused("/locale", "This must be en or fr.")
        for name in ("first_name", "last_name"):
            if not isinstance(profile.get(name, ""), str):
                raise SignInRefused(f"/{name}", "Must be a string.")
        first, last = names_of(email.lower())
        issued = int(time.time() if now is None else now)
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": str(uuid.uuid5(_NAMESPACE, email.lower())),
            "email": email.lower(),
            "given_name": profile.get("first_name") or first,
            "family_name": profile.get("last_name") or last,
            "email_verified": True,
            **({} if locale is None else {"locale": locale}),
            "iat": issued,
            "nbf": issued,
            "exp": issued + LASTS,
        }
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.key_id})

    def id_token(self, access_token: str) -> str:
        """The ID token beside an access token: the same claims, marked as Keycloak does. The API refuses it."""
        claims = jwt.decode(access_token, options={"verify_signature": False})
        return jwt.encode({**claims, "typ": "ID"}, self.key, algorithm="RS256", headers={"kid": self.key_id})

    def knows(self, token: str) -> bool:
        """Is it a valid token of this issuer? The authorizer's own check decides in the end."""
        try:
            jwt.decode(
                token, self.key.public_key(), algorithms=["RS256"], audience=AUDIENCE, issuer=self.url, leeway=30
            )
        except jwt.PyJWTError:
            return False
        return True

    def jwks(self) -> dict[str, Any]:
        """The public key (RFC 7517)."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.key_id, "use": "sig", "alg": "RS256"}]}

    def configuration(self, base: str) -> dict[str, Any]:
        """The discovery document with what this issuer supports; `base` is the URL of its routes."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{base}/jwks.json",
            "token_endpoint": f"{base}/token",
            "id_token_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
            "response_types_supported": ["token"],
        }


def names_of(email: str) -> tuple[str, str]:
    """First and last name, guessed from an address: `ana.lopez@…` is Ana Lopez, `owner@demo…` is Owner Demo."""
    local, domain = email.split("@")
    words = [word.capitalize() for word in re.split(r"[._+\-]+", local) if word]
    if len(words) > 1:
        return words[0], " ".join(words[1:])
    return words[0] if words else "Somebody", domain.split(".")[0].capitalize()


def issuer(url: str, folder: Path) -> Issuer:
    """The issuer whose key is in `folder`; created if there is none."""
    path = folder / "issuer.pem"
    if path.exists():
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), None)
        except ValueError as error:
            raise LocalStackError(f"{path} is damaged: delete it and start again (users sign in again)") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise LocalStackError(f"{path} contains no RSA key: delete it and start again")
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.touch(mode=0o600)
        path.write_bytes(pem)
    numbers = key.public_key().public_numbers()
    return Issuer(url, key, f"{numbers.n % 10**12:012d}")
