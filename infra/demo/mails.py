"""The mails of the local stack."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

from infra.demo.catalog import PEOPLE


def mails_about(url: str, export_id: str) -> list[Any]:
    """The mails about the export; they are sent just after it becomes ready."""
    for _ in range(50):
        with urllib.request.urlopen(f"{url}/local/mail?to={PEOPLE['analyst']}", timeout=10) as answer:  # noqa: S310
            mails = [mail for mail in json.load(answer)["items"] if export_id in mail["text"]]
        if mails:
            return mails
        time.sleep(0.2)
    return []
