"""`python -m infra.settings_table [--check]`: docs/settings.md, from the template's parameters."""

import sys
from dataclasses import MISSING, Field
from pathlib import Path
from typing import Any

from chalicelib.settings import Source, resource_name, settings_from
from infra.package import resources

_DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
_HEAD = """# Settings

Parameters of the template. Those with a variable reach the functions through their environment; the others shape
resources and permissions. Made by `make settings` from `chalicelib/settings.py` and `infra/resources.yaml`.

| parameter | variable | default | meaning |
|---|---|---|---|
"""


def table() -> str:
    """The document: one row for each parameter."""
    settings = settings_from(Source.PARAMETER)
    named = {resource_name(setting) for setting in settings}
    others = {name: row for name, row in resources()["Parameters"].items() if name not in named}
    return "".join([_HEAD, *map(_row, settings), *(_other_row(name, row) for name, row in others.items())])


def _row(setting: Field[Any]) -> str:
    default = "required" if setting.default is MISSING else f"`{setting.default}`" if setting.default != "" else "–"
    if isinstance(setting.default, bool):
        default = default.lower()
    description = setting.metadata["description"]
    return f"| `{resource_name(setting)}` | `{setting.name.upper()}` | {default} | {description} |\n"


def _other_row(name: str, parameter: dict[str, Any]) -> str:
    default = f"`{parameter['Default']}`" if parameter["Default"] else "–"
    return f"| `{name}` | – | {default} | {parameter['Description']} |\n"


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        is_current = _DOCUMENT.read_text(encoding="utf-8") == table()
        if not is_current:
            print("docs/settings.md is not what chalicelib/settings.py says; run `make settings`")
        return 0 if is_current else 1
    _DOCUMENT.write_text(table(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
