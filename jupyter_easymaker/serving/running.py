"""The event loop of a model server: HTTP, the model's processes, and the end that SIGTERM or a wrong model brings."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from .app import ModelServer
from .options import Options
from .pool import Pool
from .process import ModelProcess
from .protocol import server_settings
from .request_log import mark_output
from .server import CRASHED_STATUS, FAILED_STATUS

_FINISH_SECONDS = 5.0
"""What requests in flight get beyond the request time-out, to be written out."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would end the process by the signal."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:  # type: ignore[override]
        yield


def run(options: Options, listener: socket.socket, scratch: Path, process: ModelProcess) -> int:
    """Serve on a listening socket until the end; return the exit status."""
    mark_output()
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    import uvloop

    return uvloop.run(_Running(options, scratch, process).serve(listener))


class _Running:
    """One run."""

    def __init__(self, options: Options, scratch: Path, process: ModelProcess) -> None:
        self._options = options
        self._scratch = scratch
        self._process = process
        self._status = 0
        self._server: _Server
        self._app: ModelServer

    async def serve(self, listener: socket.socket) -> int:
        options = self._options
        pool = Pool(options, self._scratch, self._process, self._on_failed)
        self._app = ModelServer(options, pool)
        config = uvicorn.Config(
            self._app,
            timeout_graceful_shutdown=math.ceil(options.request_timeout + _FINISH_SECONDS),
            **server_settings(options.client_timeout),
        )
        self._server = _Server(config)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._drain)
        host, port = listener.getsockname()[:2]
        print(f"easymaker: {options.model_name} listens on {host}:{port}", flush=True)
        self._report("LOADING", port=port)
        pool.on_first_ready = lambda: self._report("READY", port=port)
        await pool.start()
        await self._server.serve(sockets=[listener])
        await pool.close()
        if self._status == 0:
            self._report("DONE")
        return self._status

    def _drain(self) -> None:
        """Not ready at once; connections are taken a little longer, until those who route here have noticed."""
        if self._app.draining:
            return
        self._app.draining = True
        self._report("DRAINING")
        print("easymaker: asked to end; requests in flight are finished", flush=True)
        asyncio.get_running_loop().call_later(self._options.drain_seconds, self._end)

    def _end(self) -> None:
        self._server.should_exit = True

    def _on_failed(self, reason: str, permanent: bool) -> None:
        if self._status == 0:
            self._status = FAILED_STATUS if permanent else CRASHED_STATUS
            print(f"easymaker: {reason}", flush=True)
            self._report("FAILED", reason=reason, final=permanent)
        self._app.draining = True
        self._end()

    def _report(self, phase: str, **values: Any) -> None:
        """Tell the engine, which hands it on, how far the server is."""
        file = self._options.report_file
        if file is None:
            return
        part = Path(f"{file}.part")
        try:
            part.write_text(json.dumps({"phase": phase, **values}))
            os.replace(part, file)
        except OSError as error:
            # A full disk must not end the service.
            print(f"easymaker: the report could not be written: {error}", flush=True)
