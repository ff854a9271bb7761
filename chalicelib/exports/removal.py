"""An export that its owner removes: invisible at once, its work stopped; its objects go with the next clean-up."""

from chalicelib import times
from chalicelib.exports import executions, lifecycle, uploads
from chalicelib.exports.record import Export, Status


def remove_export(export: Export, user_id: str, *, source_ip: str | None) -> None:
    """Remove an export. Doing it again changes nothing."""
    lifecycle.remove(export, at=times.to_text(times.now()), actor=user_id, source_ip=source_ip)
    if export.status is Status.PROCESSING:
        executions.stop(export)
        if export.upload is not None:
            uploads.abort_archive(export.upload)
