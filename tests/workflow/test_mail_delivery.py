"""What SES reports about the mail of an export, from the report to what its owner sees."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.exports.mail_delivery import record_delivery
from tests.harness import Person, expect_status, upload
from tests.iam import as_function
from tests.lab import new_sample
from tests.workflow.state_machine import run

ADDRESS = "ana@example.org"
TYPES = {
    "Bounce": ("Email Bounced", "bounced"),
    "Complaint": ("Email Complaint Received", "complaint"),
    "Reject": ("Email Rejected", "rejected"),
}


def event_of(kind: str, export: Any, mail: str = "1-ready", address: str = ADDRESS, minute: int = 0) -> dict[str, Any]:
    """SES's event ("Examples of event data that Amazon SES publishes"), as EventBridge delivers it."""
    return {
        "version": "0",
        "detail-type": TYPES.get(kind, ("Email Delivered", ""))[0],
        "source": "aws.ses",
        "detail": {
            "eventType": kind,
            "mail": {
                "timestamp": f"2026-08-05T00:{minute:02}:02.012Z",
                "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
                "destination": [address],
                "tags": {
                    "ses:configuration-set": ["mails"],
                    "ses:caller-identity": ["Notify"],
                    "export_id": [export["id"]],
                    "mail": [mail],
                },
            },
        },
    }


def deliver(event: dict[str, Any]) -> str:
    with as_function("record_mail_delivery"):
        return str(record_delivery(event)["outcome"])


@pytest.fixture
def export(ana: Person, project: str) -> Any:
    sample = new_sample(ana, {"id": project}, "S")
    upload(ana, sample["id"], "a.txt", b"text")
    body = {"type": "sample", "namespace_id": project, "selection": {"all": True}, "file_formats": ["text"]}
    made = expect_status(ana.post("/exports", {**body, "email_notification": True}), 202)
    calls: list[dict[str, Any]] = []
    aws.sesv2().meta.events.register("provide-client-params.sesv2.SendEmail", lambda params, **_: calls.append(params))
    assert "ready" in run(made)
    (call,) = calls
    assert call["ConfigurationSetName"] == "mails"
    assert {row["Name"]: row["Value"] for row in call["EmailTags"]} == {"export_id": made["id"], "mail": "1-ready"}
    return made


def shown(ana: Person, export: Any) -> tuple[Any, Any, list[str]]:
    """What the owner sees: at the export, at their account, in the export's history."""
    events = expect_status(ana.get(f"/exports/{export['id']}/events"), 200)["items"]
    failure = expect_status(ana.get("/me"), 200)["email_failure"]
    at_export = expect_status(ana.get(f"/exports/{export['id']}"), 200)["email_failure"]
    return (
        at_export,
        failure and failure["reason"],
        [row["details"]["reason"] for row in events if row["action"] == "mail-failed"],
    )


@pytest.mark.parametrize("kind", TYPES)
def test_the_owner_sees_that_a_mail_did_not_arrive(ana: Person, export: Any, kind: str) -> None:
    reason = TYPES[kind][1]
    assert shown(ana, export) == (None, None, [])
    assert [deliver(event_of(kind, export)) for _ in range(3)] == [reason, "ignored", "ignored"]
    assert shown(ana, export) == (reason, reason, [reason])


def test_a_later_mail_that_arrives_clears_the_account_and_not_the_export(ana: Person, export: Any) -> None:
    deliver(event_of("Bounce", export, minute=1))
    for minute in (0, 1):  # an earlier mail, and the same one
        assert deliver(event_of("Delivery", export, minute=minute)) == "delivered"
        assert shown(ana, export) == ("bounced", "bounced", ["bounced"])
    deliver(event_of("Delivery", export, minute=3))
    assert shown(ana, export) == ("bounced", None, ["bounced"])
    deliver(event_of("Bounce", export, minute=2))
    assert shown(ana, export)[1] is None
    deliver(event_of("Complaint", export, minute=3))  # delivered, then reported as spam
    assert shown(ana, export) == ("bounced", "complaint", ["bounced"])


def test_a_failure_of_another_mail_is_not_the_export_s(ana: Person, export: Any) -> None:
    assert deliver(event_of("Bounce", export, mail="1-failed")) == "ignored"
    assert shown(ana, export) == (None, "bounced", [])


def test_a_failure_at_another_address_is_not_the_account_s(
    ana: Person, export: Any, sign_in: Callable[..., Person]
) -> None:
    deliver(event_of("Bounce", export, address="former@example.org"))
    assert shown(ana, export) == ("bounced", None, ["bounced"])
    assert expect_status(sign_in("bob@example.org").get("/me"), 200)["email_failure"] is None


@pytest.mark.parametrize(
    ("kind", "addresses", "tags"),
    [
        ("Open", [ADDRESS], None),
        ("Bounce", [], None),
        ("Bounce", [ADDRESS], {}),
        ("Bounce", [ADDRESS], {"export_id": ["gone"], "mail": ["1-ready"]}),
    ],
)
def test_other_mails_and_events_are_ignored(
    ana: Person, export: Any, kind: str, addresses: list[str], tags: dict[str, list[str]] | None
) -> None:
    event = event_of(kind, export)
    event["detail"]["mail"]["destination"] = addresses
    if tags is not None:
        event["detail"]["mail"]["tags"] = tags
    assert deliver(event) == "ignored"
    assert shown(ana, export) == (None, None, [])
