"""Experiments over REST."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..resources.errors import EasyMakerError, FieldError, ResultCode
from ..resources.experiment import Experiment, ExperimentCreate, ExperimentStatus, ExperimentUpdate
from ..resources.training_settings import TrainingSettings
from ..store import experiments, hyperparameter_tunings, trainings
from ..store.tables import ExperimentRow
from .auth import Member
from .context import Context
from .envelope import Envelope, Paging, envelope, success
from .listing import Listing, values, whole
from .tensorboard_links import tensorboard_uri
from .updates import changed_columns

router = APIRouter(tags=["experiments"])
Answer = envelope("ExperimentAnswer", experiment=Experiment)
ListAnswer = envelope("ExperimentList", experiment_list=list[Experiment], paging=Paging)
_NAMES_SHOWN = 5


@router.post("/experiments", response_model=Answer)
def create_experiment(appkey: str, context: Context, caller: Member, body: Annotated[ExperimentCreate, Body()]) -> Any:
    """Create an experiment. Its name is unique in the project."""
    with context.database.session() as session:
        row = insert_experiment(session, appkey, body, caller.user_id)
    context.reconcile_experiment(row.id)
    with context.database.reading() as session:
        (experiment,) = views(session, [find_experiment(session, appkey, row.id)], context.public_url)
    return success(experiment=experiment)


@router.get("/experiments", response_model=ListAnswer)
def list_experiments(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="experimentIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="experimentNameList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="experimentStatusCodeList")] = None,
) -> Any:
    """List the project's experiments."""
    with context.database.reading() as session:
        rows, total = experiments.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            statuses=values(statuses),
            **listing.arguments(experiments.SORT),
        )
        found = views(session, rows, context.public_url)
    return success(experiment_list=found, paging=listing.paging(len(found), total))


@router.get("/experiments/{experiment_id}", response_model=Answer)
def get_experiment(appkey: str, experiment_id: str, context: Context, _caller: Member) -> Any:
    """Return an experiment."""
    with context.database.reading() as session:
        (experiment,) = views(session, [find_experiment(session, appkey, experiment_id)], context.public_url)
    return success(experiment=experiment)


@router.put("/experiments/{experiment_id}", response_model=Answer)
def update_experiment(
    appkey: str,
    experiment_id: str,
    context: Context,
    _caller: Member,
    body: Annotated[ExperimentUpdate, Body()],
) -> Any:
    """Change an experiment's name, description or tags; what is absent stays."""
    columns = changed_columns(body.experiment_name, body.description, body.tag_list)
    if body.experiment_name is not None:
        columns["live_name"] = experiments.live_name(appkey, body.experiment_name)
    with context.database.session() as session:
        row = find_experiment(session, appkey, experiment_id, lock=True)
        if columns:
            try:
                written = experiments.transition(session, row, None, **columns)
            except IntegrityError as error:
                raise name_taken(body.experiment_name or "") from error
            require(written, "experiment", row.name)
        (experiment,) = views(session, [row], context.public_url)
    return success(experiment=experiment)


@router.put("/experiments/{experiment_id}/retry", response_model=Answer)
@router.post("/experiments/{experiment_id}/retry", response_model=Answer, operation_id="post_retry_experiment")
def retry_experiment(appkey: str, experiment_id: str, context: Context, _caller: Member) -> Any:
    """Try again to create an experiment whose creation failed."""
    with context.database.session() as session:
        row = find_experiment(session, appkey, experiment_id, lock=True)
        if row.status != ExperimentStatus.CREATE_FAILED:
            raise EasyMakerError(
                ResultCode.WRONG_STATUS,
                f"The experiment {row.name} is {row.status}; only one that is CREATE_FAILED can be retried.",
            )
        require(experiments.transition(session, row, ExperimentStatus.CREATE_REQUESTED), "experiment", row.name)
    context.reconcile_experiment(row.id)
    return get_experiment(appkey, experiment_id, context, _caller)


@router.delete("/experiments/{experiment_id}", response_model=Envelope)
def delete_experiment(appkey: str, experiment_id: str, context: Context, _caller: Member) -> Any:
    """Delete an experiment that nothing belongs to any more."""
    with context.database.session() as session:
        row = find_experiment(session, appkey, experiment_id, lock=True)
        if not ExperimentStatus(row.status).terminal:
            raise EasyMakerError(
                ResultCode.WRONG_STATUS,
                f"The experiment {row.name} is being created; delete it when that is done.",
            )
        for what, page in (("trainings", trainings.page), ("hyperparameter tunings", hyperparameter_tunings.page)):
            in_the_way, total = page(session, appkey, experiment_ids=[row.id], size=_NAMES_SHOWN)
            if total:
                names = named([each.name for each in in_the_way], total)
                raise EasyMakerError(
                    ResultCode.IN_USE,
                    f"The experiment {row.name} still has the {what} {names}; delete them first.",
                )
        require(experiments.mark_deleted(session, row), "experiment", row.name)
    context.wake(None)
    return success()


def insert_experiment(session: Session, appkey: str, spec: ExperimentCreate, user_id: str) -> ExperimentRow:
    """Add an experiment.

    Raises:
        EasyMakerError: the project has one of this name.
    """
    try:
        return experiments.insert(session, appkey=appkey, spec=spec, created_by=user_id)
    except IntegrityError as error:
        raise name_taken(spec.experiment_name) from error


def name_taken(name: str) -> EasyMakerError:
    return EasyMakerError(
        ResultCode.NAME_TAKEN,
        f"There is an experiment {name} already; choose another name or use that one.",
        (FieldError("experimentName", "is taken; choose another"),),
    )


def find_experiment(session: Session, appkey: str, experiment_id: str, *, lock: bool = False) -> ExperimentRow:
    """Return an experiment of the project; ``lock`` as in ``resource_queries.get``.

    Raises:
        EasyMakerError: there is none of this id.
    """
    row = experiments.get(session, appkey, experiment_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no experiment {experiment_id} in this project.")
    return row


def require(written: bool, what: str, name: str) -> None:
    """Refuse to overwrite what somebody else changed meanwhile."""
    if not written:
        raise EasyMakerError(ResultCode.CONFLICT, f"The {what} {name} was changed meanwhile; look again and retry.")


def named(names: Sequence[str], total: int) -> str:
    """Return names for a sentence: ``a, b and 3 more``."""
    shown = ", ".join(names)
    return shown if total <= len(names) else f"{shown} and {total - len(names)} more"


def views(session: Session, rows: Sequence[ExperimentRow], public_url: str) -> list[Experiment]:
    counts = experiments.training_counts(session, [row.id for row in rows]) if rows else {}
    return [
        Experiment(
            experiment_id=row.id,
            experiment_name=row.name,
            description=row.description,
            app_key=row.appkey,
            experiment_status_code=ExperimentStatus(row.status),
            experiment_status_reason=row.status_reason,
            created_datetime=row.created_at,
            created_by=row.created_by,
            training_count=counts.get(row.id, 0),
            tensorboard_access_uri=tensorboard_uri(public_url, row.appkey, "experiment", row.id),
            tag_list=row.tags,
        )
        for row in rows
    ]


def chosen_experiment(session: Session, appkey: str, body: TrainingSettings, by: str) -> str:
    """Return the id of the experiment that a training or tuning names, made now where it names a new one.

    Held until this transaction ends, so that nobody deletes it meanwhile.
    """
    chosen = body.experiment_id
    if chosen is None:
        chosen = create_on_the_spot(session, appkey, body.experiment_name or "", body.experiment_description, by)
    return find_experiment(session, appkey, chosen, lock=True).id


def create_on_the_spot(session: Session, appkey: str, name: str, description: str, by: str) -> str:
    """Return the id of the experiment of this name, made now if there is none."""
    row = experiments.by_name(session, appkey, name)
    if row is None:
        spec = ExperimentCreate(experiment_name=name, description=description)
        try:
            with session.begin_nested():
                row = experiments.insert(session, appkey=appkey, spec=spec, created_by=by)
        except IntegrityError as error:  # another request made it just now
            row = experiments.by_name(session, appkey, name)
            if row is None:
                raise name_taken(name) from error
    return row.id
