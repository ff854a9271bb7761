"""Why an export failed, as a message for users, and whether a retry can help."""

from dataclasses import dataclass
from enum import StrEnum


class FailureCode(StrEnum):
    """The failure codes of exports; clients switch on them."""

    NOTHING_TO_EXPORT = "nothing-to-export"
    NO_LONGER_ALLOWED = "no-longer-allowed"
    SOURCES_KEEP_CHANGING = "sources-keep-changing"
    TOO_LARGE = "too-large"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as the API shows it."""

    code: str
    message: str
    retryable: bool


_WORDS: dict[FailureCode, tuple[bool, str, str]] = {
    FailureCode.NOTHING_TO_EXPORT: (
        False,
        "None of the selected items can be exported.",
        "Aucun des éléments sélectionnés ne peut être exporté.",
    ),
    FailureCode.NO_LONGER_ALLOWED: (
        False,
        "You no longer have the rights that this export needs.",
        "Vous n'avez plus les droits nécessaires à cette exportation.",
    ),
    FailureCode.SOURCES_KEEP_CHANGING: (
        True,
        "Files changed while they were being exported, three times in a row.",
        "Des fichiers ont changé pendant leur exportation, trois fois de suite.",
    ),
    FailureCode.TOO_LARGE: (
        False,
        "The export is larger than one file can be. Export less at once.",
        "L'exportation dépasse la taille possible d'un fichier. Exportez-en moins à la fois.",
    ),
    FailureCode.INTERRUPTED: (
        True,
        "The work was interrupted and could not be taken up again.",
        "Le travail a été interrompu et n'a pas pu être repris.",
    ),
    FailureCode.INTERNAL: (
        True,
        "Something went wrong on our side. Nothing of yours is lost.",
        "Une erreur est survenue de notre côté. Rien n'est perdu.",
    ),
}


def describe(code: str, locale: str) -> Failure:
    """The failure of this code in English or French; an unknown code reads as `internal`."""
    known = FailureCode(code) if code in set(FailureCode) else FailureCode.INTERNAL
    retryable, english, french = _WORDS[known]
    return Failure(code=known.value, message=french if locale == "fr" else english, retryable=retryable)
