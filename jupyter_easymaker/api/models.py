"""Models over REST."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.orm import Session

from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..resources.hyperparameter_tuning import HyperparameterTuningStatus
from ..resources.model import Model, ModelCreate, ModelFormat, ModelUpdate
from ..resources.training import TrainingStatus
from ..store import batch_inferences, endpoints, models, trainings
from ..store.tables import HyperparameterTuningRow, ModelRow, TrainingRow
from .auth import Member
from .context import Context
from .envelope import Envelope, Paging, envelope, success
from .experiments import named, require
from .hyperparameter_tunings import find_tuning
from .listing import Listing, values, whole
from .model_views import model_view
from .storage_checks import StorageChecks
from .trainings import find_training
from .tuning_views import best_trial
from .updates import changed_columns

router = APIRouter(tags=["models"])
Answer = envelope("ModelAnswer", model=Model)
ListAnswer = envelope("ModelList", model_list=list[Model], paging=Paging)


@router.post("/models", response_model=Answer)
def create_model(appkey: str, context: Context, caller: Member, body: Annotated[ModelCreate, Body()]) -> Any:
    """Register a model: the output of a COMPLETE training or tuning, or an artifact that lies at a path."""
    checks = StorageChecks(context.storage_for(appkey))
    checks.input("modelUploadUri", body.model_upload_uri)
    checks.finish()
    with context.database.session() as session:
        training, tuning = _origin(session, appkey, body)
        row = models.insert(
            session,
            appkey=appkey,
            spec=body,
            created_by=caller.user_id,
            model_upload_uri=body.model_upload_uri or trainings.model_uri(training),  # type: ignore[arg-type]
            model_format=body.model_format_code or _format_of(training),
            training=training,
            tuning=tuning,
        )
    return success(model=model_view(row))


@router.get("/models", response_model=ListAnswer)
def list_models(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="modelIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="modelNameList")] = None,
    training_ids: Annotated[list[str] | None, Query(alias="trainingIdList")] = None,
    tuning_ids: Annotated[list[str] | None, Query(alias="hyperparameterTuningIdList")] = None,
) -> Any:
    """List the project's models."""
    with context.database.reading() as session:
        rows, total = models.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            training_ids=values(training_ids),
            tuning_ids=values(tuning_ids),
            **listing.arguments(models.SORT),
        )
    return success(model_list=[model_view(row) for row in rows], paging=listing.paging(len(rows), total))


@router.get("/models/{model_id}", response_model=Answer)
def get_model(appkey: str, model_id: str, context: Context, _caller: Member) -> Any:
    """Return a model."""
    with context.database.reading() as session:
        return success(model=model_view(_find(session, appkey, model_id)))


@router.put("/models/{model_id}", response_model=Answer)
def update_model(
    appkey: str, model_id: str, context: Context, _caller: Member, body: Annotated[ModelUpdate, Body()]
) -> Any:
    """Change a model's name, description or tags; what is absent stays."""
    columns = changed_columns(body.model_name, body.description, body.tag_list)
    with context.database.session() as session:
        row = _find(session, appkey, model_id, lock=True)
        if columns:
            require(models.update(session, row, **columns), "model", row.name)
    return success(model=model_view(row))


@router.delete("/models/{model_id}", response_model=Envelope)
def delete_model(appkey: str, model_id: str, context: Context, _caller: Member) -> Any:
    """Forget a model that no endpoint and no batch inference needs; its artifact stays in its storage."""
    with context.database.session() as session:
        row = _find(session, appkey, model_id, lock=True)
        using = batch_inferences.using(session, row.id)
        serving = endpoints.using_model(session, row.id)
        ways = []
        if using:
            names = named([each.name for each in using[:5]], len(using))
            ways.append(f"is needed by the batch inferences {names}: stop them first")
        if serving:
            names = named(serving[:5], len(serving))
            ways.append(f"is served by the endpoints {names}: delete them, or their stage resources, first")
        if ways:
            raise EasyMakerError(ResultCode.IN_USE, f"The model {row.name} {'; it '.join(ways)}.")
        models.delete(session, row)
    return success()


def _find(session: Session, appkey: str, model_id: str, *, lock: bool = False) -> ModelRow:
    row = models.get(session, appkey, model_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no model {model_id} in this project.")
    return row


def _origin(
    session: Session, appkey: str, body: ModelCreate
) -> tuple[TrainingRow | None, HyperparameterTuningRow | None]:
    """Return the training whose output becomes the model, and the tuning it is the best trial of."""
    if body.training_id:
        training = find_training(session, appkey, body.training_id, lock=True)
        if training.tuning_id is not None:
            raise field_error(
                "trainingId", f"is a trial of a tuning; give hyperparameterTuningId {training.tuning_id} instead"
            )
        _require_complete(training)
        return training, None
    if not body.hyperparameter_tuning_id:
        return None, None
    tuning = find_tuning(session, appkey, body.hyperparameter_tuning_id, lock=True)
    best = best_trial(session, tuning)
    if tuning.status != HyperparameterTuningStatus.COMPLETE or best is None:
        raise EasyMakerError(
            ResultCode.WRONG_STATUS,
            f"The tuning {tuning.name} is {tuning.status}; a model is made from a COMPLETE one.",
        )
    return best, tuning


def _require_complete(training: TrainingRow) -> None:
    if training.status != TrainingStatus.COMPLETE:
        raise EasyMakerError(
            ResultCode.WRONG_STATUS,
            f"The training {training.name} is {training.status}; a model is made from a COMPLETE one.",
        )


_FRAMEWORK_FORMATS = {"PYTORCH": ModelFormat.PYTORCH, "TENSORFLOW": ModelFormat.TENSORFLOW}


def _format_of(training: TrainingRow | None) -> str | None:
    """Return what made the artifact, as far as the training tells."""
    if training is None:
        return None
    if training.algorithm:
        return str(training.algorithm["modelFormatCode"])
    return _FRAMEWORK_FORMATS.get(training.image["frameworkCode"])
