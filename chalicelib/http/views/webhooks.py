"""Operations on webhooks: of the caller, and of groups and projects."""

import json
from typing import Annotated

from chalicelib import aws, timestamps
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.errors import Forbidden, NotFound, Violation, validation_error
from chalicelib.http.idempotent import Idempotency, Idempotent
from chalicelib.http.lookup import namespace_of
from chalicelib.http.paging import Sort, SortedPaging
from chalicelib.http.replies import NOT_STORED, Accepted, Created, Reply, created
from chalicelib.http.router import Router
from chalicelib.http.schemas import webhooks as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.webhooks import delivery_json, webhook_json, with_secret
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.webhooks import deliveries, repository
from chalicelib.webhooks.addresses import violation
from chalicelib.webhooks.model import TEST, DisabledReason, OwnerType, Webhook

_BY_SECRET = Idempotency(secret=repository.secret_was_shown)
_SORT = Sort(("created_at",), "created_at")
_NEWEST = Sort(("created_at",), "-created_at")
_WEBHOOK = "/webhooks/{webhook_id}"
router = Router("Webhooks")


@router.route("GET", "/me/webhooks")
def list_webhooks(user: User, paging: Annotated[SortedPaging, _SORT]) -> Page[schemas.Webhook]:
    """List the caller's webhooks"""
    return _page(user.id, paging)


@router.route("POST", "/me/webhooks", idempotency=_BY_SECRET, problems=["too-many-webhooks"])
def create_webhook(user: User, body: schemas.NewWebhook, idempotent: Idempotent) -> Created[schemas.WebhookWithSecret]:
    """Create a webhook for the caller's exports and workflow executions

    The response has the secret that requests are signed with, which is never shown again."""
    return _create("user", user.id, user, body, idempotent)


@router.route("GET", "/namespaces/{namespace_id}/webhooks", problems=["role-too-low"])
def list_namespace_webhooks(
    user: User, namespace_id: str, paging: Annotated[SortedPaging, _SORT]
) -> Page[schemas.Webhook]:
    """List the webhooks of a group or project

    For maintainers."""
    return _page(namespace_of(namespace_id, user, Role.MAINTAINER).id, paging)


@router.route(
    "POST",
    "/namespaces/{namespace_id}/webhooks",
    idempotency=_BY_SECRET,
    problems=["role-too-low", "too-many-webhooks"],
)
def create_namespace_webhook(
    user: User, namespace_id: str, body: schemas.NewWebhook, idempotent: Idempotent
) -> Created[schemas.WebhookWithSecret]:
    """Create a webhook for what happens in a group or project, and in all below it

    For maintainers. It is disabled when its creator is none any more. The response has the secret that requests are
    signed with, which is never shown again."""
    namespace = namespace_of(namespace_id, user, Role.MAINTAINER)
    return _create("namespace", namespace.id, user, body, idempotent)


@router.route("PATCH", _WEBHOOK)
def update_webhook(user: User, webhook_id: str, body: schemas.WebhookChange) -> schemas.Webhook:
    """Change a webhook, or disable or enable it"""
    webhook = _own(webhook_id, user)
    events = webhook.events if body.events is None else _events(body.events)
    disabled = webhook.disabled
    if body.enabled is not None:
        disabled = None if body.enabled else (webhook.disabled or DisabledReason.BY_USER)
    url = webhook.url if body.url is None else _url(body.url)
    return webhook_json(repository.change(webhook, url=url, events=events, disabled=disabled))


@router.route("DELETE", _WEBHOOK)
def delete_webhook(user: User, webhook_id: str) -> None:
    """Delete a webhook

    What is still to be sent to it is not sent."""
    repository.delete(_own(webhook_id, user))


@router.route("POST", f"{_WEBHOOK}/rotate-secret", problems=["changed-meanwhile"])
def rotate_webhook_secret(user: User, webhook_id: str) -> Reply[schemas.WebhookWithSecret]:
    """Give a webhook another secret

    For 24 hours, requests are signed with the old one, too."""
    return Reply(with_secret(repository.rotate_secret(_own(webhook_id, user))), NOT_STORED)


@router.route("POST", f"{_WEBHOOK}/test", calls_per_minute=10)
def send_test_event(user: User, webhook_id: str) -> Accepted[schemas.Delivery]:
    """Send an event of the type `test` to a webhook

    In the background: the webhook's deliveries show the result."""
    webhook = _own(webhook_id, user)
    at = timestamps.format(timestamps.now())
    delivery = deliveries.record(webhook, TEST, at, {"webhook_id": webhook.id, "message": "This is a test."})
    _start_delivery()
    return Accepted(delivery_json(delivery), {"Location": f"/webhooks/{webhook.id}/deliveries"})


@router.route("GET", f"{_WEBHOOK}/deliveries")
def list_webhook_deliveries(
    user: User, webhook_id: str, paging: Annotated[SortedPaging, _NEWEST]
) -> Page[schemas.Delivery]:
    """List what was sent to a webhook, and what is still to be sent

    Of the last 30 days, at most 500."""
    webhook = _own(webhook_id, user)
    return paging.page_of(
        deliveries.of_webhook(webhook.id),
        position=lambda delivery: f"{delivery.at}\x00{delivery.id}",
        shown=lambda found: [delivery_json(delivery) for delivery in found],
    )


@router.route(
    "POST",
    f"{_WEBHOOK}/deliveries/{{delivery_id}}/retry",
    problems=["not-failed"],
    calls_per_minute=60,
)
def retry_webhook_delivery(user: User, webhook_id: str, delivery_id: str) -> Accepted[schemas.Delivery]:
    """Send a failed delivery again"""
    webhook = _own(webhook_id, user)
    delivery = deliveries.retry(deliveries.find(webhook.id, delivery_id))
    _start_delivery()
    return Accepted(delivery_json(delivery), {"Location": f"/webhooks/{webhook.id}/deliveries"})


def _page(owner_id: str, paging: SortedPaging) -> Page[schemas.Webhook]:
    return paging.page_of(
        repository.of_owners([owner_id]),
        position=lambda webhook: f"{webhook.created_at}\x00{webhook.id}",
        shown=lambda found: [webhook_json(webhook) for webhook in found],
    )


def _create(
    owner_type: OwnerType, owner_id: str, user: User, body: schemas.NewWebhook, idempotent: Idempotent
) -> Created[schemas.WebhookWithSecret]:
    url, events = _url(body.url), _events(body.events)

    def create(ids: Ids) -> Created[schemas.WebhookWithSecret]:
        webhook = repository.create(owner_type, owner_id, ids, url=url, events=events, created_by=user.id)
        path = "/me/webhooks" if owner_type == "user" else f"/namespaces/{owner_id}/webhooks"
        return created(with_secret(webhook), path, NOT_STORED)

    return idempotent(create)


def _own(webhook_id: str, user: User) -> Webhook:
    """The webhook of a path: the user's own, or one of a group or project that they are a maintainer of."""
    webhook = repository.find(webhook_id)
    if webhook.owner_type == "user":
        if webhook.owner_id != user.id:
            raise repository.no_such_webhook()
        return webhook
    try:
        permissions.require(user.id, namespaces.find(webhook.owner_id), Role.MAINTAINER)
    except (NotFound, Forbidden):
        raise repository.no_such_webhook() from None
    return webhook


def _url(url: str) -> str:
    rule = violation(url, any_host=settings().webhook_hosts == "any")
    if rule is not None:
        raise validation_error([Violation("/url", rule)])
    return url


def _events(events: list[schemas.EventName]) -> tuple[str, ...]:
    if len(set(events)) < len(events):
        raise validation_error([Violation("/events", "Duplicate event.")])
    return tuple(events)


def _start_delivery() -> None:
    """Invoke the function that delivers, which would otherwise do so within a minute."""
    aws.functions().invoke(
        FunctionName=settings().webhooks_function, InvocationType="Event", Payload=json.dumps({}).encode()
    )
