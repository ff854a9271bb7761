"""Lists: `limit`, `cursor` and `sort`, and the page with items, the next cursor and the total."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from chalice.app import Request

from chalicelib.access.signing import is_signed, sign
from chalicelib.http.requests import BadRequest, query
from chalicelib.http.schemas.base import Page

T = TypeVar("T")
D = TypeVar("D")
DEFAULT_LIMIT, MAX_LIMIT = 20, 1000
MAX_CURSOR = 4_000  # bytes
_FILTERS = ("q", "sort", "type", "status", "state", "path")  # must not change while a list is read


@dataclass(frozen=True, slots=True)
class Sort:
    """The keys that a list can be sorted by, and its order without `sort`; `-` before a key: descending."""

    keys: tuple[str, ...]
    default: str


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by which key, and which way."""

    key: str
    descending: bool

    @classmethod
    def of(cls, request: Request, sort: Sort) -> Self:
        """The order of a `sort` parameter (`name`, `-created_at`), or the default. Raises BadRequest."""
        text = query(request, "sort") or sort.default
        key = text.removeprefix("-")
        if key not in sort.keys:
            raise BadRequest(
                "The parameter sort must be one of: {known}, optionally after '-'.",
                slug="bad-sort",
                known=", ".join(sort.keys),
            )
        return cls(key, text.startswith("-"))


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the requested page begins: after `position`, or at the start if that is None. `purpose` ties cursors to
    the same list, searched, filtered and sorted the same way."""

    purpose: str
    position: str | None

    @classmethod
    def of(cls, request: Request) -> Self:
        """The cursor of a request. BadRequest for one of another list."""
        purpose = _purpose(request)
        cursor = query(request, "cursor", max_bytes=MAX_CURSOR)
        if cursor is None:
            return cls(purpose, None)
        signature, coded = cursor[:16], cursor[16:]
        try:
            position = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True).decode()
        except (binascii.Error, ValueError):
            position = None
        if position is None or not is_signed(purpose, position, signature):
            raise BadRequest("This cursor belongs to another list, search or order.", slug="bad-cursor")
        return cls(purpose, position)

    def encode(self, position: str | None) -> str | None:
        """The cursor that continues this list after a position; URL-safe, signed; None for None."""
        if position is None:
            return None
        coded = base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")
        return sign(self.purpose, position) + coded


@dataclass(frozen=True, slots=True)
class Paging:
    """The requested page of a list: at most `limit` items, from the cursor on."""

    limit: int
    cursor: Cursor

    @classmethod
    def of(cls, request: Request) -> Self:
        """The page that a request specifies. Raises BadRequest."""
        return cls(_limit(request), Cursor.of(request))

    def page(self, items: list[D], following: str | None, total: int, *, is_exact: bool = True) -> Page[D]:
        """The page with these items; `following` is the position after which the next one begins, None for the last."""
        page = Page(items=items, next_cursor=self.cursor.encode(following), total=total)
        if not is_exact:
            page["total_is_exact"] = False
        return page


@dataclass(frozen=True, slots=True)
class SortedPaging(Paging):
    """The requested page of a list, and how that is sorted."""

    by: Order

    @classmethod
    def sorted_by(cls, request: Request, sort: Sort) -> Self:
        """The page that a request specifies. Raises BadRequest."""
        return cls(_limit(request), Cursor.of(request), Order.of(request, sort))

    def page_of(
        self, items: Sequence[T], *, position: Callable[[T], str], shown: Callable[[Sequence[T]], list[D]]
    ) -> Page[D]:
        """One page of `items`, which are complete and in any order; `position` returns a unique text for each.

        The cursor holds the position of the last item shown, so items added or removed meanwhile do not shift the rest.
        """
        after, descending = self.cursor.position, self.by.descending
        placed = sorted(((position(item), item) for item in items), key=lambda pair: pair[0], reverse=descending)
        beyond = [pair for pair in placed if after is None or (pair[0] < after if descending else pair[0] > after)]
        chosen = beyond[: self.limit]
        following = chosen[-1][0] if len(beyond) > self.limit else None
        return self.page(shown([item for _, item in chosen]), following, len(items))


def _limit(request: Request) -> int:
    """How many items a page may have: 20 unless `limit` says otherwise, 1000 at most. Raises BadRequest."""
    text = query(request, "limit")
    if text is None:
        return DEFAULT_LIMIT
    # Long digit strings are refused before they are converted (a number of 4,300 digits raises ValueError).
    if not text.isascii() or not text.isdigit() or len(text) > 10 or not 1 <= int(text) <= MAX_LIMIT:
        raise BadRequest("The parameter limit must be a number from 1 to {most}.", slug="bad-limit", most=MAX_LIMIT)
    return int(text)


def _purpose(request: Request) -> str:
    given = dict[str, str](request.query_params or {})
    segments = sorted(dict[str, str](request.uri_params or {}).items())
    return repr(["cursor", request.path, segments, [given.get(name) for name in _FILTERS]])
