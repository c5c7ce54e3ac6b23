"""How often a stage was called, with what success and how fast, over time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..gateway.statistics import percentile
from ..resources.endpoint_call import CallPoint, CallTotals, PathCalls, StageStatistics
from ..resources.endpoint_stage import EndpointStageStatus
from ..resources.errors import field_error
from ..store import endpoint_calls
from ..store.endpoint_calls import merged
from ..store.endpoint_tables import EndpointCallRow
from .auth import Member
from .context import Context
from .endpoint_checks import find_stage
from .envelope import envelope, success
from .monitoring import Moment, seconds_of

router = APIRouter(tags=["endpoint stages"])
_HOUR = 3600
_MAX_POINTS = 2000
_STEPS = (60, 300, 900, 3600, 6 * 3600, 86400)
_SHOWN_POINTS = 120
_NEW = (EndpointStageStatus.CREATE_REQUESTED, EndpointStageStatus.CREATE_IN_PROGRESS)


@router.get(
    "/endpoint-stages/{stage_id}/statistics",
    response_model=envelope("StageStatisticsAnswer", statistics=StageStatistics),
)
def get_statistics(
    appkey: str,
    stage_id: str,
    context: Context,
    _caller: Member,
    begin: Annotated[Moment, Query(alias="from")] = "",
    end: Annotated[Moment, Query(alias="to")] = "",
    interval: Annotated[
        int | None,
        Query(alias="intervalSeconds", ge=60, le=366 * 86400, description="Whole minutes; absent: what suits."),
    ] = None,
) -> Any:
    """Return the calls of a stage by interval and by path. Without bounds: of the last hour."""
    until = seconds_of("to", end) if end else time.time()
    since = seconds_of("from", begin) if begin else until - _HOUR
    if not 0 <= since < until < 2**33:
        raise field_error("from", "must be before to")
    width = _width(interval, until - since)
    first = int(since) // width * width
    if (until - first) / width > _MAX_POINTS:
        raise field_error("intervalSeconds", f"gives more than {_MAX_POINTS} points; choose a longer one")
    with context.database.reading() as session:
        stage = find_stage(session, appkey, stage_id)
        rows = endpoint_calls.of_stage(session, stage.id, first, until)
    grouped: dict[int, list[EndpointCallRow]] = defaultdict(list)
    paths: dict[tuple[str, str, bool], list[EndpointCallRow]] = defaultdict(list)
    for row in rows:
        grouped[max(first, row.at // width * width)].append(row)
        paths[(row.model_id, row.path, row.by_default_address)].append(row)
    new = stage.status in _NEW and not rows
    statistics = StageStatistics(
        available=not new,
        reason="The stage is being created; its calls are counted once it answers any." if new else "",
        from_datetime=_moment(since),
        to_datetime=_moment(until),
        interval_seconds=width,
        totals=CallTotals(**_totals(rows)),
        point_list=[
            CallPoint(datetime=_moment(at), **_totals(grouped.get(at, ()))) for at in range(first, _end(until), width)
        ],
        path_list=[
            PathCalls(
                endpoint_model_id=model_id,
                model_name=found[-1].model_name,
                path=path,
                by_default_address=by_default,
                **_totals(found),
            )
            for (model_id, path, by_default), found in sorted(paths.items())
        ],
    )
    return success(statistics=statistics)


def _width(given: int | None, seconds: float) -> int:
    if given is None:
        return next((step for step in _STEPS if seconds / step <= _SHOWN_POINTS), _STEPS[-1])
    if given % 60:
        raise field_error("intervalSeconds", "must be whole minutes: calls are counted by the minute")
    return given


def _end(until: float) -> int:
    return int(until) if until == int(until) else int(until) + 1


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _totals(rows: Iterable[EndpointCallRow]) -> dict[str, Any]:
    """Return the fields of ``CallTotals`` of counts added up."""
    rows = list(rows)
    good, wrong, failed, other = (sum(getattr(row, name) for row in rows) for name in endpoint_calls.COUNTS)
    buckets: dict[str, int] = {}
    for row in rows:
        buckets = merged(buckets, row.buckets)
    timed = sum(buckets.values())
    ordered = sorted((float(bound), number) for bound, number in buckets.items())
    return {
        "call_count": good + wrong + failed + other,
        "success2xx_count": good,
        "fail4xx_count": wrong,
        "fail5xx_count": failed,
        "other_count": other,
        "average_milliseconds": _milliseconds(sum(row.seconds for row in rows) / timed if timed else None),
        **{f"p{each}_milliseconds": _milliseconds(percentile(ordered, each)) for each in (50, 90, 99)},
    }


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
