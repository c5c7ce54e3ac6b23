"""What somebody looks at and no event tells of: looked at here, while they listen, so that their panel need not ask.

Metrics, samples, counts of calls and executed notebooks grow in files and counters many times a second. Writing an
event for each would drown the changes of resources; instead a listener of ``/events`` names what it shows (``watch``)
and is told, at most every few seconds, which of it is different now. Nobody listens: nothing is looked at.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from ..reconcilers.endpoint_context import service_name
from ..resources.errors import EasyMakerError, field_error
from ..resources.event import WatchedPart
from ..store import endpoint_calls, endpoint_models, trials
from ..store.job_owners import JobOwner, job_name, node_count
from ..store.tables import TrainingRow
from .auth import Caller
from .batch_inferences import find_batch_inference
from .context import ApiContext
from .dashboard import get_dashboard
from .endpoint_checks import find_stage
from .endpoint_monitoring import pod_samples
from .hyperparameter_tunings import find_tuning
from .metrics import read_metrics
from .monitoring import samples_of
from .notebook_inside import get_inside
from .notebook_monitoring import get_notebook_monitoring
from .trainings import find_training
from .trials import shown_trials

_LOG = logging.getLogger(__name__)
_MOST_WATCHED = 100
_SECONDS = {WatchedPart.TRAINING_METRICS: 1.0, WatchedPart.TUNING_CURVES: 1.0, WatchedPart.DASHBOARD: 5.0}
_OTHER_SECONDS = 2.0
_RECENT_SECONDS = 180.0
"""Samples are taken at least every minute."""
_MINUTE = 60


@dataclass(frozen=True)
class Watched:
    """A part of a resource that somebody looks at."""

    part: WatchedPart
    resource_id: str = ""

    def __str__(self) -> str:
        return f"{self.part}/{self.resource_id}" if self.resource_id else str(self.part)

    @classmethod
    def parse(cls, given: str) -> Watched:
        """Return what ``PART/ID`` names, or ``DASHBOARD``.

        Raises:
            EasyMakerError: it names nothing that can be watched. Whether the resource exists is not looked at.
        """
        part, _, resource_id = given.partition("/")
        known = part in WatchedPart.__members__ and bool(resource_id) is not (part == WatchedPart.DASHBOARD)
        if not known or len(resource_id) > 64:
            forms = ", ".join(f"{each}/ID" for each in WatchedPart if each is not WatchedPart.DASHBOARD)
            raise field_error("watch", f"is {given[:100]!r}; there are {forms} and {WatchedPart.DASHBOARD}")
        return cls(WatchedPart(part), resource_id)


def watched_of(given: Sequence[str]) -> list[Watched]:
    """Return what a listener names.

    Raises:
        EasyMakerError: one names nothing that can be watched, or there are too many.
    """
    if len(given) > _MOST_WATCHED:
        raise field_error("watch", f"names {len(given)} things; at most {_MOST_WATCHED} are watched at once")
    return [Watched.parse(each) for each in given]


class Watcher:
    """Looks at parts for one listener, each at its own pace.

    Args:
        caller: a member of the project; what it may not see is as if it did not change.
    """

    def __init__(self, context: ApiContext, appkey: str, caller: Caller, watched: Sequence[Watched]) -> None:
        self._context, self._appkey, self._caller = context, appkey, caller
        self._due = dict.fromkeys(watched, 0.0)
        self._seen: dict[Watched, Hashable] = {}

    async def changed(self) -> list[Watched]:
        """Wait for the next look and return what is different since the one before; at the first, everything.

        Everything, because it may have changed between the listener's own look and this one.
        """
        if not self._due:
            await asyncio.Event().wait()
        await asyncio.sleep(max(0.0, min(self._due.values()) - time.monotonic()))
        return await asyncio.to_thread(self._look)

    def _look(self) -> list[Watched]:
        found = []
        for watched, due in self._due.items():
            if due > time.monotonic():
                continue
            stamp = self._stamp(watched)
            if watched not in self._seen or self._seen[watched] != stamp:
                self._seen[watched] = stamp
                found.append(watched)
            self._due[watched] = time.monotonic() + _SECONDS.get(watched.part, _OTHER_SECONDS)
        return found

    def _stamp(self, watched: Watched) -> Hashable:
        """Return something that is another when what is watched has changed."""
        try:
            return _STAMPS[watched.part](self._context, self._appkey, self._caller, watched.resource_id)
        except EasyMakerError as error:  # gone, or not answering now: whoever asks for it is told so
            return error.code, error.message
        except Exception as error:
            # Whoever asks for it is told so, too; the changes of resources go on being told.
            _LOG.exception("looking at %s failed", watched)
            return repr(error)


def _metrics(context: ApiContext, row: TrainingRow) -> Hashable:
    found = read_metrics(context, row, 2)
    counts = tuple((each.source, each.name, each.count, each.not_finite) for each in found.metrics)
    # One that is not read to its end yet is another at each look.
    return counts, found.complete or time.monotonic()


def _training_metrics(context: ApiContext, appkey: str, _caller: Caller, training_id: str) -> Hashable:
    with context.database.reading() as session:
        row = find_training(session, appkey, training_id)
    return _metrics(context, row)


def _tuning_curves(context: ApiContext, appkey: str, _caller: Caller, tuning_id: str) -> Hashable:
    with context.database.reading() as session:
        tuning = find_tuning(session, appkey, tuning_id)
        found = trials.of_tuning(session, tuning_id)
    return tuple((row.id, _metrics(context, row)) for row in shown_trials(tuning, found))


def _training_notebook(context: ApiContext, appkey: str, _caller: Caller, training_id: str) -> Hashable:
    with context.database.reading() as session:
        row = find_training(session, appkey, training_id)
    path = row.report.get("notebook")
    content = context.engine.read_file(job_name(row), path) if path else None
    return content and hashlib.sha256(content).digest()


def _of_job(context: ApiContext, row: JobOwner) -> Hashable:
    since = time.time() - _RECENT_SECONDS
    found = [samples_of(context, row, node, since) for node in range(node_count(row))]
    return tuple(samples[-1].at if samples else None for samples in found)


def _training_monitoring(context: ApiContext, appkey: str, _caller: Caller, training_id: str) -> Hashable:
    with context.database.reading() as session:
        row = find_training(session, appkey, training_id)
    return _of_job(context, row)


def _batch_monitoring(context: ApiContext, appkey: str, _caller: Caller, batch_inference_id: str) -> Hashable:
    with context.database.reading() as session:
        row = find_batch_inference(session, appkey, batch_inference_id)
    return _of_job(context, row)


def _stage_monitoring(context: ApiContext, appkey: str, _caller: Caller, stage_id: str) -> Hashable:
    with context.database.reading() as session:
        stage = find_stage(session, appkey, stage_id)
        rows = endpoint_models.of_stages(session, [stage.id]).get(stage.id, [])
    since = time.time() - _RECENT_SECONDS
    found: list[tuple[str, float | None]] = []
    for row in rows:
        observation = context.engine.observe_service(service_name(row.id))
        for replica in observation.replicas if observation else ():
            samples = pod_samples(context, replica.name, since)
            found.append((replica.name, samples[-1].at if samples else None))
    return tuple(found)


def _stage_statistics(context: ApiContext, appkey: str, _caller: Caller, stage_id: str) -> Hashable:
    # Without any call, a minute in which nobody called is news all the same.
    minute = int(time.time()) // _MINUTE
    with context.database.reading() as session:
        stage = find_stage(session, appkey, stage_id)
        return minute, endpoint_calls.number_since(session, stage.id, (minute - 1) * _MINUTE)


def _notebook_monitoring(context: ApiContext, appkey: str, caller: Caller, notebook_id: str) -> Hashable:
    since = str(time.time() - _RECENT_SECONDS)
    answer = get_notebook_monitoring(appkey, notebook_id, context, caller, begin=since)
    return tuple(
        series.point_list[-1] for instance in answer["monitoring"].instance_list for series in instance.series_list
    )


def _notebook_inside(context: ApiContext, appkey: str, caller: Caller, notebook_id: str) -> Hashable:
    answer = get_inside(appkey, notebook_id, context, caller)
    return str(answer["inside"].model_dump_json())


def _dashboard(context: ApiContext, appkey: str, caller: Caller, _nothing: str) -> Hashable:
    return str(get_dashboard(appkey, context, caller)["dashboard"].model_dump_json())


_STAMPS: dict[WatchedPart, Callable[[ApiContext, str, Caller, str], Hashable]] = {
    WatchedPart.TRAINING_METRICS: _training_metrics,
    WatchedPart.TRAINING_MONITORING: _training_monitoring,
    WatchedPart.TRAINING_NOTEBOOK: _training_notebook,
    WatchedPart.TUNING_CURVES: _tuning_curves,
    WatchedPart.BATCH_INFERENCE_MONITORING: _batch_monitoring,
    WatchedPart.STAGE_MONITORING: _stage_monitoring,
    WatchedPart.STAGE_STATISTICS: _stage_statistics,
    WatchedPart.NOTEBOOK_MONITORING: _notebook_monitoring,
    WatchedPart.NOTEBOOK_INSIDE: _notebook_inside,
    WatchedPart.DASHBOARD: _dashboard,
}
