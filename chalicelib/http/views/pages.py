"""The web pages: one HTML shell for all page URLs, and the files that it loads (`site_files`)."""

import hashlib
from urllib.parse import urlsplit

from chalice.app import Chalice, Request, Response

from chalicelib import aws
from chalicelib.errors import NotFound
from chalicelib.http.problems import problem_details
from chalicelib.http.replies import chalice_headers
from chalicelib.http.router import current_request
from chalicelib.http.site_files import (
    FOR_A_YEAR,
    HTML,
    REFERENCE,
    SHELL,
    SiteFile,
    headers,
    rendered,
    site_files,
    site_version,
)
from chalicelib.http.urls import base_url
from chalicelib.settings import settings

SECTIONS = (
    "projects",
    "groups",
    "samples",
    "workflow-executions",
    "exports",
    "tokens",
    "webhooks",
    "signed-in",
    "style",
)
_DEPTH = 4  # of the longest page's URL: /projects/ID/workflow-executions/ID


def _issuer() -> str:
    """Scheme and host of the issuer's token endpoint, or nothing."""
    endpoint = urlsplit(settings().oidc_token_endpoint)
    return f"{endpoint.scheme}://{endpoint.netloc}" if endpoint.netloc else ""


def _answer(request: Request, file: SiteFile, cache_control: str, status: int = 200) -> Response:
    # A weak tag, because the gateway may compress the response.
    tag = f'W/"{hashlib.sha256(file.body.encode()).hexdigest()[:24]}"'
    sent = chalice_headers(
        {
            **headers(_issuer(), aws.object_origin(settings().catalog_bucket)),
            "Cache-Control": cache_control,
            "ETag": tag,
        }
    )
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
