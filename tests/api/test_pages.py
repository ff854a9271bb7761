"""The pages as they are served: one shell for all of them, and cacheable files."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chalice.test import Client

from chalicelib import aws
from chalicelib.http.site_files import FIRST, SITE, site_files, site_version
from chalicelib.settings import settings

PAGES = ["/", "/projects", "/projects/P/samples", "/projects/P/workflow-executions/R", "/exports/E", "/signed-in"]
FIRST_PAGE = 80_000  # bytes, compressed


def body(client: Client, path: str) -> str:
    answer = client.http.get(path)
    assert answer.status_code == 200
    return answer.body.decode()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_same_shell(client: Client, path: str) -> None:
    answer = client.http.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.body == client.http.get("/").body
    again = client.http.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.body) == (304, b"")


def test_the_policy_allows_only_scripts_and_styles_of_the_site(client: Client) -> None:
    headers = client.http.get("/exports").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    shell = body(client, "/exports")
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", shell)


def test_issuer_and_uploads_are_the_only_other_hosts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_TOKEN_ENDPOINT", "https://login.example.org/oauth2/token")
    settings.cache_clear()
    key = {"Bucket": settings().catalog_bucket, "Key": "files/a"}
    address = urlsplit(aws.s3().generate_presigned_url("put_object", key))
    uploads = f"{address.scheme}://{address.netloc}"
    policy = client.http.get("/").headers["Content-Security-Policy"]
    assert f"connect-src 'self' {uploads} https://login.example.org;" in policy


def test_below_a_stage_the_shell_names_the_stage(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://abc.example.org/live/")
    settings.cache_clear()
    shell = body(client, "/exports")
    assert 'data-base="/live"' in shell
    assert f'src="/live/site/{site_version()}/main.js"' in shell


def test_files_are_immutable_and_belong_to_one_version(client: Client) -> None:
    for name in ("seqport.css", "main.js", "i18n/fr.js", "vendor/preact.js", "icon.svg"):
        answer = client.http.get(f"/site/{site_version()}/{name}")
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["Cache-Control"]
    assert client.http.get("/site/0123456789abcdef/main.js").status_code == 404
    for name in ("index.html", "nothing.js", "..%2fsettings.py"):
        assert client.http.get(f"/site/{site_version()}/{name}").status_code == 404


def test_404_is_html_for_pages_and_problem_json_below_api(client: Client) -> None:
    page = client.http.get("/nonsense")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    problem = client.http.get("/api/nonsense")
    assert (problem.status_code, problem.headers["Content-Type"]) == (404, "application/problem+json")


def imports_of(name: str) -> set[str]:
    """The files of the site that a module imports at once; what it imports later it fetches by a call."""
    found = re.findall(r'^(?:import|export)[^;]*? from "(\.[^"]+)";', site_files()[name].body, flags=re.M)
    return {str((Path(SITE / name).parent / imported).resolve().relative_to(SITE)) for imported in found}


def closure(*names: str) -> set[str]:
    seen: set[str] = set()
    todo = set(names)
    while todo:
        name = todo.pop()
        seen.add(name)
        todo |= imports_of(name) - seen if name.endswith(".js") else set()
    return seen


def test_every_import_names_a_file_and_imports_of_the_first_page_are_preloaded() -> None:
    for name in site_files():
        if name.endswith(".js"):
            assert imports_of(name) <= site_files().keys(), name
    assert closure("main.js") - {"main.js"} == set(FIRST)


@pytest.mark.parametrize("page", ["home", "exports", "samples"])
def test_a_first_page_is_small(page: str) -> None:
    names = closure("main.js", f"pages/{page}.js") | {"theme.js", "seqport.css", "icon.svg", "i18n/fr.js"}
    size = sum(len(gzip.compress(site_files()[name].body.encode(), 6)) for name in names)
    assert size < FIRST_PAGE, f"{size} bytes"


def test_the_reference_of_the_api_is_a_page_under_the_same_policy(client: Client) -> None:
    answer = client.http.get("/reference")
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == client.http.get("/").headers["Content-Security-Policy"]
    shell = answer.body.decode()
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", shell)
    for name in re.findall(rf"/site/{site_version()}/([^\"]+)", shell):
        assert name in site_files()
