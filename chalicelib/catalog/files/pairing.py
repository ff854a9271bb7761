"""Recognises by their names which two fastq files hold the two directions of the same reads.

Illumina (bcl2fastq, BCL Convert; with or without lane, with a sample number or an index), MGI, Element and the SRA name
mates by a token that differs in one character; trimmers add suffixes, Trim Galore with the number of the mate in them.
"""

import re
from dataclasses import dataclass
from typing import Literal

from chalicelib.catalog.files.system_files import is_system_file

Direction = Literal["forward", "reverse"]
PairType = Literal["illumina_pe", "pe"]

_ENDING = re.compile(r"\.(fq|fastq)(\.gz)?$", re.IGNORECASE)
_TRIM_GALORE = re.compile(r"_val_(?P<mate>[12])$")  # s_R1_val_1.fq.gz and s_R2_val_2.fq.gz
# name, a token (sample number or index), an optional lane, the mate, a chunk, and whatever follows a separator
_ILLUMINA = re.compile(r"(?P<stem>.+_[^_]+(_L\d{3})?_)R(?P<mate>[12])(?P<rest>_\d{3}([._-].*)?)")
_OTHERS = (
    re.compile(r"(?P<stem>.+[._-]R)(?P<mate>[12])(?P<rest>([._-].*)?)"),
    re.compile(r"(?P<stem>.+[._-]r)(?P<mate>[12])(?P<rest>([._-].*)?)"),
    re.compile(r"(?P<stem>.+[._-][Rr][Ee][Aa][Dd][Ss]?_?)(?P<mate>[12])(?P<rest>([._-].*)?)"),
    # A number alone is the mate at the end of the name, or before what trimmers and filters add.
    re.compile(
        r"(?P<stem>.+[._-])(?P<mate>[12])"
        r"(?P<rest>(\.[^.\d][^.]*)*([._-](trimmed|trim|paired|clean|cleaned|filtered|qc|fastp|dehosted|noadapt))*)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<stem>.+[._-])(?P<mate>[12])(?P<rest>P([._-].*)?)"),  # Trimmomatic: s_1P and s_2P
    re.compile(r"(?P<stem>.+[._-])(?P<mate>[FR])(?P<rest>(\..*)?)"),
    re.compile(r"(?P<stem>.+[._-])(?P<mate>[fr])(?P<rest>(\..*)?)"),
    re.compile(r"(?P<stem>.+[._-])(?P<mate>forward|reverse|fwd|rev)(?P<rest>([._-].*)?)", re.IGNORECASE),
)
_FORWARD = {"1", "f", "fwd", "forward"}
# What trimmers leave of reads whose mate was dropped, and reads that were merged: no mates, whatever their numbers.
_SINGLE = re.compile(r"(^|[._-])(unpaired|singletons?|orphans?|merged|[12]U)([._-]|$)", re.IGNORECASE)
# MinKNOW numbers the chunks of one run: <flow cell>_pass_<barcode>_<run>_<run>_<chunk>, fastq_runid_<run>_<n>_<chunk>.
_NANOPORE_CHUNK = re.compile(
    r"(.*_(pass|fail|skip)(_(barcode\d+|unclassified|mixed))?(_[0-9a-f]{8}){1,2}|fastq_runid_[0-9a-f]{40})(_\d+)+"
)


@dataclass(frozen=True, slots=True)
class Mate:
    """One side of a possible pair: files with the same `pair` key and opposite directions belong together."""

    pair: tuple[int, str, str]
    direction: Direction
    type: PairType


def mate_of(filename: str) -> Mate | None:
    """The side of a pair that the name of a fastq file indicates; None when it indicates none."""
    ending = _ENDING.search(filename)
    if ending is None or is_system_file(filename):
        return None
    name = filename[: ending.start()]
    if _SINGLE.search(name) or _NANOPORE_CHUNK.fullmatch(name):
        return None
    trimmed = _TRIM_GALORE.search(name)
    if trimmed is not None:
        name = name[: trimmed.start()]
    for style, pattern in enumerate((_ILLUMINA, *_OTHERS)):
        found = pattern.fullmatch(name)
        if found is None:
            continue
        is_forward = found["mate"].lower() in _FORWARD
        if trimmed is not None and (trimmed["mate"] == "1") != is_forward:
            return None
        suffix = found["rest"] + ("_val" if trimmed is not None else "")
        return Mate(
            (style, found["stem"], suffix),
            "forward" if is_forward else "reverse",
            "illumina_pe" if pattern is _ILLUMINA else "pe",
        )
    return None


def are_mates(first: str, second: str) -> bool:
    """Do these two names make a pair?"""
    name, other = mate_of(first), mate_of(second)
    return name is not None and other is not None and name.pair == other.pair and name.direction != other.direction
