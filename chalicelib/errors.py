"""What can go wrong in the domain, as facts; `http/problems.py` is the one table that turns them into answers.

SeqportError
├── NotFound          the caller may not know that it exists, or it does not
├── Forbidden         known to the caller, but their role is too low
├── Conflict          the state of a thing does not allow it (yet)
├── Gone              it was here; it was removed or has expired
├── TooLarge          the request is over a bound
├── TooMany           as many as are allowed are under way; later it may be possible
├── Unauthenticated   no verified identity came with the request
└── Invalid           a well-formed request breaks rules: one row for each
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One broken rule of a request: `pointer` is a JSON pointer (RFC 6901) into the body, `detail` says the rule."""

    pointer: str
    detail: str


class SeqportError(Exception):
    """Root of the domain's errors. `slug` is the stable end of the problem's type URI; clients switch on it."""

    slug = "error"

    def __init__(self, detail: str, *, slug: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if slug is not None:
            self.slug = slug


class NotFound(SeqportError):
    """There is no such thing, or the caller may not know that there is."""

    slug = "not-found"


class Forbidden(SeqportError):
    """The caller knows the thing but may not do this with it."""

    slug = "forbidden"


class Conflict(SeqportError):
    """The thing's present state, or another thing, stands in the way."""

    slug = "conflict"


class Gone(SeqportError):
    """The thing was removed or has expired."""

    slug = "gone"


class TooLarge(SeqportError):
    """The request is larger than the service takes."""

    slug = "too-large"


class TooMany(SeqportError):
    """As many as are allowed are under way; the same may be possible later."""

    slug = "too-many"


class Unauthenticated(SeqportError):
    """The request carries no verified identity."""

    slug = "unauthorized"


class Invalid(SeqportError):
    """A well-formed request breaks rules; `flaws` names every one of them."""

    slug = "invalid"

    def __init__(self, detail: str, flaws: Sequence[Flaw] = (), *, slug: str | None = None) -> None:
        super().__init__(detail, slug=slug)
        self.flaws = tuple(flaws)
