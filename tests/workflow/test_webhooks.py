"""Webhooks, with a receiver of their own: what is sent, when it is tried again, and who may have them."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from chalice.test import Client
from standardwebhooks import Webhook as Verifier

from chalicelib import outbox, timestamps
from chalicelib.exports import lifecycle, record
from chalicelib.exports.cleanup import MAX_RESTARTS
from chalicelib.settings import settings
from chalicelib.webhooks import announce, deliver, deliveries, repository, send
from chalicelib.webhooks.model import MAX_FAILING, PAUSES
from tests.harness import Functions, Person, expect_problem, expect_status, upload
from tests.iam import as_function
from tests.lab import Lab, grant, new_lab, new_run, new_sample
from tests.workflow.state_machine import run as run_export

SignIn = Callable[..., Person]
ALL = [topic.value for topic in outbox.Topic]


@dataclass
class Receiver:
    """A server that keeps what it gets, and responds with `status`."""

    url: str
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[Any]:
        return [json.loads(body) for _, body in self.requests]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(received.status)
            for name, value in received.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Receiver(f"http://127.0.0.1:{server.server_port}/hook?a=b")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield received
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ana(sign_in: SignIn, functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setenv("WEBHOOK_HOSTS", "any")
    settings.cache_clear()
    return sign_in("ana@example.org")


class Time:
    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def work() -> dict[str, int]:
    with as_function("deliver_webhooks"):
        return deliver.work(Time())


def hook(person: Person, url: str, *, namespace: str | None = None, events: list[str] = ALL) -> Any:
    path = "/me/webhooks" if namespace is None else f"/namespaces/{namespace}/webhooks"
    return expect_status(person.post(path, {"url": url, "events": events}))


def log(person: Person, webhook: Any) -> list[Any]:
    return list(expect_status(person.get(f"/webhooks/{webhook['id']}/deliveries"), 200)["items"])


def listed(person: Person) -> list[Any]:
    return list(expect_status(person.get("/me/webhooks"), 200)["items"])


def export(person: Person, lab: Lab, **more: Any) -> Any:
    sample = new_sample(person, lab.project, f"S{len(more)}-{threading.get_ident()}-{timestamps.now().timestamp()}")
    upload(person, sample["id"], "a.txt", b"text")
    body = {
        "type": "sample", "namespace_id": lab.project["id"], "sample_ids": [sample["id"]],
        "file_formats": ["text"], **more,
    }  # fmt: skip
    return expect_status(person.post("/exports", body), 202)


def ready(person: Person, lab: Lab, **more: Any) -> Any:
    made = export(person, lab, **more)
    assert "ready" in run_export(made)
    return expect_status(person.get(f"/exports/{made['id']}"), 200)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(timestamps, "now", lambda: moment)


def test_a_ready_export_is_announced_once_and_signed(ana: Person, receiver: Receiver) -> None:
    webhook = hook(ana, receiver.url)
    lab = new_lab(ana)
    made = ready(ana, lab, name="Outbreak")
    assert work() == {"announced": 1, "delivered": 1, "retried": 0, "failed": 0}
    assert work()["delivered"] == 0
    ((headers, body),) = receiver.requests
    assert Verifier(webhook["secret"]).verify(body, headers) == receiver.events[0]
    assert headers["content-type"] == "application/json"
    (delivery,) = log(ana, webhook)
    assert headers["webhook-id"] == delivery["id"]
    assert (delivery["status"], delivery["tries"], delivery["status_code"]) == ("delivered", 1, 204)
    assert delivery["payload"] == receiver.events[0]
    event = receiver.events[0]
    assert event["type"] == "export.ready"
    assert {name: event["data"][name] for name in ("id", "name", "status", "files", "skipped")} == {
        "id": made["id"],
        "name": "Outbreak",
        "status": "ready",
        "files": 1,
        "skipped": 0,
    }
    assert event["data"]["url"] == f"https://seqport.test/exports/{made['id']}"
    assert "X-Amz" not in body.decode()


def test_a_failed_export_is_announced_also_when_the_clean_up_finds_it(ana: Person, receiver: Receiver) -> None:
    from tests.workflow.clean_up import clean_up

    hook(ana, receiver.url)
    made = export(ana, new_lab(ana))
    for hours in range(MAX_RESTARTS + 2):
        from chalicelib import aws

        stored = record.find(made["id"])
        assert stored is not None
        if stored.is_running:
            arn = settings().state_machine_arn.replace("stateMachine", "execution") + f":{stored.execution_name}"
            aws.stepfunctions().stop_execution(executionArn=arn)
        later = timestamps.now() + timedelta(hours=hours + 1)
        clean_up(lambda moment=later: moment)  # type: ignore[misc]
    work()
    assert receiver.types == ["export.failed"]
    assert receiver.events[0]["data"]["failure"] == "interrupted"


def test_the_end_of_a_run_is_announced_to_its_submitter_and_to_those_who_see_it(
    ana: Person, sign_in: SignIn, receiver: Receiver
) -> None:
    lab = new_lab(ana)
    bob = sign_in("bob@example.org")
    grant(ana, lab.project["id"], bob, "analyst")
    hook(bob, receiver.url)
    hook(ana, f"{receiver.url}&group", namespace=lab.group["id"])
    shown, own = (new_run(bob, lab.project, state="running", shared_with_namespace=shared) for shared in (True, False))
    for run, state in ((shown, "completed"), (own, "error"), (own, "error")):
        expect_status(bob.call("PATCH", f"/workflow-executions/{run['id']}", {"state": state}), 200)
    work()
    got = sorted((event["type"], event["data"]["id"]) for event in receiver.events)
    assert got == sorted(
        [("workflow_execution.completed", shown["id"])] * 2 + [("workflow_execution.failed", own["id"])]
    )


def test_only_chosen_events_of_the_own_exports_and_namespaces_are_sent(
    ana: Person, sign_in: SignIn, receiver: Receiver
) -> None:
    lab = new_lab(ana)
    eve = sign_in("eve@example.org")
    other = new_lab(eve, path="other")
    hook(eve, receiver.url)
    hook(eve, receiver.url, namespace=other.group["id"])
    hook(ana, receiver.url, events=["export.failed"])
    hook(ana, receiver.url, namespace=lab.group["id"], events=["export.ready"])
    ready(ana, lab)
    work()
    assert receiver.types == ["export.ready"]


def test_a_receiver_that_fails_is_tried_again_after_longer_pauses_and_given_up(
    ana: Person, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = hook(ana, receiver.url)
    receiver.status = 503
    moment = timestamps.now()
    at(monkeypatch, moment)
    ready(ana, new_lab(ana))
    for number, pause in enumerate(PAUSES, 1):
        moment += pause
        at(monkeypatch, moment - timedelta(seconds=1))
        assert number == 1 or work()["retried"] == 0
        at(monkeypatch, moment)
        counts = work()
        assert (counts["retried"], counts["failed"]) == ((1, 0) if number < len(PAUSES) else (0, 1))
        (delivery,) = log(ana, webhook)
        assert (delivery["tries"], delivery["status_code"]) == (number, 503)
    assert (delivery["status"], delivery["next_try_at"]) == ("failed", None)
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1
    assert len(receiver.requests) == len(PAUSES)
    receiver.status = 200
    path = f"/webhooks/{webhook['id']}/deliveries/{delivery['id']}/retry"
    expect_status(ana.post(path), 202)
    assert work()["delivered"] == 1
    expect_problem(ana.post(path), 409, "not-failed")
    assert listed(ana)[0]["failing_since"] is None


def test_redirects_are_not_followed(ana: Person, receiver: Receiver) -> None:
    webhook = hook(ana, receiver.url)
    receiver.status, receiver.headers = 302, {"Location": f"{receiver.url}&redirected"}
    expect_status(ana.post(f"/webhooks/{webhook['id']}/test"), 202)
    work()
    assert len(receiver.requests) == 1
    assert log(ana, webhook)[0]["status_code"] == 302
    assert log(ana, webhook)[0]["status"] == "pending"


def test_a_receiver_that_is_gone_disables_the_webhook(ana: Person, receiver: Receiver) -> None:
    webhook = hook(ana, receiver.url)
    receiver.status = 410
    lab = new_lab(ana)
    ready(ana, lab)
    work()
    (found,) = listed(ana)
    assert (found["enabled"], found["disabled_reason"]) == (False, "gone")
    ready(ana, lab)
    assert work()["delivered"] == 0
    assert len(receiver.requests) == 1
    receiver.status = 200
    changed = expect_status(ana.call("PATCH", f"/webhooks/{webhook['id']}", {"enabled": True}), 200)
    assert (changed["enabled"], changed["failing_since"]) == (True, None)
    ready(ana, lab)
    assert work()["delivered"] == 1


def test_a_webhook_that_fails_for_days_is_disabled(
    ana: Person, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(ana, receiver.url)
    receiver.status = 500
    lab, start = new_lab(ana), timestamps.now()
    for days in (0, MAX_FAILING.days + 1):
        at(monkeypatch, start + timedelta(days=days))
        ready(ana, lab)
        for pause in PAUSES:
            at(monkeypatch, timestamps.now() + pause)
            work()
    assert listed(ana)[0]["disabled_reason"] == "failing"


def test_hosts_that_are_not_public_are_refused_when_the_request_is_sent(
    ana: Person, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name may lead to another address than when the webhook was created."""
    monkeypatch.setenv("WEBHOOK_HOSTS", "public")
    settings.cache_clear()
    webhook = hook(ana, "https://localhost/hook")
    expect_status(ana.post(f"/webhooks/{webhook['id']}/test"), 202)
    work()
    assert log(ana, webhook)[0]["error"] == "The host has an address that is not public."
    expect_problem(ana.post("/me/webhooks", {"url": receiver.url, "events": ALL}), 422, "invalid", "/url")
    assert receiver.requests == []


def test_an_address_without_a_server_is_an_error_in_the_log(ana: Person) -> None:
    webhook = hook(ana, "http://127.0.0.1:9/")
    expect_status(ana.post(f"/webhooks/{webhook['id']}/test"), 202)
    assert work()["retried"] == 1
    assert "refused" in log(ana, webhook)[0]["error"]


def test_a_maintainer_who_loses_the_role_loses_the_webhook(ana: Person, sign_in: SignIn, receiver: Receiver) -> None:
    lab = new_lab(ana)
    bob = sign_in("bob@example.org")
    grant(ana, lab.group["id"], bob, "maintainer")
    webhook = hook(bob, receiver.url, namespace=lab.group["id"])
    grant(ana, lab.group["id"], bob, "analyst")
    ready(ana, lab)
    work()
    assert receiver.requests == []
    for path in ("", "/deliveries"):
        call = (
            bob.get(f"/webhooks/{webhook['id']}{path}") if path else bob.call("PATCH", f"/webhooks/{webhook['id']}", {})
        )
        expect_problem(call, 404, "not-found")
    items = expect_status(ana.get(f"/namespaces/{lab.group['id']}/webhooks"), 200)["items"]
    assert [item["disabled_reason"] for item in items] == ["role-lost"]


def test_a_changed_secret_and_the_old_one_verify(ana: Person, receiver: Receiver) -> None:
    webhook = hook(ana, receiver.url)
    changed = expect_status(ana.post(f"/webhooks/{webhook['id']}/rotate-secret"), 200)
    expect_status(ana.post(f"/webhooks/{webhook['id']}/test"), 202)
    work()
    ((headers, body),) = receiver.requests
    for secret in (webhook["secret"], changed["secret"]):
        assert Verifier(secret).verify(body, headers)["type"] == "test"


def test_a_deleted_webhook_gets_nothing_more(ana: Person, receiver: Receiver) -> None:
    webhook = hook(ana, receiver.url)
    receiver.status = 500
    ready(ana, new_lab(ana))
    work()
    assert ana.call("DELETE", f"/webhooks/{webhook['id']}").status == 204
    again = timestamps.format(timestamps.now() + timedelta(minutes=1))
    with as_function("deliver_webhooks"):
        (delivery,) = deliveries.due(again)
    assert deliveries.reload(delivery) is not None
    assert len(receiver.requests) == 1
    assert listed(ana) == []


def test_at_most_ten_webhooks(ana: Person, receiver: Receiver) -> None:
    for _ in range(repository.MAX_WEBHOOKS):
        hook(ana, receiver.url)
    expect_problem(ana.post("/me/webhooks", {"url": receiver.url, "events": ALL}), 409, "too-many-webhooks")


def test_a_repeated_request_creates_one_webhook_and_shows_the_secret_once(ana: Person, receiver: Receiver) -> None:
    body = {"url": receiver.url, "events": ["export.ready"]}
    key = {"Idempotency-Key": "k"}
    expect_status(ana.call("POST", "/me/webhooks", body, **key))
    expect_problem(ana.call("POST", "/me/webhooks", body, **key), 409, "secret-shown")
    assert len(listed(ana)) == 1


@pytest.mark.parametrize("killed_at", ["record", "remove"])
def test_an_announcement_whose_distribution_is_killed_is_not_lost(
    ana: Person, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    hook(ana, receiver.url)
    hook(ana, f"{receiver.url}&second")
    ready(ana, new_lab(ana))

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(deliveries if killed_at == "record" else outbox, killed_at, killed)
        with pytest.raises(KeyboardInterrupt), as_function("deliver_webhooks"):
            announce.distribute()
    assert work()["delivered"] == 2
    assert len(receiver.requests) == 2


def test_a_try_whose_function_dies_is_repeated_with_the_same_id(
    ana: Person, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(ana, receiver.url)
    ready(ana, new_lab(ana))

    def killed(*arguments: Any) -> Any:
        send.send(*arguments)
        raise MemoryError

    with pytest.raises(MemoryError), as_function("deliver_webhooks"):
        deliver.work(Time(), killed)
    assert work()["delivered"] == 0  # it is claimed
    at(monkeypatch, timestamps.now() + deliveries.LEASE)
    assert work()["delivered"] == 1
    first, second = (headers["webhook-id"] for headers, _ in receiver.requests)
    assert first == second


def test_simultaneous_functions_send_each_delivery_once(ana: Person, receiver: Receiver) -> None:
    hook(ana, receiver.url)
    hook(ana, f"{receiver.url}&second")
    lab = new_lab(ana)
    for _ in range(3):
        ready(ana, lab)
    with as_function("deliver_webhooks"), ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: deliver.work(Time()), range(4)))
    assert len(receiver.requests) == 6
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 6


def test_an_export_that_nobody_downloads_is_announced_before_it_expires(
    client: Client, ana: Person, receiver: Receiver
) -> None:
    from tests.workflow.clean_up import clean_up

    hook(ana, receiver.url, events=["export.expiring"])
    lab = new_lab(ana)
    made = ready(ana, lab)
    downloaded = ready(ana, lab, name="downloaded")
    expect_status(ana.post(f"/exports/{downloaded['id']}/download"), 200)
    ends = timestamps.parse(made["expires_at"])
    before = ends - lifecycle.REMINDED_BEFORE
    assert clean_up(lambda: before - timedelta(minutes=1))["reminded"] == 0
    assert clean_up(lambda: before + timedelta(minutes=1))["reminded"] == 1
    assert clean_up(lambda: before + timedelta(minutes=6))["reminded"] == 0
    work()
    assert [(event["type"], event["data"]["id"]) for event in receiver.events] == [("export.expiring", made["id"])]
    assert receiver.events[0]["data"]["expires_at"] == made["expires_at"]
    expect_status(ana.post(f"/exports/{made['id']}/extend"), 200)
    extended = expect_status(ana.get(f"/exports/{made['id']}"), 200)["expires_at"]
    again = timestamps.parse(extended) - timedelta(hours=23)
    assert clean_up(lambda: again)["expired"] == 1  # the downloaded one, which was not extended
    work()
    assert receiver.types == ["export.expiring"] * 2
    assert clean_up(lambda: timestamps.parse(extended) + timedelta(minutes=1))["expired"] == 1
