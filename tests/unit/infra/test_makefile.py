"""`make help` lists every target."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    output = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    listed = re.findall(r"^  make (\S+) +\S", output, re.MULTILINE)
    assert sorted(listed) == sorted(phony[1].split())
