"""Fetches the pages' files once, because many functions that start at once are slow on a laptop."""

import re
import urllib.request


def warm(url: str) -> None:
    """Fetch the shell and the files that it names, one by one; the front caches them."""
    with urllib.request.urlopen(f"{url}/", timeout=60) as answer:  # noqa: S310 - a loopback address
        shell = answer.read().decode()
    for path in sorted(set(re.findall(r'"(/site/[^"]+)"', shell))):
        with urllib.request.urlopen(url + path, timeout=60) as answer:  # noqa: S310
            answer.read()
