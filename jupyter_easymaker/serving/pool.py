"""The model's processes as the server sees them: requests queue and time out here, and survive a process's death."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import orjson

from .answering import Answer, problem
from .messages import ALONE, Frame, FrameReader, Kind, encode_header
from .options import Options
from .process import ModelProcess, how_it_ended
from .request_log import answering

_log = logging.getLogger(__name__)
_MAX_BACK_OFF_SECONDS = 30.0
_SMALL = 1 << 16
_AHEAD_BYTES = 1 << 20
BODIES = 8
"""How many of the largest bodies may be held at once while they arrive, and again while they wait."""


class Request:
    """A request on its way to a model."""

    __slots__ = ("flags", "future", "identity", "kind", "payload", "timer")

    def __init__(self, kind: Kind, identity: bytes, payload: bytes, future: asyncio.Future[Answer]) -> None:
        self.kind = kind
        self.identity = identity
        self.payload = payload
        self.future = future
        self.flags = 0
        self.timer: asyncio.TimerHandle | None = None

    def settle(self, status: int, payload: bytes) -> None:
        """Give the answer, unless there is one already."""
        if self.timer is not None:
            self.timer.cancel()
        if not self.future.done():
            self.future.set_result((status, payload))

    def fail(self, status: int, message: str) -> None:
        self.settle(status, problem(message, self.identity.decode()))


class Worker(asyncio.Protocol):
    """One process. It answers in the order of the requests, so the first in flight is the one it works on."""

    def __init__(self, pool: Pool, process: ModelProcess) -> None:
        self.process = process
        self.in_flight: deque[Request] = deque()
        self.bytes_in_flight = 0
        self.head_since = 0.0
        self.ready = False
        self._pool = pool
        self._reader = FrameReader()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def has_room(self, window: int) -> bool:
        """Tell whether another request may be handed over: few and small ones may lie there, large ones may not."""
        return self.ready and len(self.in_flight) < window and self.bytes_in_flight < _AHEAD_BYTES

    def send(self, request: Request) -> None:
        if not self.in_flight:
            self.head_since = self._pool.now()
        self.in_flight.append(request)
        self.bytes_in_flight += len(request.payload)
        header = encode_header(request.kind, request.identity, len(request.payload), request.flags)
        if len(request.payload) < _SMALL:
            self._transport.write(header + request.payload)
        else:
            self._transport.write(header)
            self._transport.write(request.payload)

    def data_received(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            if frame.kind == Kind.READY:
                self.ready = True
                self._pool.on_ready(frame)
            elif frame.kind == Kind.FAILED:
                self._pool.on_failed(bytes(frame.payload).decode(), permanent=True)
            else:
                self.head_since = self._pool.now()
                request = self.in_flight.popleft()
                self.bytes_in_flight -= len(request.payload)
                request.settle(frame.kind, bytes(frame.payload))
                self._pool.crashes_in_a_row = 0
        self._pool.pump()

    def connection_lost(self, error: Exception | None) -> None:
        self.ready = False
        self._pool.on_lost(self)

    def close(self) -> None:
        self.process.close()
        self._transport.close()


class Pool:
    """All processes of one model.

    Args:
        started: the first process, which is started before anything else is imported.
        failed: called once, with the reason and whether starting again would not help, when the model cannot be loaded.
    """

    def __init__(
        self, options: Options, scratch: Path, started: ModelProcess, failed: Callable[[str, bool], None]
    ) -> None:
        self._options = options
        self._scratch = scratch
        self._first: ModelProcess | None = started
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._workers: list[Worker] = []
        self._queue: deque[Request] = deque()
        self._queued_bytes = 0
        self._closing = False
        self.on_first_ready: Callable[[], None] = lambda: None
        self.crashes_in_a_row = 0
        self.crashes = 0
        self._replacing: set[asyncio.Task[None]] = set()
        self.about: dict[str, Any] | None = None
        """What the model tells about itself; None until it is loaded."""
        self._together = 1
        self._window = 1

    @property
    def ready(self) -> bool:
        """At least one process has the model."""
        return any(worker.ready for worker in self._workers)

    @property
    def open(self) -> int:
        """How many requests wait for the model or are with it."""
        return len(self._queue) + sum(len(worker.in_flight) for worker in self._workers)

    def now(self) -> float:
        return self._loop.time()

    async def start(self) -> None:
        for _ in range(self._options.workers):
            await self._add()

    async def _add(self) -> None:
        process = self._first or ModelProcess(self._options, self._scratch)
        self._first = None
        _, worker = await self._loop.create_connection(lambda: Worker(self, process), sock=process.socket)
        self._workers.append(worker)

    async def close(self) -> None:
        """End the processes; what is still asked is answered with 503."""
        self._closing = True
        for task in self._replacing:
            task.cancel()
        for request in [*self._queue, *(each for worker in self._workers for each in worker.in_flight)]:
            request.fail(503, "The server is stopping.")
        workers = list(self._workers)
        for worker in workers:
            worker.close()
        for worker in workers:
            await self._loop.run_in_executor(None, worker.process.wait, 2.0)

    async def call(self, kind: Kind, identity: bytes, payload: bytes) -> Answer:
        """Return status and body of a request's answer; always within the request time-out."""
        if self.about is None:
            return 503, problem("The model is still being loaded; try again.", identity.decode())
        if len(self._queue) >= self._options.max_queue or self._queued_bytes > BODIES * self._options.max_body_bytes:
            return 503, problem("Too many requests are waiting for the model; try again.", identity.decode())
        request = Request(kind, identity, payload, self._loop.create_future())
        request.timer = self._loop.call_later(self._options.request_timeout, self._expire, request)
        self._queue.append(request)
        self._queued_bytes += len(payload)
        self.pump()
        return await request.future

    def pump(self) -> None:
        """Hand waiting requests to processes that have room."""
        while self._queue:
            free = [worker for worker in self._workers if worker.has_room(self._window)]
            if not free:
                return
            request = self._queue.popleft()
            self._queued_bytes -= len(request.payload)
            if not request.future.done():
                min(free, key=lambda worker: len(worker.in_flight)).send(request)

    def _expire(self, request: Request) -> None:
        seconds = self._options.request_timeout
        request.fail(504, f"The model did not answer within {seconds:g} s.")
        _log.warning("request %s: no answer within %g s", request.identity.decode(), seconds)
        for worker in self._workers:
            if request in worker.in_flight:
                head = worker.in_flight[0]
                # It may have begun only now; it gets as long as every other one.
                self._loop.call_at(worker.head_since + seconds, self._end_if_stuck, worker, head)

    def _end_if_stuck(self, worker: Worker, head: Request) -> None:
        if worker.in_flight and worker.in_flight[0] is head and head.future.done():
            _log.error("the model's process %d hangs and is ended", worker.process.pid)
            worker.process.kill()

    def on_ready(self, frame: Frame) -> None:
        first = self.about is None
        self.about = about = orjson.loads(frame.payload)
        self._together = together = about.pop("max_batch_size")
        # A second request lies ready while one is answered; with several processes it could wait behind a slow one.
        self._window = 2 * together if together > 1 else 2 if self._options.workers == 1 else 1
        if first:
            self.on_first_ready()

    def on_failed(self, reason: str, *, permanent: bool) -> None:
        self._failed(reason, permanent)

    def on_lost(self, worker: Worker) -> None:
        """A process is gone: the request it worked on failed, the others go to the next one."""
        self._workers.remove(worker)
        worker.process.close()
        if not self._closing:
            task = self._loop.create_task(self._replace(worker))
            self._replacing.add(task)
            task.add_done_callback(self._replaced)

    def _replaced(self, task: asyncio.Task[None]) -> None:
        self._replacing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.on_failed(f"The model's process could not be started again: {error}", permanent=False)

    async def _replace(self, worker: Worker) -> None:
        how = how_it_ended(await self._loop.run_in_executor(None, worker.process.wait, 2.0))
        lost = list(worker.in_flight)
        worker.in_flight.clear()
        if self._closing:
            return
        if self.about is None:
            self.on_failed(f"The model's process {how} while it loaded the model.", permanent=False)
            return
        self.crashes += 1
        with answering([request.identity.decode() for request in lost[: self._together]]):
            _log.error("the model's process %d %s", worker.process.pid, how)
        if lost and (self._together == 1 or lost[0].flags & ALONE or len(lost) == 1):
            lost.pop(0).fail(500, "The model's process crashed on this request.")
        for request in reversed(lost):
            # Nobody knows which of those answered together is to blame: each is tried by itself.
            request.flags |= ALONE if self._together > 1 else 0
            self._queue.appendleft(request)
            self._queued_bytes += len(request.payload)
        delay = min(_MAX_BACK_OFF_SECONDS, 2.0 ** (self.crashes_in_a_row - 1)) if self.crashes_in_a_row else 0.0
        self.crashes_in_a_row += 1
        await asyncio.sleep(delay)
        if not self._closing:
            await self._add()
