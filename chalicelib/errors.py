"""The domain's errors; `http/problem_types.py` maps each to a problem type and an HTTP status.

SeqportError
├── NotFound          the resource does not exist, or must look as if it did not
├── Forbidden         the caller may see the resource but lacks permission
├── Conflict          conflicts with the resource's current state
├── Gone              the resource was removed or has expired
├── TooLarge          the request is too large
├── TooMany           a concurrency or rate limit is reached
├── NotIndexed        samples are being indexed
├── Unauthenticated   no verified identity came with the request
└── Invalid           a well-formed request has violations: one row for each
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A message for users: an English template and its values. `http/messages_fr.py` has the French template."""

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.facts)


def message(template: str, /, **facts: object) -> Message:
    """A message with its values."""
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
    """Base of the domain's errors: a message, and a slug, the stable last segment of the problem's type URI."""

    slug = "error"

    def __init__(self, message_or_template: Message | str, *, slug: str | None = None, **facts: object) -> None:
        self.message = (
            message_or_template if isinstance(message_or_template, Message) else Message(message_or_template, facts)
        )
        super().__init__(str(self.message))
        if slug is not None:
            self.slug = slug


class NotFound(SeqportError):
    """The resource does not exist, or must look as if it did not."""

    slug = "not-found"


class Forbidden(SeqportError):
    """The caller may see the resource but lacks permission for this action."""

    slug = "forbidden"


class Conflict(SeqportError):
    """Conflicts with the resource's current state or with another resource."""

    slug = "conflict"


class Gone(SeqportError):
    """The resource was removed or has expired."""

    slug = "gone"


class TooLarge(SeqportError):
    """The request is larger than the service accepts."""

    slug = "too-large"


class TooMany(SeqportError):
    """A concurrency or rate limit is reached; try again later."""

    slug = "too-many"


class NotIndexed(SeqportError):
    """Too many samples changed a moment ago to be queried; they will be indexed soon."""

    slug = "not-indexed"

    def __init__(self) -> None:
        super().__init__(
            message("Many samples were just added or changed. They are being indexed: try again in a moment.")
        )


class Unauthenticated(SeqportError):
    """The request carries no verified identity."""

    slug = "unauthorized"


class Invalid(SeqportError):
    """A well-formed request breaks rules; `violations` has one entry for each."""

    slug = "invalid"

    def __init__(
        self,
        message_or_template: Message | str,
        violations: Sequence[Violation] = (),
        *,
        slug: str | None = None,
        **facts: object,
    ) -> None:
        super().__init__(message_or_template, slug=slug, **facts)
        self.violations = tuple(violations)


def validation_error(violations: Sequence[Violation], *, slug: str | None = None, count: int | None = None) -> Invalid:
    """The error for these violations, of which there is at least one; `count` is the total if only the first are
    given."""
    total = len(violations) if count is None else count
    if total == 1:
        return Invalid(violations[0].message, violations, slug=slug)
    return Invalid("The request has {count} errors.", violations, slug=slug, count=total)
