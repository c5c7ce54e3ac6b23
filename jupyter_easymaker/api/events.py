"""Every change, sent as it happens: what keeps panels and magics live without polling."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from ..store import events
from .auth import Member
from .context import ApiContext, Context

router = APIRouter(tags=["events"])
_HEARTBEAT_SECONDS = 15


@router.get("/events", response_class=EventSourceResponse)
async def follow_events(
    request: Request,
    appkey: str,
    context: Context,
    _caller: Member,
    last_event_id: Annotated[int | None, Query(alias="lastEventId", ge=0, le=2**62)] = None,
    header_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=20)] = None,
) -> EventSourceResponse:
    """Send the project's events (``change``) after ``lastEventId``, or from now on."""
    resume = last_event_id
    if header_event_id and header_event_id.isascii() and header_event_id.isdigit():
        resume = int(header_event_id)
    feed = request.app.state.change_feed

    async def messages() -> AsyncIterator[ServerSentEvent]:
        at = resume if resume is not None else await asyncio.to_thread(_last_id, context)
        yield ServerSentEvent(json.dumps({"lastEventId": at}), event="hello", id=str(at))
        while not feed.closed:
            mark = feed.mark()
            found = await asyncio.to_thread(_since, context, appkey, at)
            for event in found:
                at = event.event_id
                yield ServerSentEvent(event.model_dump_json(by_alias=True), event="change", id=str(at))
            if not found:
                await feed.wait(mark, _HEARTBEAT_SECONDS)

    return EventSourceResponse(messages(), ping=_HEARTBEAT_SECONDS)


def _last_id(context: ApiContext) -> int:
    with context.database.reading() as session:
        return events.last_id(session)


def _since(context: ApiContext, appkey: str, event_id: int) -> Any:
    with context.database.reading() as session:
        return events.since(session, appkey, event_id)
