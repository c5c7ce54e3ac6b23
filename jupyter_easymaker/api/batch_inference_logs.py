"""What a pod of a batch inference printed: read, followed live, downloaded."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sse_starlette import EventSourceResponse

from ..store import batch_inferences
from ..store.tables import BatchInferenceRow
from .auth import Member
from .batch_inferences import find_batch_inference
from .context import ApiContext, Context
from .job_logs import CHUNK, Limit, LogAnswer, Node, Offset, downloaded_log, followed_log, piece_of_log

router = APIRouter(tags=["batch inferences"])


@router.get("/batch-inferences/{batch_inference_id}/logs", response_model=LogAnswer)
def get_log(
    appkey: str,
    batch_inference_id: str,
    context: Context,
    _caller: Member,
    node: Node = 0,
    offset: Offset = 0,
    limit: Limit = CHUNK,
) -> Any:
    """Return a piece of a pod's log."""
    return piece_of_log(context, _find(context, appkey, batch_inference_id), node, offset, limit)


@router.get("/batch-inferences/{batch_inference_id}/logs/stream", response_class=EventSourceResponse)
async def follow_log(
    request: Request,
    appkey: str,
    batch_inference_id: str,
    context: Context,
    _caller: Member,
    node: Node = 0,
    offset: Offset = 0,
) -> EventSourceResponse:
    """Send a pod's log as it grows (``log`` events), then ``end`` with the batch inference's status."""
    row = await asyncio.to_thread(_find, context, appkey, batch_inference_id)
    return await followed_log(request, context, lambda: _get(context, appkey, batch_inference_id), row, node, offset)


@router.get("/batch-inferences/{batch_inference_id}/logs/download", response_class=StreamingResponse)
def download_log(appkey: str, batch_inference_id: str, context: Context, _caller: Member, node: Node = 0) -> Response:
    """Return a pod's whole log as a text file."""
    return downloaded_log(context, _find(context, appkey, batch_inference_id), node)


def _get(context: ApiContext, appkey: str, batch_inference_id: str) -> BatchInferenceRow | None:
    with context.database.reading() as session:
        return batch_inferences.get(session, appkey, batch_inference_id)


def _find(context: ApiContext, appkey: str, batch_inference_id: str) -> BatchInferenceRow:
    with context.database.reading() as session:
        return find_batch_inference(session, appkey, batch_inference_id)
