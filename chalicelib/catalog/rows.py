"""What the catalog's tables share: a row that makes a PUID one of a kind, and finding what it names."""

import random
import time
from collections.abc import Callable, Sequence

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import tables
from chalicelib.errors import Conflict

PUID = "PUID"
_TRIES = 6  # two transactions that meet at an item refuse each other; one goes on, the other comes again


class PuidRow(Model):
    """Base of each table's PUID rows: `PUID#<puid>` names the thing with id `target_id`."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=PUID)
    target_id = UnicodeAttribute()
    sample_id = UnicodeAttribute(null=True)


def puid_key(puid: str) -> str:
    return f"PUID#{puid}"


def write_together(fill: Callable[[TransactWrite], None], *, taken: Sequence[Conflict | None]) -> None:
    """Run a transaction of writes; `taken` holds, by its operations, the conflict to raise when one's condition fails.

    Operations beyond `taken` are not expected to fail. Nothing is written unless all is.
    """
    for attempt in range(_TRIES):
        try:
            with TransactWrite(connection=tables.connection()) as transaction:
                fill(transaction)
        except TransactWriteError as error:
            reasons = error.cancellation_reasons
            for conflict, reason in zip(taken, reasons, strict=False):
                if reason is not None and reason.code == "ConditionalCheckFailed" and conflict is not None:
                    raise conflict from error
            met = any(reason is not None and reason.code == "TransactionConflict" for reason in reasons)
            if not met or attempt == _TRIES - 1:
                raise
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, no secret
        else:
            return
