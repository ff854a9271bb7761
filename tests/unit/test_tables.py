"""What all tables share."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from functools import partial
from typing import Any

import pytest
from pynamodb.attributes import UnicodeAttribute

from chalicelib.attributes import Choice, Integer, Json, NumberChoice, TextTuple, Timestamp
from chalicelib.errors import Conflict, NotFound
from chalicelib.tables import Mapper, Row, retry_on


def test_json_size_is_measured_in_bytes() -> None:
    value = {"place": "é漢", "n": 1}
    text = Json().serialize(value)
    assert text == '{"place": "é漢", "n": 1}'
    assert Json().deserialize(text) == value
    assert Json().deserialize('{"place": "\\u00e9\\u6f22", "n": 1}') == value
    assert Json().serialize(None) is None


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@dataclass(frozen=True)
class Thing:
    id: str
    owner: str
    size: int
    at: datetime
    tags: tuple[str, ...]
    colour: Colour | None
    level: Level
    data: dict[str, Any]


class ThingRow(Row):
    class Meta:
        table_name = "things"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    thing_id = UnicodeAttribute()
    size = Integer()
    at = Timestamp()
    tags = TextTuple()
    colour = Choice(Colour, null=True)
    level = NumberChoice(Level)
    data = Json()


MAPPER = Mapper(Thing, ThingRow, names={"id": "thing_id"}, computed={"owner": lambda row: row.pk.removeprefix("OF#")})
THING = Thing("1", "ana", 1 << 60, datetime(2026, 11, 25, tzinfo=UTC), ("é", ""), Colour.RED, Level.HIGH, {"a": [1.5]})


@pytest.mark.parametrize("thing", [THING, replace(THING, colour=None, tags=(), size=0)])
def test_mapper_restores_a_value_from_its_stored_item(thing: Thing) -> None:
    stored = MAPPER.row(thing, f"OF#{thing.owner}", "THING#1").serialize()
    assert stored["size"] == {"N": str(thing.size)}
    assert stored["at"] == {"S": "2026-11-25T00:00:00.000Z"}
    assert stored["level"] == {"N": "3"}
    assert ("colour" in stored) is (thing.colour is not None)
    row = ThingRow()
    row.deserialize(stored)
    assert MAPPER.value(row) == thing


def test_mapper_requires_an_attribute_for_every_field() -> None:
    with pytest.raises(TypeError, match="ThingRow has no attribute for Thing: id, owner"):
        Mapper(Thing, ThingRow)


def test_choice_refuses_an_unknown_value() -> None:
    with pytest.raises(ValueError, match="green"):
        Choice(Colour).deserialize("green")


@pytest.mark.parametrize(("failures", "calls"), [(0, 1), (2, 3), (9, 6)])
def test_retry_on_repeats_only_its_conflict_and_only_so_often(failures: int, calls: int) -> None:
    made: list[int] = []

    def operation() -> str:
        made.append(1)
        if len(made) <= failures:
            raise Conflict("busy")
        return "done"

    if failures >= calls:
        with pytest.raises(Conflict):
            retry_on(Conflict, operation)
    else:
        assert retry_on(Conflict, operation) == "done"
    assert len(made) == calls
    with pytest.raises(NotFound):
        retry_on(Conflict, partial(_raise, NotFound("gone")))


def _raise(error: Exception) -> None:
    raise error
