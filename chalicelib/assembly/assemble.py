from typing import Any


def assemble_batch(event: dict[str, Any]) -> dict[str, Any]:
    raise NotImplementedError
