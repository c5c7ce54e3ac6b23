"""Lineage of a training: recorded by the runner, put together with what the store knows."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from ..resources.lineage import Lineage, LineageDataset, LineageOutput, LineageSource
from ..store import trainings
from ..store.tables import TrainingRow
from .auth import Member
from .context import Context
from .envelope import envelope, success
from .trainings import find_training

router = APIRouter(tags=["trainings"])


@router.get("/trainings/{training_id}/lineage", response_model=envelope("LineageAnswer", lineage=Lineage))
def get_lineage(appkey: str, training_id: str, context: Context, _caller: Member) -> Any:
    """Return what a training was made from, down to hashes and the commit of its code, and what came of it."""
    with context.database.reading() as session:
        return success(lineage=lineage_of(session, find_training(session, appkey, training_id)))


def lineage_of(session: Session, row: TrainingRow) -> Lineage:
    spec = row.spec
    recorded = row.report.get("lineage") or {}
    models = trainings.models_of(session, [row.id]).get(row.id, [])
    return Lineage(
        source=_source(spec, recorded.get("source")),
        dataset_list=_datasets(spec, recorded.get("datasets") or []),
        check_point_input=_check_point(spec, recorded.get("checkPointInput")),
        image=row.image,
        algorithm=row.algorithm and {key: row.algorithm[key] for key in ("algorithmId", "algorithmName")},
        hyperparameter_list=spec["hyperparameterList"],
        output_list=[LineageOutput.model_validate(output) for output in recorded.get("outputs") or []],
        model_list=[{"modelId": model.id, "modelName": model.name} for model in models],
        copied_from=_copied_from(session, row),
    )


def _source(spec: dict[str, Any], recorded: dict[str, Any] | None) -> LineageSource | None:
    uri = spec.get("sourceDirUri")
    if uri is None:
        return None
    source = {"uri": uri, **(recorded or {})}
    # Code that was uploaded lies in no repository any more; who sent it said where it comes from.
    return LineageSource.model_validate({**source, "git": spec.get("sourceGit") or source.get("git")})


def _datasets(spec: dict[str, Any], recorded: list[dict[str, Any]]) -> list[LineageDataset]:
    known = {entry["datasetName"]: entry for entry in recorded}
    return [LineageDataset.model_validate(known.get(each["datasetName"], each)) for each in spec["datasetList"]]


def _check_point(spec: dict[str, Any], recorded: dict[str, Any] | None) -> LineageDataset | None:
    uri = spec.get("checkPointInputUri")
    return LineageDataset.model_validate(recorded or {"datasetName": "", "dataUri": uri}) if uri else None


def _copied_from(session: Session, row: TrainingRow) -> dict[str, Any] | None:
    original_id = row.spec.get("copiedFromTrainingId")
    if not original_id:
        return None
    original = trainings.get(session, row.appkey, original_id)
    return {"trainingId": original_id, "trainingName": original.name if original else ""}
