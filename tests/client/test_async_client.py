"""The asynchronous client: the same results, several calls at once, and cancellation."""

import asyncio
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from seqport import AsyncClient, Client, errors

from tests.client.json_server import Answer, Seen, answering

EXPORT = {"id": "e1", "status": "processing", "failure": None, "progress": {"percent": 1}}


@pytest.fixture(autouse=True)
def nothing_stored(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("SEQPORT_CONFIG_DIR", str(tmp_path))
    for name in ("SEQPORT_URL", "SEQPORT_TOKEN", "SEQPORT_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def two_pages(seen: Seen) -> Answer:
    query = parse_qs(urlsplit(seen.path).query)
    if "cursor" in query:
        return Answer({"items": [{"name": "c"}], "next_cursor": None, "total": 3})
    return Answer({"items": [{"name": "a"}, {"name": "b"}], "next_cursor": "next", "total": 3})


def test_lists_are_read_page_by_page() -> None:
    async def names(url: str) -> list[str]:
        return [sample["name"] async for sample in AsyncClient(url, "t").samples("P")]

    with answering(two_pages) as server:
        assert asyncio.run(names(server.url)) == ["a", "b", "c"]
        assert [sample["name"] for sample in Client(server.url, "t").samples("P")] == ["a", "b", "c"]


def test_calls_run_at_once() -> None:
    both = threading.Barrier(2, timeout=10)

    def answer(_seen: Seen) -> Answer:
        both.wait()  # passes only if the other call is there too
        return Answer({"email": "ana@example.org"})

    async def emails(url: str) -> list[str]:
        client = AsyncClient(url, "t")
        return [me["email"] for me in await asyncio.gather(client.api.get_me(), client.api.get_me())]

    with answering(answer) as server:
        assert asyncio.run(emails(server.url)) == ["ana@example.org"] * 2


def test_cancelled_wait_ends_its_thread() -> None:
    async def cancel(url: str) -> None:
        task = asyncio.create_task(AsyncClient(url, "t").wait("e1"))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with answering(lambda _: Answer(EXPORT)) as server:
        asyncio.run(cancel(server.url))  # joins the executor's threads: returns only if they ended


def test_failed_export_is_an_error_with_its_reason() -> None:
    failed = {**EXPORT, "status": "failed", "failure": {"code": "x", "message": "Too large.", "retryable": True}}
    with answering(lambda _: Answer(failed)) as server, pytest.raises(errors.ExportFailed, match="Too large") as raised:
        Client(server.url, "t").wait("e1")
    assert raised.value.exit_status == 9
    assert "seqport exports retry e1" in str(raised.value)


def test_export_names_samples_or_all_of_them() -> None:
    with answering(lambda _: Answer(EXPORT, 202)) as server:
        client = Client(server.url, "t")
        with pytest.raises(errors.UsageError):
            client.export_samples("P", ["S1"], all_samples=True, file_formats=["fastq"])
        with pytest.raises(errors.UsageError):
            client.export_samples("P", file_formats=["fastq"])
        client.export_samples("P", all_samples=True, q="EC-", file_formats=["fastq"])
    assert b'"selection": {"all": true, "q": "EC-"}' in server.seen[0].body
