"""Hyperparameter tunings over REST."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.orm import Session

from ..resources.errors import EasyMakerError, ResultCode
from ..resources.hyperparameter_tuning import (
    HyperparameterTuning,
    HyperparameterTuningCreate,
    HyperparameterTuningStatus,
    HyperparameterTuningUpdate,
)
from ..store import hyperparameter_tunings
from ..store.quotas import of_flavor
from ..store.tables import HyperparameterTuningRow
from .auth import Member
from .context import Context
from .envelope import Envelope, Paging, envelope, success
from .experiments import chosen_experiment, find_experiment, require
from .job_actions import STOP_REASON, ask_to_stop, require_deletable
from .listing import Listing, values, whole
from .quota_checks import check_quota
from .tuning_checks import check_tuning
from .tuning_views import copy_of, tuning_views
from .updates import changed_columns

router = APIRouter(tags=["hyperparameter tunings"])
Answer = envelope("HyperparameterTuningAnswer", hyperparameter_tuning=HyperparameterTuning)
ListAnswer = envelope("HyperparameterTuningList", hyperparameter_tuning_list=list[HyperparameterTuning], paging=Paging)
CopyAnswer = envelope("HyperparameterTuningCopy", hyperparameter_tuning=dict[str, Any])


@router.post("/hyperparameter-tunings", response_model=Answer)
def create_tuning(
    appkey: str, context: Context, caller: Member, body: Annotated[HyperparameterTuningCreate, Body()]
) -> Any:
    """Create a tuning; its trials start as soon as there is room for them."""
    if body.experiment_id is not None:
        with context.database.reading() as session:
            find_experiment(session, appkey, body.experiment_id)
    chosen = check_tuning(context, appkey, body)
    with context.database.session() as session:
        experiment_id = chosen_experiment(session, appkey, body, caller.user_id)
        check_quota(session, appkey, of_flavor(chosen.flavor, body.instance_count))
        row = hyperparameter_tunings.insert(
            session,
            appkey=appkey,
            spec=body.model_copy(update={"experiment_id": experiment_id, "experiment_name": None}),
            experiment_id=experiment_id,
            created_by=caller.user_id,
            flavor=chosen.flavor,
            image=chosen.image,
            algorithm=chosen.algorithm,
        )
        (tuning,) = tuning_views(session, [row], context.public_url)
    context.wake(tuning.hyperparameter_tuning_id)
    return success(hyperparameter_tuning=tuning)


@router.get("/hyperparameter-tunings", response_model=ListAnswer)
def list_tunings(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="hyperparameterTuningIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="hyperparameterTuningNameList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="hyperparameterTuningStatusCodeList")] = None,
    experiment_ids: Annotated[list[str] | None, Query(alias="experimentIdList")] = None,
) -> Any:
    """List the project's tunings."""
    with context.database.reading() as session:
        rows, total = hyperparameter_tunings.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            statuses=values(statuses),
            experiment_ids=values(experiment_ids),
            **listing.arguments(hyperparameter_tunings.SORT),
        )
        found = tuning_views(session, rows, context.public_url)
    return success(hyperparameter_tuning_list=found, paging=listing.paging(len(found), total))


@router.get("/hyperparameter-tunings/{tuning_id}", response_model=Answer)
def get_tuning(appkey: str, tuning_id: str, context: Context, _caller: Member) -> Any:
    """Return a tuning with its best trial so far."""
    with context.database.reading() as session:
        (tuning,) = tuning_views(session, [find_tuning(session, appkey, tuning_id)], context.public_url)
    return success(hyperparameter_tuning=tuning)


@router.put("/hyperparameter-tunings/{tuning_id}", response_model=Answer)
def update_tuning(
    appkey: str,
    tuning_id: str,
    context: Context,
    _caller: Member,
    body: Annotated[HyperparameterTuningUpdate, Body()],
) -> Any:
    """Change a tuning's name, description or tags; what is absent stays."""
    columns = changed_columns(body.hyperparameter_tuning_name, body.description, body.tag_list)
    with context.database.session() as session:
        row = find_tuning(session, appkey, tuning_id, lock=True)
        if columns:
            require(hyperparameter_tunings.transition(session, row, None, **columns), "tuning", row.name)
        (tuning,) = tuning_views(session, [row], context.public_url)
    return success(hyperparameter_tuning=tuning)


@router.put("/hyperparameter-tunings/{tuning_id}/stop", response_model=Answer)
def stop_tuning(appkey: str, tuning_id: str, context: Context, _caller: Member) -> Any:
    """Ask a tuning to stop, its running trials with it; one that is stopping already goes on stopping."""
    with context.database.session() as session:
        row = find_tuning(session, appkey, tuning_id, lock=True)
        stopping = partial(
            hyperparameter_tunings.transition,
            session,
            row,
            HyperparameterTuningStatus.STOP_IN_PROGRESS,
            reason=STOP_REASON,
        )
        ask_to_stop(row, HyperparameterTuningStatus(row.status), "tuning", stopping)
        (tuning,) = tuning_views(session, [row], context.public_url)
    context.wake(tuning_id)
    return success(hyperparameter_tuning=tuning)


@router.get("/hyperparameter-tunings/{tuning_id}/copy", response_model=CopyAnswer)
def copy_tuning(appkey: str, tuning_id: str, context: Context, _caller: Member) -> Any:
    """Return the create body that would make the same tuning again."""
    with context.database.reading() as session:
        return success(hyperparameter_tuning=copy_of(find_tuning(session, appkey, tuning_id)))


@router.delete("/hyperparameter-tunings/{tuning_id}", response_model=Envelope)
def delete_tuning(appkey: str, tuning_id: str, context: Context, _caller: Member) -> Any:
    """Delete a tuning that has ended and that no model was made from, its trials with it. Outputs stay."""
    with context.database.session() as session:
        row = find_tuning(session, appkey, tuning_id, lock=True)
        models = hyperparameter_tunings.models_of(session, [row.id]).get(row.id, [])
        require_deletable(row, HyperparameterTuningStatus(row.status), "tuning", models)
        require(hyperparameter_tunings.mark_deleted(session, row), "tuning", row.name)
    context.wake(tuning_id)
    return success()


def find_tuning(session: Session, appkey: str, tuning_id: str, *, lock: bool = False) -> HyperparameterTuningRow:
    """Return a tuning of the project; ``lock`` as in ``resource_queries.get``.

    Raises:
        EasyMakerError: there is none of this id.
    """
    row = hyperparameter_tunings.get(session, appkey, tuning_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no hyperparameter tuning {tuning_id} in this project.")
    return row
