"""Groups and projects: frozen values."""

from dataclasses import dataclass
from typing import Literal

NamespaceType = Literal["group", "project"]


@dataclass(frozen=True, slots=True)
class Namespace:
    """A group or a project. `ancestor_ids` are the groups above it, the outermost first."""

    id: str
    type: NamespaceType
    name: str
    path: str
    full_path: str
    puid: str
    parent_id: str | None
    ancestor_ids: tuple[str, ...]
    description: str | None
    created_at: str

    @property
    def lineage(self) -> tuple[str, ...]:
        """Its id and those of all above it: where a role on it can come from."""
        return (*self.ancestor_ids, self.id)
