"""The thread that runs the reconcilers: at once when something changed, never when nothing can."""

from __future__ import annotations

import logging
import threading
import time

from ..store import batch_inferences, experiments, hyperparameter_tunings, trainings
from ..store.job_owners import find, has_ended, owner_of
from .batch_inference import reconcile_batch_inference, reconcile_batch_inference_row
from .context import ReconcilerContext
from .experiment import reconcile_experiment
from .hyperparameter_tuning import reconcile_tuning
from .training import reconcile_training, reconcile_training_row

_LOG = logging.getLogger(__name__)
_BUSY_SECONDS = 1.0  # a safety net while something is unfinished: the engine tells of changes by itself
_PACE_SECONDS = 0.05
_TUNING_PACE_SECONDS = 0.002  # the next trial waits for the end of the last to be seen
_IDLE_SECONDS = 30.0  # another backend on the same store may have died and left work


class ReconcilerLoop:
    """Runs reconcilers in one thread until closed."""

    def __init__(self, context: ReconcilerContext) -> None:
        self._context = context
        self._woken = threading.Event()
        self._changed: set[str] = set()
        self._lock = threading.Lock()
        self._look_at_all = True
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="reconcilers", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._context.logs.start()

    def close(self) -> None:
        """Finish the step at hand and end the thread."""
        self._closed = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
        self._context.logs.close()

    def wake(self, resource_id: str | None = None) -> None:
        """Look at one training or tuning now, or at everything unfinished (the API calls it after a commit)."""
        with self._lock:
            if resource_id is None:
                self._look_at_all = True
            else:
                self._changed.add(resource_id)
        self._woken.set()

    def job_changed(self, job: str) -> None:
        """Look at the resource of this job now (the engine calls it)."""
        owner = owner_of(job)
        if owner is not None:
            with self._lock:
                self._changed.add(owner[1])
            self._woken.set()

    def _run(self) -> None:
        self._guarded(self.sweep, "sweep")
        looked = stepped = time.monotonic()
        unfinished, pace = True, _PACE_SECONDS
        while not self._closed:
            # Counted from the last look at everything: what comes in between must not put it off.
            pause = looked + (_BUSY_SECONDS if unfinished else _IDLE_SECONDS) - time.monotonic()
            if pause <= 0 or not self._woken.wait(pause):
                self._look_at_all = True
            # Many changes at once are one pass, and a short job's states in between cost no write.
            time.sleep(max(0.0, stepped + pace - time.monotonic()))
            stepped = time.monotonic()
            self._woken.clear()
            with self._lock:
                changed, self._changed = self._changed, set()
                look_at_all, self._look_at_all = self._look_at_all, False
            pace = _TUNING_PACE_SECONDS if self._step_changed(changed) else _PACE_SECONDS
            unfinished = unfinished or bool(changed)
            if look_at_all:
                unfinished = self._step_all()
                looked = time.monotonic()

    def _step_all(self) -> bool:
        """Do a step for everything that is unfinished; return whether there was anything."""
        try:
            with self._context.database.reading() as session:
                of_experiments = [row.id for row in (*experiments.unfinished(session), *experiments.deleted(session))]
                of_trainings = [*trainings.unfinished(session), *trainings.deleted(session)]
                scorings = [*batch_inferences.unfinished(session), *batch_inferences.deleted(session)]
                tunings = [*hyperparameter_tunings.unfinished(session), *hyperparameter_tunings.deleted(session)]
        except Exception:
            _LOG.exception("the store could not be read; trying again")
            return True
        for experiment_id in of_experiments:
            self._guarded(lambda key=experiment_id: reconcile_experiment(self._context, key), experiment_id)  # type: ignore[misc]
        for row in of_trainings:
            self._guarded(lambda row=row: reconcile_training_row(self._context, row), row.id)  # type: ignore[misc]
        for scoring in scorings:
            self._guarded(lambda row=scoring: reconcile_batch_inference_row(self._context, row), scoring.id)  # type: ignore[misc]
        for tuning in tunings:  # after its trials
            self._step_tuning(tuning.id)
        return bool(of_experiments or of_trainings or scorings or tunings)

    def _step_changed(self, changed: set[str]) -> bool:
        """Do a step for these trainings and tunings, and for the tunings whose trials some of them are.

        Returns:
            Whether there were any tunings.
        """
        tunings: set[str] = set()

        def step(resource_id: str) -> None:
            row = reconcile_training(self._context, resource_id)
            if row is None:
                if reconcile_batch_inference(self._context, resource_id) is None:
                    tunings.add(resource_id)
            elif row.tuning_id is not None:
                tunings.add(row.tuning_id)

        for resource_id in changed:
            self._guarded(lambda key=resource_id: step(key), resource_id)  # type: ignore[misc]
        for tuning_id in tunings:
            self._step_tuning(tuning_id)
        return bool(tunings)

    def _step_tuning(self, tuning_id: str) -> None:
        self._guarded(lambda: reconcile_tuning(self._context, tuning_id), tuning_id)

    def _guarded(self, step: object, what: str) -> None:
        # One resource that cannot be reconciled must not keep the others waiting; it is tried again.
        try:
            step()  # type: ignore[operator]
        except Exception:
            _LOG.exception("reconciling %s failed; it will be tried again", what)

    def sweep(self) -> None:
        """End jobs nothing unfinished stands behind, such as one submitted while its training was being stopped."""
        engine = self._context.engine
        for name in engine.names():
            if owner_of(name) is None:
                continue
            with self._context.database.reading() as session:
                row = find(session, name)
                orphan = row is None
                over = row is not None and has_ended(row)
            observation = engine.observe(name)
            ended = observation is None or observation.state.ended
            if (orphan or over) and not ended:
                _LOG.warning("stopping the job %s: what it ran for is over", name)
                engine.stop(name)
            elif orphan and ended:
                engine.remove(name)
