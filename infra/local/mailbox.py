"""The mails that the emulator's SES took, as JSON and as a page."""

import json
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person."""

    to: str
    subject: str
    text: str
    html: str
    sent_at: str


def mails_of(response: Mapping[str, Any], to: str | None) -> list[Mail]:
    """The mails in the emulator's response (messages by account), newest first; only those to `to` if given."""
    found = []
    for messages in response.get("messages", {}).values():
        for message in messages:
            found += [mail for mail in _of_message(message) if to is None or mail.to.lower() == to.lower()]
    return sorted(found, key=lambda mail: mail.sent_at, reverse=True)


def _of_message(message: Mapping[str, Any]) -> Iterable[Mail]:
    recipients = message.get("To") or message.get("Destination", {}).get("ToAddresses") or []
    stamp = message.get("Timestamp") or message.get("timestamp") or 0
    if isinstance(stamp, int | float):
        sent_at = datetime.fromtimestamp(stamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    else:
        sent_at = str(stamp)
    for recipient in recipients:
        yield Mail(
            to=str(recipient),
            subject=str(message.get("Subject") or ""),
            text=str(message.get("BodyText") or ""),
            html=str(message.get("BodyHtml") or ""),
            sent_at=sent_at,
        )


def read_mails(emulator: str, to: str | None) -> list[Mail]:
    """The mails that the emulator at this endpoint holds."""
    with urllib.request.urlopen(f"{emulator}/_ministack/ses/messages", timeout=5) as answer:  # noqa: S310 - loopback
        return mails_of(json.load(answer), to)


def as_json(mails: Iterable[Mail]) -> bytes:
    """`{"items": [{"to", "subject", "text", "html", "sent_at"}]}`."""
    return json.dumps({"items": [asdict(mail) for mail in mails]}, ensure_ascii=False).encode()


def as_page(mails: Iterable[Mail]) -> bytes:
    """A page for people: every mail as it would be seen, with its text."""
    rows = "".join(
        f"<article><h2>{escape(mail.subject)}</h2><p>{escape(mail.to)} · {escape(mail.sent_at)}</p>"
        f"<pre>{escape(mail.text)}</pre></article>"
        for mail in mails
    )
    style = "body{font:16px sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Local mail</title><style>{style}</style>'
        f"<h1>Local mail</h1>{rows or '<p>No mail yet.</p>'}</html>"
    ).encode()
