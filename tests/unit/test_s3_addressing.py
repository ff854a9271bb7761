"""Every URL that is signed, and every request of the fast clients, goes to the bucket's host in its own region."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from chalicelib import aws, timestamps
from chalicelib.archive.bucket_urls import bucket_url, is_virtual_hosted
from chalicelib.archive.fast_multipart import FastMultipartClient
from chalicelib.catalog.files.model import File
from chalicelib.catalog.files.upload_urls import part_url, single_url
from chalicelib.exports import download
from chalicelib.exports.model import Export, ExportedFile, Status
from chalicelib.settings import PARAMETERS, Source, settings, settings_from

HOSTS = {
    "us-east-1": "s3.us-east-1.amazonaws.com",
    "ca-central-1": "s3.ca-central-1.amazonaws.com",
    "ca-west-1": "s3.ca-west-1.amazonaws.com",
    "eu-south-1": "s3.eu-south-1.amazonaws.com",
    "us-gov-west-1": "s3.us-gov-west-1.amazonaws.com",
    "cn-north-1": "s3.cn-north-1.amazonaws.com.cn",
}
FILE = File(
    "f", "P", False, "s", "a.txt", 4, "catalog-bucket", "files/f", False, timestamps.now(), crc32=1, upload_id="u"
)


@pytest.fixture(params=HOSTS)
def region(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A process in this region, as Lambda starts one: without any endpoint in its environment."""
    for setting in settings_from(Source.RESOURCE, *PARAMETERS):
        if setting.type is str and setting.name not in {"puid_prefix", "time_zone"}:
            monkeypatch.setenv(setting.name.upper(), setting.name.replace("_", "-"))
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "COPY_CRC", "CSV_BOM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", request.param)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    settings.cache_clear()
    aws.forget_clients()
    yield request.param
    settings.cache_clear()
    aws.forget_clients()


def export() -> Export:
    values: dict[str, Any] = {field.name: None for field in fields(Export)}
    values |= {"id": "e", "name": "N", "type": "linelist", "status": Status.READY}
    return Export(**{**values, "file": ExportedFile("e/1-t/linelist.csv", 9, "00000000", 1)})


def test_every_signed_url_names_the_bucket_s_host_in_the_region(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "require_sources", lambda *_: None)
    link = download.link_to(export(), "u")
    head = download.link_to(export(), "u", "head_object")
    upload = {"exports-bucket": [link.url, head.url, link.report_url, download.manifest_link(export())]}
    upload["catalog-bucket"] = [single_url(FILE).url, part_url(FILE, 1, 4).url]
    for bucket, urls in upload.items():
        for url in urls:
            parts = urlsplit(url or "")
            assert (parts.scheme, parts.hostname) == ("https", f"{bucket}.{HOSTS[region]}")
            assert aws.object_origin(bucket) == f"https://{parts.netloc}"
            scope = parse_qs(parts.query)["X-Amz-Credential"][0].split("/")
            assert scope[2:] == [region, "s3", "aws4_request"]


def test_the_fast_client_sends_parts_to_the_same_host(region: str) -> None:
    requests: list[tuple[str, dict[str, str]]] = []

    class Http:
        def request(self, method: str, url: str, **request: Any) -> urllib3.HTTPResponse:
            requests.append((url, request["headers"]))
            return urllib3.HTTPResponse(status=500)

    client = FastMultipartClient(aws.session(), aws.s3())
    client._http = Http()  # type: ignore[assignment]
    client.put(("exports-bucket", "e/archive.zip", "id", 1), b"x", None)
    ((url, headers),) = requests
    assert urlsplit(url).hostname == f"exports-bucket.{HOSTS[region]}"
    assert f"/{region}/s3/aws4_request" in headers["Authorization"]


@pytest.mark.parametrize(
    ("endpoint", "bucket", "url"),
    [
        ("https://s3.ca-west-1.amazonaws.com", "b", "https://b.s3.ca-west-1.amazonaws.com"),
        ("https://s3.cn-north-1.amazonaws.com.cn", "b", "https://b.s3.cn-north-1.amazonaws.com.cn"),
        # The certificate of a virtual host has one level only.
        ("https://s3.ca-west-1.amazonaws.com", "b.c", "https://s3.ca-west-1.amazonaws.com/b.c"),
        ("http://127.0.0.1:9000", "b", "http://127.0.0.1:9000/b"),
    ],
)
def test_buckets_are_addressed_by_host_where_their_server_has_one(endpoint: str, bucket: str, url: str) -> None:
    assert bucket_url(endpoint, bucket) == url
    assert is_virtual_hosted(endpoint, bucket) == url.startswith(f"https://{bucket}.s3")


def test_another_server_is_addressed_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    aws.forget_clients()
    url = aws.s3().generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"})
    assert url.startswith("http://127.0.0.1:9000/b/k?")
    assert aws.object_origin("b") == "http://127.0.0.1:9000"
    aws.forget_clients()
