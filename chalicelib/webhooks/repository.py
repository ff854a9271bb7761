"""Webhooks of users, and of groups and projects."""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import Ids
from chalicelib.tables import transact_write
from chalicelib.webhooks.model import DisabledReason, OwnerType, Webhook
from chalicelib.webhooks.table import OwnedRow, WebhookRow, owned_key, webhook_key, webhook_of, webhook_row

MAX_WEBHOOKS = 10  # of a user, or of a group or project
_OLD_SECRET_VALID = timedelta(hours=24)
_PREFIX = "whsec_"


def create(
    owner_type: OwnerType, owner_id: str, ids: Ids, *, url: str, events: tuple[str, ...], created_by: str
) -> Webhook:
    """Create a webhook with a secret. Conflict if the owner has as many as are allowed, or for ids of a request that
    created one: its secret was shown."""
    webhook = Webhook(
        id=ids.id(),
        owner_type=owner_type,
        owner_id=owner_id,
        url=url,
        events=events,
        secret=_new_secret(),
        previous_secret=None,
        previous_until=None,
        created_by=created_by,
        created_at=timestamps.format(timestamps.now()),
        disabled=None,
        failing_since=None,
    )
    there = of_owners([owner_id])
    if len(there) >= MAX_WEBHOOKS and all(other.id != webhook.id for other in there):
        raise Conflict(
            "There are {most} webhooks, which is the maximum. Delete one first.",
            slug="too-many-webhooks",
            most=MAX_WEBHOOKS,
        )

    def fill(transaction: TransactWrite) -> None:
        transaction.save(webhook_row(webhook), condition=WebhookRow.pk.does_not_exist())
        transaction.save(OwnedRow(*owned_key(webhook)))

    transact_write(fill, taken=[secret_was_shown()])
    return webhook


def secret_was_shown() -> Conflict:
    """The refusal to show a secret again."""
    return Conflict(
        "This webhook was already created, and its secret is shown only once. Change the secret to get another.",
        slug="secret-shown",
    )


def find(webhook_id: str) -> Webhook:
    """The webhook of this id; NotFound for none."""
    try:
        return webhook_of(WebhookRow.get(*webhook_key(webhook_id), consistent_read=True))
    except DoesNotExist:
        raise no_such_webhook() from None


def no_such_webhook() -> NotFound:
    """The error for a webhook that does not exist or must appear not to."""
    return NotFound("Webhook not found.")


def of_owners(owner_ids: Iterable[str]) -> list[Webhook]:
    """The webhooks of users, groups and projects, the oldest first."""
    ids = [
        row.sk.removeprefix("WEBHOOK#")
        for owner_id in owner_ids
        for row in OwnedRow.query(f"OWNER#{owner_id}", OwnedRow.sk.startswith("WEBHOOK#"), consistent_read=True)
    ]
    rows = WebhookRow.batch_get([webhook_key(webhook_id) for webhook_id in ids], consistent_read=True)
    return sorted(map(webhook_of, rows), key=lambda webhook: (webhook.created_at, webhook.id))


def change(webhook: Webhook, *, url: str, events: tuple[str, ...], disabled: DisabledReason | None) -> Webhook:
    """Change a webhook; one that is enabled again begins without failures. NotFound if it was deleted."""
    changed = replace(webhook, url=url, events=events, disabled=disabled)
    actions = [
        WebhookRow.url.set(url),
        WebhookRow.events.set(events),
        WebhookRow.disabled.remove() if disabled is None else WebhookRow.disabled.set(disabled),
    ]
    if webhook.disabled is not None and disabled is None:
        changed = replace(changed, failing_since=None)
        actions.append(WebhookRow.failing_since.remove())
    if not WebhookRow(*webhook_key(webhook.id)).update_if(WebhookRow.pk.exists(), actions):
        raise no_such_webhook()
    return changed


def rotate_secret(webhook: Webhook) -> Webhook:
    """Give a webhook another secret; for a day, requests are signed with both. NotFound if it was deleted, Conflict if
    another request has just done it."""
    until = timestamps.format(timestamps.now() + _OLD_SECRET_VALID)
    changed = replace(webhook, secret=_new_secret(), previous_secret=webhook.secret, previous_until=until)
    actions = [
        WebhookRow.secret.set(changed.secret),
        WebhookRow.previous_secret.set(webhook.secret),
        WebhookRow.previous_until.set(until),
    ]
    if not WebhookRow(*webhook_key(webhook.id)).update_if(WebhookRow.secret == webhook.secret, actions):
        find(webhook.id)
        raise Conflict("This webhook's secret was just changed by someone else.", slug="changed-meanwhile")
    return changed


def disable(webhook: Webhook, reason: DisabledReason) -> None:
    """Stop using a webhook, unless it was disabled, changed or deleted meanwhile."""
    condition = (WebhookRow.url == webhook.url) & WebhookRow.disabled.does_not_exist()
    WebhookRow(*webhook_key(webhook.id)).update_if(condition, [WebhookRow.disabled.set(reason)])


def record_outcome(webhook: Webhook, *, is_delivered: bool, at: str) -> None:
    """Record since when a webhook has only failed; a success ends that."""
    row = WebhookRow(*webhook_key(webhook.id))
    if is_delivered and webhook.failing_since is not None:
        row.update_if(WebhookRow.pk.exists(), [WebhookRow.failing_since.remove()])
    elif not is_delivered and webhook.failing_since is None:
        condition = WebhookRow.pk.exists() & WebhookRow.failing_since.does_not_exist()
        row.update_if(condition, [WebhookRow.failing_since.set(at)])


def delete(webhook: Webhook) -> None:
    """Delete a webhook; its deliveries expire. Nothing happens if it was deleted before."""

    def fill(transaction: TransactWrite) -> None:
        transaction.delete(WebhookRow(*webhook_key(webhook.id)))
        transaction.delete(OwnedRow(*owned_key(webhook)))

    transact_write(fill, taken=[])


def _new_secret() -> str:
    """A secret of 256 bits ("Signature scheme", Standard Webhooks specification: 24 to 64 bytes)."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
