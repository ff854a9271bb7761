"""How long work reports its progress."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of a transfer, from any thread."""

    def begin(self, label: str, total: int, done: int) -> None:
        """A phase of `total` bytes begins, of which `done` are there already."""

    def advance(self, amount: int) -> None:
        """So many more bytes are done."""

    def note(self, message: str) -> None:
        """Something that the user may want to know, such as a retry."""


class Silent:
    """Reports nothing."""

    def begin(self, label: str, total: int, done: int) -> None:
        """Nothing."""

    def advance(self, amount: int) -> None:
        """Nothing."""

    def note(self, message: str) -> None:
        """Nothing."""
