"""`seqport complete`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from seqport import errors
from seqport.cli.group import Command
from seqport.cli.session import Session
from seqport.messages import translate as _

if TYPE_CHECKING:
    from seqport.models import Results, WorkflowExecutionDetail

_POLL_SECONDS = 2.0
_LONGEST = 3 * 15 * 60.0  # seconds: the service tries three times for at most 15 minutes


def _is_read(detail: WorkflowExecutionDetail, before: Results | None) -> bool:
    """Were the results read since, and to the end?"""
    results = detail.get("results")
    is_over = detail["state"] == "completed" or (results is not None and results["failure"] is not None)
    return results is not None and results != before and is_over


@click.command(
    "complete",
    cls=Command,
    help=_(
        "Read the results of a workflow execution (run) from S3: the files that its iridanext.output.json names, or "
        "all files of the folder. Then it is completed."
    ),
)
@click.argument("run", metavar=_("RUN"))
@click.option(
    "--output-uri", metavar="S3-URI", help=_("The folder of the results; by default the one it was recorded with.")
)
@click.option("--overwrite-metadata", is_flag=True, help=_("Replace metadata that people entered."))
@click.option("--no-wait", is_flag=True, help=_("Do not wait until the results are read."))
@click.pass_obj
def complete_command(
    session: Session, run: str, output_uri: str | None, overwrite_metadata: bool, no_wait: bool
) -> None:
    client = session.client()
    before = client.api.get_workflow_execution(run).get("results")
    client.api.complete_workflow_execution(run, {"output_uri": output_uri, "overwrite_metadata": overwrite_metadata})
    deadline = time.monotonic() + _LONGEST
    detail = client.api.get_workflow_execution(run)
    while not no_wait and not _is_read(detail, before):
        session.say(_("The results are being read …"))
        if session.stop.wait(_POLL_SECONDS):
            raise errors.Interrupted(_("Interrupted; the results are read all the same."))
        if time.monotonic() > deadline:
            raise errors.SeqportError(_("The results could not be read; your operator finds the reason in the log."))
        detail = client.api.get_workflow_execution(run)
    results = detail.get("results")
    if no_wait or results is None:
        session.show(detail, _("The results will be read."))
        return
    session.show(
        detail,
        _("{files} files, metadata of {samples} samples, {missing} files missing.").format(
            files=results["outputs"], samples=results["samples_with_metadata"], missing=results["missing_count"]
        ),
    )
    if results["failure"] is not None:
        raise errors.SeqportError(results["failure"])
