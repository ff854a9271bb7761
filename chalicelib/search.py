"""What `q` finds in a list: the beginning of the name, of a word in it, or of an id. Case is ignored."""

import unicodedata


def folded(text: str) -> str:
    """A text as it is compared: without case, and in one Unicode form."""
    return unicodedata.normalize("NFC", text.casefold())


def _is_in_word(character: str) -> bool:
    """Letters, digits, and the marks upon them."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def words(name: str) -> list[str]:
    """The words of a name, folded, each once: what letters and digits make without anything between."""
    spaced = "".join(character if _is_in_word(character) else " " for character in folded(name))
    return list(dict.fromkeys(spaced.split()))


def finds(q: str | None, name: str, *ids: str) -> bool:
    """Does `q` begin the name, a word of it, or one of the ids (PUID, id)? No `q` finds all."""
    if not q:
        return True
    sought = folded(q)
    return any(text.startswith(sought) for text in (folded(name), *words(name), *map(folded, ids)))
