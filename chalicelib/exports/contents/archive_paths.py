"""Names inside an archive: safe on Linux, macOS and Windows, distinct even where case or Unicode form is ignored."""

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

MAX_NAME_BYTES = 150  # with the three folders above it still below Windows' 260 characters
_FORBIDDEN = set('<>:"/\\|?*')
_RESERVED = (
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"com{digit}" for digit in "123456789¹²³"}
    | {f"lpt{digit}" for digit in "123456789¹²³"}
)


def _shortened(name: str, tail: str = "") -> str:
    """`name` with `tail` before its suffixes, cut to MAX_NAME_BYTES of UTF-8 without splitting a character."""
    suffix = "".join(PurePosixPath(name).suffixes[-2:])
    if len(suffix.encode()) > 40:
        suffix = ""
    stem = name[: len(name) - len(suffix)] if suffix else name
    max_bytes = MAX_NAME_BYTES - len((tail + suffix).encode())
    return stem.encode()[:max_bytes].decode(errors="ignore") + tail + suffix


def safe_name(name: str) -> str:
    """A file name that every common system can create: NFC, no separators, controls, marks of direction or
    reserved words, no dot or space at its end, at most 150 bytes. A name that is safe already comes back unchanged.
    """
    kept = []
    for character in unicodedata.normalize("NFC", name):
        category = unicodedata.category(character)
        # Cc, Cf (direction marks, zero-width joiners), Cs, Zl and Zp are invisible but change what people see.
        kept.append("_" if character in _FORBIDDEN or category in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character)
    safe = "".join(kept).strip(" ").rstrip(". ")
    if safe.split(".")[0].rstrip().lower() in _RESERVED or not safe.strip("."):
        safe = f"_{safe}"
    return _shortened(safe) if len(safe.encode()) > MAX_NAME_BYTES else safe


def key_of(name: str) -> str:
    """The same key for names that some file system treats as equal: case and Unicode form are ignored."""
    return unicodedata.normalize("NFKD", name.casefold())


def distinct_names(names: Iterable[str]) -> list[str]:
    """Safe names for the files of one folder, in order; a duplicate (ignoring case and Unicode form) gets ` (2)`."""
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, count = safe_name(name), 1
        while (key := key_of(candidate)) in taken:
            count += 1
            candidate = safe_name(_shortened(safe_name(name), f" ({count})"))
        taken.add(key)
        result.append(candidate)
    return result
