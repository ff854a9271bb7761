"""Catalogs and exports through HTTP, as any client would make them."""

import io
import random
import time
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import requests

from infra.demo.api import Api, put


def project(api: Api, name: str = "Pro") -> Any:
    group = api.post("/groups", {"name": "Lab", "path": f"lab-{uuid4().hex[:8]}"})
    return api.post("/projects", {"name": name, "path": "pro", "group_id": group["id"]})


def upload(api: Api, sample_id: str, filename: str, body: bytes) -> Any:
    checksums = {"crc32": f"{zlib.crc32(body):08x}"}
    begun = api.post(f"/samples/{sample_id}/files", {"filename": filename, "size": len(body), "checksums": checksums})
    (part,) = begun["upload"]["parts"]
    etag = put(part["url"], part["headers"], body)
    return api.post(f"/files/{begun['id']}/complete", {"parts": [{"part_number": 1, "etag": etag}]})


def sample_with(api: Api, project_id: str, name: str, sizes: dict[str, int]) -> tuple[Any, dict[str, bytes]]:
    """A sample with random files of these sizes; and their contents."""
    sample = api.post(f"/projects/{project_id}/samples", {"name": name})
    bodies = {filename: random.Random(f"{name} {filename}").randbytes(size) for filename, size in sizes.items()}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda item: upload(api, sample["id"], *item), bodies.items()))
    return sample, bodies


def create(api: Api, namespace_id: str, samples: list[Any], formats: list[str], **more: Any) -> Any:
    ids = [sample["id"] for sample in samples]
    export_request = {
        "type": "sample",
        "namespace_id": namespace_id,
        "sample_ids": ids,
        "file_formats": formats,
        **more,
    }
    return api.post("/exports", export_request)


def wait(api: Api, export_id: str, seconds: float = 120) -> Any:
    """The export once its status is final; its percentage may never go back."""
    deadline, percent = time.monotonic() + seconds, 0
    while True:
        export = api.get(f"/exports/{export_id}")
        assert export["progress"]["percent"] >= percent or export["status"] != "processing"
        percent = export["progress"]["percent"]
        if export["status"] != "processing":
            return export
        assert time.monotonic() < deadline, export
        time.sleep(0.3)


def archive(api: Api, export: Any) -> zipfile.ZipFile:
    """The archive behind a fresh link, verified against the API's size and CRC-32."""
    link = api.post(f"/exports/{export['id']}/download", {})
    answer = requests.get(link["url"], timeout=60)
    assert answer.status_code == 200
    assert len(answer.content) == link["size"] == export["file"]["size"]
    assert f"{zlib.crc32(answer.content):08x}" == link["crc32"] == export["file"]["crc32"]
    opened = zipfile.ZipFile(io.BytesIO(answer.content))
    assert opened.testzip() is None
    return opened


def bodies_in(opened: zipfile.ZipFile) -> dict[str, bytes]:
    """Contents by the last part of the path, of files that are not ours."""
    return {name.rsplit("/", 1)[-1]: opened.read(name) for name in opened.namelist() if "/" in name}


def mails_about(url: str, to: str, export_id: str, seconds: float = 30) -> list[str]:
    """The subjects of the mails about an export, once there is one: it is sent after the export is ready."""
    deadline = time.monotonic() + seconds
    while True:
        mails = requests.get(f"{url}/local/mail", params={"to": to}, timeout=30).json()["items"]
        found = [mail["subject"] for mail in mails if export_id in mail["text"]]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)
