"""`make check-iam`: what each function is granted, and whether a test of the last `make test` used it.

Ends with status 1 when a permission is neither used nor justified in `.chalice/justified.toml`, or a justification is
for one that is not granted. (A permission that is missing fails the test that needs it.)
"""

import json
import os
import sys
import tomllib
from collections import Counter
from pathlib import Path

from tests.iam import RECORD
from tests.iam.policies import DOWNLOADS, FUNCTIONS, POLICIES, Permission, permissions

_LOGS = "Logs"  # what Lambda itself does for every function


def recorded(folder: Path) -> Counter[tuple[str, str, str]]:
    """How often each permission was used, by function, action and resource pattern."""
    used: Counter[tuple[str, str, str]] = Counter()
    for path in sorted(folder.glob("*.json")):
        for function, action, resource, count in json.loads(path.read_text(encoding="utf-8")):
            used[function, action, resource] += count
    return used


def justified() -> dict[tuple[str, str, str], str]:
    """The reasons for permissions that tests don't use, by function, action and resource pattern."""
    text = (POLICIES / "justified.toml").read_text(encoding="utf-8")
    return {
        (function, *key.split(" ", 1)): reason
        for function, reasons in tomllib.loads(text).items()
        for key, reason in reasons.items()
    }


def main(folder: Path) -> int:
    used = recorded(folder)
    if not used:
        print(f"no calls are recorded in {folder}: run `make test` first")
        return 1
    reasons = justified()
    unjustified: list[Permission] = []
    for function in [*FUNCTIONS, DOWNLOADS]:
        granted = [permission for permission in permissions(function) if permission.sid != _LOGS]
        print(f"\n{function}")
        for permission in granted:
            count = used[permission.function, permission.action, permission.resource]
            reason = reasons.pop((function, permission.action, permission.resource), None)
            note = f"{count:>7} calls" if count else f"      – {reason or 'NOT USED BY ANY TEST'}"
            print(f"  {permission.action:34} {permission.resource:34} {note}")
            if not count and reason is None:
                unjustified.append(permission)
    unknown = [" ".join(key) for key in reasons]
    print(f"\n0 missing (else tests fail), {len(unjustified)} unjustified")
    for line in unknown:
        print(f"  justified, but not granted: {line}")
    return 1 if unjustified or unknown else 0


if __name__ == "__main__":
    sys.exit(main(Path(os.environ.get(RECORD, "build/iam"))))
