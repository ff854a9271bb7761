"""Lists: `limit`, `cursor` and `sort`, and the answer with items, the next cursor and the total."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chalice.app import Request, Response

from chalicelib.http.bodies import BadRequest, query

T = TypeVar("T")
DEFAULT_LIMIT, MAX_LIMIT = 20, 1000


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by which key, and which way."""

    key: str
    descending: bool


def order(request: Request, known: tuple[str, ...], default: str) -> Order:
    """The order that `sort` asks for (`name`, `-created_at`), or the default. Raises BadRequest."""
    sort = query(request, "sort") or default
    key = sort.removeprefix("-")
    if key not in known:
        raise BadRequest(f"The parameter sort must be one of: {', '.join(known)}, or one after '-'.", slug="bad-sort")
    return Order(key, sort.startswith("-"))


def limit(request: Request) -> int:
    """How many items a page may have: 20 unless `limit` says otherwise, 1000 at most. Raises BadRequest."""
    text = query(request, "limit")
    if text is None:
        return DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MAX_LIMIT:
        raise BadRequest(f"The parameter limit must be a number from 1 to {MAX_LIMIT}.", slug="bad-limit")
    return int(text)


def _cursor(value: tuple[str, str], by: Order) -> str:
    text = json.dumps([by.key, by.descending, *value], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(text: str, by: Order) -> tuple[str, str]:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        key, descending, first, second = json.loads(raw)
    except (ValueError, TypeError):
        raise BadRequest("This cursor is not one of ours.", slug="bad-cursor") from None
    if (key, descending) != (by.key, by.descending) or not (isinstance(first, str) and isinstance(second, str)):
        raise BadRequest("This cursor belongs to a list in another order.", slug="bad-cursor")
    return first, second


def page(
    request: Request,
    items: Sequence[T],
    *,
    by: Order,
    position: Callable[[T], tuple[str, str]],
    shown: Callable[[Sequence[T]], list[Any]],
) -> Response:
    """One page of `items`, which are sorted by `position` in the order `by`.

    The cursor holds the position of the last item shown: what is added or removed meanwhile moves nothing else.
    """
    size = limit(request)
    start = 0
    cursor = query(request, "cursor")
    if cursor is not None:
        last = _position(cursor, by)
        beyond = [
            i for i, item in enumerate(items) if (position(item) < last if by.descending else position(item) > last)
        ]
        start = beyond[0] if beyond else len(items)
    chosen = items[start : start + size]
    more = start + size < len(items)
    next_cursor = _cursor(position(chosen[-1]), by) if more and chosen else None
    return Response({"items": shown(chosen), "next_cursor": next_cursor, "total": len(items)})
