"""The sources that the plans of an export could not read, so that later plans exclude them.

Each plan that could not be finished writes a document of its own, under its token: however late a step of an older plan
runs, it changes nothing that newer ones found. Attempts share their findings: one that a user begins by a retry
starts with them, and checks the lost sources again, which may have come back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.exports.storage import exclusion_key, exclusions_prefix, get_work, list_work, put_work


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What earlier plans found: reasons by the keys of sources; and how many plans of the present attempt lost sources
    that an earlier plan could still read (`changing`), or lost their upload (`lost_uploads`)."""

    reasons: Mapping[str, str]
    changing: int
    lost_uploads: int


def load(export_id: str, attempt: int) -> Exclusions:
    """What the plans of an export have found so far."""
    reasons: dict[str, str] = {}
    changing = lost_uploads = 0
    for key in list_work(exclusions_prefix(export_id)):
        found = json.loads(get_work(key) or b"{}")
        reasons |= found.get("reasons", {})
        if found.get("attempt") == attempt:
            changing += found["is_changing"]
            lost_uploads += found["has_lost_upload"]
    return Exclusions(reasons, changing, lost_uploads)


def save(
    export_id: str,
    attempt: int,
    plan: int,
    token: str,
    *,
    reasons: Mapping[str, str],
    is_changing: bool,
    has_lost_upload: bool,
) -> None:
    """Save what a plan found. Idempotent."""
    document = {
        "attempt": attempt,
        "reasons": dict(sorted(reasons.items())),
        "is_changing": is_changing,
        "has_lost_upload": has_lost_upload,
    }
    put_work(exclusion_key(export_id, attempt, plan, token), json.dumps(document).encode())
