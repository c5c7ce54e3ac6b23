"""What a job printed: read, followed live, downloaded; the same whatever the job runs for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response, StreamingResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from ..engines.base import LogChunk
from ..resources.base import WireModel
from ..resources.errors import field_error
from ..store.job_owners import JobOwner, has_ended, job_name, node_count
from .context import ApiContext
from .envelope import envelope, success

CHUNK = 64 * 1024
_DOWNLOAD_CHUNK = 1024 * 1024
_TAIL_BYTES = 4096
_TAIL_LINES = 20
_LOOK_SECONDS = 0.15

Node = Annotated[int, Query(ge=0, le=1000, description="The node's number, from 0.")]
Offset = Annotated[
    int,
    Query(ge=-(2**40), le=2**40, description="Where to read from, in bytes; negative: counted from the end."),
]
Limit = Annotated[int, Query(ge=1, le=4 * 1024 * 1024, description="At most this many bytes.")]


class Log(WireModel):
    """A piece of a node's log."""

    node: int
    offset: int
    next_offset: int
    """Read on from here."""
    text: str
    complete: bool
    """The node has ended and nothing follows."""


LogAnswer = envelope("LogAnswer", log=Log)


def piece_of_log(context: ApiContext, row: JobOwner, node: int, offset: int, limit: int) -> Any:
    """Answer with a piece of a node's log."""
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


async def followed_log(
    request: Request, context: ApiContext, find: Callable[[], JobOwner | None], row: JobOwner, node: int, offset: int
) -> EventSourceResponse:
    """Answer with a node's log as it grows (``log`` events), then ``end`` with the status.

    Args:
        find: reads the row again; None: it was deleted.
    """
    await asyncio.to_thread(read_log, context, row, node, offset, 1)  # refuse an unknown node before the stream begins
    feed = request.app.state.change_feed

    async def messages() -> AsyncIterator[ServerSentEvent]:
        at = offset
        status = row.status
        while not feed.closed:
            mark = feed.mark()
            # The status first: a log read after the end is whole.
            current = await asyncio.to_thread(find)
            if current is not None:
                status = current.status
                chunk = await asyncio.to_thread(read_log, context, current, node, at, CHUNK)
                if chunk.data:
                    data, at = whole_characters(chunk)
                    body = {"text": data.decode(errors="replace"), "nextOffset": at}
                    yield ServerSentEvent(json.dumps(body), event="log", id=str(at))
                    continue
            if current is None or has_ended(current):  # None: it was deleted, which ended ones are
                yield ServerSentEvent(json.dumps({"statusCode": status}), event="end")
                return
            await feed.wait(mark, _LOOK_SECONDS)

    return EventSourceResponse(messages(), ping=15)


def downloaded_log(context: ApiContext, row: JobOwner, node: int) -> Response:
    """Answer with a node's whole log as a text file."""
    first = read_log(context, row, node, 0, _DOWNLOAD_CHUNK)  # an unknown node is refused before the answer begins

    def pieces() -> Iterator[bytes]:
        chunk = first
        while chunk.data:
            yield chunk.data
            chunk = read_log(context, row, node, chunk.next_offset, _DOWNLOAD_CHUNK)

    disposition = f'attachment; filename="{job_name(row)}-node-{node}.log"'
    return StreamingResponse(
        pieces(), media_type="text/plain; charset=utf-8", headers={"Content-Disposition": disposition}
    )


def read_log(context: ApiContext, row: JobOwner, node: int, offset: int, limit: int) -> LogChunk:
    """Return a piece of a log; of what has not begun, an empty one.

    Raises:
        EasyMakerError: there is no such node.
    """
    nodes = node_count(row)
    if node >= nodes:
        raise field_error("node", f"is {node}; there are the nodes 0 to {nodes - 1}")
    try:
        return context.engine.logs(job_name(row), node, offset, limit)
    except KeyError:
        return LogChunk(data=b"", next_offset=max(0, offset), complete=has_ended(row))


def log_tail(context: ApiContext, row: JobOwner) -> str:
    """Return the last lines of the first node's log."""
    data = read_log(context, row, 0, -_TAIL_BYTES, _TAIL_BYTES).data
    return "\n".join(data.decode(errors="replace").splitlines()[-_TAIL_LINES:])


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
