"""How many resources there are, by status: what the panel's tree shows."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from ..resources.base import WireModel
from ..store import resource_queries
from ..store.endpoint_tables import EndpointRow
from ..store.hub_tables import ImageRow, NotebookRow, RegistryAccountRow
from ..store.tables import (
    BatchInferenceRow,
    ExperimentRow,
    HyperparameterTuningRow,
    ModelRow,
    ResourceRow,
    TrainingRow,
    TrainingTemplateRow,
)
from .auth import Member
from .context import Context
from .envelope import envelope, success

router = APIRouter(tags=["counts"])
_TABLES: dict[str, type[ResourceRow]] = {
    "experiment": ExperimentRow,
    "training": TrainingRow,
    "hyperparameterTuning": HyperparameterTuningRow,
    "model": ModelRow,
    "batchInference": BatchInferenceRow,
    "trainingTemplate": TrainingTemplateRow,
    "endpoint": EndpointRow,
    "notebook": NotebookRow,
    "image": ImageRow,
    "registryAccount": RegistryAccountRow,
}


class Count(WireModel):
    total: int
    by_status: dict[str, int]


@router.get("/counts", response_model=envelope("Counts", counts=dict[str, Count]))
def get_counts(appkey: str, context: Context, _caller: Member) -> Any:
    """Count the project's resources."""
    with context.database.reading() as session:
        found = {name: resource_queries.count_by_status(session, table, appkey) for name, table in _TABLES.items()}
    counts = {name: Count(total=sum(by.values()), by_status=by) for name, by in found.items()}
    return success(counts=counts)
