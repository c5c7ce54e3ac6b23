"""Batch inferences over REST."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.orm import Session

from ..resources.batch_inference import (
    BatchInference,
    BatchInferenceCreate,
    BatchInferenceStatus,
    BatchInferenceUpdate,
)
from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..store import batch_inferences, models
from ..store.quotas import of_flavor
from ..store.tables import BatchInferenceRow, ModelRow
from .auth import Member
from .batch_inference_checks import check_batch_inference
from .batch_inference_views import copy_of, view
from .context import Context
from .envelope import Envelope, Paging, envelope, success
from .experiments import require
from .job_actions import STOP_REASON, ask_to_stop, require_deletable
from .job_logs import log_tail
from .listing import Listing, values, whole
from .model_views import model_view
from .quota_checks import check_quota
from .updates import changed_columns

router = APIRouter(tags=["batch inferences"])
Answer = envelope("BatchInferenceAnswer", batch_inference=BatchInference)
ListAnswer = envelope("BatchInferenceList", batch_inference_list=list[BatchInference], paging=Paging)
CopyAnswer = envelope("BatchInferenceCopy", batch_inference=dict[str, Any])
_FAILED = (BatchInferenceStatus.FAIL_BATCH_INFERENCE, BatchInferenceStatus.CREATE_FAILED)


@router.post("/batch-inferences", response_model=Answer)
def create_batch_inference(
    appkey: str, context: Context, caller: Member, body: Annotated[BatchInferenceCreate, Body()]
) -> Any:
    """Create a batch inference; it starts as soon as there is room for it."""
    with context.database.reading() as session:
        model_format = _find_model(session, appkey, body.model_id).model_format
    flavor, image = check_batch_inference(context, appkey, body, model_format)
    with context.database.session() as session:
        model = _find_model(session, appkey, body.model_id, lock=True)  # so that nobody deletes it meanwhile
        check_quota(session, appkey, of_flavor(flavor, body.instance_count))
        row = batch_inferences.insert(
            session,
            appkey=appkey,
            spec=body,
            created_by=caller.user_id,
            flavor=flavor,
            image=image,
            model=model_view(model).model_dump(by_alias=True, mode="json"),
        )
        made = view(row)
    context.wake(made.batch_inference_id)
    return success(batch_inference=made)


@router.get("/batch-inferences", response_model=ListAnswer)
def list_batch_inferences(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="batchInferenceIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="batchInferenceNameList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="batchInferenceStatusCodeList")] = None,
    model_ids: Annotated[list[str] | None, Query(alias="modelIdList")] = None,
) -> Any:
    """List the project's batch inferences."""
    with context.database.reading() as session:
        rows, total = batch_inferences.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            statuses=values(statuses),
            model_ids=values(model_ids),
            **listing.arguments(batch_inferences.SORT),
        )
    return success(batch_inference_list=[view(row) for row in rows], paging=listing.paging(len(rows), total))


@router.get("/batch-inferences/{batch_inference_id}", response_model=Answer)
def get_batch_inference(appkey: str, batch_inference_id: str, context: Context, _caller: Member) -> Any:
    """Return a batch inference; of a failed one the last lines of its log too."""
    with context.database.reading() as session:
        row = find_batch_inference(session, appkey, batch_inference_id)
    found = view(row)
    if found.batch_inference_status_code in _FAILED:
        found.log_tail = log_tail(context, row)
    return success(batch_inference=found)


@router.put("/batch-inferences/{batch_inference_id}", response_model=Answer)
def update_batch_inference(
    appkey: str,
    batch_inference_id: str,
    context: Context,
    _caller: Member,
    body: Annotated[BatchInferenceUpdate, Body()],
) -> Any:
    """Change a batch inference's name, description or tags; what is absent stays."""
    columns = changed_columns(body.batch_inference_name, body.description, body.tag_list)
    with context.database.session() as session:
        row = find_batch_inference(session, appkey, batch_inference_id, lock=True)
        if columns:
            require(batch_inferences.transition(session, row, None, **columns), "batch inference", row.name)
        changed = view(row)
    return success(batch_inference=changed)


@router.put("/batch-inferences/{batch_inference_id}/stop", response_model=Answer)
def stop_batch_inference(appkey: str, batch_inference_id: str, context: Context, _caller: Member) -> Any:
    """Ask a batch inference to stop; the results so far are kept. One that is stopping already goes on stopping."""
    with context.database.session() as session:
        row = find_batch_inference(session, appkey, batch_inference_id, lock=True)
        stopping = partial(
            batch_inferences.transition, session, row, BatchInferenceStatus.STOP_IN_PROGRESS, reason=STOP_REASON
        )
        ask_to_stop(row, BatchInferenceStatus(row.status), "batch inference", stopping)
        stopped = view(row)
    context.wake(stopped.batch_inference_id)
    return success(batch_inference=stopped)


@router.get("/batch-inferences/{batch_inference_id}/copy", response_model=CopyAnswer)
def copy_batch_inference(appkey: str, batch_inference_id: str, context: Context, _caller: Member) -> Any:
    """Return the create body that would make the same batch inference again."""
    with context.database.reading() as session:
        row = find_batch_inference(session, appkey, batch_inference_id)
    return success(batch_inference=copy_of(row))


@router.delete("/batch-inferences/{batch_inference_id}", response_model=Envelope)
def delete_batch_inference(appkey: str, batch_inference_id: str, context: Context, _caller: Member) -> Any:
    """Delete a batch inference that has ended. Its results stay in their storage."""
    with context.database.session() as session:
        row = find_batch_inference(session, appkey, batch_inference_id, lock=True)
        require_deletable(row, BatchInferenceStatus(row.status), "batch inference")
        require(batch_inferences.mark_deleted(session, row), "batch inference", row.name)
    context.wake(batch_inference_id)
    return success()


def find_batch_inference(
    session: Session, appkey: str, batch_inference_id: str, *, lock: bool = False
) -> BatchInferenceRow:
    """Return a batch inference of the project; ``lock`` as in ``resource_queries.get``.

    Raises:
        EasyMakerError: there is none of this id.
    """
    row = batch_inferences.get(session, appkey, batch_inference_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no batch inference {batch_inference_id} in this project.")
    return row


def _find_model(session: Session, appkey: str, model_id: str, *, lock: bool = False) -> ModelRow:
    row = models.get(session, appkey, model_id, lock=lock)
    if row is None:
        raise field_error("modelId", f"is {model_id!r}; there is no such model in this project")
    return row
