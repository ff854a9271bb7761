"""JSON of webhooks and their deliveries."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.http.schemas.base import Body, Count, Id, Time, one_of
from chalicelib.outbox import Topic
from chalicelib.webhooks import model
from chalicelib.webhooks.addresses import MAX_URL
from chalicelib.webhooks.model import TEST, DeliveryStatus, DisabledReason

EventName = Literal[
    "export.ready", "export.failed", "export.expiring", "workflow_execution.completed", "workflow_execution.failed"
]
assert set(get_args(EventName)) == {topic.value for topic in Topic}  # noqa: S101
_URL_EXAMPLE = "https://hooks.lab.example.org/seqport"
Url = Annotated[str, StringConstraints(max_length=MAX_URL), Field(examples=[_URL_EXAMPLE])]
Events = Annotated[list[EventName], Field(min_length=1, max_length=10, examples=[["export.ready", "export.failed"]])]
_DISABLED = {"enum": [*(reason.value for reason in DisabledReason), None]}


class NewWebhook(Body):
    """A webhook to create: a public HTTPS URL, and the events that are sent to it."""

    url: Url
    events: Events


class WebhookChange(Body):
    """Changes to a webhook; absent and null fields stay as they are."""

    url: Url | None = None
    events: Events | None = None
    enabled: Annotated[bool | None, Field(examples=[True])] = None


class Webhook(TypedDict):
    """A webhook of the caller, or of a group or project (`namespace_id`). Requests to it are signed by the Standard
    Webhooks specification."""

    id: Id
    namespace_id: Annotated[str | None, Field(examples=[None])]
    url: Annotated[str, Field(examples=[_URL_EXAMPLE])]
    events: Annotated[list[str], Field(examples=[["export.ready", "export.failed"]])]
    enabled: bool
    disabled_reason: Annotated[str | None, Field(examples=[None], json_schema_extra=_DISABLED)]
    failing_since: Time | None
    created_by: Id
    created_at: Time


class WebhookWithSecret(Webhook):
    """A webhook with its secret, which is shown only once."""

    secret: Annotated[str, Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])]


class Delivery(TypedDict):
    """An event for a webhook and its last try: the response's status and beginning, or the error. `payload` is what is
    sent; `next_try_at` null: there will be none."""

    id: Annotated[str, Field(description="The header `webhook-id`.", examples=["msg_0b1f4a526d0c4f5e8a5b3f0f6c1e2d7a"])]
    event: Annotated[str, one_of(*(topic.value for topic in Topic), TEST)]
    created_at: Time
    status: Annotated[str, one_of(*(status.value for status in DeliveryStatus), example="delivered")]
    tries: Count
    tried_at: Time | None
    next_try_at: Time | None
    status_code: Annotated[int | None, Field(examples=[204])]
    response: Annotated[str | None, Field(examples=[""])]
    error: Annotated[str | None, Field(examples=[None])]
    payload: Annotated[
        dict[str, Any],
        Field(examples=[{"type": "export.ready", "timestamp": "2026-12-01T14:05:00Z", "data": {"id": "6a5f9a0e"}}]),
    ]


def webhook_json(webhook: model.Webhook) -> Webhook:
    """A webhook as JSON, without its secret."""
    return Webhook(
        id=webhook.id,
        namespace_id=webhook.owner_id if webhook.owner_type == "namespace" else None,
        url=webhook.url,
        events=list(webhook.events),
        enabled=webhook.disabled is None,
        disabled_reason=webhook.disabled,
        failing_since=webhook.failing_since,
        created_by=webhook.created_by,
        created_at=webhook.created_at,
    )


def with_secret(webhook: model.Webhook) -> WebhookWithSecret:
    """A webhook as JSON, with its secret."""
    return WebhookWithSecret(**webhook_json(webhook), secret=webhook.secret)


def delivery_json(delivery: model.Delivery) -> Delivery:
    """A delivery as JSON."""
    return Delivery(
        id=delivery.id,
        event=delivery.event,
        created_at=delivery.at,
        status=delivery.status.value,
        tries=delivery.tries,
        tried_at=delivery.tried_at,
        next_try_at=delivery.due_at,
        status_code=delivery.status_code,
        response=delivery.response,
        error=delivery.error,
        payload=dict(delivery.payload),
    )
