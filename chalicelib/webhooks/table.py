"""Rows of the webhooks table."""

from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib import timestamps
from chalicelib.attributes import Choice, Integer, Json, TextTuple
from chalicelib.tables import Mapper, Row, TableName
from chalicelib.webhooks.model import Delivery, DeliveryStatus, DisabledReason, Webhook

META = "META"
DUE = "due"
DELIVERIES = "DELIVERY#"
_KEPT = timedelta(days=30)


class WebhookRow(Row):
    """`WEBHOOK#<id>` / `META`."""

    class Meta:
        table_name = TableName("webhooks_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    webhook_id = UnicodeAttribute()
    owner_type = UnicodeAttribute()
    owner_id = UnicodeAttribute()
    url = UnicodeAttribute()
    events = TextTuple()
    secret = UnicodeAttribute()
    previous_secret = UnicodeAttribute(null=True)
    previous_until = UnicodeAttribute(null=True)
    created_by = UnicodeAttribute()
    created_at = UnicodeAttribute()
    disabled = Choice(DisabledReason, null=True)
    failing_since = UnicodeAttribute(null=True)


class OwnedRow(Row):
    """`OWNER#<user or namespace>` / `WEBHOOK#<id>`."""

    class Meta:
        table_name = TableName("webhooks_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class _ByDue(GlobalSecondaryIndex["DeliveryRow"]):
    class Meta:
        index_name = "by_due"
        projection = AllProjection()

    due = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class DeliveryRow(Row):
    """`WEBHOOK#<id>` / `DELIVERY#<at>#<id>`; in the index `by_due` while it is to be tried."""

    class Meta:
        table_name = TableName("webhooks_table")

    by_due = _ByDue()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    delivery_id = UnicodeAttribute()
    webhook_id = UnicodeAttribute()
    event = UnicodeAttribute()
    at = UnicodeAttribute()
    payload = Json()
    status = Choice(DeliveryStatus)
    tries = Integer()
    due = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    tried_at = UnicodeAttribute(null=True)
    status_code = Integer(null=True)
    response = UnicodeAttribute(null=True)
    error = UnicodeAttribute(null=True)
    expires_at = Integer()  # DynamoDB deletes it


_WEBHOOKS = Mapper(Webhook, WebhookRow, names={"id": "webhook_id"})
_DELIVERIES = Mapper(Delivery, DeliveryRow, names={"id": "delivery_id"})


def webhook_key(webhook_id: str) -> tuple[str, str]:
    """The key of a webhook."""
    return f"WEBHOOK#{webhook_id}", META


def owned_key(webhook: Webhook) -> tuple[str, str]:
    """The key of a webhook in its owner's list."""
    return f"OWNER#{webhook.owner_id}", f"WEBHOOK#{webhook.id}"


def webhook_of(row: WebhookRow) -> Webhook:
    """The webhook of a row."""
    return _WEBHOOKS.value(row)


def webhook_row(webhook: Webhook) -> WebhookRow:
    """The row of a webhook."""
    return _WEBHOOKS.row(webhook, *webhook_key(webhook.id))


def delivery_key(delivery: Delivery) -> tuple[str, str]:
    """The key of a delivery."""
    return f"WEBHOOK#{delivery.webhook_id}", f"{DELIVERIES}{delivery.at}#{delivery.id}"


def delivery_of(row: DeliveryRow) -> Delivery:
    """The delivery of a row."""
    return _DELIVERIES.value(row)


def delivery_row(delivery: Delivery) -> DeliveryRow:
    """The row of a delivery."""
    row = _DELIVERIES.row(delivery, *delivery_key(delivery))
    row.due = None if delivery.due_at is None else DUE
    row.expires_at = int((timestamps.parse(delivery.at) + _KEPT).timestamp())
    return row
