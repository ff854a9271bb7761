"""What the front of the local stack knows of the servers behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.gateway_responses import GatewayResponse
from infra.local.issuer import Issuer
from infra.local.sign_in import SignIn


@dataclass
class Wiring:
    """What the front knows of the stack behind it; filled in as that comes up."""

    issuer: Issuer
    emulator_port: int
    stage_path: str | None = None  # where the emulator serves the deployed stage
    responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
    info: Mapping[str, Any] | None = None  # set once everything is up
    awaited: str = "the servers"
    # What any cache before the gateway would keep: answers that say of themselves that they never change.
    kept: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)
    sign_in: SignIn = field(init=False)

    def __post_init__(self) -> None:
        self.sign_in = SignIn(self.issuer)
