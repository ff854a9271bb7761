"""Messages in the user's language: gettext, by LANGUAGE, LC_ALL, LC_MESSAGES or LANG."""

from __future__ import annotations

import gettext
from pathlib import Path

DOMAIN = "seqport"
LOCALES = Path(__file__).parent / "locale"


def translations() -> gettext.NullTranslations:
    """The catalog of the user's language; English for languages without one."""
    return gettext.translation(DOMAIN, LOCALES, fallback=True)


def translate(message: str) -> str:
    """The message in the user's language."""
    return translations().gettext(message)


def translate_plural(one: str, many: str, count: int) -> str:
    """The message for a number, with `{count}` filled in."""
    return translations().ngettext(one, many, count).format(count=count)


def language() -> str:
    """The language that messages are in: `en` or `fr`."""
    return translations().info().get("language", "en")
