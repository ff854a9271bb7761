"""`python -m infra.settings_table [--check]`: docs/settings.md, from the template's parameters."""

import sys
from dataclasses import MISSING, Field
from typing import Any

from chalicelib.settings import PARAMETERS, Source, resource_name, settings_from
from infra.generated_files import write_or_check
from infra.package import ROOT, resources

_DOCUMENT = ROOT / "docs" / "settings.md"
_HEAD = """# Settings

Parameters of the template. Those with a variable reach the functions through their environment; the others shape
resources and permissions. Made by `make settings` from `chalicelib/settings.py` and `infra/resources.yaml`.

| parameter | variable | default | meaning |
|---|---|---|---|
"""


def table() -> str:
    """The document: one row for each parameter."""
    settings = settings_from(*PARAMETERS)
    named = {resource_name(setting) for setting in settings}
    others = {name: row for name, row in resources()["Parameters"].items() if name not in named}
    return "".join([_HEAD, *map(_row, settings), *(_other_row(name, row) for name, row in others.items())])


def _row(setting: Field[Any]) -> str:
    default = "–" if setting.default == "" else f"`{setting.default}`"
    if setting.default is MISSING:
        default = "the user pool's" if setting.metadata["source"] is Source.ISSUER else "required"
    if isinstance(setting.default, bool):
        default = default.lower()
    description = setting.metadata["description"]
    return f"| `{resource_name(setting)}` | `{setting.name.upper()}` | {default} | {description} |\n"


def _other_row(name: str, parameter: dict[str, Any]) -> str:
    default = "–" if parameter["Default"] == "" else f"`{parameter['Default']}`"
    return f"| `{name}` | – | {default} | {parameter['Description']} |\n"


if __name__ == "__main__":
    sys.exit(write_or_check({_DOCUMENT: table()}, sys.argv[1:], target="settings"))
