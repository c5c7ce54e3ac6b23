"""Trainings over REST."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.orm import Session

from ..resources.errors import EasyMakerError, ResultCode
from ..resources.training import Training, TrainingCreate, TrainingStatus, TrainingUpdate
from ..store import trainings
from ..store.quotas import of_flavor
from ..store.tables import TrainingRow
from .auth import Member
from .context import Context
from .envelope import Envelope, Paging, envelope, success
from .experiments import chosen_experiment, find_experiment, require
from .job_actions import STOP_REASON, ask_to_stop, require_deletable
from .job_logs import log_tail
from .listing import Listing, values, whole
from .quota_checks import check_quota
from .training_checks import check_training
from .training_views import copy_of, training_views
from .updates import changed_columns

router = APIRouter(tags=["trainings"])
Answer = envelope("TrainingAnswer", training=Training)
ListAnswer = envelope("TrainingList", training_list=list[Training], paging=Paging)
CopyAnswer = envelope("TrainingCopy", training=dict[str, Any])


@router.post("/trainings", response_model=Answer)
def create_training(appkey: str, context: Context, caller: Member, body: Annotated[TrainingCreate, Body()]) -> Any:
    """Create a training; it starts as soon as there is room for it."""
    if body.experiment_id is not None:
        with context.database.reading() as session:
            find_experiment(session, appkey, body.experiment_id)
    chosen = check_training(context, appkey, body)
    with context.database.session() as session:
        experiment_id = chosen_experiment(session, appkey, body, caller.user_id)
        check_quota(session, appkey, of_flavor(chosen.flavor, body.instance_count))
        row = trainings.insert(
            session,
            appkey=appkey,
            spec=body.model_copy(update={"experiment_id": experiment_id, "experiment_name": None}),
            experiment_id=experiment_id,
            created_by=caller.user_id,
            flavor=chosen.flavor,
            image=chosen.image,
            algorithm=chosen.algorithm,
        )
        (training,) = training_views(session, [row], context.public_url)
    context.wake(training.training_id)
    return success(training=training)


@router.get("/trainings", response_model=ListAnswer)
def list_trainings(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="trainingIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="trainingNameList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="trainingStatusCodeList")] = None,
    experiment_ids: Annotated[list[str] | None, Query(alias="experimentIdList")] = None,
) -> Any:
    """List the project's trainings."""
    with context.database.reading() as session:
        rows, total = trainings.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            statuses=values(statuses),
            experiment_ids=values(experiment_ids),
            **listing.arguments(trainings.SORT),
        )
        found = training_views(session, rows, context.public_url)
    return success(training_list=found, paging=listing.paging(len(found), total))


@router.get("/trainings/{training_id}", response_model=Answer)
def get_training(appkey: str, training_id: str, context: Context, _caller: Member) -> Any:
    """Return a training; of a failed one the last lines of its log too."""
    with context.database.reading() as session:
        row = find_training(session, appkey, training_id)
        (training,) = training_views(session, [row], context.public_url)
    if training.training_status_code in (TrainingStatus.FAIL_TRAIN, TrainingStatus.CREATE_FAILED):
        training.log_tail = log_tail(context, row)
    return success(training=training)


@router.put("/trainings/{training_id}", response_model=Answer)
def update_training(
    appkey: str, training_id: str, context: Context, _caller: Member, body: Annotated[TrainingUpdate, Body()]
) -> Any:
    """Change a training's name, description or tags; what is absent stays."""
    columns = changed_columns(body.training_name, body.description, body.tag_list)
    with context.database.session() as session:
        row = find_training(session, appkey, training_id, lock=True)
        _require_no_trial(row, "change")
        if columns:
            require(trainings.transition(session, row, None, **columns), "training", row.name)
        (training,) = training_views(session, [row], context.public_url)
    return success(training=training)


@router.put("/trainings/{training_id}/stop", response_model=Answer)
def stop_training(appkey: str, training_id: str, context: Context, _caller: Member) -> Any:
    """Ask a training to stop; one that is stopping already goes on stopping."""
    with context.database.session() as session:
        row = find_training(session, appkey, training_id, lock=True)
        _require_no_trial(row, "stop")
        stopping = partial(trainings.transition, session, row, TrainingStatus.STOP_IN_PROGRESS, reason=STOP_REASON)
        ask_to_stop(row, TrainingStatus(row.status), "training", stopping)
        (training,) = training_views(session, [row], context.public_url)
    context.wake(training.training_id)
    return success(training=training)


@router.get("/trainings/{training_id}/copy", response_model=CopyAnswer)
def copy_training(appkey: str, training_id: str, context: Context, _caller: Member) -> Any:
    """Return the create body that would make the same training again."""
    with context.database.reading() as session:
        row = find_training(session, appkey, training_id)
    return success(training=copy_of(row))


@router.delete("/trainings/{training_id}", response_model=Envelope)
def delete_training(appkey: str, training_id: str, context: Context, _caller: Member) -> Any:
    """Delete a training that has ended and that no model was made from. Its outputs stay in their storage."""
    with context.database.session() as session:
        row = find_training(session, appkey, training_id, lock=True)
        _require_no_trial(row, "delete")
        models = trainings.models_of(session, [row.id]).get(row.id, [])
        require_deletable(row, TrainingStatus(row.status), "training", models)
        require(trainings.mark_deleted(session, row), "training", row.name)
    context.wake(training_id)
    return success()


def _require_no_trial(row: TrainingRow, verb: str) -> None:
    if row.tuning_id is not None:
        raise EasyMakerError(
            ResultCode.WRONG_STATUS,
            f"The training {row.name} is a trial of the hyperparameter tuning {row.tuning_id}; {verb} that.",
        )


def find_training(session: Session, appkey: str, training_id: str, *, lock: bool = False) -> TrainingRow:
    """Return a training of the project; ``lock`` as in ``resource_queries.get``.

    Raises:
        EasyMakerError: there is none of this id.
    """
    row = trainings.get(session, appkey, training_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no training {training_id} in this project.")
    return row
