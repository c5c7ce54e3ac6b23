"""Keep the logs of pods that are about to go, where their stage asked for it: beside the reconcilers.

Compressing a large log takes a second, and calls depend on the gateway being told of pods at once.
"""

from __future__ import annotations

import logging
import queue
import threading
import time

from ..engines.base import Engine
from ..engines.service import Replica
from ..logs.archive import ENDPOINT, About, LogArchive
from ..logs.times import Times
from ..store.endpoint_tables import EndpointModelRow, EndpointRow

_LOG = logging.getLogger(__name__)


def about_pod(endpoint: EndpointRow, row: EndpointModelRow, replica: Replica, ended_at: float) -> About:
    """Return what is the same for all lines of a pod.

    Args:
        ended_at: seconds since 1970.
    """
    return About(
        replica.name,
        endpoint.name,
        row.appkey,
        1,
        ended_at,
        replica.started_at.timestamp() if replica.started_at else 0.0,
        kind=ENDPOINT,
        endpoint={
            "endpointId": row.endpoint_id,
            "endpointStageId": row.stage_id,
            "endpointModelId": row.id,
            "modelName": row.model["modelName"],
        },
    )


class PodLogKeeper:
    """A thread that keeps the logs it is given."""

    def __init__(self, engine: Engine, archive: LogArchive) -> None:
        self._engine = engine
        self._archive = archive
        self._going: queue.SimpleQueue[About | None] = queue.SimpleQueue()
        self._seen: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="pod-log-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish the log at hand and end the thread."""
        self._going.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def going(self, endpoint: EndpointRow, row: EndpointModelRow, replica: Replica) -> None:
        """Keep the log of a pod that ended or is to end, soon; once, however often it is said."""
        if replica.name not in self._seen:
            self._seen.add(replica.name)
            self._going.put(about_pod(endpoint, row, replica, time.time()))

    def _run(self) -> None:
        while (about := self._going.get()) is not None:
            try:
                self._keep(about)
            except KeyError:  # it was gone before its log could be read
                _LOG.warning("the log of the pod %s could not be kept: it is gone", about.job)
            except Exception:
                # One log that cannot be kept must not keep the others waiting.
                _LOG.exception("the log of the pod %s could not be kept", about.job)

    def _keep(self, about: About) -> None:
        engine = self._engine
        self._archive.add(
            about,
            lambda node, at, limit: engine.logs(about.job, node, at, limit).data,
            lambda node: Times(engine.log_times(about.job, node), about.ended_at),
        )
