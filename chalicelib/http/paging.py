"""Lists: `limit`, `cursor` and `sort`, and the answer with items, the next cursor and the total."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chalice.app import Request, Response

from chalicelib.access.signing import is_signed, sign
from chalicelib.http.requests import BadRequest, query

T = TypeVar("T")
DEFAULT_LIMIT, MAX_LIMIT = 20, 1000
_FILTERS = ("q", "sort", "type", "status", "state", "path")  # what must stay the same while a list is read


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by which key, and which way."""

    key: str
    descending: bool


def order(request: Request, known: Sequence[str], default: str) -> Order:
    """The order that `sort` asks for (`name`, `-created_at`), or the default. Raises BadRequest."""
    sort = query(request, "sort") or default
    key = sort.removeprefix("-")
    if key not in known:
        raise BadRequest(
            "The parameter sort must be one of: {known}, optionally after '-'.", slug="bad-sort", known=", ".join(known)
        )
    return Order(key, sort.startswith("-"))


def limit(request: Request) -> int:
    """How many items a page may have: 20 unless `limit` says otherwise, 1000 at most. Raises BadRequest."""
    text = query(request, "limit")
    if text is None:
        return DEFAULT_LIMIT
    # Long digit strings are refused before they are converted (a number of 4,300 digits raises ValueError).
    if not text.isascii() or not text.isdigit() or len(text) > 10 or not 1 <= int(text) <= MAX_LIMIT:
        raise BadRequest("The parameter limit must be a number from 1 to {most}.", slug="bad-limit", most=MAX_LIMIT)
    return int(text)


def _purpose(request: Request) -> str:
    """What a cursor is good for: the same list, searched, filtered and sorted the same way."""
    given = dict[str, str](request.query_params or {})
    places = sorted(dict[str, str](request.uri_params or {}).items())
    return repr(["cursor", request.path, places, [given.get(name) for name in _FILTERS]])


def encode_cursor(request: Request, position: str | None) -> str | None:
    """The cursor by which this list goes on after a position; URL-safe, signed, None for none."""
    if position is None:
        return None
    coded = base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")
    return sign(_purpose(request), position) + coded


def decode_cursor(request: Request) -> str | None:
    """The position after which the requested page begins, None for the first. BadRequest for a cursor of another
    list."""
    cursor = query(request, "cursor", max_bytes=4_000)
    if cursor is None:
        return None
    signature, coded = cursor[:16], cursor[16:]
    try:
        position = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        position = None
    if position is None or not is_signed(_purpose(request), position, signature):
        raise BadRequest("This cursor belongs to another list, search or order.", slug="bad-cursor")
    return position


def answer(items: list[Any], next_cursor: str | None, total: int, *, is_exact: bool = True) -> Response:
    """A page as the contract writes it."""
    inexact = {} if is_exact else {"total_is_exact": False}
    return Response({"items": items, "next_cursor": next_cursor, "total": total, **inexact})


def page(
    request: Request,
    items: Sequence[T],
    *,
    by: Order,
    position: Callable[[T], str],
    shown: Callable[[Sequence[T]], list[Any]],
) -> Response:
    """One page of `items`, all there are, in whatever order; `position` gives a text for each that no other has.

    The cursor holds the position of the last item shown: what is added or removed meanwhile moves nothing else.
    """
    size, after = limit(request), decode_cursor(request)
    placed = sorted(((position(item), item) for item in items), key=lambda one: one[0], reverse=by.descending)
    beyond = [one for one in placed if after is None or (one[0] < after if by.descending else one[0] > after)]
    chosen = beyond[:size]
    following = encode_cursor(request, chosen[-1][0]) if len(beyond) > size else None
    return answer(shown([item for _, item in chosen]), following, len(items))
