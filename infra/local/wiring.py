"""The front's view of the servers behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.issuer import Issuer
from infra.local.sign_in import SignIn


@dataclass
class Wiring:
    """The front's view of the stack behind it; filled in during start-up."""

    issuer: Issuer
    emulator_port: int
    stage_path: str | None = None  # where the emulator serves the deployed stage
    info: Mapping[str, Any] | None = None  # set once everything is up
    awaited: str = "the servers"
    # As a cache in front of the gateway: keeps responses that are marked immutable.
    kept: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)
    sign_in: SignIn = field(init=False)

    def __post_init__(self) -> None:
        self.sign_in = SignIn(self.issuer)
