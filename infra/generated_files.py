"""Files that are generated and stored: written, or with `--check` compared with what is stored."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from infra.package import ROOT


def write_or_check(
    files: Mapping[Path, str], arguments: Sequence[str], *, target: str, others: Collection[Path] = ()
) -> int:
    """Write the files; with `--check`, name those that differ, and `others` that are not generated any more, and the
    target of make that writes them. Returns the status of the process."""
    if "--check" not in arguments:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stored = {path: path.read_text(encoding="utf-8") if path.exists() else None for path in files}
    differing = [path for path, text in files.items() if stored[path] != text]
    differing += [path for path in others if path not in files]
    if differing:
        names = ", ".join(str(path.relative_to(ROOT)) for path in differing)
        print(f"not up to date: {names}; run `make {target}`")
    return 1 if differing else 0


def write_section(page: Path, name: str, text: str) -> None:
    """Replace what is between the comments `<name>: begin` and `<name>: end` of a Markdown page."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = page.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    page.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")
