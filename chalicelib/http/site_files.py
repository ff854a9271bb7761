"""The files of the web pages, as they are served: by the API's function, or by CloudFront from a bucket.

The files are in `chalicelib/site/` and are served below `/site/<version>/`, where the version is a hash of all of them:
they can be cached forever; a new deployment has new URLs.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template

SITE = Path(__file__).resolve().parents[1] / "site"
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
FIRST = (
    "vendor/preact.js", "vendor/hooks.js", "vendor/htm.js", "view.js", "changes.js", "storage.js", "router.js",
    "language.js", "session.js", "api.js", "loading.js", "app.js", "page.js", "problem_page.js", "shell.js", "menu.js",
    "dialog.js", "announcements.js", "notices.js", "export_download.js", "export_state.js", "visits.js", "roles.js",
    "uploads/state.js", "shortcuts.js",
)  # fmt: skip
FOR_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file as it is served."""

    body: str
    content_type: str


@cache
def site_files() -> dict[str, SiteFile]:
    """All files of the site but the HTML, by their path in it."""
    paths = [path for path in sorted(SITE.rglob("*")) if path.suffix in _TYPES]
    return {
        path.relative_to(SITE).as_posix(): SiteFile(path.read_text(encoding="utf-8"), _TYPES[path.suffix])
        for path in paths
    }


@cache
def site_version() -> str:
    """A hash of all files, the HTML too."""
    digest = hashlib.sha256((SITE / SHELL).read_bytes() + (SITE / REFERENCE).read_bytes())
    for name, file in site_files().items():
        digest.update(f"\0{name}\0{file.body}".encode())
    return digest.hexdigest()[:16]


def rendered(name: str, base: str) -> str:
    """The HTML of every page (SHELL), or of the reference: it names the files to load, and the path below which the
    pages are served."""
    site = f"{base}/site/{site_version()}"
    preloads = "\n".join(f'<link rel="modulepreload" href="{escape(site)}/{name}">' for name in FIRST)
    template = Template((SITE / name).read_text(encoding="utf-8"))
    return template.substitute(base=escape(base), site=escape(site), preloads=preloads)


def headers(issuer: str, uploads: str) -> dict[str, str]:
    """The headers of all pages and files. Content-Security-Policy: only our own scripts and styles, and no other hosts
    but the issuer's and the one that files are uploaded to (scheme and host; the issuer's may be empty)."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' {uploads} {issuer}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
    }
