"""Sign-in to the pages of the local stack: authorization code with PKCE (RFC 6749, RFC 7636), by one click.

No passwords: anyone may sign in as anyone, but the protocol is the standard one.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

from infra.local.issuer import Issuer, SignInRefused
from infra.user_pool import CLIENT_REDIRECT_URI

_CODE_SECONDS = 60
_WORDS = {
    "en": ("Sign in to the local Seqport", "People of the demo catalog", "Any address under example.org", "Sign in"),
    "fr": ("Connexion au Seqport local", "Personnes du catalogue de démonstration",
           "Toute adresse sous example.org", "Se connecter"),
}  # fmt: skip
_STYLE = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}"
    "body{max-width:26rem;margin:12vh auto;padding:0 1rem}"
    "h1{font-size:1.4rem}ul{list-style:none;padding:0}li a,button,input{display:block;box-sizing:border-box;width:100%;"
    "font:inherit;padding:.6rem .8rem;margin:.4rem 0;border:1px solid GrayText;border-radius:.4rem;color:inherit}"
    "button{background:#14606b;color:#fff;border:0}"
)
PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class _Grant:
    profile: Mapping[str, Any]
    challenge: str
    redirect_uri: str
    until: float


@dataclass
class SignIn:
    """The issued authorization codes that were not exchanged for a token yet."""

    issuer: Issuer
    _grants: dict[str, _Grant] = field(default_factory=dict)

    def authorize(self, query: Mapping[str, str], origin: str) -> str:
        """The URL to go back to with a code for `query["email"]`. Raises SignInRefused."""
        self.issuer.token(_profile(query))  # refuses an address that may not sign in
        _check(query, origin)
        code = secrets.token_urlsafe(24)
        now = time.monotonic()
        self._grants = {key: grant for key, grant in self._grants.items() if grant.until > now}
        self._grants[code] = _Grant(
            _profile(query), query["code_challenge"], query["redirect_uri"], now + _CODE_SECONDS
        )
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query.get('state', '')})}"

    def token(self, query: Mapping[str, str]) -> str:
        """The token for a code, once. Raises SignInRefused."""
        grant = self._grants.pop(query.get("code", ""), None)
        verifier = hashlib.sha256(query.get("code_verifier", "").encode()).digest()
        if (
            grant is None
            or grant.until < time.monotonic()
            or grant.redirect_uri != query.get("redirect_uri")
            or base64.urlsafe_b64encode(verifier).decode().rstrip("=") != grant.challenge
        ):
            raise SignInRefused("/code", "This code is unknown, was used, or is another's.")
        return self.issuer.token(grant.profile)


def _profile(query: Mapping[str, str]) -> dict[str, Any]:
    return {"email": query.get("email")}  # as with most issuers, without a locale


def _language(query: Mapping[str, str]) -> str:
    return "fr" if query.get("ui_locales", "").startswith("fr") else "en"


def _check(query: Mapping[str, str], origin: str) -> None:
    if query.get("redirect_uri") not in {f"{origin}/signed-in", CLIENT_REDIRECT_URI}:
        raise SignInRefused("/redirect_uri", "This must be a page of this server, or the command-line client's.")
    if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
        raise SignInRefused("/code_challenge", "A challenge by S256 is needed.")


def page(query: Mapping[str, str], people: Iterable[str], refusal: str | None = None) -> bytes:
    """The sign-in page."""
    language = _language(query)
    title, demo, other, button = _WORDS[language]
    kept = {name: value for name, value in query.items() if name != "email"}
    links = "".join(
        f'<li><a href="?{escape(urlencode({**kept, "email": email}))}">{escape(email)}</a></li>' for email in people
    )
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in kept.items()
    )
    alert = f'<p role="alert">{escape(refusal)}</p>' if refusal else ""
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style><main><h1>{title}</h1>{alert}<h2>{demo}</h2><ul>{links}</ul>"
        f'<form><label for="email">{other}</label><input id="email" type="email" name="email" required>{hidden}'
        f"<button>{button}</button></form></main></html>"
    ).encode()
