from typing import Any


def fail_export(event: dict[str, Any]) -> dict[str, Any]:
    raise NotImplementedError
