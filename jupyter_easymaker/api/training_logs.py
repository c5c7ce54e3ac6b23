"""What a training printed, and the notebook it ran: read, followed live, downloaded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from ..engines.base import LogChunk
from ..resources.base import WireModel
from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..resources.training import TrainingStatus
from ..store import trainings
from ..store.tables import TrainingRow
from .auth import Member
from .context import ApiContext, Context
from .envelope import envelope, success

router = APIRouter(tags=["trainings"])
_CHUNK = 64 * 1024
_DOWNLOAD_CHUNK = 1024 * 1024
_TAIL_BYTES = 4096
_TAIL_LINES = 20
_LOOK_SECONDS = 0.15

Node = Annotated[int, Query(ge=0, le=1000, description="The node's number, from 0.")]
Offset = Annotated[
    int,
    Query(ge=-(2**40), le=2**40, description="Where to read from, in bytes; negative: counted from the end."),
]


class Log(WireModel):
    """A piece of a node's log."""

    node: int
    offset: int
    next_offset: int
    """Read on from here."""
    text: str
    complete: bool
    """The node has ended and nothing follows."""


@router.get("/trainings/{training_id}/logs", response_model=envelope("LogAnswer", log=Log))
def get_log(
    appkey: str,
    training_id: str,
    context: Context,
    _caller: Member,
    node: Node = 0,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=4 * 1024 * 1024, description="At most this many bytes.")] = _CHUNK,
) -> Any:
    """Return a piece of a node's log."""
    row = _find(context, appkey, training_id)
    chunk = read_log(context, row, node, offset, limit)
    return success(
        log=Log(
            node=node,
            offset=chunk.next_offset - len(chunk.data),
            next_offset=chunk.next_offset,
            text=chunk.data.decode(errors="replace"),
            complete=chunk.complete,
        )
    )


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
    await asyncio.to_thread(read_log, context, row, node, offset, 1)  # refuse an unknown node before the stream begins

    feed = request.app.state.change_feed

    async def messages() -> AsyncIterator[ServerSentEvent]:
        at = offset
        status = row.status
        while not feed.closed:
            mark = feed.mark()
            # The status first: a log read after the end is whole.
            current = await asyncio.to_thread(_get, context, appkey, training_id)
            if current is not None:
                status = current.status
                chunk = await asyncio.to_thread(read_log, context, current, node, at, _CHUNK)
                if chunk.data:
                    data, at = whole_characters(chunk)
                    body = {"text": data.decode(errors="replace"), "nextOffset": at}
                    yield ServerSentEvent(json.dumps(body), event="log", id=str(at))
                    continue
            if current is None or TrainingStatus(status).terminal:  # None: it was deleted, which ended ones are
                yield ServerSentEvent(json.dumps({"statusCode": status}), event="end")
                return
            await feed.wait(mark, _LOOK_SECONDS)

    return EventSourceResponse(messages(), ping=15)


@router.get("/trainings/{training_id}/logs/download", response_class=StreamingResponse)
def download_log(appkey: str, training_id: str, context: Context, _caller: Member, node: Node = 0) -> Response:
    """Return a node's whole log as a text file."""
    row = _find(context, appkey, training_id)
    first = read_log(context, row, node, 0, _DOWNLOAD_CHUNK)  # an unknown node is refused before the answer begins

    def pieces() -> Iterator[bytes]:
        chunk = first
        while chunk.data:
            yield chunk.data
            chunk = read_log(context, row, node, chunk.next_offset, _DOWNLOAD_CHUNK)

    disposition = f'attachment; filename="training-{row.id}-node-{node}.log"'
    return StreamingResponse(
        pieces(), media_type="text/plain; charset=utf-8", headers={"Content-Disposition": disposition}
    )


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


def job_name(row: TrainingRow) -> str:
    return f"training-{row.id}"


def read_log(context: ApiContext, row: TrainingRow, node: int, offset: int, limit: int) -> LogChunk:
    """Return a piece of a log; of a training that has not begun, an empty one.

    Raises:
        EasyMakerError: the training has no such node.
    """
    if node >= row.spec["instanceCount"]:
        raise field_error("node", f"is {node}; the training has the nodes 0 to {row.spec['instanceCount'] - 1}")
    try:
        return context.engine.logs(job_name(row), node, offset, limit)
    except KeyError:
        return LogChunk(data=b"", next_offset=max(0, offset), complete=TrainingStatus(row.status).terminal)


def log_tail(context: ApiContext, row: TrainingRow) -> str:
    """Return the last lines of the chief node's log."""
    data = read_log(context, row, 0, -_TAIL_BYTES, _TAIL_BYTES).data
    return "\n".join(data.decode(errors="replace").splitlines()[-_TAIL_LINES:])


def _get(context: ApiContext, appkey: str, training_id: str) -> TrainingRow | None:
    with context.database.reading() as session:
        return trainings.get(session, appkey, training_id)


def _find(context: ApiContext, appkey: str, training_id: str) -> TrainingRow:
    row = _get(context, appkey, training_id)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no training {training_id} in this project.")
    return row


def whole_characters(chunk: LogChunk) -> tuple[bytes, int]:
    """Cut a multi-byte character that is not whole yet off the end, unless nothing would be left."""
    data = chunk.data
    for cut in range(1, min(4, len(data))):
        byte = data[-cut]
        if byte < 0x80:
            break
        if byte >= 0xC0:  # the first byte of a character: whole only if all its bytes are there
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            if cut < length and len(data) > cut:
                return data[:-cut], chunk.next_offset - cut
            break
    return data, chunk.next_offset
