"""`make costs`: what exports cost a month on AWS, by their size and number; with `--write` also into docs/operate.md.

Work is the simulation's (tests/bench/simulate.py); prices are AWS's public ones of us-east-1 without free tiers.
"""

import random
import sys
from pathlib import Path

from infra.generated_files import write_section
from tests.bench.simulate import Assumptions, entries, simulated

GB = 1_000_000_000
SIZES = (10, 100, 1_000)  # GB of an export, in files of 50 to 250 MB
PER_DAY = (1, 10, 100)
DAYS = 30
KEPT_DAYS = 5  # three business days to the end of the day, with weekends
STORAGE, EGRESS = 0.023, 0.09  # $ a GB and month in S3 Standard; $ a GB that leaves AWS, in the first tier
DOCS = Path(__file__).parents[2] / "docs" / "operate.md"


def work(size: int) -> float:
    """Dollars for making one export of this many GB."""
    source, sizes, left = random.Random(size), [], size * GB
    while left > 0:
        sizes.append(min(left, source.randint(50_000_000, 250_000_000)))
        left -= sizes[-1]
    return simulated(Assumptions(), entries(iter(sizes))).price().total


def table() -> str:
    lines = [
        "| an export | a day | making them | storing them | in all, a month | downloading each over the internet |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for size in SIZES:
        making, storing = work(size), size * STORAGE * KEPT_DAYS / DAYS
        for count in PER_DAY:
            month = count * DAYS
            lines.append(
                f"| {size:,} GB | {count} | ${making * month:,.2f} | ${storing * month:,.2f}"
                f" | ${(making + storing) * month:,.2f} | + ${size * EGRESS * month:,.0f} |"
            )
    return "\n".join(lines)


def main() -> None:
    text = table()
    print(text)
    if "--write" in sys.argv:
        write_section(DOCS, "costs", text)


if __name__ == "__main__":
    main()
