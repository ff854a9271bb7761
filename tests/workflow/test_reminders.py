"""The mail about an export that nobody has downloaded, a day before it expires: once, whatever happens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib import aws, timestamps
from chalicelib.exports import lifecycle
from tests.harness import Person, expect_status, upload
from tests.lab import new_lab, new_sample
from tests.workflow.clean_up import clean_up
from tests.workflow.state_machine import run as run_export


@pytest.fixture
def made(ana: Person) -> Any:
    lab = new_lab(ana)
    sample = new_sample(ana, lab.project, "S")
    upload(ana, sample["id"], "a.txt", b"text")
    body = {
        "type": "sample", "namespace_id": lab.project["id"], "sample_ids": [sample["id"]], "file_formats": ["text"],
        "name": "Outbreak", "email_notification": True,
    }  # fmt: skip
    export = expect_status(ana.post("/exports", body), 202)
    assert "ready" in run_export(export)
    return expect_status(ana.get(f"/exports/{export['id']}"), 200)


@pytest.fixture
def subjects(made: Any) -> list[str]:
    """The subjects of the mails that are sent from now on."""
    found: list[str] = []

    def sent(params: Any, **_: Any) -> None:
        found.append(params["Content"]["Simple"]["Subject"]["Data"])

    aws.sesv2().meta.events.register("provide-client-params.sesv2.SendEmail", sent)
    return found


def before_the_end(made: Any) -> Callable[[], datetime]:
    moment = timestamps.parse(made["expires_at"]) - lifecycle.REMINDED_BEFORE + timedelta(minutes=1)
    return lambda: moment


def test_the_owner_gets_one_mail_and_another_after_extending(ana: Person, made: Any, subjects: list[str]) -> None:
    for _ in range(3):
        clean_up(before_the_end(made))
    assert subjects == ["Export Expiring - Outbreak"]
    expect_status(ana.post(f"/exports/{made['id']}/extend"), 200)
    extended = expect_status(ana.get(f"/exports/{made['id']}"), 200)
    for _ in range(2):
        clean_up(before_the_end(extended))
    assert subjects == ["Export Expiring - Outbreak"] * 2
    trail = expect_status(ana.get(f"/exports/{made['id']}/events"), 200)["items"]
    assert sorted(event["action"] for event in trail) == ["created", "expiring", "expiring", "extended", "ready"]


def test_the_outcome_s_mail_is_not_sent_again_after_the_reminder(made: Any, subjects: list[str]) -> None:
    from chalicelib.exports import record
    from chalicelib.exports.notification import Sent, notify_owner

    clean_up(before_the_end(made))
    export = record.find(made["id"])
    assert export is not None
    assert notify_owner(export) is Sent.ALREADY
    assert len(subjects) == 1


def test_a_downloaded_export_needs_no_reminder(ana: Person, made: Any, subjects: list[str]) -> None:
    expect_status(ana.post(f"/exports/{made['id']}/download"), 200)
    assert clean_up(before_the_end(made))["reminded"] == 0
    assert subjects == []


def test_a_clean_up_that_is_killed_after_the_mail_sends_no_second_one(
    made: Any, subjects: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "remind", killed)
        with pytest.raises(KeyboardInterrupt):
            clean_up(before_the_end(made))
    assert clean_up(before_the_end(made))["reminded"] == 1
    assert len(subjects) == 1


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "MessageRejected"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "SendEmail"),  # type: ignore[typeddict-item]
        ReadTimeoutError(endpoint_url="https://email"),
    ],
)
def test_a_mail_that_ses_refuses_or_may_have_sent_does_not_keep_the_clean_up_from_going_on(
    made: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries: list[int] = []

    def refuse(**_: Any) -> None:
        tries.append(1)
        raise error

    monkeypatch.setattr(aws.sesv2(), "send_email", refuse)
    assert clean_up(before_the_end(made))["reminded"] == 1
    assert clean_up(before_the_end(made))["reminded"] == 0
    assert len(tries) == 1
    assert clean_up(lambda: timestamps.parse(made["expires_at"]) + timedelta(minutes=1))["expired"] == 1
