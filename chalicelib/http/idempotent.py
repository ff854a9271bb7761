"""`Idempotency-Key` on the routes that create."""

import json
from collections.abc import Callable

from chalice.app import Request, Response

from chalicelib import idempotency, timestamps
from chalicelib.access.users import User
from chalicelib.errors import Conflict
from chalicelib.http.requests import BadRequest
from chalicelib.idempotency import Answer
from chalicelib.ids import Ids

HEADER = "idempotency-key"
MAX_KEY = 255


def idempotent(
    request: Request,
    user: User,
    create: Callable[[Ids], Response],
    *,
    signed: bool = False,
    secret: Callable[[], Conflict] | None = None,
) -> Response:
    """What `create` answers; with an Idempotency-Key, what it answered to the first request with the same key.

    `create` must derive every id from `ids` and treat existing records with those ids as its own earlier writes.
    A response with signed URLs (`signed`) is not stored but made again, with new signatures. One with a secret is not
    stored either: in its place `secret` says the refusal.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return create(Ids())
    if not key or len(key) > MAX_KEY or not key.isprintable():
        raise BadRequest(
            "An Idempotency-Key must have 1 to {most} printable characters.", slug="bad-idempotency-key", most=MAX_KEY
        )
    places = sorted(dict[str, str](request.uri_params or {}).items())
    body = json.dumps(json.loads(request.raw_body), sort_keys=True)  # the same body, however it is spaced
    meant = f"{request.method} {request.path} {places}\n{body}"
    claimed = idempotency.claim(user.id, key, meant.encode(), timestamps.now())
    if claimed.answer is not None and secret is not None:
        raise secret()
    if claimed.answer is not None:
        return Response(claimed.answer.body, claimed.answer.headers, claimed.answer.status)
    response = create(Ids(claimed.seed))
    if not signed:
        kept = None if secret else response.body
        idempotency.save_response(claimed, Answer(response.status_code, kept, dict(response.headers)))
    return response
