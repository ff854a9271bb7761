"""Attributes of DynamoDB items beyond PynamoDB's own."""

import json
from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Generic, TypeVar

from pynamodb.attributes import Attribute, JSONAttribute
from pynamodb.constants import NUMBER, STRING

from chalicelib import timestamps

E = TypeVar("E", bound=StrEnum)


N = TypeVar("N", bound=IntEnum)


class Json(JSONAttribute):
    """JSON as UTF-8, without escapes: it takes as many of an item's 400 kB as its measured size."""

    def serialize(self, value: Any) -> str | None:
        """The text that is stored."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def deserialize(self, value: str) -> Any:
        """The value of a stored text."""
        return json.loads(value)


class Integer(Attribute[int]):
    """A whole number."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class Timestamp(Attribute[datetime]):
    """A moment, stored as text in the format of `timestamps`."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return timestamps.format(value)

    def deserialize(self, value: str) -> datetime:
        return timestamps.parse(value)


class TextTuple(Attribute[tuple[str, ...]]):
    """Texts in order, stored as a JSON list."""

    attr_type = STRING

    def serialize(self, value: Sequence[str]) -> str:
        return json.dumps(list(value))

    def deserialize(self, value: str) -> tuple[str, ...]:
        return tuple(json.loads(value))


class Choice(Attribute[E], Generic[E]):
    """A member of a StrEnum, stored as its value."""

    attr_type = STRING

    def __init__(self, choices: type[E], **options: Any) -> None:
        super().__init__(**options)
        self._choices = choices

    def serialize(self, value: E | str) -> str:
        return self._choices(value).value

    def deserialize(self, value: str) -> E:
        return self._choices(value)


class NumberChoice(Attribute[N], Generic[N]):
    """A member of an IntEnum, stored as its number."""

    attr_type = NUMBER

    def __init__(self, choices: type[N], **options: Any) -> None:
        super().__init__(**options)
        self._choices = choices

    def serialize(self, value: N | int) -> str:
        return str(int(self._choices(value)))

    def deserialize(self, value: str) -> N:
        return self._choices(int(value))
