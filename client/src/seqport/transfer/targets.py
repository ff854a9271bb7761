"""Which bytes of an object go where: the files to be written, and the ranges to be requested. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

MIB = 1 << 20
MIN_UNIT, MAX_UNIT = 8 * MIB, 64 * MIB
_USUAL_UNITS = 1_000
# Bytes between two requested ranges that are cheaper to receive than another request is.
MAX_GAP = 16 * 1024


@dataclass(frozen=True)
class Target:
    """A file to be written: `size` bytes of the object from `offset`. `header` is where its local header begins in the
    archive; for a whole object it is the same as `offset`. `crc32` is None where nobody knows it."""

    path: PurePosixPath  # relative to the folder of the download
    offset: int
    size: int
    crc32: int | None
    header: int


@dataclass(frozen=True)
class Piece:
    """`length` bytes of one target, from byte `start` of the target."""

    target: Target
    start: int
    length: int

    @property
    def first(self) -> int:
        """The position of the first byte in the object."""
        return self.target.offset + self.start

    @property
    def request_from(self) -> int:
        """Where a request for it begins: the first piece of a target includes the local header, to be verified."""
        return self.target.header if self.start == 0 else self.first

    @property
    def end(self) -> int:
        """The position after the last byte in the object."""
        return self.first + self.length


@dataclass(frozen=True)
class Unit:
    """One range of the object, [start, end), and the pieces in it, in order."""

    start: int
    end: int
    pieces: tuple[Piece, ...]


@dataclass
class _Open:
    start: int
    end: int
    pieces: list[Piece] = field(default_factory=list)


def unit_size(total: int) -> int:
    """The size of the requests for so many bytes: small enough to be repeated, large enough to be few."""
    return min(MAX_UNIT, max(MIN_UNIT, total // _USUAL_UNITS))


def missing(size: int, present: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The (start, length) that remain of `size` bytes when those of `present` are there."""
    position = 0
    for start, length in sorted(present):
        if start > position:
            yield position, start - position
        position = max(position, start + length)
    if position < size:
        yield position, size - position


def plan(targets: Sequence[Target], present: Mapping[Target, Sequence[tuple[int, int]]], size: int) -> list[Unit]:
    """The units that fetch what is not present, in the order of the object. Pieces that are close together share a unit
    of at most `size` bytes, larger ones are split."""
    pieces = sorted(
        (
            Piece(target, at, min(size, start + length - at))
            for target in targets
            for start, length in missing(target.size, present.get(target, ()))
            for at in range(start, start + length, size)
        ),
        key=lambda piece: piece.first,
    )
    units: list[Unit] = []
    current: _Open | None = None
    for piece in pieces:
        begins = piece.request_from
        if current is None or begins - current.end > MAX_GAP or piece.end - current.start > size:
            if current is not None:
                units.append(Unit(current.start, current.end, tuple(current.pieces)))
            current = _Open(begins, piece.end)
        current.pieces.append(piece)
        current.end = piece.end
    if current is not None:
        units.append(Unit(current.start, current.end, tuple(current.pieces)))
    return units
