"""What SES reports about a mail that it accepted: delivered, or not.

Source: "Monitoring SES events using Amazon EventBridge", SES Developer Guide; the fields of `detail` are those of
"Contents of event data that Amazon SES publishes to Firehose".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib import timestamps


class Undelivered(StrEnum):
    """Why mails do not reach a person: their server refused one, they reported one as spam, or SES found a virus."""

    BOUNCED = "bounced"
    COMPLAINT = "complaint"
    REJECTED = "rejected"


_FAILURES = {
    "Bounce": Undelivered.BOUNCED,
    "Complaint": Undelivered.COMPLAINT,
    "Reject": Undelivered.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a mail that was sent to an address at this time; `failure` None: it was delivered. `export_id` and
    `mail` are the tags that it was sent with."""

    address: str
    sent_at: str
    failure: Undelivered | None
    export_id: str
    mail: str


def delivery_of(event: Mapping[str, Any]) -> Delivery | None:
    """The delivery that an event of SES reports; None for other events, and for mails that the service did not send."""
    detail = event["detail"]
    kind, mail = detail.get("eventType"), detail["mail"]
    failure = _FAILURES.get(kind)
    tags, addresses = mail.get("tags", {}), mail.get("destination", [])
    known = failure is not None or kind == "Delivery"
    if not known or not addresses or not tags.get("export_id") or not tags.get("mail"):
        return None
    sent_at = timestamps.format(timestamps.parse(mail["timestamp"]))
    return Delivery(addresses[0], sent_at, failure, tags["export_id"][0], tags["mail"][0])
