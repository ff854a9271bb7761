from typing import Any


def notify(event: dict[str, Any]) -> dict[str, Any]:
    raise NotImplementedError
