"""Distributes announcements: a delivery for each webhook that wants the event and may have it."""

from chalicelib import outbox
from chalicelib.access import users
from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.outbox import Announcement
from chalicelib.webhooks import deliveries, repository
from chalicelib.webhooks.model import DisabledReason, Webhook

_MAX_PER_RUN = 500


def distribute() -> int:
    """Record the deliveries of what is in the outbox; returns how many events there were. Twice at once, or killed and
    run again, it gives the same."""
    announcements = outbox.pending(_MAX_PER_RUN)
    for announcement in announcements:
        for webhook in _receivers(announcement):
            deliveries.record(
                webhook, announcement.topic.value, announcement.at, announcement.data, event_id=announcement.id
            )
        outbox.remove(announcement)
    return len(announcements)


def _receivers(announcement: Announcement) -> list[Webhook]:
    """The webhooks that get an event: the user's own, and those of the namespace and of all groups above it."""
    owners = [announcement.user_id]
    if announcement.namespace_id is not None:
        found = namespaces.find_many([announcement.namespace_id]).get(announcement.namespace_id)
        owners += found.lineage if found is not None else ()
    wanted = [webhook for webhook in repository.of_owners(owners) if announcement.topic.value in webhook.events]
    return [webhook for webhook in wanted if webhook.disabled is None and _may_receive(webhook)]


def _may_receive(webhook: Webhook) -> bool:
    """May its creator still have a webhook? If not, it is disabled."""
    if webhook.owner_type == "user":
        is_allowed = users.find(webhook.owner_id) is not None
    else:
        is_allowed = permissions.has_role(webhook.created_by, [webhook.owner_id], Role.MAINTAINER)
    if not is_allowed:
        repository.disable(webhook, DisabledReason.ROLE_LOST)
    return is_allowed
