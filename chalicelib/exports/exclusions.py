"""What the plans of an export have found of sources that can't be read, so that no later plan plans with them again.

Each plan that could not be finished leaves a document of its own, under its token: however late a step of an older plan
comes, it changes nothing of what newer ones know. Attempts share what they know: one that a user begins by a retry
starts with it, and looks again at what was lost, which may have come back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.exports.storage import exclusion_key, exclusions_prefix, get_work, list_work, put_work


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What earlier plans found: reasons by the keys of sources; and of the present attempt how many plans lost sources
    that a plan before could still read (`changing`), and how many lost their upload (`lost_uploads`)."""

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
    """Keep what a plan found. Saving it again changes nothing."""
    document = {
        "attempt": attempt,
        "reasons": dict(sorted(reasons.items())),
        "is_changing": is_changing,
        "has_lost_upload": has_lost_upload,
    }
    put_work(exclusion_key(export_id, attempt, plan, token), json.dumps(document).encode())
