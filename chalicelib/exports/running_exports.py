"""The running exports of a user, in one row, so that concurrent requests
can't begin more of them than are allowed.

The row is only written when an export begins. Which exports have ended since is read from their own records, so
nothing has to be removed from it, and nothing can be left behind.
"""

from dataclasses import dataclass

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.errors import Conflict, TooMany, message
from chalicelib.exports import record
from chalicelib.settings import settings
from chalicelib.tables import Row, TableName


class _RunningRow(Row):
    """`USER#<user>` / `RUNNING`, in the users table. Each write has the next version."""

    class Meta:
        table_name = TableName("users_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    export_ids = JSONAttribute()
    version = NumberAttribute()


class ReservationConflict(Conflict):
    """Another export of the same user began at the same moment: try again."""

    def __init__(self) -> None:
        super().__init__(
            message("Another of your exports started at the same moment. Try again."), slug="changed-meanwhile"
        )


@dataclass(frozen=True, slots=True)
class Reservation:
    """A slot among a user's running exports, taken in the transaction that begins one."""

    user_id: str
    export_ids: tuple[str, ...]
    version: int

    def take(self, transaction: TransactWrite) -> None:
        """Add the write, whose failed condition means ReservationConflict."""
        row = _RunningRow(*_key(self.user_id), export_ids=list(self.export_ids), version=self.version)
        before: Condition = _RunningRow.pk.does_not_exist()
        transaction.save(row, condition=before if self.version == 1 else _RunningRow.version == self.version - 1)


def _key(user_id: str) -> tuple[str, str]:
    return f"USER#{user_id}", "RUNNING"


def reserve(user_id: str, export_id: str) -> Reservation:
    """A slot for one more export. Raises TooMany when as many as are allowed are running."""
    version, others = _others(user_id, export_id)
    most = settings().max_running_exports
    if len(others) >= most:
        raise TooMany(
            "{count} of your exports are running; the limit is {most}. Wait for one to finish, or remove one.",
            slug="too-many-exports",
            count=len(others),
            most=most,
        )
    return Reservation(user_id, (*others, export_id), version + 1)


def check_concurrency_limit(user_id: str) -> None:
    """Raise TooMany if `reserve` would, before a request is validated."""
    reserve(user_id, "")


def _others(user_id: str, export_id: str) -> tuple[int, list[str]]:
    """The row's version, 0 for none, and the user's other running exports."""
    try:
        row = _RunningRow.get(*_key(user_id), consistent_read=True)
    except DoesNotExist:
        version, ids = 0, [export.id for export in record.of_user(user_id)]
    else:
        version, ids = int(row.version), list(row.export_ids)
    there = record.find_many(ids)
    running = {export.id for export in there if export.is_running}
    return version, [id_ for id_ in ids if id_ in running and id_ != export_id]
