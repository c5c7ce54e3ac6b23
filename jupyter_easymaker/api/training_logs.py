"""What a training printed, and the notebook it ran: read, followed live, downloaded."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sse_starlette import EventSourceResponse

from ..resources.errors import EasyMakerError, ResultCode
from ..store import trainings
from ..store.job_owners import job_name
from ..store.tables import TrainingRow
from .auth import Member
from .context import ApiContext, Context
from .job_logs import CHUNK, Limit, LogAnswer, Node, Offset, downloaded_log, followed_log, piece_of_log

router = APIRouter(tags=["trainings"])


@router.get("/trainings/{training_id}/logs", response_model=LogAnswer)
def get_log(
    appkey: str,
    training_id: str,
    context: Context,
    _caller: Member,
    node: Node = 0,
    offset: Offset = 0,
    limit: Limit = CHUNK,
) -> Any:
    """Return a piece of a node's log."""
    return piece_of_log(context, _find(context, appkey, training_id), node, offset, limit)


@router.get("/trainings/{training_id}/logs/stream", response_class=EventSourceResponse)
async def follow_log(
    request: Request,
    appkey: str,
    training_id: str,
    context: Context,
    _caller: Member,
    node: Node = 0,
    offset: Offset = 0,
) -> EventSourceResponse:
    """Send a node's log as it grows (``log`` events), then ``end`` with the training's status."""
    row = await asyncio.to_thread(_find, context, appkey, training_id)
    return await followed_log(request, context, lambda: _get(context, appkey, training_id), row, node, offset)


@router.get("/trainings/{training_id}/logs/download", response_class=StreamingResponse)
def download_log(appkey: str, training_id: str, context: Context, _caller: Member, node: Node = 0) -> Response:
    """Return a node's whole log as a text file."""
    return downloaded_log(context, _find(context, appkey, training_id), node)


@router.get("/trainings/{training_id}/notebook", response_class=Response)
def get_notebook(appkey: str, training_id: str, context: Context, _caller: Member) -> Response:
    """Return the executed notebook, as far as it has come."""
    row = _find(context, appkey, training_id)
    path = row.report.get("notebook")
    content = context.engine.read_file(job_name(row), path) if path else None
    if content is None:
        raise EasyMakerError(
            ResultCode.NOT_FOUND,
            f"The training {row.name} has no executed notebook: its entry point is none, or it has not begun.",
        )
    return Response(content, media_type="application/x-ipynb+json")


def _get(context: ApiContext, appkey: str, training_id: str) -> TrainingRow | None:
    with context.database.reading() as session:
        return trainings.get(session, appkey, training_id)


def _find(context: ApiContext, appkey: str, training_id: str) -> TrainingRow:
    row = _get(context, appkey, training_id)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no training {training_id} in this project.")
    return row
