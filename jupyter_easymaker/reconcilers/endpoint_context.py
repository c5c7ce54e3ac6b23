"""What the reconcilers of endpoints work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..engines.base import Engine
from ..engines.service import ServiceEngine
from ..gateway.base import Gateway
from ..storage.config import StorageConfig
from ..store.database import Database
from ..store.encryption import Encryption
from .pod_log_keeper import PodLogKeeper
from .stage_scaling import ScalingPace

_PREFIX = "endpoint-"


@dataclass(frozen=True)
class EndpointContext:
    """The backend's parts, as endpoints need them."""

    database: Database
    engine: Engine
    services: ServiceEngine
    gateway: Gateway
    encryption: Encryption
    storage_for: Callable[[str], StorageConfig]
    """The storages of a project, by appkey."""
    data_dir: Path
    pod_logs: PodLogKeeper
    pace: ScalingPace = field(default_factory=ScalingPace)

    def model_dir(self, appkey: str, endpoint_model_id: str) -> Path:
        """Return where the copies of a stage resource's models are, each in a directory called by its revision."""
        return self.data_dir / "endpoints" / appkey / endpoint_model_id


def service_name(endpoint_model_id: str) -> str:
    """Return the name of a stage resource's service: the same for every backend and after every restart."""
    return f"{_PREFIX}{endpoint_model_id}"


def endpoint_model_id_of(service: str) -> str | None:
    """Return the stage resource a service, or one of its replicas, belongs to; None if it is none's."""
    return service.removeprefix(_PREFIX)[:36] if service.startswith(_PREFIX) else None
