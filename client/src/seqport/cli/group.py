"""Commands with the options that all of them share, and groups that import a command only when it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import click

from seqport.cli.session import Session
from seqport.messages import translate as _


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Store an option that all commands share in the session."""
    if value not in (None, False):
        setattr(context.ensure_object(Session), str(parameter.name), value)
    return value


def _shared_options() -> list[click.Option]:
    return [
        click.Option(
            [flag, *short, name], expose_value=False, callback=_remember, help=text, is_flag=is_flag, metavar=metavar
        )
        for flag, short, name, text, is_flag, metavar in (
            ("--profile", [], "profile", _("The profile of the server."), False, _("NAME")),
            ("--json", [], "as_json", _("Print JSON."), True, None),
            ("--jsonl", [], "as_jsonl", _("Print JSON Lines: an object per line."), True, None),
            ("--quiet", ["-q"], "quiet", _("Print no progress."), True, None),
        )
    ]


class Command(click.Command):
    """A command with the shared options."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params += _shared_options()


class Group(click.Group):
    """A group whose commands are imported when they are used: `lazy` has the module and the short help of each."""

    command_class = Command

    def __init__(
        self, *arguments: Any, lazy: Mapping[str, tuple[str, Callable[[], str]]] | None = None, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order in which people need them."""
        return [*self._lazy, *(name for name in self.commands if name not in self._lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module: it has the command as an attribute of its name."""
        if cmd_name in self._lazy:
            module, _help = self._lazy[cmd_name]
            found: click.Command = getattr(import_module(module), f"{cmd_name}_command")
            return found
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        rows = [
            (name, self._lazy[name][1]() if name in self._lazy else self.commands[name].get_short_help_str(90))
            for name in self.list_commands(ctx)
        ]
        with formatter.section(_("Commands")):
            formatter.write_dl(rows)
