"""The thread that looks at load: counts calls and has stages scaled, every few seconds while there are endpoints.

Apart from the other reconcilers of endpoints because it asks the gateway for its counters, which may take a while.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from math import isnan
from typing import Any

from ..engines.base import Capacity
from ..gateway.base import GatewayError
from ..gateway.statistics import CallDelta
from ..resources.endpoint_model import EndpointModelStatus, ScaleMetric
from ..resources.endpoint_stage import EndpointStageStatus
from ..resources.flavor import Flavor
from ..storage.lock import FileLock
from ..store import endpoint_models, endpoint_stages, endpoints
from ..store.endpoint_tables import EndpointModelRow, EndpointStageRow
from . import call_statistics
from .endpoint_context import EndpointContext, service_name
from .pod_service import shares_of
from .stage_scaling import Decision, Load, Memory, PodScaling, Settings, decide

_LOG = logging.getLogger(__name__)
_REFRESH_SECONDS = 15.0
_IDLE_SECONDS = 60.0  # another backend may have been asked for an endpoint
_LOCK_FILE = "gateway-calls.lock"


class StageMeter:
    """Counts calls and scales stages in one thread until closed.

    Args:
        wake: called when a stage was scaled.
    """

    def __init__(self, context: EndpointContext, wake: Callable[[], None]) -> None:
        self._context = context
        self._wake = wake
        self._closed = threading.Event()
        self._woken = threading.Event()
        self._looks: deque[float] = deque()
        self._spent: dict[str, deque[tuple[float, float]]] = {}
        """By stage resource: (when, seconds spent on its calls since the look before)."""
        self._silent = False
        self._thread = threading.Thread(target=self._run, name="stage-meter", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Begin to look again, if there was nothing to look at (the API calls it when there may be)."""
        self._woken.set()

    def close(self) -> None:
        self._closed.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        there_are_any = True
        while not self._closed.wait(self._context.pace.look):
            if not there_are_any:
                self._woken.wait(_IDLE_SECONDS)
                self._woken.clear()
            there_are_any = True  # unless a look says otherwise: one that fails is done again soon
            try:
                there_are_any = self.look()
            except GatewayError as error:
                if not self._silent:
                    _LOG.warning("calls are not counted while the gateway does not answer: %s", error)
                self._silent = True
            except Exception:
                _LOG.exception("looking at the load of endpoints failed; it will be tried again")
            else:
                self._silent = False

    def look(self) -> bool:
        """Count calls and scale once; return whether there is any endpoint.

        Raises:
            GatewayError: the gateway does not answer.
        """
        with self._context.database.reading() as session:
            _, stages, models = endpoints.everything(session)
        if not models:
            self._spent.clear()
            self._looks.clear()
            return False
        lock = FileLock(str(self._context.data_dir / _LOCK_FILE))
        try:
            # The gateway tells some of it once: of several backends one asks, and scales by what it was told.
            if lock.acquire(shared=False, wait=False):
                self._look(stages, models)
        finally:
            lock.close()
        return True

    def _look(self, stages: Sequence[EndpointStageRow], models: Sequence[EndpointModelRow]) -> None:
        self._note(call_statistics.collect(self._context))
        call_statistics.thin_out(self._context)
        for stage in stages:
            if stage.status in (EndpointStageStatus.ACTIVE, EndpointStageStatus.DEPLOY_IN_PROGRESS):
                self._scale(stage, [row for row in models if row.stage_id == stage.id])

    def _note(self, deltas: Sequence[CallDelta]) -> None:
        now = time.time()
        self._looks.append(now)
        while len(self._looks) > 1 and self._looks[0] < now - self._context.pace.window:
            self._looks.popleft()
        for each in deltas:
            self._spent.setdefault(each.model_id, deque()).append((now, each.seconds))
        for key, history in list(self._spent.items()):
            while history and history[0][0] <= self._looks[0]:
                history.popleft()
            if not history:
                del self._spent[key]

    def _in_flight(self, endpoint_model_id: str) -> float | None:
        """Return how many requests a resource had at once, on average: seconds spent a second (Little's law)."""
        if len(self._looks) < 2:
            return None
        spent = sum(seconds for _, seconds in self._spent.get(endpoint_model_id, ()))
        return spent / (self._looks[-1] - self._looks[0])

    def _scale(self, stage: EndpointStageRow, models: Sequence[EndpointModelRow]) -> None:
        models = [row for row in models if row.status != EndpointModelStatus.DELETE_IN_PROGRESS]
        settings = settings_of(stage, self._context.engine.capacity())
        if not models or not (settings.enabled or any(row.spec.get("podAutoScaleEnable") for row in models)):
            return
        memory = memory_of(stage.scaling)
        flavor, shares = Flavor.model_validate(stage.flavor), shares_of(stage, models)
        resources = []
        for row in models:
            share = shares[row.id]
            own = bool(row.spec.get("podAutoScaleEnable"))
            resources.append(
                PodScaling(
                    key=row.id,
                    base_pods=row.pod_count,
                    pods=row.pods,
                    load=self._load(row, share.memory_mib),
                    metric=ScaleMetric(row.spec["scaleMetricCode"]) if own else None,
                    target=float(row.spec.get("scaleMetricTarget") or 0),
                    per_node=min(flavor.vcpus / share.cpus, flavor.ram / share.memory_mib),
                    wanted=tuple(memory.wanted.get(row.id, ())),
                )
            )
        decision = decide(self._context.pace, settings, stage.nodes, resources, memory, time.time())
        self._write(stage, models, decision)

    def _load(self, row: EndpointModelRow, memory_mib: int) -> Load:
        """Return what a resource's ready pods use of so much memory each, and of their CPUs."""
        since = time.time() - self._context.pace.window
        observation = self._context.services.observe_service(service_name(row.id))
        cpu, memory = [], []
        for replica in observation.ready if observation else ():
            try:
                samples = self._context.engine.samples(replica.name, 0, since)
            except KeyError:
                continue
            cpu += [sample.cpu for sample in samples if not isnan(sample.cpu)]
            memory += [sample.memory for sample in samples if not isnan(sample.memory)]
        percent = sum(memory) / len(memory) / (memory_mib * 2**20) * 100 if memory else None
        return Load(sum(cpu) / len(cpu) if cpu else None, percent, self._in_flight(row.id))

    def _write(self, stage: EndpointStageRow, models: Sequence[EndpointModelRow], decision: Decision) -> None:
        scaling = json_of(decision.memory, decision.reason or stage.scaling.get("reason", ""))
        moved = [row for row in models if decision.pods.get(row.id, row.pods) != row.pods]
        if decision.nodes == stage.nodes and not moved:
            if scaling != stage.scaling and _worth_writing(stage.scaling, scaling):
                with self._context.database.session() as session:
                    endpoint_stages.remember(session, stage, scaling)
            return
        with self._context.database.session() as session:
            # The stage first: of two backends that decide at once, one has its way and the other looks again.
            if not endpoint_stages.transition(session, stage, None, nodes=decision.nodes, scaling=scaling):
                return
            for row in moved:
                endpoint_models.transition(session, row, None, pods=decision.pods[row.id])
        _LOG.info("stage %s: %d instances; %s", stage.id, decision.nodes, decision.reason)
        self._wake()


def settings_of(stage: EndpointStageRow, capacity: Capacity) -> Settings:
    """Return a stage's autoscaler as the pure functions know it."""
    spec, flavor = stage.spec, stage.flavor
    affordable = [capacity.vcpus // flavor["vcpus"], capacity.memory_mib // flavor["ram"]]
    if flavor.get("gpuCount"):
        affordable.append(capacity.gpus // flavor["gpuCount"])
    return Settings(
        enabled=spec["caEnable"],
        min_nodes=spec["caMinNodeCount"],
        max_nodes=spec["caMaxNodeCount"],
        scale_down=spec["caScaleDownEnable"],
        threshold=spec["caScaleDownUtilThresh"],
        unneeded_minutes=spec["caScaleDownUnneededTime"],
        delay_after_add_minutes=spec["caScaleDownDelayAfterAdd"],
        base_nodes=stage.node_count,
        affordable_nodes=min(affordable),
    )


def memory_of(scaling: dict[str, Any]) -> Memory:
    wanted = {key: tuple((at, pods) for at, pods in history) for key, history in scaling.get("wanted", {}).items()}
    return Memory(scaling.get("addedAt"), scaling.get("belowSince"), wanted)


def json_of(memory: Memory, reason: str) -> dict[str, Any]:
    return {
        "addedAt": memory.added_at,
        "belowSince": memory.below_since,
        "wanted": {key: [list(each) for each in history] for key, history in memory.wanted.items()},
        "reason": reason,
    }


def _worth_writing(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether more changed than the time of the last look, which need not be exact."""

    def apart(scaling: dict[str, Any]) -> tuple[Any, ...]:
        wanted = scaling.get("wanted", {})
        return (
            scaling.get("addedAt"),
            scaling.get("belowSince"),
            {key: [pods for _, pods in history] for key, history in wanted.items()},
        )

    def last(scaling: dict[str, Any]) -> float:
        return max((at for history in scaling.get("wanted", {}).values() for at, _ in history), default=0.0)

    return apart(before) != apart(after) or last(after) - last(before) > _REFRESH_SECONDS
