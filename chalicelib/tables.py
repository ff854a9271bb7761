"""What PynamoDB models of all rooms share: a table's name that is read from the settings on use, not at import."""

from functools import cache
from typing import Any

from pynamodb.connection import Connection

from chalicelib.settings import settings


class TableName:
    """For a model's `Meta.table_name`: gives the setting of this name each time it is read."""

    def __init__(self, setting: str) -> None:
        self._setting = setting

    def __get__(self, instance: Any, owner: type) -> str:
        name: str = getattr(settings(), self._setting)
        return name


@cache
def connection() -> Connection:
    """The connection that transactions go through; one for the process, because making a client is slow."""
    return Connection()
