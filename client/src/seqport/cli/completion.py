"""`seqport completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from seqport import errors
from seqport.cli.group import Command
from seqport.messages import translate as _


@click.command(
    "completion",
    cls=Command,
    help=_('Print the completion script of a shell. For bash, add to ~/.bashrc: eval "$(seqport completion bash)"'),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    kind = get_completion_class(shell)
    if kind is None:
        raise errors.UsageError(_("There is no completion for {shell}.").format(shell=shell))
    click.echo(kind(context.find_root().command, {}, "seqport", "_SEQPORT_COMPLETE").source())
