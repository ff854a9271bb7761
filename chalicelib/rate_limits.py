"""Limits on how often a user may do something, counted in windows of fixed length."""

from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.errors import TooMany
from chalicelib.tables import Row, TableName


class _WindowRow(Row):
    """`RATE#<action>#<user>#<window>`, in the table of idempotency keys, whose rows expire as these do."""

    class Meta:
        table_name = TableName("idempotency_table")

    pk = UnicodeAttribute(hash_key=True)
    calls = NumberAttribute()
    expires_at = NumberAttribute()


def count_call(action: str, user_id: str, *, limit: int, window: timedelta, now: datetime) -> None:
    """Count a call of this action by a user. Raises TooMany when there were `limit` in this window already."""
    seconds = int(window.total_seconds())
    number = int(now.timestamp()) // seconds
    row = _WindowRow(f"RATE#{action}#{user_id}#{number}")
    has_calls_left = _WindowRow.pk.does_not_exist() | (_WindowRow.calls < limit)
    actions = [_WindowRow.calls.add(1), _WindowRow.expires_at.set((number + 2) * seconds)]
    if not row.update_if(has_calls_left, actions):
        raise TooMany(
            "At most {most} calls are allowed in {seconds} seconds. Try again later.",
            slug="too-many-requests",
            most=limit,
            seconds=seconds,
        )
