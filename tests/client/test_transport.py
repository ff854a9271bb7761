"""Requests to the API: retries, problems as exceptions, and what is sent."""

from collections.abc import Iterator

import pytest
from seqport import errors
from seqport.operations import Operations
from seqport.transport import Transport

from tests.client.json_server import Answer, Seen, answering

GONE = {"type": "https://seqport.example.org/problems/gone", "title": "Gone", "status": 410, "detail": "It expired."}


def operations(url: str) -> Operations:
    return Operations(Transport(url, "secret", sleep=lambda _seconds: None))


@pytest.mark.parametrize(
    ("status", "kind", "exit_status"),
    [
        (401, errors.NotSignedIn, 3),
        (403, errors.NotAllowed, 4),
        (404, errors.NotFound, 5),
        (410, errors.Gone, 6),
        (409, errors.NotReady, 7),
        (422, errors.Refused, 8),
        (400, errors.Refused, 8),
    ],
)
def test_problem_is_an_exception_of_its_status(status: int, kind: type[errors.ApiError], exit_status: int) -> None:
    problem = {**GONE, "status": status, "errors": [{"pointer": "/name", "detail": "Too long."}]}
    with answering(lambda _: Answer(problem, status)) as server, pytest.raises(kind) as raised:
        operations(server.url).get_export("e1")
    assert (raised.value.exit_status, raised.value.slug) == (exit_status, "gone")
    assert raised.value.violations == (("/name", "Too long."),)
    assert "It expired." in str(raised.value)


def _failing(times: int, status: int = 503, headers: dict[str, str] | None = None) -> Iterator[Answer]:
    yield from [Answer({"title": "Busy"}, status, headers or {})] * times
    while True:
        yield Answer({"id": "e1"})


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_transient_failures_are_retried(status: int) -> None:
    answers = _failing(3, status, {"Retry-After": "1"})
    with answering(lambda _: next(answers)) as server:
        assert operations(server.url).get_export("e1")["id"] == "e1"
        assert len(server.seen) == 4


def test_retried_creation_has_the_same_idempotency_key() -> None:
    answers = _failing(1)
    with answering(lambda _: next(answers)) as server:
        operations(server.url).create_sample("p", {"name": "S"})
    first, second = (seen.headers["idempotency-key"] for seen in server.seen)
    assert first == second


def test_post_that_must_not_run_twice_is_not_retried() -> None:
    answers = _failing(1)
    with answering(lambda _: next(answers)) as server, pytest.raises(errors.Unreachable):
        operations(server.url).retry_export("e1")
    assert len(server.seen) == 1


def test_unreachable_server_is_named() -> None:
    with answering(lambda _: Answer({})) as server:
        pass
    with pytest.raises(errors.Unreachable, match=server.url) as raised:
        operations(server.url).get_me()
    assert raised.value.exit_status == 10


def test_other_server_is_recognised() -> None:
    with (
        answering(lambda _: Answer("<html>", 404)) as server,
        pytest.raises(errors.Unreachable, match="Seqport server"),
    ):
        operations(server.url).get_me()


def test_request_carries_token_language_and_encoded_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    with answering(lambda _: Answer({"items": []})) as server:
        operations(server.url).list_samples("a/b c", q="é&x", limit=5)
    (seen,) = server.seen
    assert seen.path == "/api/v1/namespaces/a%2Fb%20c/samples?q=%C3%A9%26x&limit=5"
    assert (seen.headers["authorization"], seen.headers["accept-language"]) == ("Bearer secret", "fr")


def test_token_is_not_shown() -> None:
    assert "secret" not in repr(Transport("http://127.0.0.1:1", "secret"))


def test_requests_go_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(seen: Seen) -> Answer:
        assert seen.path == "http://seqport.example.org/api/v1/me"
        return Answer({"email": "ana@example.org"})

    with answering(answer) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert operations("http://seqport.example.org").get_me()["email"] == "ana@example.org"
