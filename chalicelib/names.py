"""Names that people give: how they are kept, which are refused, and which ones people can't tell apart."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

MAX_NAME = 255  # characters
REPLACEMENT = "\ufffd"  # what decoders put in the place of bytes that are not of the encoding
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"}


def cleaned(text: str) -> str:
    """A name as it is kept: in one Unicode form (NFC, UAX #15), without blanks of any kind around it."""
    return unicodedata.normalize("NFC", text.strip())


def is_visible(text: str) -> bool:
    """Is there anything in it that people see? Blanks, marks of direction and zero-width characters are not."""
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)


def as_seen(text: str) -> str:
    """What people see of a text: without zero-width characters, with single spaces for blanks of any kind."""
    return " ".join("".join(character for character in text if unicodedata.category(character) != "Cf").split())


def identity(text: str) -> str:
    """The same for names that people can't tell apart, or take for one: case, Unicode form, kinds and numbers of blanks
    and zero-width characters are ignored."""
    return unicodedata.normalize("NFC", as_seen(text).casefold())


def _checked(text: str) -> str:
    if REPLACEMENT in text:
        raise PydanticCustomError("wrong_encoding", "wrong encoding")
    kept = cleaned(text)
    if not is_visible(kept):
        raise PydanticCustomError("blank_name", "blank name")
    return kept


# 1 to 255 characters, without control characters, line or paragraph separators
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"),
    AfterValidator(_checked),
]
