"""`python -m tests.chaos.report FILE [--write]`: the table of `make chaos`, for the terminal or docs/reliability.md."""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.generated_files import write_section
from tests.chaos.faults import Fault
from tests.chaos.life import STEPS

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_COUNTS = ("stuck", "lost", "left", "second mails")


def broken(row: dict[str, Any]) -> set[str]:
    """The promises that a life broke, by the columns of the table."""
    found = set()
    for wrong in row["wrong"]:
        kind = {"stuck": "stuck", "left": "left", "outbox": "lost"}.get(wrong.split(":")[0].split(" ")[0], "lost")
        found.add("second mails" if wrong.endswith(" mails") else kind)
    return found


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Rows for the steps: calls, lives with each fault, outcomes, and broken promises."""
    found = list(rows)
    heads = ["step", "calls of AWS", *(fault.value for fault in Fault), "ready", "failed", *_COUNTS]
    lines = [f"| {' | '.join(heads)} |", f"|---|{'--:|' * (len(heads) - 1)}"]
    for step in (*STEPS, "all"):
        own = [row for row in found if step in {row["step"], "all"}]
        if not own:
            continue
        cells = [
            len({(row["step"], row["operation"]) for row in own}),
            *(sum(row["fault"] == fault.value for row in own) for fault in Fault),
            *(sum(row["status"] == status for row in own) for status in ("ready", "failed")),
            *(sum(name in broken(row) for row in own) for name in _COUNTS),
        ]
        lines.append(f"| {step} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main(file: Path, *, write: bool) -> int:
    """Print the table, or write it; the status is 1 if a promise was broken."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    text = table(rows)
    print(text)
    wrong = [row for row in rows if row["wrong"]]
    for row in wrong:
        print(row)
    if write:
        day = datetime.now(UTC).date()
        counts = f"{len(rows):,} lives, {sum(row['injected'] for row in rows):,} faults, on {day}:"
        write_section(PAGE, "chaos", f"{counts}\n\n{text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), write="--write" in sys.argv))
