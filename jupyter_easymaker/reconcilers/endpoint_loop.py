"""The thread that runs the reconcilers of endpoints: at once when something changed, never when nothing can.

It is a thread of its own because calls depend on it: a pod that is about to end gets no calls only if the gateway is
told in time, however busy trainings keep the other reconcilers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Sequence

from ..resources.endpoint import EndpointStatus
from ..resources.endpoint_model import EndpointModelStatus
from ..resources.endpoint_stage import EndpointStageStatus
from ..store import endpoints
from ..store.endpoint_tables import EndpointModelRow
from .endpoint import reconcile_endpoint, reconcile_stage, retire_stage
from .endpoint_context import EndpointContext, endpoint_model_id_of
from .endpoint_model import reconcile_model, remove_model
from .gateway import Applied, GatewayReconciler

_LOG = logging.getLogger(__name__)
_BUSY_SECONDS = 1.0  # a safety net while something is unfinished: the engine tells of pods by itself
_GATEWAY_SECONDS = 0.2  # the gateway does not tell when it has taken up a change
_IDLE_SECONDS = 30.0
_PACE_SECONDS = 0.05


class EndpointLoop:
    """Runs the reconcilers of endpoints in one thread until closed."""

    def __init__(self, context: EndpointContext) -> None:
        self._context = context
        self._gateway = GatewayReconciler(context)
        self._woken = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="endpoints", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish the step at hand and end the thread; pods and the gateway go on."""
        self._closed = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """Look at everything now (the API calls it after a commit, the engine when a pod changed)."""
        self._woken.set()

    def service_changed(self, name: str) -> bool:
        """Look if this is the name of a service, or of a pod, of an endpoint; return whether it is."""
        if endpoint_model_id_of(name) is None:
            return False
        self._woken.set()
        return True

    def _run(self) -> None:
        self._guarded(self.sweep, "sweep")
        while not self._closed:
            started = time.monotonic()
            pause = self._pass()
            # Many changes at once are one pass.
            time.sleep(max(0.0, started + _PACE_SECONDS - time.monotonic()))
            self._woken.wait(pause)
            self._woken.clear()

    def _pass(self) -> float:
        try:
            return self.step()
        except Exception:
            _LOG.exception("looking at endpoints failed; it will be tried again")
            return _BUSY_SECONDS

    def step(self) -> float:
        """Do a step for everything there is; return after how many seconds to look again, if nobody asks before."""
        with self._context.database.reading() as session:
            rows, stages, models = endpoints.everything(session)
        parents = {row.id: row for row in rows}
        by_id = {stage.id: stage for stage in stages}
        grouped = _by_stage(models)
        for row in models:
            if row.status != EndpointModelStatus.DELETE_IN_PROGRESS:
                stage = by_id[row.stage_id]
                self._guarded(
                    lambda row=row, stage=stage: reconcile_model(  # type: ignore[misc]
                        self._context, row, stage, parents[row.endpoint_id], grouped[stage.id]
                    ),
                    row.id,
                )
        applied = self._gateway.apply()
        grouped = _by_stage(applied.models)
        if not applied.error:
            # Only now: the gateway sends nothing to these any more, or is about not to.
            parents = {row.id: row for row in applied.endpoints}
            for row in applied.models:
                if row.status == EndpointModelStatus.DELETE_IN_PROGRESS:
                    its = parents[row.endpoint_id]
                    self._guarded(lambda row=row, its=its: remove_model(self._context, row, its), row.id)  # type: ignore[misc]
            self._retire(applied)
        for stage in applied.stages:
            self._guarded(
                lambda stage=stage: reconcile_stage(self._context, stage, grouped[stage.id]),  # type: ignore[misc]
                stage.id,
            )
        for endpoint in applied.endpoints:
            of_endpoint = [stage for stage in applied.stages if stage.endpoint_id == endpoint.id]
            self._guarded(
                lambda endpoint=endpoint, its=of_endpoint: reconcile_endpoint(self._context, endpoint, its),  # type: ignore[misc]
                endpoint.id,
            )
        if applied.pending and not applied.error:
            return _GATEWAY_SECONDS
        return _BUSY_SECONDS if self._unfinished(applied, models) else _IDLE_SECONDS

    def _retire(self, applied: Applied) -> None:
        default_of = {row.id: row.default_stage_id for row in applied.endpoints}
        for stage in applied.stages:
            if not stage.retired or stage.status == EndpointStageStatus.DELETE_IN_PROGRESS:
                continue
            if {stage.id, default_of.get(stage.endpoint_id)} <= applied.in_force:
                self._guarded(lambda stage=stage: retire_stage(self._context, stage), stage.id)  # type: ignore[misc]

    def _unfinished(self, applied: Applied, seen: Sequence[EndpointModelRow]) -> bool:
        """Return whether anything is on its way, by what is in the store now."""
        if applied.error:
            return True
        with self._context.database.reading() as session:
            rows, stages, models = endpoints.everything(session)
        versions = {row.id: row.version for row in seen}
        if any(versions.get(row.id) != row.version for row in models):
            return True  # somebody wrote meanwhile: what was asked of the engine may be older than that
        return (
            any(not EndpointStatus(row.status).terminal for row in rows)
            or any(not EndpointStageStatus(row.status).terminal or row.retired for row in stages)
            or any(_on_its_way(row) for row in models)
        )

    def _guarded(self, step: object, what: str) -> None:
        # One endpoint that cannot be reconciled must not keep the others waiting; it is tried again.
        try:
            step()  # type: ignore[operator]
        except Exception:
            _LOG.exception("reconciling %s failed; it will be tried again", what)

    def sweep(self) -> None:
        """Remove services no stage resource stands behind: of a store that was put back to an earlier state."""
        names = self._context.services.service_names()  # first: a service is never older than its row
        with self._context.database.reading() as session:
            known = {row.id for row in endpoints.everything(session)[2]}
        for name in names:
            key = endpoint_model_id_of(name)
            if key is not None and key not in known:
                _LOG.warning("removing the service %s: nothing stands behind it", name)
                self._context.services.remove_service(name, release=True)


def _on_its_way(row: EndpointModelRow) -> bool:
    if not EndpointModelStatus(row.status).terminal:
        return True
    pods = row.observed.get("pods", [])
    return row.status == EndpointModelStatus.ACTIVE and (
        len(pods) != row.pods or any(pod["podStatusCode"] != "READY" for pod in pods)
    )


def _by_stage(models: Sequence[EndpointModelRow]) -> dict[str, list[EndpointModelRow]]:
    grouped: dict[str, list[EndpointModelRow]] = defaultdict(list)
    for row in models:
        grouped[row.stage_id].append(row)
    return grouped
