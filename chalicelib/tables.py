"""What all PynamoDB models share: table names from the settings, typed attributes, mapping to frozen values, and
transactions."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache, partial
from typing import Any, Generic, TypeVar

from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.errors import SeqportError
from chalicelib.settings import settings

T = TypeVar("T")
V = TypeVar("V")
R = TypeVar("R", bound="Row")
_TRIES = 8  # a write to an item with a transaction in progress is refused; retried with full jitter
_CONFLICT = "TransactionConflict"


class TableName:
    """For a model's `Meta.table_name`: gives the setting of this name each time it is read."""

    def __init__(self, setting: str) -> None:
        self._setting = setting

    def __get__(self, instance: Any, owner: type) -> str:
        name: str = getattr(settings(), self._setting)
        return name


class Mapper(Generic[V, R]):
    """Converts between a frozen dataclass and its row, field by field.

    A field has the attribute of the same name, or the one in `names`. A field in `computed` is not stored: it is
    computed from the row, for example from its key. Raises TypeError for a field that has no attribute.
    """

    def __init__(
        self,
        value: type[V],
        row: type[R],
        *,
        names: dict[str, str] | None = None,
        computed: dict[str, Callable[[R], Any]] | None = None,
    ) -> None:
        self._value, self._row, self._computed = value, row, computed or {}
        stored = [field.name for field in fields(value) if field.name not in self._computed]  # type: ignore[arg-type]
        self._attributes = {name: (names or {}).get(name, name) for name in stored}
        missing = set(self._attributes.values()) - row.get_attributes().keys()
        if missing:
            raise TypeError(f"{row.__name__} has no attribute for {value.__name__}: {', '.join(sorted(missing))}")

    def value(self, row: R) -> V:
        """The value of a row."""
        stored = {name: getattr(row, attribute) for name, attribute in self._attributes.items()}
        return self._value(**stored, **{name: compute(row) for name, compute in self._computed.items()})

    def row(self, value: V, hash_key: str, range_key: str) -> R:
        """The row of a value, under this key."""
        stored = {attribute: getattr(value, name) for name, attribute in self._attributes.items()}
        row = self._row(hash_key, range_key)
        for attribute, stored_value in stored.items():
            setattr(row, attribute, stored_value)
        return row


def _retrying(write: Callable[[], T]) -> T:
    """The result of a write, retried if a transaction is in progress on its item."""
    for attempt in range(_TRIES - 1):
        try:
            return write()
        except PynamoDBException as error:
            if not _is_conflict(error):
                raise
        time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, no secret
    return write()


def _is_conflict(error: PynamoDBException) -> bool:
    """Was a single write refused because a transaction is at work on the item (`TransactionConflictException`), or a
    transaction because of another write?"""
    codes = [getattr(error, "cause_response_code", None)]
    codes += [reason.code for reason in getattr(error, "cancellation_reasons", []) if reason is not None]
    return any((code or "").removesuffix("Exception") == _CONFLICT for code in codes)


class Row(Model):
    """Base of all rows. A single write is retried if a transaction is in progress on its item."""

    def save(self, condition: Condition | None = None, **more: Any) -> dict[str, Any]:
        """Put the row."""
        return _retrying(partial(super().save, condition, **more))

    def update(self, actions: list[Action], condition: Condition | None = None, **more: Any) -> Any:
        """Update the row's item."""
        return _retrying(partial(super().update, actions, condition, **more))

    def delete(self, condition: Condition | None = None, **more: Any) -> Any:
        """Delete the row's item."""
        return _retrying(partial(super().delete, condition, **more))

    def save_if(self, condition: Condition) -> bool:
        """Put the row; False if the condition does not hold."""
        return _holds(partial(self.save, condition))

    def update_if(self, condition: Condition, actions: Sequence[Action]) -> bool:
        """Update the row's item; False if the condition does not hold."""
        return _holds(partial(self.update, list(actions), condition))

    def delete_if(self, condition: Condition) -> bool:
        """Delete the row's item; False if the condition does not hold."""
        return _holds(partial(self.delete, condition))


@cache
def connection() -> Connection:
    """The connection that transactions go through; one for the process, because making a client is slow."""
    return Connection()


def _holds(write: Callable[[], Any]) -> bool:
    """Run a conditional write; False if DynamoDB refused it because its condition does not hold."""
    try:
        write()
    except PynamoDBException as error:
        if getattr(error, "cause_response_code", None) == "ConditionalCheckFailedException":
            return False
        raise
    return True


def retry_on(conflict: type[SeqportError], operation: Callable[[], T], *, tries: int = 6, pause: float = 0.0) -> T:
    """The result of an operation that reads, then writes on condition of what it read; run again if it raises this
    conflict, at most `tries` times. Pauses are random, up to `pause` seconds times the number of the try."""
    for attempt in range(1, tries):
        try:
            return operation()
        except conflict:
            time.sleep(random.uniform(0, pause * attempt))  # noqa: S311 - jitter, no secret
    return operation()


def retry_with_latest(
    conflict: type[SeqportError], value: V, write: Callable[[V], T], reload: Callable[[], V], *, tries: int = 6
) -> T:
    """The result of a write on condition that a value is as it was read; run again with the reloaded value if it raises
    this conflict, at most `tries` times."""
    latest = value

    def write_latest() -> T:
        nonlocal latest
        try:
            return write(latest)
        except conflict:
            latest = reload()
            raise

    return retry_on(conflict, write_latest, tries=tries)


def transact_write(fill: Callable[[TransactWrite], None], *, taken: Sequence[SeqportError | None]) -> None:
    """Run a transaction of writes; `taken` holds, by its operations, what to raise when one's condition fails. Their
    order is that in which PynamoDB sends them: checks, deletions, saves, updates.

    Operations beyond `taken` are not expected to fail. Nothing is written unless all is.
    """

    def write() -> None:
        with TransactWrite(connection=connection()) as transaction:
            fill(transaction)

    try:
        _retrying(write)
    except TransactWriteError as error:
        for conflict, reason in zip(taken, error.cancellation_reasons, strict=False):
            if reason is not None and reason.code == "ConditionalCheckFailed" and conflict is not None:
                raise conflict from error
        raise
