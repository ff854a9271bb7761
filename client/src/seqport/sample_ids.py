"""The samples of a project that local names stand for; missing ones are created."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from seqport import errors
from seqport.messages import translate as _

if TYPE_CHECKING:
    from seqport.client import Client
    from seqport.models import Sample

_SEARCHED_ONE_BY_ONE = 50
_BATCH = 1_000


def find(client: Client, project: str, names: Sequence[str]) -> dict[str, str]:
    """The ids of those samples that there are, by name or PUID. Raises UsageError for a name that two samples have."""
    if len(names) <= _SEARCHED_ONE_BY_ONE:
        candidates: Iterable[Sample] = (sample for name in names for sample in client.samples(project, q=name))
    else:
        candidates = client.samples(project)
    wanted, found = set(names), dict[str, str]()
    for sample in candidates:
        for name in {sample["name"], sample["puid"]} & wanted:
            if found.setdefault(name, sample["id"]) != sample["id"]:
                raise errors.UsageError(
                    _("Two samples of the project are named {name}.").format(name=name), hint=_("Use their PUIDs.")
                )
    return found


def create(client: Client, project: str, names: Sequence[str]) -> dict[str, str]:
    """Create samples; returns their ids by name."""
    made: dict[str, str] = {}
    for at in range(0, len(names), _BATCH):
        batch = names[at : at + _BATCH]
        # Repeated by another process within a day, the call returns the same samples.
        key = hashlib.sha256("\0".join([project, *batch]).encode()).hexdigest()
        answer = client.api.create_samples(
            project, {"samples": [{"name": name} for name in batch]}, idempotency_key=key
        )
        made |= {sample["name"]: sample["id"] for sample in answer["samples"]}
    return made
