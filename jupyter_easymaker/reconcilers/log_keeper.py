"""Keep the logs of what has ended and asked for it, and let go of those that are too old: beside the reconcilers.

Compressing a large log takes seconds, and nobody's state shall wait for it. What a killed backend left undone is done
by the next one: as long as a job is there its log is too.
"""

from __future__ import annotations

import logging
import queue
import threading
import time

from ..engines.base import Engine
from ..logs.archive import BATCH_INFERENCE, About, LogArchive
from ..logs.times import Times
from ..store.database import Database
from ..store.job_owners import JobOwner, find, has_ended, job_name, node_count
from ..store.tables import BatchInferenceRow

_LOG = logging.getLogger(__name__)
_SWEEP_SECONDS = 3600.0


def about_of(row: JobOwner, ended_at: float, began_at: float = 0.0) -> About:
    """Return what is the same for all lines of a training or a batch inference.

    Args:
        ended_at, began_at: seconds since 1970.
    """
    if isinstance(row, BatchInferenceRow):
        return About(row.id, row.name, row.appkey, node_count(row), ended_at, began_at, kind=BATCH_INFERENCE)
    return About(row.id, row.name, row.appkey, node_count(row), ended_at, began_at, row.tuning_id or "")


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

    def ended(self, job: str) -> None:
        """Keep the log of a job that ended just now, soon."""
        self._ended.put(job)

    def keep(self, row: JobOwner) -> None:
        """Keep a log now, if that was asked for and it is not kept yet.

        Raises:
            OSError: there is no room, or no right to write.
        """
        if not row.spec.get("useLog") or self._archive.holds(row.appkey, row.id):
            return
        engine, job = self._engine, job_name(row)
        if engine.observe(job) is None:
            return
        ended_at = (row.ended_at or row.created_at).timestamp()
        self._archive.add(
            about_of(row, ended_at),
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
                job = self._ended.get(timeout=max(0.0, next_sweep - time.monotonic()))
            except queue.Empty:
                continue
            if job is None:
                return
            self._guarded(lambda key=job: self._keep(key), f"the job {job}")  # type: ignore[misc]

    def _sweep(self) -> None:
        for name in self._engine.names():
            self._guarded(lambda key=name: self._keep(key), f"the job {name}")  # type: ignore[misc]
        self._archive.remove_old(self._keep_seconds, self._keep_bytes)

    def _keep(self, job: str) -> None:
        with self._database.reading() as session:
            row = find(session, job)
        if row is not None and has_ended(row):
            self.keep(row)

    @staticmethod
    def _guarded(step: object, what: str) -> None:
        # One log that cannot be kept must not keep the others waiting; the next sweep tries again.
        try:
            step()  # type: ignore[operator]
        except Exception:
            _LOG.exception("keeping logs failed (%s); it will be tried again", what)
