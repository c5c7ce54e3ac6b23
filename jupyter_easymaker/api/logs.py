"""One search over the logs of all trainings and batch inferences of a project: running, ended, and deleted ones."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from ..logs.archive import ENDPOINT, About
from ..logs.query import Query as LogQuery
from ..logs.search import Hit, Mark, Sources, key_of, page, search
from ..logs.source import LiveLog, LogSource
from ..logs.times import Times
from ..reconcilers.endpoint_context import service_name
from ..reconcilers.log_keeper import about_of
from ..reconcilers.pod_log_keeper import first_line, pods_of
from ..resources.base import UtcDatetime, WireModel, now
from ..store import endpoints, job_owners
from .auth import Member
from .context import ApiContext, Context
from .envelope import envelope, success

router = APIRouter(tags=["logs"])
_PATIENCE_SECONDS = 20.0
_JUST_ENDED = timedelta(hours=2)
"""So long a log that is not kept yet is looked for where its job left it."""
_QUERY_HELP = (
    'Such as body:"out of memory" AND (logLevel:ERROR OR trainingName:iris*). Fields: body, logLevel, time, '
    "trainingId, trainingName, hyperparameterTuningId, batchInferenceId, batchInferenceName, endpointId, endpointName, "
    "endpointStageId, endpointModelId, inferenceId, modelName, podName, action, node, category, logType, "
    "easymakerAppKey. AND, OR, NOT, wildcards * and ?, and ranges: time:[2026-01-31 TO 2026-02-28]. Words without a "
    "field are looked for in the body."
)
Text = Annotated[str, Query(alias="query", max_length=2000, description=_QUERY_HELP)]
Since = Annotated[datetime | None, Query(alias="from", description="No older lines.")]
Until = Annotated[datetime | None, Query(alias="to", description="No newer lines.")]
OfTuning = Annotated[
    str, Query(alias="hyperparameterTuningId", max_length=100, description="Of the trials of this tuning only.")
]


class LogLine(WireModel):
    """A line that was found, in the field names of the log service."""

    time: UtcDatetime
    log_level: str
    """FATAL, ERROR, WARNING, INFO, DEBUG or TRACE: what the line names, ERROR for exceptions, else INFO."""
    body: str
    category: str
    log_type: str
    easymaker_app_key: str
    training_id: str | None = None
    training_name: str | None = None
    batch_inference_id: str | None = None
    batch_inference_name: str | None = None
    endpoint_id: str | None = None
    endpoint_name: str | None = None
    endpoint_stage_id: str | None = None
    endpoint_model_id: str | None = None
    inference_id: str | None = None
    """The request to an endpoint it belongs to, as X-Request-Id of its answer; several are separated by commas."""
    model_name: str | None = None
    pod_name: str | None = None
    """Of what printed it: a training's, a batch inference's or an endpoint's."""
    node: int
    offset: int
    """Where it begins in its node's log, in bytes."""
    line: int | None
    """Its number in its node's log, from 1; null while it runs."""


Answer = envelope("LogSearchAnswer", log_list=list[LogLine], next_cursor=str | None, took_milliseconds=int)


@router.get("/logs", response_model=Answer)
def search_logs(
    appkey: str,
    context: Context,
    _caller: Member,
    text: Text = "",
    since: Since = None,
    until: Until = None,
    tuning_id: OfTuning = "",
    size: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str, Query(max_length=500, description="nextCursor of the page before.")] = "",
) -> Any:
    """Find lines in the logs of trainings, batch inferences and endpoints with log management, the newest first.

    A search that takes very long answers what it found so far, which may be nothing, and a cursor to go on with.
    """
    began = time.monotonic()
    items = _search(context, appkey, text, since, until, tuning_id, cursor)
    found, following = page(items, size, seconds=_PATIENCE_SECONDS)
    took = round((time.monotonic() - began) * 1000)
    return success(log_list=[_view(hit) for hit in found], next_cursor=following, took_milliseconds=took)


@router.get("/logs/download", response_class=StreamingResponse)
def download_logs(
    appkey: str,
    context: Context,
    _caller: Member,
    text: Text = "",
    since: Since = None,
    until: Until = None,
    tuning_id: OfTuning = "",
) -> Response:
    """Return all lines a search finds as text, the newest first: time, whose, node, line."""
    items = _search(context, appkey, text, since, until, tuning_id, "")

    def lines() -> Iterator[str]:
        for hit in items:
            if isinstance(hit, Mark):
                continue
            at = datetime.fromtimestamp(hit.line.time, UTC).isoformat(timespec="milliseconds")
            yield f"{at}\t{hit.about.resource_name}\t{hit.node}\t{hit.line.text}\n"

    headers = {"Content-Disposition": 'attachment; filename="logs.txt"'}
    return StreamingResponse(lines(), media_type="text/plain; charset=utf-8", headers=headers)


def _search(
    context: ApiContext,
    appkey: str,
    text: str,
    since: datetime | None,
    until: datetime | None,
    tuning_id: str,
    cursor: str,
) -> Iterator[Hit | Mark]:
    query = LogQuery(text)
    after = key_of(cursor) if cursor else None
    return search(
        _logs(context, appkey, tuning_id),
        query,
        since=_seconds(since, -inf),
        until=_seconds(until, inf),
        after=after,
    )


def _seconds(moment: datetime | None, otherwise: float) -> float:
    if moment is None:
        return otherwise
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _logs(context: ApiContext, appkey: str, tuning_id: str) -> Iterator[tuple[About, Sources]]:
    # What is there first: a log that is kept between the two looks is then found twice at worst, and skipped.
    with context.database.reading() as session:
        rows = job_owners.unfinished_or_ended_since(session, appkey, now() - _JUST_ENDED)
    pods = [] if tuning_id else _pods(context, appkey)
    kept = context.logs.kept(appkey)
    for about in kept:
        if tuning_id in ("", about.tuning_id):
            yield about, partial(context.logs.sources, about)
    known = {about.resource_id for about in kept}
    for row in rows:
        if row.id in known or not row.spec.get("useLog"):
            continue
        about = about_of(row, row.ended_at.timestamp() if row.ended_at else time.time(), row.created_at.timestamp())
        if tuning_id in ("", about.tuning_id):
            yield about, partial(_live, context, about)
    for about in pods:
        if about.resource_id not in known:
            yield about, partial(_live, context, about)


def _pods(context: ApiContext, appkey: str) -> list[About]:
    """Return the pods whose logs are there of a project's endpoints with log management."""
    with context.database.reading() as session:
        logged = endpoints.logged(session, appkey)
    return [
        about
        for endpoint, row in logged
        for about in pods_of(endpoint, row, context.engine.observe_service(service_name(row.id)))
    ]


def _live(context: ApiContext, about: About) -> Sequence[LogSource]:
    engine, job = context.engine, about.job

    def read(node: int, at: int, limit: int) -> bytes:
        try:
            chunk = engine.logs(job, node, at, limit)
        except KeyError:  # removed
            return b""
        gone = chunk.next_offset - len(chunk.data) != at  # the oldest of a pod's log goes, also while it is searched
        return b"" if gone else chunk.data

    found: list[LogSource] = []
    for node in range(about.nodes):
        try:
            times = Times(engine.log_times(job, node), about.ended_at)
            # What was printed this moment has no time yet; the next page would give it another one than this page.
            size = times.size if times.size is not None else engine.logs(job, node, -1, 1).next_offset
            begin = first_line(engine, job) if about.kind == ENDPOINT else 0
        except KeyError:  # not begun, or removed and perhaps kept meanwhile
            return found or context.logs.sources(about)
        found.append(LiveLog(node, times, partial(read, node), size, begin))
    return found


def _view(hit: Hit) -> LogLine:
    about = hit.about
    fields = about.fields(hit.node)
    return LogLine(
        time=datetime.fromtimestamp(hit.line.time, UTC),
        log_level=hit.line.level,
        body=hit.line.text,
        category=fields["category"],
        log_type=fields["logType"],
        easymaker_app_key=about.appkey,
        training_id=fields.get("trainingId"),
        training_name=fields.get("trainingName"),
        batch_inference_id=fields.get("batchInferenceId"),
        batch_inference_name=fields.get("batchInferenceName"),
        endpoint_id=fields.get("endpointId"),
        endpoint_name=fields.get("endpointName"),
        endpoint_stage_id=fields.get("endpointStageId"),
        endpoint_model_id=fields.get("endpointModelId"),
        inference_id=hit.line.inference_id or None,
        model_name=fields.get("modelName"),
        pod_name=fields.get("podName"),
        node=hit.node,
        offset=hit.line.offset,
        line=hit.number,
    )
