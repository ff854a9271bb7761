"""The demo's console output."""

import sys


def say(line: str) -> None:
    """A line, at once."""
    print(line, flush=True)


class Bar:
    """A progress bar on a terminal; a line every tenth elsewhere."""

    def __init__(self, title: str) -> None:
        self._title, self._shown = title, -1
        self._live = sys.stdout.isatty()

    def show(self, percent: int, note: str) -> None:
        if self._live:
            filled = percent * 30 // 100
            print(
                f"\r{self._title} [{'#' * filled}{'.' * (30 - filled)}] {percent:3d} % {note:<24}", end="", flush=True
            )
            if percent >= 100:
                print()
        elif percent // 10 > self._shown // 10:
            say(f"{self._title} {percent:3d} % {note}")
        self._shown = percent
