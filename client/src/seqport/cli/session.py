"""What the shared options say, and what commands make of it: the client, and output."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from seqport.client import Client

Row = Mapping[str, object]
# A column: its heading, and the value of a row.
Column = tuple[str, Callable[[Any], object]]


@dataclass
class Session:
    """One run of the command."""

    profile: str | None = None
    as_json: bool = False
    as_jsonl: bool = False
    quiet: bool = False
    stop: threading.Event = field(default_factory=threading.Event)

    def client(self) -> Client:
        """The client of the chosen profile."""
        from seqport.client import Client

        return Client(profile=self.profile)

    @property
    def is_machine_readable(self) -> bool:
        """Is the output JSON?"""
        return self.as_json or self.as_jsonl

    def show(self, value: Mapping[str, Any], text: str) -> None:
        """Print one result: as JSON, or for people."""
        if self.is_machine_readable:
            click.echo(json.dumps(value, ensure_ascii=False, indent=None if self.as_jsonl else 2))
        else:
            click.echo(text)

    def show_all(self, rows: Iterable[Row], columns: Sequence[Column]) -> None:
        """Print a list: JSON, JSON Lines, a table on a terminal, or tab-separated lines with a header in a pipe."""
        if self.as_jsonl:
            for row in rows:
                click.echo(json.dumps(row, ensure_ascii=False))
        elif self.as_json:
            click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
        elif sys.stdout.isatty():
            _print_table(rows, columns)
        else:
            click.echo("\t".join(heading for heading, _value in columns))
            for row in rows:
                click.echo("\t".join(_flat(value(row)) for _heading, value in columns))

    def say(self, message: str) -> None:
        """Tell people something on standard error, unless they want it quiet."""
        if not self.quiet:
            click.echo(message, err=True)


def _flat(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def _print_table(rows: Iterable[Row], columns: Sequence[Column]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, _value in columns:
        # Ids and PUIDs are to be copied, so that they are never cut.
        table.add_column(heading, overflow="fold", no_wrap=heading.endswith("ID"))
    for row in rows:
        table.add_row(*(_flat(value(row)) for _heading, value in columns))
    Console().print(table)
