"""Send the logs of trainings, batch inferences and pods to the operator's log service as their lines are printed.

A thread of low priority reads what the nodes wrote into their files; they never wait for it. How far it came is saved
after every batch, so that what a killed backend had sent last may be sent twice, and nothing is left out. A log that
was kept is read from there once its job is gone. Of several backends on one directory one sends.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_when_event_set, wait_exponential_jitter
from tenacity.nap import sleep_using_event

from ..engines.service import FullEngine
from ..logs.archive import About, LogArchive
from ..logs.forward import Destination, Refused, Unavailable
from ..logs.line import Line
from ..logs.positions import Positions
from ..logs.source import line_time
from ..logs.times import Times
from ..resources.base import now
from ..store import endpoints, job_owners
from ..store.database import Database
from ..store.tables import BatchInferenceRow, TrainingRow
from .endpoint_context import service_name
from .log_keeper import about_of
from .pod_log_keeper import pods_of

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_LOOK_AT_KEPT_SECONDS = 60.0
_JUST_ENDED = timedelta(minutes=5)
_BATCH_BYTES = 1 << 20
_BATCH_LINES = 5000
_LONGEST_PAUSE_SECONDS = 120.0
_NICENESS = 10


@dataclass(frozen=True)
class _Piece:
    """What follows in a log."""

    lines: list[Line]
    end: int
    complete: bool
    """Nothing follows, ever."""


class LogForwarder:
    """A thread that sends logs.

    Args:
        engine: where the jobs and pods are whose logs are sent.
        archive: where they are when their jobs and pods are gone.
    """

    def __init__(
        self,
        database: Database,
        engine: FullEngine,
        archive: LogArchive,
        positions: Positions,
        destination: Destination,
    ) -> None:
        self._database = database
        self._engine = engine
        self._archive = archive
        self._positions = positions
        self._destination = destination
        self._waiting: dict[str, About] = {}
        self._complete: set[str] = set()
        self._pods: set[str] = set()
        self._taken_any = False
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-forwarder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Let go of the batch at hand and end the thread; the next backend goes on."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()
        self._positions.close()
        self._destination.close()

    def _run(self) -> None:
        if sys.platform == "linux":  # elsewhere it would be that of the whole process
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        while not self._closed.is_set() and not self._positions.acquire():
            self._closed.wait(_LOOK_AT_KEPT_SECONDS)  # another backend sends
        next_look_at_kept = 0.0
        while not self._closed.is_set():
            sent = False
            try:
                self._look_at_jobs()
                self._look_at_pods()
                if time.monotonic() >= next_look_at_kept:
                    self._look_at_kept()
                    next_look_at_kept = time.monotonic() + _LOOK_AT_KEPT_SECONDS
                sent = self._send_some()
            except Exception:
                _LOG.exception("sending logs failed; it will be tried again")
            if not sent:
                self._closed.wait(_LOOK_SECONDS)

    def _look_at_jobs(self) -> None:
        with self._database.reading() as session:
            rows = job_owners.unfinished_or_ended_since(session, None, now() - _JUST_ENDED)
        for row in rows:
            if row.spec.get("useLog"):
                ended_at = (row.ended_at or now()).timestamp()
                self._add(about_of(row, ended_at))

    def _look_at_pods(self) -> None:
        with self._database.reading() as session:
            logged = endpoints.logged(session, None)
        found = [
            about
            for endpoint, row in logged
            for about in pods_of(endpoint, row, self._engine.observe_service(service_name(row.id)))
        ]
        for about in found:
            self._add(about)
        self._pods = {about.resource_id for about in found}

    def _look_at_kept(self) -> None:
        """Find what an earlier backend left unsent, and forget how far the logs came that are no longer there."""
        since = self._positions.since()
        kept = set()
        for appkey in self._archive.projects():
            for about in self._archive.kept(appkey):
                kept.add(about.resource_id)
                if about.ended_at >= since:
                    self._add(about)
        for resource_id in self._positions.known():
            if resource_id not in kept and resource_id not in self._pods:
                with self._database.reading() as session:
                    gone = all(session.get(table, resource_id) is None for table in (TrainingRow, BatchInferenceRow))
                if gone:
                    self._positions.forget(resource_id)
                    self._waiting.pop(resource_id, None)

    def _add(self, about: About) -> None:
        key = about.resource_id
        if key in self._complete or not self._destination.wants(about.appkey):
            return
        if key not in self._waiting and self._positions.is_complete(key):
            self._complete.add(key)
            return
        self._waiting[key] = about

    def _send_some(self) -> bool:
        """Send a batch of each node that has one, so that none waits for another's flood; return whether any was."""
        sent_any = False
        for key, about in list(self._waiting.items()):
            sent = self._positions.sent(key)
            complete = True
            for node in range(about.nodes):
                piece = self._piece(about, node, sent.get(node, 0))
                if piece is None:  # it has not begun, or never did
                    self._waiting.pop(key, None)
                    complete = False
                    break
                if piece.lines:
                    sent[node] = min(sent.get(node, 0), piece.lines[0].offset)  # an emptied log begins anew
                    self._send_patiently(about, node, sent, piece.lines, piece.end)
                    sent_any = True
                complete = complete and piece.complete
            if self._closed.is_set():
                break
            if complete:
                self._positions.save(key, sent, complete=True)
                self._complete.add(key)
                self._waiting.pop(key, None)
        return sent_any

    def _piece(self, about: About, node: int, at: int) -> _Piece | None:
        """Return the lines that follow in a log, None if there is none."""
        job = about.job
        try:
            chunk = self._engine.logs(job, node, at, _BATCH_BYTES)
            if chunk.next_offset < at:  # the log of a pod was emptied, and has begun anew
                chunk = self._engine.logs(job, node, 0, _BATCH_BYTES)
            at = chunk.next_offset - len(chunk.data)  # what lay between was given up before it could be sent
            times = Times(self._engine.log_times(job, node), about.ended_at) if chunk.data else None
            data, complete = chunk.data, chunk.complete
        except KeyError:
            log = self._archive.log(about.appkey, about.resource_id, node)
            if log is None:
                return None
            at = max(at, log.begin)
            data, times = log.read(at, _BATCH_BYTES), log.times
            complete = at + len(data) >= log.size
        if not data or times is None:
            return _Piece([], at, complete)
        whole = data if complete else data[: data.rfind(b"\n") + 1]
        if not whole and len(data) < _BATCH_BYTES:
            return _Piece([], at, False)  # a line is being written
        return _cut(whole or data, at, times, complete)

    def _send_patiently(self, about: About, node: int, sent: dict[int, int], lines: list[Line], end: int) -> None:
        """Send lines, again and again until the service has them or the backend ends."""

        def send() -> None:
            left = [line for line in lines if line.offset >= sent.get(node, 0)]
            self._send(about, node, sent, left, end)

        trying = Retrying(
            retry=retry_if_exception_type(Unavailable),
            wait=_pause,
            sleep=sleep_using_event(self._closed),
            stop=stop_when_event_set(self._closed),
            before_sleep=self._say,
            retry_error_callback=lambda _state: None,  # the next backend goes on
        )
        trying(send)

    def _send(self, about: About, node: int, sent: dict[int, int], lines: Sequence[Line], end: int) -> None:
        if not lines:
            return
        try:
            self._destination.send(about, node, lines)
            self._taken_any = True
        except Refused as error:
            if len(lines) > 1:
                middle = len(lines) // 2
                self._send(about, node, sent, lines[:middle], lines[middle].offset)
                self._send(about, node, sent, lines[middle:], end)
                return
            if not self._taken_any:  # it may not be the line, but what the operator configured
                raise Unavailable(str(error)) from error
            _LOG.error(
                "%s does not take the line at byte %d of the log of %s, node %d (%s); it is left out",
                self._destination.url, lines[0].offset, about.resource_id, node, error,
            )  # fmt: skip
        sent[node] = end
        self._positions.save(about.resource_id, sent)

    def _say(self, state: RetryCallState) -> None:
        if state.attempt_number in (1, 5) or state.attempt_number % 50 == 0:
            error = state.outcome.exception() if state.outcome else None
            _LOG.warning("logs cannot be sent to %s (%s); it is tried again", self._destination.url, error)


_backing_off = wait_exponential_jitter(multiplier=0.5, max=_LONGEST_PAUSE_SECONDS, jitter=0.5)


def _pause(state: RetryCallState) -> float:
    """Wait ever longer, and no less than the service asks for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Unavailable) else 0.0
    return max(_backing_off(state), min(asked, 10 * _LONGEST_PAUSE_SECONDS))


def _cut(data: bytes, at: int, times: Times, complete: bool) -> _Piece:
    """Return the first lines of a piece of a log."""
    lines: list[Line] = []
    begin = 0
    while begin < len(data) and len(lines) < _BATCH_LINES:
        end = data.find(b"\n", begin)
        end = len(data) if end < 0 else end
        line = data[begin:end]
        lines.append(Line(line_time(times, at + begin, len(line)), at + begin, line))
        begin = min(end + 1, len(data))
    return _Piece(lines, at + begin, complete and begin == len(data))
