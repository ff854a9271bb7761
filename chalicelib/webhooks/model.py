"""Webhooks and their deliveries: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

OwnerType = Literal["user", "namespace"]
TEST = "test"  # the type of the event that the test button sends

# The pauses before the tries of a delivery, with which it is given up after almost two days ("Deliverability and
# reliability", Standard Webhooks specification).
PAUSES = (
    timedelta(0),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=14),
    timedelta(hours=24),
)
MAX_FAILING = timedelta(days=5)  # with failures only, before a webhook is disabled


class DisabledReason(StrEnum):
    """Why a webhook is not used."""

    BY_USER = "by-user"
    FAILING = "failing"  # for days
    GONE = "gone"  # its receiver responded 410
    ROLE_LOST = "role-lost"  # its creator is not allowed to have it any more


class DeliveryStatus(StrEnum):
    """`pending`: still to be tried; the others are final."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A URL that gets the events of these types, of its owner: a user's own, or those of a group or project and all
    below it. `created_by` must keep the right to have it. `failing_since`: of the first failure since the last success.
    While `previous_secret` is valid, requests are signed with both."""

    id: str
    owner_type: OwnerType
    owner_id: str
    url: str
    events: tuple[str, ...]
    secret: str
    previous_secret: str | None
    previous_until: str | None
    created_by: str
    created_at: str
    disabled: DisabledReason | None
    failing_since: str | None

    def secrets(self, at: str) -> tuple[str, ...]:
        """The secrets that sign requests at a moment, the present one first."""
        is_valid = self.previous_until is not None and at < self.previous_until
        return (self.secret, self.previous_secret) if is_valid and self.previous_secret else (self.secret,)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event for a webhook, and what became of it. `id` is sent as `webhook-id`: receivers know repetitions by it.
    `status_code`, `response` (its beginning) and `error` are of the last try; `due_at` None: there will be none."""

    id: str
    webhook_id: str
    event: str
    at: str
    payload: Mapping[str, Any]
    status: DeliveryStatus
    tries: int
    due_at: str | None
    tried_at: str | None
    status_code: int | None
    response: str | None
    error: str | None
