"""The deliveries of webhooks: the log that owners see, and what is still to be sent."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4, uuid5

from pynamodb.exceptions import DoesNotExist

from chalicelib import timestamps
from chalicelib.errors import Conflict, NotFound
from chalicelib.webhooks.model import PAUSES, Delivery, DeliveryStatus, Webhook
from chalicelib.webhooks.table import DELIVERIES, DUE, DeliveryRow, delivery_key, delivery_of, delivery_row

_NAMES = UUID("f7a3c1de-5f7e-4c57-a6a2-7c0b0a7d1f3e")  # of deliveries among all UUIDs (RFC 9562 section 6.6)
LEASE = timedelta(seconds=90)  # longer than a try takes: after it, a try whose function died is repeated
MAX_LISTED = 500


def record(webhook: Webhook, event: str, at: str, data: Mapping[str, Any], *, event_id: str | None = None) -> Delivery:
    """Record an event for a webhook, to be sent at once; the same event again changes nothing."""
    made = uuid4() if event_id is None else uuid5(_NAMES, f"{webhook.id}\n{event_id}")
    delivery = Delivery(
        id=f"msg_{made.hex}",
        webhook_id=webhook.id,
        event=event,
        at=at,
        payload={"type": event, "timestamp": at, "data": dict(data)},
        status=DeliveryStatus.PENDING,
        tries=0,
        due_at=timestamps.format(timestamps.now()),
        tried_at=None,
        status_code=None,
        response=None,
        error=None,
    )
    delivery_row(delivery).save_if(DeliveryRow.pk.does_not_exist())
    return delivery


def of_webhook(webhook_id: str) -> list[Delivery]:
    """The deliveries of a webhook, the newest first, at most 500."""
    rows = DeliveryRow.query(
        f"WEBHOOK#{webhook_id}", DeliveryRow.sk.startswith(DELIVERIES), scan_index_forward=False, consistent_read=True
    )
    return [delivery_of(row) for row in islice(rows, MAX_LISTED)]


def find(webhook_id: str, delivery_id: str) -> Delivery:
    """A delivery of a webhook; NotFound for none."""
    found = next((delivery for delivery in of_webhook(webhook_id) if delivery.id == delivery_id), None)
    if found is None:
        raise NotFound("Delivery not found.")
    return found


def due(moment: str) -> Iterator[Delivery]:
    """The deliveries that are to be tried by now, the longest due first."""
    return (delivery_of(row) for row in DeliveryRow.by_due.query(DUE, DeliveryRow.due_at <= moment))


def claim(delivery: Delivery) -> Delivery | None:
    """Claim the next try of a delivery; None if another function has it, or it is over. The claim ends by itself."""
    now = timestamps.now()
    until = timestamps.format(now + LEASE)
    claimed = replace(delivery, tries=delivery.tries + 1, due_at=until)
    condition = (DeliveryRow.tries == delivery.tries) & (DeliveryRow.due_at == delivery.due_at)
    actions = [DeliveryRow.tries.set(claimed.tries), DeliveryRow.due_at.set(until)]
    return claimed if DeliveryRow(*delivery_key(delivery)).update_if(condition, actions) else None


def record_try(claimed: Delivery, *, status_code: int | None, response: str | None, error: str | None) -> Delivery:
    """Record what a try gave: delivered if the receiver responded 2xx, else to be tried again, or given up."""
    now = timestamps.now()
    is_delivered = status_code is not None and 200 <= status_code < 300
    pause = PAUSES[claimed.tries] if claimed.tries < len(PAUSES) else None
    status = DeliveryStatus.DELIVERED if is_delivered else DeliveryStatus.FAILED
    next_at = None
    if not is_delivered and pause is not None:
        status, next_at = DeliveryStatus.PENDING, timestamps.format(now + pause)
    tried = replace(
        claimed,
        status=status,
        due_at=next_at,
        tried_at=timestamps.format(now),
        status_code=status_code,
        response=response,
        error=error,
    )
    delivery_row(tried).save_if((DeliveryRow.tries == claimed.tries) & (DeliveryRow.due_at == claimed.due_at))
    return tried


def give_up(delivery: Delivery, error: str) -> None:
    """End a delivery whose webhook is disabled or deleted."""
    ended = replace(delivery, status=DeliveryStatus.FAILED, due_at=None, error=error)
    delivery_row(ended).save_if((DeliveryRow.tries == delivery.tries) & (DeliveryRow.due_at == delivery.due_at))


def retry(delivery: Delivery) -> Delivery:
    """Send a delivery again that failed, from the first try on. Conflict if it is being tried, or was delivered."""
    again = replace(
        delivery, status=DeliveryStatus.PENDING, tries=0, due_at=timestamps.format(timestamps.now()), error=None
    )
    if delivery.status is not DeliveryStatus.FAILED or not delivery_row(again).save_if(
        DeliveryRow.status == DeliveryStatus.FAILED
    ):
        raise Conflict("Only a failed delivery can be sent again.", slug="not-failed")
    return again


def reload(delivery: Delivery) -> Delivery | None:
    """A delivery as it is now; None if it is not there any more."""
    try:
        return delivery_of(DeliveryRow.get(*delivery_key(delivery), consistent_read=True))
    except DoesNotExist:
        return None
