"""The multipart upload that an export's archive grows in."""

from chalicelib import aws
from chalicelib.archive.finish import abort_upload
from chalicelib.archive.objects import Target
from chalicelib.exports.record import Upload
from chalicelib.settings import settings


def target_of(upload: Upload) -> Target:
    """Where the parts of an upload go."""
    s = settings()
    return Target(s.exports_bucket, upload.key, upload.upload_id, s.copy_crc)


def abort(upload: Upload) -> None:
    """Abort an upload, so that workers on it stop; one that is gone already is fine."""
    abort_upload(aws.s3(), target_of(upload))
