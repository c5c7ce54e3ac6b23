"""What the pods of a stage resource printed: read, followed live, downloaded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from ..engines.base import LogChunk
from ..reconcilers.endpoint_context import service_name
from ..resources.base import WireModel
from ..resources.errors import EasyMakerError, ResultCode, field_error
from .auth import Member
from .context import ApiContext, Context
from .endpoint_checks import find_resource
from .envelope import envelope, success
from .job_logs import Offset, whole_characters

router = APIRouter(tags=["stage resources"])
_CHUNK = 64 * 1024
_DOWNLOAD_CHUNK = 1024 * 1024
_LOOK_SECONDS = 0.3

Pod = Annotated[str, Query(max_length=80, description="The pod's name; empty: the first that runs.")]


class PodLog(WireModel):
    """A piece of a pod's log."""

    pod_name: str
    offset: int
    next_offset: int
    """Read on from here."""
    text: str
    complete: bool
    """The pod has ended and nothing follows."""


@router.get("/endpoint-models/{endpoint_model_id}/logs", response_model=envelope("PodLogAnswer", log=PodLog))
def get_pod_log(
    appkey: str,
    endpoint_model_id: str,
    context: Context,
    _caller: Member,
    pod: Pod = "",
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=4 * 1024 * 1024, description="At most this many bytes.")] = _CHUNK,
) -> Any:
    """Return a piece of a pod's log."""
    name = _pod(context, appkey, endpoint_model_id, pod)
    chunk = _read(context, appkey, name, offset, limit)
    return success(
        log=PodLog(
            pod_name=name,
            offset=chunk.next_offset - len(chunk.data),
            next_offset=chunk.next_offset,
            text=chunk.data.decode(errors="replace"),
            complete=chunk.complete,
        )
    )


@router.get("/endpoint-models/{endpoint_model_id}/logs/stream", response_class=EventSourceResponse)
async def follow_pod_log(
    request: Request,
    appkey: str,
    endpoint_model_id: str,
    context: Context,
    _caller: Member,
    pod: Pod = "",
    offset: Offset = 0,
) -> EventSourceResponse:
    """Send a pod's log as it grows (``log`` events), then ``end`` once the pod is gone."""
    name = await asyncio.to_thread(_pod, context, appkey, endpoint_model_id, pod)
    feed = request.app.state.change_feed

    async def messages() -> AsyncIterator[ServerSentEvent]:
        at = offset
        while not feed.closed:
            mark = feed.mark()
            chunk = await asyncio.to_thread(_read, context, appkey, name, at, _CHUNK)
            if chunk.data:
                data, at = whole_characters(chunk)
                body = {"podName": name, "text": data.decode(errors="replace"), "nextOffset": at}
                yield ServerSentEvent(json.dumps(body), event="log", id=str(at))
                continue
            if chunk.complete:
                yield ServerSentEvent(json.dumps({"podName": name}), event="end")
                return
            await feed.wait(mark, _LOOK_SECONDS)

    return EventSourceResponse(messages(), ping=15)


@router.get("/endpoint-models/{endpoint_model_id}/logs/download", response_class=StreamingResponse)
def download_pod_log(appkey: str, endpoint_model_id: str, context: Context, _caller: Member, pod: Pod = "") -> Response:
    """Return a pod's whole log, as far as it is kept, as a text file."""
    name = _pod(context, appkey, endpoint_model_id, pod)

    def pieces() -> Iterator[bytes]:
        chunk = _read(context, appkey, name, 0, _DOWNLOAD_CHUNK)
        while chunk.data:
            yield chunk.data
            chunk = _read(context, appkey, name, chunk.next_offset, _DOWNLOAD_CHUNK)

    headers = {"Content-Disposition": f'attachment; filename="{name}.log"'}
    return StreamingResponse(pieces(), media_type="text/plain; charset=utf-8", headers=headers)


def _pod(context: ApiContext, appkey: str, endpoint_model_id: str, pod: str) -> str:
    """Return the name of a pod of the stage resource.

    Raises:
        EasyMakerError: it has no such pod.
    """
    with context.database.reading() as session:
        row = find_resource(session, appkey, endpoint_model_id)
    observation = context.engine.observe_service(service_name(row.id))
    names = [replica.name for replica in observation.replicas] if observation else []
    if not pod and names:
        return names[0]
    if not names:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"The stage resource {row.name} has no pods now.")
    if pod not in names:
        raise field_error("pod", f"is {pod!r}; the pods are {', '.join(names)}")
    return pod


def _read(context: ApiContext, appkey: str, pod: str, offset: int, limit: int) -> LogChunk:
    """Return a piece of a log; of a pod that is gone, what was kept of it, or the end."""
    try:
        return context.engine.logs(pod, 0, offset, limit)
    except KeyError:
        kept = context.logs.log(appkey, pod, 0)
        if kept is not None:
            begin = max(offset if offset >= 0 else kept.size + offset, kept.begin)
            data = kept.read(begin, limit)
            return LogChunk(data=data, next_offset=begin + len(data), complete=begin + len(data) >= kept.size)
        there = context.engine.observe_service(pod.rpartition("-")[0].rpartition("-")[0])
        waiting = there is not None and any(replica.name == pod for replica in there.replicas)
        return LogChunk(data=b"", next_offset=max(0, offset), complete=not waiting)
