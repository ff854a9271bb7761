"""Idempotency keys: the same key and body within 24 hours mean the same request, however often it is sent.

A key's row holds the hash of its request, the seed of the ids that the request creates and, once known, the response.
A request that was interrupted or refused can be repeated: with the same ids, its writes recognise earlier ones.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist

from chalicelib.errors import Invalid
from chalicelib.tables import Row, TableName

LASTS = timedelta(hours=24)
MAX_ANSWER = 300_000  # a DynamoDB item has at most 400 kB; a larger response is computed again instead


class KeyRow(Row):
    """A row of the idempotency table; DynamoDB removes it some time after `expires_at` (seconds since 1970)."""

    class Meta:
        table_name = TableName("idempotency_table")

    pk = UnicodeAttribute(hash_key=True)
    request = UnicodeAttribute()
    seed = UnicodeAttribute()
    answer = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


@dataclass(frozen=True, slots=True)
class Answer:
    """The first response: status, body and headers."""

    status: int
    body: Any
    headers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """What is stored for a key: the seed of its ids, and its first response if there was one."""

    row_key: str
    seed: uuid.UUID
    answer: Answer | None


def claim(user_id: str, key: str, request: bytes, now: datetime) -> Claim:
    """Claim a key for a request, or find its earlier claim. Invalid when that was by another request."""
    row_key = hashlib.sha256(f"{user_id}\n{key}".encode()).hexdigest()
    digest = hashlib.sha256(request).hexdigest()
    fresh = KeyRow(row_key, request=digest, seed=str(uuid.uuid4()), expires_at=int((now + LASTS).timestamp()))
    free = KeyRow.pk.does_not_exist() | (KeyRow.expires_at < int(now.timestamp()))
    if fresh.save_if(free):
        return Claim(row_key, uuid.UUID(fresh.seed), None)
    try:
        known = KeyRow.get(row_key, consistent_read=True)
    except DoesNotExist:  # it expired between the two calls
        return claim(user_id, key, request, now)
    if known.request != digest:
        raise Invalid("This Idempotency-Key was used for another request.", slug="idempotency-key-reused")
    answer = None if known.answer is None else Answer(**json.loads(known.answer))
    return Claim(row_key, uuid.UUID(known.seed), answer)


def save_response(claimed: Claim, answer: Answer) -> None:
    """Store the first response; one that a concurrent request stored first is kept."""
    text = json.dumps({"status": answer.status, "body": answer.body, "headers": answer.headers})
    if len(text.encode()) > MAX_ANSWER:
        return
    row = KeyRow(claimed.row_key)
    row.update(actions=[KeyRow.answer.set(KeyRow.answer | text)], condition=KeyRow.pk.exists())
