"""The web pages: one HTML shell for all page URLs, and the files that it loads.

The files are in `chalicelib/site/` and are served below `/site/<version>/`, where the version is a hash of all of them:
they can be cached forever; a new deployment has new URLs.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from chalice.app import Chalice, Request, Response

from chalicelib.errors import NotFound
from chalicelib.http.problems import problem_details
from chalicelib.http.replies import chalice_headers
from chalicelib.http.router import current_request
from chalicelib.http.urls import base_url
from chalicelib.settings import settings

_SITE = Path(__file__).resolve().parents[2] / "site"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
HTML = "text/html; charset=utf-8"
SHELL = "index.html"
REFERENCE = "reference.html"  # of the API, at /reference
# What the first page needs is fetched at once, without waiting for the modules that import it.
_FIRST = (
    "vendor/preact.js", "vendor/hooks.js", "vendor/htm.js", "view.js", "changes.js", "storage.js", "router.js",
    "language.js", "session.js", "api.js", "loading.js", "app.js", "page.js", "problem_page.js", "shell.js", "menu.js",
    "dialog.js", "announcements.js",
)  # fmt: skip
SECTIONS = ("projects", "groups", "samples", "workflow-executions", "exports", "tokens", "signed-in")
_DEPTH = 4  # of the longest page's URL: /projects/ID/workflow-executions/ID
FOR_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file as it is served."""

    body: str
    content_type: str


@cache
def site_files() -> dict[str, SiteFile]:
    """All files of the site but the HTML, by their path in it."""
    paths = [path for path in sorted(_SITE.rglob("*")) if path.suffix in _TYPES]
    return {
        path.relative_to(_SITE).as_posix(): SiteFile(path.read_text(encoding="utf-8"), _TYPES[path.suffix])
        for path in paths
    }


@cache
def site_version() -> str:
    """A hash of all files, the HTML too."""
    digest = hashlib.sha256((_SITE / SHELL).read_bytes() + (_SITE / REFERENCE).read_bytes())
    for name, file in site_files().items():
        digest.update(f"\0{name}\0{file.body}".encode())
    return digest.hexdigest()[:16]


def rendered(name: str, base: str) -> str:
    """The HTML of every page (SHELL), or of the reference: it names the files to load, and the path below which the
    pages are served."""
    site = f"{base}/site/{site_version()}"
    preloads = "\n".join(f'<link rel="modulepreload" href="{escape(site)}/{name}">' for name in _FIRST)
    template = Template((_SITE / name).read_text(encoding="utf-8"))
    return template.substitute(base=escape(base), site=escape(site), preloads=preloads)


def headers(issuer: str) -> dict[str, str]:
    """The headers of all pages and files. Content-Security-Policy: only our own scripts and styles, and no other host
    but the issuer's (scheme and host; may be empty)."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' {issuer}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
    }


def _issuer() -> str:
    """Scheme and host of the issuer's token endpoint, or nothing."""
    endpoint = urlsplit(settings().oidc_token_endpoint)
    return f"{endpoint.scheme}://{endpoint.netloc}" if endpoint.netloc else ""


def _answer(request: Request, file: SiteFile, cache_control: str, status: int = 200) -> Response:
    # A weak tag, because the gateway may compress the response.
    tag = f'W/"{hashlib.sha256(file.body.encode()).hexdigest()[:24]}"'
    sent = chalice_headers({**headers(_issuer()), "Cache-Control": cache_control, "ETag": tag})
    known = dict[str, str](request.headers).get("if-none-match", "")
    if status == 200 and tag in {known_tag.strip() for known_tag in known.split(",")}:
        return Response("", status_code=304, headers=sent)
    return Response(file.body, status_code=status, headers={**sent, "Content-Type": file.content_type})


def register(app: Chalice) -> None:
    """Add the routes of pages and their files."""

    def page(**segments: str) -> Response:
        return _page(current_request(app), next(iter(segments.values()), None))

    def file(version: str, first: str, second: str | None = None) -> Response:
        return _file(current_request(app), version, first if second is None else f"{first}/{second}")

    # The gateway allows only one variable name at each place of the path tree.
    app.route("/site/{version}/{first}", methods=["GET"], name="top_file")(problem_details(file))
    app.route("/site/{version}/{first}/{second}", methods=["GET"], name="inner_file")(problem_details(file))
    # Only API Gateway's {proxy+} matches any depth, and Chalice does not support it.
    for depth in range(_DEPTH + 1):
        path = "/" + "/".join(f"{{segment_{number}}}" for number in range(depth))
        app.route(path, methods=["GET"], name=f"page_{depth}")(problem_details(page))


def _page(request: Request, section: str | None) -> Response:
    if section == "api":
        raise NotFound("Not found.")
    if section == "reference":
        return _html(request, REFERENCE)
    status = 200 if section is None or section in SECTIONS else 404
    return _html(request, SHELL, status)


def _html(request: Request, name: str, status: int = 200) -> Response:
    base = urlsplit(base_url(request)).path
    return _answer(request, SiteFile(rendered(name, base), HTML), "no-cache", status)


def _file(request: Request, version: str, name: str) -> Response:
    file = site_files().get(name)
    if file is None or version != site_version():
        raise NotFound("Not found.")
    return _answer(request, file, FOR_A_YEAR)
