"""How people sign in to the pages of the local stack: authorization code with PKCE (RFC 6749, RFC 7636), by one click.

Whoever asks says who they are: nothing is secret here, but the way is the one that any issuer has.
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
    wish: Mapping[str, Any]
    challenge: str
    redirect_uri: str
    until: float


@dataclass
class SignIn:
    """The codes that were given and not yet changed into a token."""

    issuer: Issuer
    _grants: dict[str, _Grant] = field(default_factory=dict)

    def authorize(self, asked: Mapping[str, str], origin: str) -> str:
        """The URL to go back to with a code for `asked["email"]`. Raises SignInRefused."""
        self.issuer.token(_wish(asked))  # refuses an address that may not sign in
        _check(asked, origin)
        code = secrets.token_urlsafe(24)
        now = time.monotonic()
        self._grants = {key: grant for key, grant in self._grants.items() if grant.until > now}
        self._grants[code] = _Grant(_wish(asked), asked["code_challenge"], asked["redirect_uri"], now + _CODE_SECONDS)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def token(self, asked: Mapping[str, str]) -> str:
        """The token for a code, once. Raises SignInRefused."""
        grant = self._grants.pop(asked.get("code", ""), None)
        verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if (
            grant is None
            or grant.until < time.monotonic()
            or grant.redirect_uri != asked.get("redirect_uri")
            or base64.urlsafe_b64encode(verifier).decode().rstrip("=") != grant.challenge
        ):
            raise SignInRefused("/code", "This code is unknown, was used, or is another's.")
        return self.issuer.token(grant.wish)


def _wish(asked: Mapping[str, str]) -> dict[str, Any]:
    return {"email": asked.get("email")}  # as most issuers: nobody has told this one a language


def _language(asked: Mapping[str, str]) -> str:
    return "fr" if asked.get("ui_locales", "").startswith("fr") else "en"


def _check(asked: Mapping[str, str], origin: str) -> None:
    if asked.get("redirect_uri") != f"{origin}/signed-in":  # the one that is registered for the pages
        raise SignInRefused("/redirect_uri", "This must be a page of this server.")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        raise SignInRefused("/code_challenge", "A challenge by S256 is needed.")


def page(asked: Mapping[str, str], people: Iterable[str], refusal: str | None = None) -> bytes:
    """The page on which somebody says who they are."""
    language = _language(asked)
    title, demo, other, button = _WORDS[language]
    kept = {name: value for name, value in asked.items() if name != "email"}
    links = "".join(
        f'<li><a href="?{escape(urlencode({**kept, "email": email}))}">{escape(email)}</a></li>' for email in people
    )
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in kept.items()
    )
    told = f'<p role="alert">{escape(refusal)}</p>' if refusal else ""
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style><main><h1>{title}</h1>{told}<h2>{demo}</h2><ul>{links}</ul>"
        f'<form><label for="email">{other}</label><input id="email" type="email" name="email" required>{hidden}'
        f"<button>{button}</button></form></main></html>"
    ).encode()
