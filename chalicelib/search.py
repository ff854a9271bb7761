"""What `q` finds in a list: any run of characters that begins at a word of the name, or the beginning of an id.

Case and accents are ignored, separators are not: of `SARS-CoV-2/human/CAN/ON-1234` the searches `can`, `ON-1234` and
`2/human` find the name, and `234` does not.
"""

import unicodedata
from itertools import pairwise


def normalize(text: str) -> str:
    """A text as it is compared: without case and accents, in one Unicode form."""
    if text.isascii():
        return text.lower()  # what follows would yield the same, 20 times more slowly
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize(
        "NFC", "".join(character for character in letters if unicodedata.category(character) != "Mn")
    )


def runs(name: str) -> list[str]:
    """What is left of a name, folded, from each of its words on, each once. A word is letters and digits."""
    text = normalize(name)
    starts = [
        place
        for place, (before, character) in enumerate(pairwise(f" {text}"))
        if character.isalnum() > before.isalnum()
    ]
    return list(dict.fromkeys(text[start:] for start in starts))


def matches(q: str | None, name: str, *ids: str) -> bool:
    """Does `q` begin the name, something in it that begins at a word, or one of the ids (PUID, id)? No `q` finds all;
    blanks around it do not count."""
    if not q or not (sought := normalize(q.strip())):
        return True
    return any(text.startswith(sought) for text in (normalize(name), *runs(name), *map(normalize, ids)))
