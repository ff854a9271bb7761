"""The work of webhooks: distributes what is in the outbox, then sends the deliveries that are due.

It is started by each new announcement and every minute. It may run twice, concurrently, or be killed: a delivery is
claimed before it is sent, and a claim ends by itself. A receiver that had a delivery whose function died gets it again,
with the same `webhook-id`.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Protocol

from chalicelib import metrics, timestamps
from chalicelib.errors import NotFound
from chalicelib.log import logger
from chalicelib.webhooks import deliveries, repository
from chalicelib.webhooks.announce import distribute
from chalicelib.webhooks.model import MAX_FAILING, TEST, Delivery, DeliveryStatus, DisabledReason, Webhook
from chalicelib.webhooks.send import Outcome, send

_THREADS = 16
_MAX_PER_ROUND = 64
_TIME_FOR_A_ROUND = 90_000  # milliseconds: four tries of each thread
_GONE = 410


class Invocation(Protocol):
    """The context of the current Lambda invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation ends."""


def work(invocation: Invocation, transmit: Callable[[Webhook, Delivery], Outcome] = send) -> dict[str, int]:
    """Distribute and send until nothing is due or the time is nearly over; returns counts."""
    counts = {"announced": distribute(), "delivered": 0, "retried": 0, "failed": 0}
    while invocation.get_remaining_time_in_millis() > _TIME_FOR_A_ROUND:
        due = list(islice(deliveries.due(timestamps.format(timestamps.now())), _MAX_PER_ROUND))
        with ThreadPoolExecutor(_THREADS) as pool:
            outcomes = list(pool.map(lambda delivery: _deliver(delivery, transmit), due))
        for outcome in filter(None, outcomes):
            counts[outcome] += 1
        if not any(outcomes):
            break
        counts["announced"] += distribute()
    return counts


def _deliver(indexed: Delivery, transmit: Callable[[Webhook, Delivery], Outcome]) -> str | None:
    """Try one delivery; None if there was nothing to do."""
    delivery = deliveries.reload(indexed)  # the index may lag behind
    if delivery is None or delivery.due_at is None or delivery.due_at > timestamps.format(timestamps.now()):
        return None
    try:
        webhook = repository.find(delivery.webhook_id)
    except NotFound:
        deliveries.give_up(delivery, "The webhook was deleted.")
        return "failed"
    if webhook.disabled is not None and delivery.event != TEST:
        deliveries.give_up(delivery, "The webhook is disabled.")
        return "failed"
    claimed = deliveries.claim(delivery)
    if claimed is None:
        return None
    outcome = transmit(webhook, claimed)
    tried = deliveries.record_try(
        claimed, status_code=outcome.status_code, response=outcome.response, error=outcome.error
    )
    _record_outcome(webhook, tried)
    result = {DeliveryStatus.PENDING: "retried", DeliveryStatus.DELIVERED: "delivered"}.get(tried.status, "failed")
    metrics.emit("WebhookDeliveries", 1, outcome=result)
    logger().info("a webhook was tried", webhook_id=webhook.id, delivery_id=tried.id, outcome=result, tries=tried.tries)
    return result


def _record_outcome(webhook: Webhook, tried: Delivery) -> None:
    at = timestamps.format(timestamps.now())
    repository.record_outcome(webhook, is_delivered=tried.status is DeliveryStatus.DELIVERED, at=at)
    if tried.status_code == _GONE:
        repository.disable(webhook, DisabledReason.GONE)
    elif tried.status is DeliveryStatus.FAILED and _has_long_failed(webhook):
        repository.disable(webhook, DisabledReason.FAILING)


def _has_long_failed(webhook: Webhook) -> bool:
    since = webhook.failing_since
    return since is not None and timestamps.now() - timestamps.parse(since) > MAX_FAILING
