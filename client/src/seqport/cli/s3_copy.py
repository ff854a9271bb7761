"""`seqport download --to s3://…`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seqport import errors
from seqport.cli import text
from seqport.cli.progress_display import progress_of
from seqport.cli.session import Session
from seqport.messages import translate as _
from seqport.transfer.s3_copy import copy

if TYPE_CHECKING:
    from seqport.client import Client


def copy_and_show(session: Session, client: Client, export_id: str, uri: str) -> None:
    """Copy an export's file to another place in S3."""
    try:
        import boto3
    except ImportError as error:
        raise errors.UsageError(
            _("--to needs the AWS SDK."), hint=_("Install it with: pip install 'seqport[s3]'")
        ) from error
    make_client: Any = boto3.client
    with progress_of(session) as progress:
        done = copy(lambda: client.api.create_download_link(export_id), uri, make_client("s3"), progress, session.stop)
    way = _("through this computer") if done.through_here else _("inside S3")
    session.show(
        {"event": "copied", "id": export_id, "uri": done.uri, "size": done.size, "through_here": done.through_here},
        f"{done.uri}: {text.size(done.size)}, {way}",
    )
