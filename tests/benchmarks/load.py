"""A load of requests over kept-alive connections, as light as Python can make it, and what a process tree costs."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import psutil
import uvloop


class _Connection(asyncio.Protocol):
    """Sends the same request again as soon as its answer is there, while there are any left."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def _next(self) -> None:
        if self._load.left > 0:
            self._load.left -= 1
            self._transport.write(self._load.request)
        else:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        if b"transfer-encoding: chunked" in head:
            if not self._buffer.endswith(b"0\r\n\r\n"):
                return
        elif len(self._buffer) < end + 4 + int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]):
            return
        if not head.startswith((b"http/1.1 200", b"http/1.0 200")):
            self._load.done.set_exception(RuntimeError(self._buffer[:500].decode(errors="replace")))
            return
        self._buffer = b""
        self._load.answered()
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._load.done.done() and (exc is not None or self._load.left > 0):
            self._load.done.set_exception(exc or RuntimeError("the server closed a connection"))


class _Load:
    def __init__(self, request: bytes, count: int) -> None:
        self.request = request
        self.left = count
        self._open = count
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(self) -> None:
        self._open -= 1
        if self._open == 0 and not self.done.done():
            self.done.set_result(None)


def rate(port: int, path: str, body: bytes, count: int, connections: int = 16) -> float:
    """Return requests per second of ``count`` requests; raises if one is not answered with 200."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"

    async def run() -> float:
        load = _Load(head.encode() + body, count)
        loop = asyncio.get_running_loop()
        begin = time.perf_counter()
        for _ in range(connections):
            await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port)
        async with asyncio.timeout(120):
            await load.done
        return count / (time.perf_counter() - begin)

    return uvloop.run(run())


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """Return what a process tree has used of CPUs so far."""
    return sum(sum(process.cpu_times()[:2]) for process in tree(pid))


def resident_mib(pid: int) -> float:
    """Return a process tree's memory: proportional shares, so that shared pages count once."""
    total = 0
    for process in tree(pid):
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024
