"""Persistent unique identifiers: `<PREFIX>_GRP|PRJ|SAM|ATT_<10 of A-Z2-7>`."""

import re
from enum import StrEnum

from chalicelib.ids import Ids

_SUFFIX = re.compile(r"[A-Z2-7]{10}")


class Kind(StrEnum):
    """What a PUID names."""

    GROUP = "GRP"
    PROJECT = "PRJ"
    SAMPLE = "SAM"
    ATTACHMENT = "ATT"


def make(kind: Kind, prefix: str, ids: Ids) -> str:
    """A new PUID: 50 bits from `ids`, in base32 (RFC 4648)."""
    return f"{prefix}_{kind.value}_{ids.base32(10)}"


def is_puid(text: str, kind: Kind, prefix: str) -> bool:
    """Is it a PUID of this kind in canonical spelling?"""
    head = f"{prefix}_{kind.value}_"
    return text.startswith(head) and _SUFFIX.fullmatch(text[len(head) :]) is not None
