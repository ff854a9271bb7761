"""What PynamoDB models of all rooms share: table names read from the settings on use, and transactions."""

import json
import random
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from pynamodb.attributes import JSONAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.errors import SeqportError
from chalicelib.settings import settings

_TRIES = 6  # two transactions that meet at an item refuse each other; one goes on, the other comes again


class TableName:
    """For a model's `Meta.table_name`: gives the setting of this name each time it is read."""

    def __init__(self, setting: str) -> None:
        self._setting = setting

    def __get__(self, instance: Any, owner: type) -> str:
        name: str = getattr(settings(), self._setting)
        return name


class Json(JSONAttribute):
    """JSON as UTF-8, without escapes: what it takes of an item's 400 kB is what it was measured by."""

    def serialize(self, value: Any) -> str | None:
        """The text that is stored."""
        return None if value is None else json.dumps(value, ensure_ascii=False)


@cache
def connection() -> Connection:
    """The connection that transactions go through; one for the process, because making a client is slow."""
    return Connection()


def conditional_failure(error: Exception) -> bool:
    """Did DynamoDB refuse a write because its condition did not hold?"""
    codes = [getattr(error, "cause_response_code", None)]
    codes += [reason.code for reason in getattr(error, "cancellation_reasons", []) if reason is not None]
    return "ConditionalCheckFailedException" in codes or "ConditionalCheckFailed" in codes


def write_together(fill: Callable[[TransactWrite], None], *, taken: Sequence[SeqportError | None]) -> None:
    """Run a transaction of writes; `taken` holds, by its operations, what to raise when one's condition fails. Their
    order is that in which PynamoDB sends them: checks, deletions, saves, updates.

    Operations beyond `taken` are not expected to fail. Nothing is written unless all is.
    """
    for attempt in range(_TRIES):
        try:
            with TransactWrite(connection=connection()) as transaction:
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
