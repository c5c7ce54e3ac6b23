"""What a running notebook uses: CPU, memory, disk, as it measures it itself."""

from __future__ import annotations

import time
from math import inf, nan
from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..monitoring.samples import Sample, cadence, thinned
from ..resources.monitoring import MonitoredInstance, Monitoring
from ..resources.notebook import NotebookStatus
from .auth import Member
from .context import Context
from .envelope import envelope, success
from .monitoring import Moment, seconds_of, series_of
from .notebook_inside import ask_notebook
from .notebooks import find_notebook, require_hub

router = APIRouter(tags=["monitoring"])
Answer = envelope("NotebookMonitoringAnswer", monitoring=Monitoring)


@router.get("/notebooks/{notebook_id}/monitoring", response_model=Answer)
def get_notebook_monitoring(
    appkey: str,
    notebook_id: str,
    context: Context,
    _caller: Member,
    begin: Annotated[Moment, Query(alias="from")] = "",
    end: Annotated[Moment, Query(alias="to")] = "",
    points: Annotated[int, Query(ge=2, le=2000, description="At most so many points a curve.")] = 300,
) -> Any:
    """Return the curves of a notebook since its last start; none while it is made or an action is in progress."""
    since = seconds_of("from", begin) if begin else 0.0
    until = seconds_of("to", end) if end else inf
    with context.database.reading() as session:
        row = find_notebook(session, appkey, notebook_id)
    require_hub(context)
    if row.status != NotebookStatus.ACTIVE:
        reason = f"The notebook is {NotebookStatus(row.status).label}; its use shows while it is ACTIVE."
        return success(monitoring=Monitoring(available=False, reason=reason, interval_seconds=cadence(0)))
    bounds = {"since": since} if until == inf else {"since": since, "until": until}
    told = ask_notebook(context, row, "easymaker/notebook/samples", **bounds).json()
    found = [_sample(told["fields"], values) for values in told["samples"]]
    instance = MonitoredInstance(
        node=0, name=row.name, series_list=series_of(thinned(found, points), row.flavor["ram"], "instance")
    )
    return success(
        monitoring=Monitoring(
            available=bool(found),
            reason="" if found else "The first measurement comes in a moment.",
            interval_seconds=cadence(0.0 if row.started_at is None else time.time() - row.started_at.timestamp()),
            instance_list=[instance],
        )
    )


def _sample(fields: list[str], values: list[float | None]) -> Sample:
    # By name: a notebook may run another version than the backend.
    known = {name: nan if value is None else value for name, value in zip(fields, values, strict=True)}
    return Sample(**{name: value for name, value in known.items() if name in Sample._fields})
