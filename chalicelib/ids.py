"""Ids: how long those may be that clients give, and where new ones come from: chance, or a seed, so that a request
that is repeated makes the same ids again."""

import base64
import uuid
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

MAX_ID = 255  # bytes of UTF-8: ids become keys of DynamoDB, which end at 1,024 bytes


def _within_bytes(text: str) -> str:
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_ID:
        raise PydanticCustomError("too_many_bytes", "too many bytes", {"max_bytes": MAX_ID, "size": size})
    return text


GivenId = Annotated[str, AfterValidator(_within_bytes)]  # an id or PUID in a body
RequiredId = Annotated[str, StringConstraints(min_length=1), AfterValidator(_within_bytes)]


class Ids:
    """A source of ids. With a seed, the n-th id is always the same."""

    def __init__(self, seed: uuid.UUID | None = None) -> None:
        self._seed = seed
        self._count = 0

    @property
    def is_repeatable(self) -> bool:
        """Could the same ids have been made before?"""
        return self._seed is not None

    def _next(self) -> uuid.UUID:
        self._count += 1
        return uuid.uuid4() if self._seed is None else uuid.uuid5(self._seed, str(self._count))

    def id(self) -> str:
        """A new id."""
        return str(self._next())

    def base32(self, count: int) -> str:
        """`count` (at most 11) letters of A-Z and 2-7 (base32, RFC 4648)."""
        # Version and variant of a UUID are not in its last seven bytes, which are free.
        return base64.b32encode(self._next().bytes[9:]).decode()[:count]
