"""Signatures by the Standard Webhooks specification."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Verifier

from chalicelib import timestamps
from chalicelib.settings import settings
from chalicelib.webhooks import send
from chalicelib.webhooks.model import Delivery, DeliveryStatus, Webhook

OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + base64.b64encode(b"x" * 32).decode()
HOOK = Webhook(
    "w", "user", "u", "https://h.org", ("export.ready",), OLD, None, None, "u", "2026-01-01T00:00:00.000Z", None, None
)
DELIVERY = Delivery(
    "msg_p5jXN8AQM9LWM0D4loKWxJek", "w", "test", "", {}, DeliveryStatus.PENDING, 1, None, None, None, None, None
)


@pytest.fixture(autouse=True)
def version(monkeypatch: pytest.MonkeyPatch) -> None:
    class Settings:
        version = "1"

    monkeypatch.setattr(send, "settings", Settings)
    settings.cache_clear()


def at(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    monkeypatch.setattr(timestamps, "now", lambda: datetime.fromtimestamp(seconds, UTC))


def test_the_signature_is_the_one_of_the_specification_s_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of the reference libraries."""
    at(monkeypatch, 1614265330)
    sent = send.headers(HOOK, DELIVERY, '{"test": 2432232314}')
    assert sent["webhook-id"] == DELIVERY.id
    assert sent["webhook-timestamp"] == "1614265330"
    assert sent["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_changed_secret_signs_beside_the_old_one_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = replace(HOOK, secret=NEW, previous_secret=OLD, previous_until="2026-12-02T00:00:00.000Z")
    body = '{"é": 1}'
    seconds = int(datetime(2026, 12, 1, 23, tzinfo=UTC).timestamp())
    at(monkeypatch, seconds)
    signatures = send.headers(hook, DELIVERY, body)["webhook-signature"].split(" ")
    expected = []
    for secret in (NEW, OLD):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{DELIVERY.id}.{seconds}.{body}".encode(), hashlib.sha256).digest()
        expected.append(f"v1,{base64.b64encode(digest).decode()}")
    assert signatures == expected
    at(monkeypatch, seconds + 7200)
    assert len(send.headers(hook, DELIVERY, body)["webhook-signature"].split(" ")) == 1


def test_receivers_verify_with_either_secret() -> None:
    until = timestamps.format(datetime(2099, 1, 1, tzinfo=UTC))
    hook = replace(HOOK, secret=NEW, previous_secret=OLD, previous_until=until)
    body = '{"type":"test"}'
    for secret in (OLD, NEW):
        assert Verifier(secret).verify(body, send.headers(hook, DELIVERY, body)) == {"type": "test"}
