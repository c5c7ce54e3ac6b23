"""What every reconciler works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engines.base import Engine
from ..metrics.reader import MetricsReader
from ..resources.catalogue import Catalogue
from ..resources.image import PRIVATE, Image
from ..storage.config import StorageConfig
from ..store.database import Database
from .log_keeper import LogKeeper

if TYPE_CHECKING:
    from .tuning_course import Course


@dataclass(frozen=True)
class ReconcilerContext:
    """The backend's parts, as reconcilers need them."""

    database: Database
    engine: Engine
    catalogue: Catalogue
    storage_for: Callable[[str], StorageConfig]
    """The storages of a project, by appkey."""
    data_dir: Path
    region: str
    logs: LogKeeper
    metrics: MetricsReader = field(default_factory=MetricsReader)
    courses: dict[str, Course] = field(default_factory=dict)
    """By tuning: what was learnt from its trials, which hold all of it."""

    def image(self, chosen: Mapping[str, Any]) -> Image | None:
        """Return the image a resource was created with, None if it is no longer offered."""
        if chosen.get("imageTypeCode") == PRIVATE:  # the project's own: it is needed, so nobody deleted it
            return Image.model_validate(chosen)
        return self.catalogue.image(chosen["imageId"])

    def tensorboard_dir(self, appkey: str, experiment_id: str) -> Path:
        return self.data_dir / "tensorboard" / appkey / experiment_id

    def cache_dir(self, appkey: str) -> Path:
        # One cache a project: staged inputs of one are never visible to another.
        return self.data_dir / "cache" / appkey
