"""The queue of objects that could not be registered; an alarm notifies operators of any."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from chalicelib import aws
from chalicelib.settings import settings


class Reason(StrEnum):
    """Why an object can never be registered at its key."""

    MALFORMED_KEY = "malformed-key"
    OTHER_BUCKET = "other-bucket"
    UNKNOWN_PROJECT = "unknown-project"
    UNKNOWN_SAMPLE = "unknown-sample"
    SAMPLE_ELSEWHERE = "sample-elsewhere"
    UNKNOWN_RUN = "unknown-run"
    NOT_OF_RUN = "sample-not-of-run"
    OBJECT_MISSING = "object-missing"


_DETAILS = {
    Reason.MALFORMED_KEY: (
        "A key is uploads/<project>/<sample>/<filename> or runs/<run>/[<folders>/]<filename>, each name of 1 to"
        " 255 printable characters."
    ),
    Reason.OTHER_BUCKET: "The object does not lie in the catalog bucket.",
    Reason.UNKNOWN_PROJECT: "There is no project of this id or PUID.",
    Reason.UNKNOWN_SAMPLE: "There is no sample of this id or PUID.",
    Reason.SAMPLE_ELSEWHERE: "The sample is not in this project.",
    Reason.UNKNOWN_RUN: "There is no workflow execution of this id.",
    Reason.NOT_OF_RUN: "The sample does not belong to this workflow execution.",
    Reason.OBJECT_MISSING: "The object is not there any more, or may not be read.",
}


def send_to_dead_letters(reason: Reason, bucket: str, key: str, event: Mapping[str, Any]) -> None:
    """Send an object's event to the dead-letter queue with the reason; the function can be invoked with it again."""
    letter = {"reason": reason.value, "detail": _DETAILS[reason], "bucket": bucket, "key": key, "event": dict(event)}
    aws.sqs().send_message(QueueUrl=settings().arrivals_dead_letters, MessageBody=json.dumps(letter))
