"""Keep the logs of ended trainings that asked for it, and let go of those that are too old: beside the reconcilers.

Compressing a large log takes seconds, and nobody's state shall wait for it. What a killed backend left undone is done
by the next one: as long as a training is there its log is too.
"""

from __future__ import annotations

import logging
import queue
import threading
import time

from ..engines.base import Engine
from ..logs.archive import About, LogArchive
from ..logs.times import Times
from ..resources.training import TrainingStatus
from ..store.database import Database
from ..store.tables import TrainingRow

_LOG = logging.getLogger(__name__)
_SWEEP_SECONDS = 3600.0
_JOB_PREFIX = "training-"


class LogKeeper:
    """A thread that keeps logs.

    Args:
        engine: where the jobs are whose logs are kept.
        keep_seconds, keep_bytes: see ``LogArchive.remove_old``.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        archive: LogArchive,
        *,
        keep_seconds: float = 0.0,
        keep_bytes: int = 0,
    ) -> None:
        self._database = database
        self._engine = engine
        self._archive = archive
        self._keep_seconds = keep_seconds
        self._keep_bytes = keep_bytes
        self._ended: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="log-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish the log at hand and end the thread; the next backend goes on."""
        self._ended.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def ended(self, training_id: str) -> None:
        """Keep the log of a training that ended just now, soon."""
        self._ended.put(training_id)

    def keep(self, row: TrainingRow) -> None:
        """Keep a training's log now, if it asked for it and it is not kept yet.

        Raises:
            OSError: there is no room, or no right to write.
        """
        if not row.spec.get("useLog") or self._archive.holds(row.appkey, row.id):
            return
        engine, job = self._engine, f"{_JOB_PREFIX}{row.id}"
        if engine.observe(job) is None:
            return
        ended_at, nodes = (row.ended_at or row.created_at).timestamp(), row.spec["instanceCount"]
        self._archive.add(
            About(row.id, row.name, row.appkey, nodes, ended_at, tuning_id=row.tuning_id or ""),
            lambda node, at, limit: engine.logs(job, node, at, limit).data,
            lambda node: Times(engine.log_times(job, node), ended_at),
        )

    def _run(self) -> None:
        next_sweep = 0.0
        while True:
            if time.monotonic() >= next_sweep:
                self._guarded(self._sweep, "looking for what is to be kept")
                next_sweep = time.monotonic() + _SWEEP_SECONDS
            try:
                training_id = self._ended.get(timeout=max(0.0, next_sweep - time.monotonic()))
            except queue.Empty:
                continue
            if training_id is None:
                return
            self._guarded(lambda key=training_id: self._keep(key), f"the training {training_id}")  # type: ignore[misc]

    def _sweep(self) -> None:
        for name in self._engine.names():
            if name.startswith(_JOB_PREFIX):
                key = name.removeprefix(_JOB_PREFIX)
                self._guarded(lambda key=key: self._keep(key), f"the training {key}")  # type: ignore[misc]
        self._archive.remove_old(self._keep_seconds, self._keep_bytes)

    def _keep(self, training_id: str) -> None:
        with self._database.reading() as session:
            row = session.get(TrainingRow, training_id)
        if row is not None and TrainingStatus(row.status).terminal:
            self.keep(row)

    @staticmethod
    def _guarded(step: object, what: str) -> None:
        # One log that cannot be kept must not keep the others waiting; the next sweep tries again.
        try:
            step()  # type: ignore[operator]
        except Exception:
            _LOG.exception("keeping logs failed (%s); it will be tried again", what)
