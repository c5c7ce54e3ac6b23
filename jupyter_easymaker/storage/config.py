"""What one project may reach: handed from the operator's configuration to the backend and into each job."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class StorageConfig:
    """The storages of one project. An id, endpoint or scheme that is not here cannot be reached."""

    nas: dict[str, str] = field(default_factory=dict)
    """NAS id to the directory it is mounted at: ``nas://{id}:/{path}``."""
    file_roots: tuple[str, ...] = ()
    """Directories ``file://`` may reach (symbolic links resolved); empty: file:// is refused."""
    obs: dict[str, str] = field(default_factory=dict)
    """Object storage endpoint to the directory that backs it: ``obs://{endpoint}/{container}/{path}``.
    An endpoint may hold a path: ``api.example.com/v1/AUTH_abc``."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> StorageConfig:
        return cls(nas=data["nas"], file_roots=tuple(data["file_roots"]), obs=data["obs"])
