"""How many samples of a namespace carry each field of metadata, counted in the transactions that change samples.

A namespace's counts are attributes of a few rows, one for each field, so that what a transaction adds to many fields is
one operation or a few. A field's count is the sum of its parts on all these rows; parts may be below zero.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.errors import Violation, message, validation_error
from chalicelib.tables import Row, TableName

MAX_FIELDS = 1_000  # different ones in a group with all below it
_MAX_NAMES = 200_000  # bytes of their names: a row holds 400 kB
_FIELDS_PER_ROW = 250  # an update's expression has 4 kB and 300 operators (DynamoDB's limits)
MAX_ROWS = MAX_FIELDS // _FIELDS_PER_ROW  # that one transaction changes in a namespace
_ROWS = 16  # so that writers seldom contend for one
_FIELD = "f:"


class _FieldsRow(Row):
    """`FIELDS#<namespace>` / `<0…15>`: under `f:<field>` a part of the number of samples that carry it."""

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    parts: Mapping[str, int]

    @classmethod
    def from_raw_data(cls, data: dict[str, dict[str, Any]]) -> Self:
        """The row with its counts, whose attribute names no model can declare."""
        row = super().from_raw_data(data)
        row.parts = {
            name.removeprefix(_FIELD): int(value["N"]) for name, value in data.items() if name.startswith(_FIELD)
        }
        return row


def changes(before: Iterable[str], after: Iterable[str]) -> Counter[str]:
    """How the counts change when a sample's fields change."""
    found = Counter(iter(after))  # the keys of a mapping: a Counter would take its values as counts
    found.subtract(iter(before))
    return Counter({field: change for field, change in found.items() if change})


def count(transaction: TransactWrite, namespace_ids: Iterable[str], changed: Mapping[str, int]) -> None:
    """Add count updates to the transaction; a retry picks different shard rows."""
    fields = sorted(changed.items())
    first = random.randrange(_ROWS)  # noqa: S311 - spreads writers, no secret
    for namespace_id in namespace_ids:
        for number, start in enumerate(range(0, len(fields), _FIELDS_PER_ROW)):
            row = _FieldsRow(f"FIELDS#{namespace_id}", str((first + number) % _ROWS))
            some = fields[start : start + _FIELDS_PER_ROW]
            actions: list[Action] = [NumberAttribute(attr_name=_FIELD + field).add(change) for field, change in some]
            transaction.update(row, actions=actions)


def counted(namespace_ids: Iterable[str]) -> dict[str, int]:
    """How many samples carry each field, in all of these namespaces together."""
    total: Counter[str] = Counter()
    for namespace_id in namespace_ids:
        for row in _FieldsRow.query(f"FIELDS#{namespace_id}", consistent_read=True):
            total.update(row.parts)
    return {field: samples for field, samples in total.items() if samples > 0}


def check_field_quota(top_id: str, fields: Iterable[str], pointer: str) -> None:
    """Raises Invalid when these fields would exceed the limit of a top group with everything below it."""
    new = set(fields)
    if not new:
        return
    all_fields = new | counted([top_id]).keys()
    if len(all_fields) > MAX_FIELDS or sum(len(field.encode()) for field in all_fields) > _MAX_NAMES:
        rule = message(
            "A group and everything below it can have at most {most} different metadata fields,"
            " with names of {bytes} bytes in total.",
            most=MAX_FIELDS,
            bytes=_MAX_NAMES,
        )
        raise validation_error([Violation(pointer, rule)], slug="too-many-fields")
