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
from .listing import values
from .watching import Watched, Watcher, watched_of

router = APIRouter(tags=["events"])
_HEARTBEAT_SECONDS = 15


@router.get("/events", response_class=EventSourceResponse)
async def follow_events(
    request: Request,
    appkey: str,
    context: Context,
    caller: Member,
    last_event_id: Annotated[int | None, Query(alias="lastEventId", ge=0, le=2**62)] = None,
    header_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=20)] = None,
    watch: Annotated[
        list[str] | None,
        Query(description="What is looked at: PART/ID, such as TRAINING_METRICS/ID; repeated or joined with commas."),
    ] = None,
) -> EventSourceResponse:
    """Send the project's events (``change``) after ``lastEventId``, or from now on.

    The first message, ``hello``, says ``"complete": false`` when the events after ``lastEventId`` are no longer
    kept: the listener then looks at the resources anew.

    What grows all the time (metrics, monitoring, calls, an executed notebook) makes no events: of what ``watch`` names,
    a message ``progress`` tells at most every second or so that it is different now, and once at the beginning.
    """
    watcher = Watcher(context, appkey, caller, watched_of(values(watch)))
    resume = last_event_id
    if header_event_id and header_event_id.isascii() and header_event_id.isdigit():
        resume = min(int(header_event_id), 2**62)
    feed = request.app.state.change_feed

    async def messages() -> AsyncIterator[ServerSentEvent]:
        oldest, newest = await asyncio.to_thread(_kept, context)
        # A listener may name events that are forgotten by now, or of another store: what it missed cannot be told.
        complete = resume is None or oldest - 1 <= resume <= newest
        at = resume if resume is not None and complete else newest
        yield ServerSentEvent(json.dumps({"lastEventId": at, "complete": complete}), event="hello", id=str(at))
        looking: asyncio.Task[list[Watched]] | None = None
        try:
            while not feed.closed:
                mark = feed.mark()
                found = await asyncio.to_thread(_since, context, appkey, at)
                for event in found:
                    at = event.event_id
                    yield ServerSentEvent(event.model_dump_json(by_alias=True), event="change", id=str(at))
                if found:
                    continue
                # A look may take long (a notebook is asked over the network): changes do not wait for it.
                looking = looking or asyncio.create_task(watcher.changed())
                waiting = asyncio.create_task(feed.wait(mark, _HEARTBEAT_SECONDS))
                await asyncio.wait({looking, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if looking.done():
                    for watched in looking.result():
                        yield ServerSentEvent(json.dumps({"watch": str(watched)}), event="progress")
                    looking = None
        finally:
            if looking is not None:
                looking.cancel()

    return EventSourceResponse(messages(), ping=_HEARTBEAT_SECONDS)


def _kept(context: ApiContext) -> tuple[int, int]:
    with context.database.reading() as session:
        return events.first_id(session), events.last_id(session)


def _since(context: ApiContext, appkey: str, event_id: int) -> Any:
    with context.database.reading() as session:
        return events.since(session, appkey, event_id)
