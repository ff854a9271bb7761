"""`python -m infra.settings_table [--check]`: docs/settings.md, from the settings that are template parameters."""

import sys
from dataclasses import MISSING, Field
from pathlib import Path
from typing import Any

from chalicelib.settings import Source, resource_name, settings_from

_DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
_HEAD = """# Settings

Parameters of the template (`infra/resources.yaml`), which the functions get as environment variables. Made by
`make settings` from `chalicelib/settings.py`.

| parameter | variable | default | meaning |
|---|---|---|---|
"""


def table() -> str:
    """The document: one row for each parameter."""
    return _HEAD + "".join(map(_row, settings_from(Source.PARAMETER)))


def _row(setting: Field[Any]) -> str:
    default = "required" if setting.default is MISSING else f"`{setting.default}`" if setting.default != "" else "–"
    if isinstance(setting.default, bool):
        default = default.lower()
    description = setting.metadata["description"]
    return f"| `{resource_name(setting)}` | `{setting.name.upper()}` | {default} | {description} |\n"


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
