"""`python -m infra.demo.run`: the main job without a browser: an export of each type, downloaded and checked."""

import json
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from infra.demo.api import Api, ApiError
from infra.demo.archive_check import WrongArchive, check_archive
from infra.demo.catalog import PEOPLE, TOP_GROUP, load
from infra.demo.console import Bar, say
from infra.demo.download import DownloadFailed, download
from infra.demo.mails import mails_about
from infra.demo.table_check import WrongTable, check_table
from infra.local.choices import Choices, StopRequested
from infra.local.servers import HOST, LocalStackError
from infra.local.stack import LocalStack, check_tools

_WAIT_SECONDS = 900.0


class DemoFailed(Exception):
    """The demo failed; the message says where."""


_EXPECTED = (DemoFailed, WrongArchive, WrongTable, DownloadFailed)


@contextmanager
def _stack(choices: Choices, stop: threading.Event) -> Iterator[str]:
    """The URL of the stack of this data folder: a running one, or one that is started here and stopped afterwards."""
    url = f"http://{HOST}:{choices.port}"
    if _runs(url, choices.home):
        yield url
        return
    check_tools()
    stack = LocalStack(choices, say=say, stopping=stop.is_set)
    info = stack.start()
    try:
        load(info, say=say, stopping=stop.is_set)
        stack.open()
        yield url
    finally:
        stack.stop()


def _runs(url: str, home: Path) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/local/info", timeout=5) as answer:  # noqa: S310 - loopback
            state = json.load(answer)
    except (OSError, ValueError):
        return False
    if state.get("home") != str(home):
        raise LocalStackError(f"the stack at {url} has its data in {state.get('home')}, not in {home}")
    return True


@dataclass(frozen=True, slots=True)
class Made:
    """A ready export, and the catalog's files that it must hold, by the end of their path in it."""

    export: dict[str, Any]
    sources: dict[str, Any]


def _export(api: Api, stop: threading.Event) -> Made:
    """A sample export of all files of the demo catalog."""
    group = _group(api)
    samples = api.all(f"/namespaces/{group['id']}/samples")
    with ThreadPoolExecutor(4) as pool:
        lists = list(pool.map(lambda sample: api.all(f"/samples/{sample['id']}/files"), samples))
    files = [file for files_of_sample in lists for file in files_of_sample]
    formats = sorted({file["format"] for file in files})
    say(f"Exporting {len(samples)} samples with {len(files)} files ({', '.join(formats)}) …")
    body = {
        "type": "sample",
        "namespace_id": group["id"],
        "sample_ids": [sample["id"] for sample in samples],
        "file_formats": formats,
        "name": "Demo export",
        "email_notification": True,
    }
    return Made(_made(api, body, stop), {f"{file['puid']}/{file['filename']}": file for file in files})


def _export_runs(api: Api, stop: threading.Event) -> Made:
    """An export of all of one's completed workflow executions."""
    runs = [api.get(f"/workflow-executions/{run['id']}") for run in api.all("/workflow-executions")]
    completed = [run for run in runs if run["state"] == "completed"]
    sources = {f"{run['id']}/{output['filename']}": output for run in completed for output in run["outputs"]}
    sources |= {
        f"{run['id']}/{sample['puid']}/{output['filename']}": output
        for run in completed
        for sample in run["samples"]
        for output in sample["outputs"]
    }
    say(f"Exporting {len(completed)} workflow executions with {len(sources)} outputs …")
    body = {
        "type": "analysis",
        "analysis_type": "user",
        "workflow_execution_ids": [run["id"] for run in completed],
        "name": "Demo analyses",
    }
    return Made(_made(api, body, stop), sources)


def _linelist(api: Api, folder: Path, stop: threading.Event) -> Path:
    """A linelist of all samples of the demo catalog, downloaded and compared with it."""
    group = _group(api)
    heads = api.all(f"/namespaces/{group['id']}/samples")
    with ThreadPoolExecutor(4) as pool:
        samples = list(pool.map(lambda head: api.get(f"/samples/{head['id']}"), heads))
    fields = list(dict.fromkeys(field for sample in samples for field in sample["metadata"]))
    say(f"Exporting a linelist of {len(samples)} samples and {len(fields)} fields …")
    body = {
        "type": "linelist",
        "namespace_id": group["id"],
        "sample_ids": [sample["id"] for sample in samples],
        "metadata_fields": fields,
        "linelist_format": "csv",
        "name": "Demo linelist",
    }
    path, _ = _fetch(api, _made(api, body, stop), folder)
    check_table(path, samples, fields)
    say(f"Read by Python's csv: {len(samples)} rows equal the catalog's metadata.")
    return path


def _group(api: Api) -> Any:
    """The demo catalog's top group."""
    (group,) = [group for group in api.all("/groups") if group["path"] == TOP_GROUP[1] and group["parent_id"] is None]
    return group


def _made(api: Api, body: dict[str, Any], stop: threading.Event) -> dict[str, Any]:
    """Create an export and wait until it is ready."""
    began = time.monotonic()
    answer = api.call("POST", "/exports", body)
    export: dict[str, Any] = answer.body
    bar = Bar("Assembling ")
    while export["status"] == "processing" and not stop.is_set():
        bar.show(export["progress"]["percent"], export["progress"]["step"])
        if time.monotonic() - began > _WAIT_SECONDS:
            raise DemoFailed(f"the export is still {export['progress']} after {_WAIT_SECONDS:.0f} s")
        stop.wait(min(float(answer.headers.get("retry-after", 1)), 1.0))
        answer = api.call("GET", f"/exports/{export['id']}")
        export = answer.body
    if export["status"] != "ready":
        raise DemoFailed(f"the export is {export['status']}: {export['failure']}")
    bar.show(100, f"ready in {time.monotonic() - began:.1f} s")
    return export


def _fetch(api: Api, export: dict[str, Any], folder: Path) -> tuple[Path, dict[str, Any]]:
    """Download an export's file; returns it with the API's description of it."""
    link: dict[str, Any] = api.post(f"/exports/{export['id']}/download", {})
    folder.mkdir(parents=True, exist_ok=True)
    path: Path = folder / export["file"]["filename"]
    bar, got = Bar("Downloading"), 0

    def count(size: int) -> None:
        nonlocal got
        got += size
        bar.show(min(99, got * 100 // link["size"]), f"{got / 1e6:,.0f} MB")

    download(link["url"], path, link["size"], count)
    bar.show(100, f"{link['size'] / 1e6:,.1f} MB")
    return path, link


def _fetch_and_check(api: Api, made: Made, folder: Path) -> Path:
    """Download an archive and have it read by programs that we did not write."""
    path, link = _fetch(api, made.export, folder)
    sources = {
        tail: (file["size"], int(file["checksums"]["crc32"], 16) if "crc32" in file["checksums"] else None)
        for tail, file in made.sources.items()
    }
    reader = check_archive(path, size=link["size"], crc32=link["crc32"], sources=sources)
    say(
        f"Checked with {reader}: {len(sources)} files equal the catalog's and the manifest's; size and CRC-32 are S3's."
    )
    return path


def _print_summary(api: Api, url: str, export: dict[str, Any], path: Path) -> None:
    events = api.get(f"/exports/{export['id']}/events")["items"]
    (details,) = [event["details"] for event in events if event["action"] == "ready"]
    size, through = export["file"]["size"], details["bytes_written"]
    say(
        f"Archive: {size:,} bytes in {details['parts']} parts, {export['file']['files']} files, "
        f"{export['warnings']} excluded (see report.json)."
    )
    say(
        f"Passed through functions: {through:,} bytes ({100 * through / size:.1f} %; read {details['bytes_read']:,}, "
        f"written {through:,}); S3 itself copied {details['bytes_copied']:,} in {details['requests']} requests."
    )
    mails = mails_about(url, export["id"])
    say(f"Mail: {mails[0]['subject']!r} to {mails[0]['to']}" if mails else "Mail: none yet")
    say(f"Here it is: {path}")


def main() -> int:
    stop = threading.Event()

    def on_signal(_signal: int, _frame: FrameType | None) -> None:
        if not stop.is_set():  # once: a shutdown in progress must not be interrupted
            stop.set()
            raise StopRequested

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    began = time.monotonic()
    try:
        choices = Choices.of_environment()
        with _stack(choices, stop) as url:
            api = Api.signed_in(url, PEOPLE["analyst"])
            made = _export(api, stop)
            path = _fetch_and_check(api, made, choices.home / "downloads")
            _print_summary(api, url, made.export, path)
            say(f"Here it is: {_linelist(api, choices.home / 'downloads', stop)}")
            path = _fetch_and_check(api, _export_runs(api, stop), choices.home / "downloads")
            say(f"Here it is: {path}")
    except StopRequested:
        print("demo: stopped", file=sys.stderr)
        return 130
    except (*_EXPECTED, LocalStackError, ApiError, urllib.error.URLError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    say(f"Done in {time.monotonic() - began:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
