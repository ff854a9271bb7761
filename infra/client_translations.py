"""`python -m infra.client_translations [--check]`: the French catalog of the client, in gettext's format.

Messages are extracted from the client and from click, which prints some of its own; translations are written into the
.po file by hand, and compiled into the .mo file that the client reads. With `--check`, also every message of the client
must be translated."""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from infra.package import ROOT

_CLIENT = ROOT / "client" / "src" / "seqport"
PO = _CLIENT / "locale" / "fr" / "LC_MESSAGES" / "seqport.po"
_MO = PO.with_suffix(".mo")
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "ngettext": (1, 2), "translate_plural": (1, 2)}
_SINCE = datetime(2026, 11, 30, tzinfo=UTC)  # constant, so that the same messages make the same file


def messages_of(folder: Path) -> Iterator[str | tuple[str, ...]]:
    """The messages in the Python files of a folder, in their order; plural ones as pairs."""
    options = {"**.py": {"encoding": "utf-8"}}
    for _file, _line, message, _comments, _context in extract_from_dir(
        folder, [("**.py", "python")], options, keywords=_KEYWORDS
    ):
        yield message


def template() -> Catalog:
    """All messages, without translations."""
    catalog = Catalog(project="seqport", version="1", creation_date=_SINCE, fuzzy=False)
    for folder in (_CLIENT, Path(click.__file__).parent):
        for message in messages_of(folder):
            catalog.add(message)
    return catalog


def updated() -> Catalog:
    """The stored catalog, with the messages of today."""
    with PO.open("rb") as file:
        catalog = read_po(file, locale="fr")
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.project, catalog.version, catalog.last_translator = "seqport", "1", "Seqport"
    catalog.msgid_bugs_address, catalog.language_team, catalog.revision_date = "", "fr", _SINCE
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """The client's messages without a translation."""
    ours = set(messages_of(_CLIENT))
    return [
        str(message.id)
        for message in catalog
        if message.id in ours
        and not all([message.string] if isinstance(message.string, str) else message.string or [""])
    ]


def _files(catalog: Catalog) -> dict[Path, bytes]:
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, catalog, width=118, no_location=True, sort_output=True)
    write_mo(compiled, catalog)
    return {PO: text.getvalue(), _MO: compiled.getvalue()}


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them and name what is not translated."""
    catalog = updated()
    files = _files(catalog)
    if "--check" not in arguments:
        for path, content in files.items():
            path.write_bytes(content)
        return 0
    problems = [f"not translated: {message}" for message in untranslated(catalog)]
    problems += [
        f"not up to date: {path.relative_to(ROOT)}; run `make client-translations`"
        for path, content in files.items()
        if not path.exists() or path.read_bytes() != content
    ]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
