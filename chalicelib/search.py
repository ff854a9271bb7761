"""What `q` finds in a list."""


def finds(q: str | None, name: str, *ids: str) -> bool:
    """Does `q` begin the name, a word of it, or one of the ids (PUID, id)? Case is ignored; no `q` finds all."""
    if not q:
        return True
    sought, folded = q.casefold(), name.casefold()
    words = "".join(character if character.isalnum() else " " for character in folded).split()
    return any(text.startswith(sought) for text in (folded, *words, *(one.casefold() for one in ids)))
