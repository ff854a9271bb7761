"""The entry point: commands, language, and errors as one line with an exit status."""

from __future__ import annotations

import gettext
import json
import os
import signal
import sys
from types import FrameType

import click

from seqport import errors
from seqport.cli.group import Group
from seqport.cli.session import Session
from seqport.messages import DOMAIN, LOCALES
from seqport.messages import translate as _
from seqport.version import VERSION

_COMMANDS = {
    "login": ("seqport.cli.sign_in", lambda: _("Sign in to a server.")),
    "logout": ("seqport.cli.sign_in", lambda: _("Sign out, and delete the stored token.")),
    "whoami": ("seqport.cli.sign_in", lambda: _("Show the server and the user.")),
    "projects": ("seqport.cli.catalog", lambda: _("List projects.")),
    "samples": ("seqport.cli.catalog", lambda: _("List the samples of a project or group, with metadata.")),
    "runs": ("seqport.cli.catalog", lambda: _("List workflow executions.")),
    "complete": ("seqport.cli.complete", lambda: _("Read the results of a workflow execution.")),
    "export": ("seqport.cli.export", lambda: _("Create an export of samples, a linelist or an analysis.")),
    "exports": ("seqport.cli.exports", lambda: _("List and manage exports.")),
    "download": ("seqport.cli.download", lambda: _("Download an export, or only some of its files.")),
    "rehydrate": ("seqport.cli.rehydrate", lambda: _("Download the files of an export that has no archive.")),
    "upload": ("seqport.cli.upload", lambda: _("Upload the files of a folder or a samplesheet.")),
    "import": ("seqport.cli.samplesheet", lambda: _("Import a samplesheet of files that are in S3 already.")),
    "doctor": ("seqport.cli.doctor", lambda: _("Find out why something does not work.")),
    "completion": ("seqport.cli.completion", lambda: _("Print the completion script of a shell.")),
}


def _root() -> click.Group:
    group = Group(
        "seqport",
        lazy=_COMMANDS,
        help=_("Export sequencing data from Seqport."),
        epilog=_("Exit statuses and environment variables: seqport doctor --reference"),
    )
    click.version_option(VERSION, prog_name="seqport")(group)
    return group


def main() -> None:
    """Run the command; exits with a status of `seqport.errors`."""
    # click's own messages are translated by the process's catalog.
    gettext.bindtextdomain(DOMAIN, LOCALES)
    gettext.textdomain(DOMAIN)
    signal.signal(signal.SIGTERM, _interrupt)
    session = Session()
    try:
        status = _root().main(prog_name="seqport", obj=session, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        status = _fail(session, errors.Interrupted(_("Interrupted.")))
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except errors.SeqportError as error:
        status = _fail(session, error)
    except KeyboardInterrupt:
        status = _fail(session, errors.Interrupted(_("Interrupted.")))
    except BrokenPipeError:  # the reader of our output has enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of an interrupted transfer may still wait for the network; what they did is recorded.
    os._exit(status if isinstance(status, int) else 0)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _fail(session: Session, error: errors.SeqportError) -> int:
    """Print an error: for people one line and the fields that are wrong; as JSON with --json."""
    violations = error.violations if isinstance(error, errors.ApiError) else ()
    if session.is_machine_readable:
        document = {
            "error": type(error).__name__,
            "exit_status": error.exit_status,
            "message": error.message,
            "hint": error.hint,
            "violations": [{"pointer": pointer, "detail": detail} for pointer, detail in violations],
        }
        click.echo(json.dumps(document, ensure_ascii=False), err=True)
        return error.exit_status
    click.echo(f"seqport: {error}", err=True)
    for pointer, detail in violations:
        click.echo(f"  {pointer}: {detail}", err=True)
    return error.exit_status


if __name__ == "__main__":
    main()
