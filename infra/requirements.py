"""`python -m infra.requirements [--check | --upgrade]`: requirements*.txt, with hashes, from the dependencies in
pyproject.toml.

Pinned versions stay as long as pyproject.toml allows them; `--upgrade` takes the newest releases, also of indirect
dependencies. uv's own lock file is not used, because it would record the address of the package index.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.generated_files import write_or_check
from infra.package import ROOT

_OLDEST_PYTHON = "3.11"
_DEPLOYED = "requirements.txt"
# Each file and its groups; everything installed beside the deployed dependencies uses their versions.
_FILES = {
    _DEPLOYED: ("pyproject.toml",),
    "requirements-dev.txt": ("pyproject.toml", "--group", "dev", "--constraint", _DEPLOYED),
    "requirements-bench.txt": ("pyproject.toml", "--group", "bench", "--constraint", _DEPLOYED),
    "requirements-guides.txt": ("--group", "guides"),
    "requirements-aws.txt": ("--group", "aws"),
    "requirements-stack.txt": ("--group", "stack"),
    "requirements-audit.txt": ("--group", "audit"),
    "requirements-supply-chain.txt": ("--group", "supply-chain"),
}
_HEADER = "# Made by `make requirements` from pyproject.toml.\n"


def compiled(name: str, folder: Path, *, upgrade: bool = False) -> str:
    """The contents of a requirements file; `folder` holds the files that it refers to."""
    out = folder / name
    if (ROOT / name).exists() and not upgrade:
        shutil.copy(ROOT / name, out)
    command = [
        str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes",
        "--python-version", _OLDEST_PYTHON, "--no-header", "--no-annotate", "--output-file", str(out),
        *(str(folder / part) if part == _DEPLOYED else part for part in _FILES[name]),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, env={**os.environ, "UV_NO_PROGRESS": "1"}, check=True)
    return _HEADER + out.read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = {file: compiled(file, folder, upgrade="--upgrade" in arguments) for file in _FILES}
    return write_or_check({ROOT / file: text for file, text in made.items()}, arguments, target="requirements")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
