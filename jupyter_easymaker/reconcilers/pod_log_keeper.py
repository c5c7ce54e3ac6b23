"""Keep the logs of pods that have ended, to their last line, where their stage asked for it: beside the reconcilers.

Compressing a large log takes a second, and calls depend on the gateway being told of pods at once. The engine holds a
pod that ended until its log is kept here, so that a backend that is killed in between leaves it to the next one.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from datetime import datetime

from ..engines.base import Engine
from ..engines.service import EndedReplica, FullEngine, ServiceObservation
from ..logs.archive import ENDPOINT, About, LogArchive
from ..logs.times import Times
from ..store.endpoint_tables import EndpointModelRow, EndpointRow

_LOG = logging.getLogger(__name__)
_LONGEST_LINE = 1 << 16


def about_pod(
    endpoint: EndpointRow, row: EndpointModelRow, name: str, started_at: datetime | None, ended_at: float
) -> About:
    """Return what is the same for all lines of a pod.

    Args:
        ended_at: seconds since 1970.
    """
    return About(
        name,
        endpoint.name,
        row.appkey,
        1,
        ended_at,
        started_at.timestamp() if started_at else 0.0,
        kind=ENDPOINT,
        endpoint={
            "endpointId": row.endpoint_id,
            "endpointStageId": row.stage_id,
            "endpointModelId": row.id,
            "modelName": row.model["modelName"],
        },
    )


def pods_of(endpoint: EndpointRow, row: EndpointModelRow, observation: ServiceObservation | None) -> list[About]:
    """Return the pods of a stage resource whose logs are there: those that run, and those that ended and are held."""
    if observation is None:
        return []
    ended = {pod.name: pod for pod in observation.ended}
    running = [pod for pod in observation.replicas if pod.name not in ended]
    return [
        *(about_pod(endpoint, row, pod.name, pod.started_at, time.time()) for pod in running),
        *(about_pod(endpoint, row, pod.name, pod.started_at, pod.ended_at.timestamp()) for pod in ended.values()),
    ]


def first_line(engine: Engine, pod: str) -> int:
    """Return where the first whole line begins that a pod's log still holds; the oldest of a long log goes.

    Raises:
        KeyError: there is no such pod any more.
    """
    chunk = engine.logs(pod, 0, 0, _LONGEST_LINE)
    return chunk.next_offset - len(chunk.data)


class PodLogKeeper:
    """A thread that keeps the logs it is given."""

    def __init__(self, engine: FullEngine, archive: LogArchive) -> None:
        self._engine = engine
        self._archive = archive
        self._given: queue.SimpleQueue[About | None] = queue.SimpleQueue()
        self._at_hand: set[str] = set()
        self._failed: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="pod-log-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish the log at hand and end the thread; the next backend goes on."""
        self._given.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def ended(self, endpoint: EndpointRow, row: EndpointModelRow, pod: EndedReplica) -> None:
        """Keep the log of a pod that ended and let go of it, soon; to be said again until it is gone."""
        if pod.name not in self._at_hand:
            self._at_hand.add(pod.name)
            self._given.put(about_pod(endpoint, row, pod.name, pod.started_at, pod.ended_at.timestamp()))

    def _run(self) -> None:
        while (about := self._given.get()) is not None:
            try:
                self._keep(about)
                self._failed.discard(about.job)
            except KeyError:  # another backend kept it
                pass
            except Exception:
                # One log that cannot be kept must not keep the others waiting; it is asked for again, and said once.
                if about.job not in self._failed:
                    _LOG.exception("the log of the pod %s could not be kept; it will be tried again", about.job)
                self._failed.add(about.job)
            finally:
                self._at_hand.discard(about.job)

    def _keep(self, about: About) -> None:
        engine = self._engine
        if not self._archive.holds(about.appkey, about.resource_id):
            self._archive.add(
                about,
                lambda node, at, limit: engine.logs(about.job, node, at, limit).data,
                lambda node: Times(engine.log_times(about.job, node), about.ended_at),
                begin=first_line(engine, about.job),
            )
        # First kept, then let go of: a crash in between keeps nothing twice, since what is kept stays as it is.
        engine.release_replica(about.job)
