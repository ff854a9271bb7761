from typing import Any


def plan_export(event: dict[str, Any]) -> dict[str, Any]:
    raise NotImplementedError
