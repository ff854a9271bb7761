"""Which two fastq files of a sample are the two directions of one sequencing, by their names."""

import re
from dataclasses import dataclass
from typing import Literal

Direction = Literal["forward", "reverse"]
_ENDING = re.compile(r"\.(fq|fastq)(\.gz)?$", re.IGNORECASE)
_ILLUMINA = re.compile(r"^(?P<stem>.+_S\d+_L\d{3}_)R(?P<mate>[12])(?P<rest>_\d{3})$")
_OTHERS = (
    re.compile(r"^(?P<stem>.+_)(?P<mate>[12])(?P<rest>)$"),
    re.compile(r"^(?P<stem>.+_R)(?P<mate>[12])(?P<rest>)$"),
    re.compile(r"^(?P<stem>.+_)(?P<mate>[FR])(?P<rest>)$"),
    re.compile(r"^(?P<stem>.+_)(?P<mate>[fr])(?P<rest>)$"),
)
_FORWARD = {"1", "F", "f"}


@dataclass(frozen=True, slots=True)
class Mate:
    """One side of a possible pair: files with the same `pair` key and opposite directions belong together."""

    pair: tuple[int, str, str]
    direction: Direction
    type: Literal["illumina_pe", "pe"]


def mate_of(filename: str) -> Mate | None:
    """What the name of a fastq file says of its place in a pair; None when it says nothing."""
    ending = _ENDING.search(filename)
    if ending is None:
        return None
    stem = filename[: ending.start()]
    for style, pattern in enumerate((_ILLUMINA, *_OTHERS)):
        found = pattern.match(stem)
        if found:
            direction: Direction = "forward" if found["mate"] in _FORWARD else "reverse"
            key = (style, found["stem"] + found["rest"], ending.group().lower())
            return Mate(key, direction, "illumina_pe" if pattern is _ILLUMINA else "pe")
    return None


def are_mates(first: str, second: str) -> bool:
    """Do these two names make a pair?"""
    one, other = mate_of(first), mate_of(second)
    return one is not None and other is not None and one.pair == other.pair and one.direction != other.direction
