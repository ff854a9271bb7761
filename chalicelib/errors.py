"""What can go wrong in the domain, as facts; `http/problem_types.py` is the one table of their answers.

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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A message to people: an English template and its facts. `http/messages_fr.py` has the French template."""

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.facts)


def message(template: str, /, **facts: object) -> Message:
    """Words with their facts."""
    return Message(template, facts)


def pointer_step(name: str) -> str:
    """The name of a member, as a step of a JSON pointer (RFC 6901 section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of a request: `pointer` is a JSON pointer (RFC 6901) into the body, `rule` says what must be."""

    pointer: str
    detail: Message | str

    @property
    def message(self) -> Message:
        return self.detail if isinstance(self.detail, Message) else Message(self.detail)


class SeqportError(Exception):
    """Root of the domain's errors: words with their facts, and a slug, the stable end of the problem's type URI."""

    slug = "error"

    def __init__(self, told: Message | str, *, slug: str | None = None, **facts: object) -> None:
        self.message = told if isinstance(told, Message) else Message(told, facts)
        super().__init__(str(self.message))
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

    def __init__(
        self, told: Message | str, flaws: Sequence[Violation] = (), *, slug: str | None = None, **facts: object
    ) -> None:
        super().__init__(told, slug=slug, **facts)
        self.violations = tuple(flaws)


def validation_error(flaws: Sequence[Violation], *, slug: str | None = None, count: int | None = None) -> Invalid:
    """The error that names these violations, of which there is at least one; `count`: how many there are in all, where
    only the first are given."""
    total = len(flaws) if count is None else count
    if total == 1:
        return Invalid(flaws[0].message, flaws, slug=slug)
    return Invalid("The request has {count} errors.", flaws, slug=slug, count=total)
