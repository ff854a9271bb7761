"""Where new ids come from: chance, or a seed, so that a request that is repeated makes the same ids again."""

import base64
import uuid


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

    def letters(self, count: int) -> str:
        """`count` (at most 11) letters of A-Z and 2-7 (base32, RFC 4648)."""
        # Version and variant of a UUID stand before its last seven bytes, which are free.
        return base64.b32encode(self._next().bytes[9:]).decode()[:count]
