"""Limits on how often a user may do something in a minute."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import timestamps
from chalicelib.errors import TooMany
from chalicelib.tables import Row, TableName

_SECONDS = 60


class _MinuteRow(Row):
    """`RATE#<action>#<user>#<minute>`, in the table of idempotency keys, whose rows expire as these do."""

    class Meta:
        table_name = TableName("idempotency_table")

    pk = UnicodeAttribute(hash_key=True)
    calls = NumberAttribute()
    expires_at = NumberAttribute()


def count_call(action: str, user_id: str, *, limit: int) -> None:
    """Count a call of this action by a user. Raises TooMany when there were `limit` in this minute of the clock."""
    minute = int(timestamps.now().timestamp()) // _SECONDS
    row = _MinuteRow(f"RATE#{action}#{user_id}#{minute}")
    has_calls_left = _MinuteRow.pk.does_not_exist() | (_MinuteRow.calls < limit)
    actions = [_MinuteRow.calls.add(1), _MinuteRow.expires_at.set((minute + 2) * _SECONDS)]
    if not row.update_if(has_calls_left, actions):
        raise TooMany(
            "At most {most} calls are allowed in {seconds} seconds. Try again later.",
            slug="too-many-requests",
            most=limit,
            seconds=_SECONDS,
        )
