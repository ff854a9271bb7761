"""`Idempotency-Key` on the routes that create."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from chalice.app import Request

from chalicelib import idempotency, timestamps
from chalicelib.access.users import User
from chalicelib.errors import Conflict
from chalicelib.http.replies import Reply
from chalicelib.http.requests import BadRequest
from chalicelib.idempotency import Answer
from chalicelib.ids import Ids

HEADER = "idempotency-key"
MAX_KEY = 255
R = TypeVar("R", bound=Reply[Any])


@dataclass(frozen=True, slots=True)
class Idempotency:
    """How a route responds to a repeated key: with the stored response; if that has
    signed URLs (`signed`), with freshly signed ones; if it had a secret, with the error that `secret`
    returns."""

    signed: bool = False
    secret: Callable[[], Conflict] | None = None


STORED = Idempotency()


@dataclass(frozen=True, slots=True)
class Idempotent:
    """Runs the creation of a resource once for each key."""

    request: Request
    user: User
    rule: Idempotency

    def __call__(self, create: Callable[[Ids], R]) -> R:
        """What `create` replies; with an Idempotency-Key, what it replied to the first request with the same key.

        `create` must derive every id from its argument and treat existing records with those ids as its own earlier
        writes. Raises BadRequest for a malformed key, and Invalid for one that was used for another request.
        """
        key = self.request.headers.get(HEADER)
        if key is None:
            return create(Ids())
        if not key or len(key) > MAX_KEY or not key.isprintable():
            raise BadRequest(
                "An Idempotency-Key must have 1 to {most} printable characters.",
                slug="bad-idempotency-key",
                most=MAX_KEY,
            )
        claimed = idempotency.claim(self.user.id, key, self._fingerprint(), timestamps.now())
        if claimed.answer is not None and self.rule.secret is not None:
            raise self.rule.secret()
        if claimed.answer is not None:
            return cast("R", Reply(claimed.answer.body, claimed.answer.headers, claimed.answer.status))
        reply = create(Ids(claimed.seed))
        if not self.rule.signed:
            kept = None if self.rule.secret else reply.body
            idempotency.save_response(claimed, Answer(reply.status, kept, dict(reply.headers)))
        return reply

    def _fingerprint(self) -> bytes:
        """The fingerprint of a request: method, path and body. White space in JSON is ignored; some routes take no
        body, and what is sent to them may be anything."""
        segments = sorted(dict[str, str](self.request.uri_params or {}).items())
        raw = self.request.raw_body
        body = raw if isinstance(raw, bytes) else raw.encode()
        with suppress(ValueError, RecursionError):
            body = json.dumps(json.loads(body), sort_keys=True).encode()
        return f"{self.request.method} {self.request.path} {segments}\n".encode() + body
