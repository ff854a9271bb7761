"""Records which mails about exports were not delivered, so that owners see it."""

from collections.abc import Mapping
from typing import Any

from chalicelib import metrics, timestamps
from chalicelib.access import users
from chalicelib.exports import lifecycle, record
from chalicelib.mail.delivery import delivery_of


def record_delivery(event: Mapping[str, Any]) -> dict[str, Any]:
    """Record what an event of SES reports. Outcomes: `delivered`, a failure, or `ignored`.

    Events arrive repeatedly and in any order: of one mail's failures the first counts, of several mails the last.
    """
    delivery = delivery_of(event)
    export = record.find(delivery.export_id) if delivery is not None else None
    if delivery is None or export is None:
        return {"outcome": "ignored"}
    if delivery.failure is None:
        users.clear_email_failure(export.user_id, delivery.address, delivery.sent_at)
        return {"outcome": "delivered", "export_id": export.id}
    users.set_email_failure(export.user_id, delivery.address, delivery.failure, delivery.sent_at)
    at = timestamps.format(timestamps.now())
    if not lifecycle.record_undelivered_mail(export, delivery.mail, delivery.failure, at=at):
        return {"outcome": "ignored", "export_id": export.id}
    metrics.emit("Mails", 1, outcome=delivery.failure.value)
    return {"outcome": delivery.failure.value, "export_id": export.id}
