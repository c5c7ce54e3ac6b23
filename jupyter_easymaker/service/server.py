"""Serving the API over HTTP: the socket, the announcement once it answers, and a graceful end."""

from __future__ import annotations

import contextlib
import errno
import signal
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from .. import __version__
from .data_dir import DataDir

SDK_LOCAL_PORT = 10090
"""Where the vendor's SDK looks for a backend with EM_PROFILE=local."""


def listen(ip: str, port: int) -> socket.socket:
    """Bind a listening socket.

    Args:
        ip: the address.
        port: the port; 0 for ``SDK_LOCAL_PORT`` if it is free, any free one otherwise.

    Raises:
        OSError: the given port is taken or not allowed.
    """
    for candidate in (port,) if port else (SDK_LOCAL_PORT, 0):
        # Named as TCP: asyncio else leaves Nagle's delay on, which costs every answer 40 ms.
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((ip, candidate))
            bound.listen(1024)
        except OSError as error:
            bound.close()
            if port or candidate == 0 or error.errno != errno.EADDRINUSE:
                raise
            continue
        bound.set_inheritable(False)
        return bound
    raise AssertionError("unreachable: port 0 always binds or raises")


class Server(uvicorn.Server):
    """A uvicorn server that announces itself in the data directory while it answers."""

    def __init__(self, app: FastAPI, data_dir: DataDir, url: str) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=2,  # event streams never end by themselves
            server_header=False,
        )
        super().__init__(config)
        self._data_dir = data_dir
        self._url = url

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End gracefully on SIGTERM and SIGINT; uvicorn's own raises them again and so skips our clean-up."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._data_dir.announce(self._url, __version__)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._data_dir.withdraw()
        await super().shutdown(sockets=sockets)


def url_of(bound: socket.socket) -> str:
    """Return the URL clients on this machine use."""
    host, port = bound.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - recognised, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
