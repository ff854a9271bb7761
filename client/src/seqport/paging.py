"""Lists of the API, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

MAX_PAGE = 1_000


def items(page_at: Callable[[str | None], Any]) -> Iterator[Any]:
    """All items of a list; `page_at` returns the page at a cursor (None: the first)."""
    cursor: str | None = None
    while True:
        page = page_at(cursor)
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
