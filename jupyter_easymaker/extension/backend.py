"""The backend behind this JupyterLab: found, or started and watched over, without anybody waiting for it.

It is a process of its own that JupyterLab does not end: trainings go on when the notebook is closed.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..client.connection import Connection, read_connection

if TYPE_CHECKING:
    from .app import EasyMakerExtension

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1
_WATCH_SECONDS = 2.0
_START_SECONDS = 60.0
_RETRY_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0)
_LOG_LINES = 15


class BackendProcess:
    """Keeps a connection to a backend: ``status`` is ``starting``, ``ready`` or ``failed`` with a ``reason``."""

    def __init__(self, app: EasyMakerExtension) -> None:
        self._app = app
        self._data_dir = Path(app.data_dir)
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self.connection: Connection | None = None
        self.status = "starting"
        self.reason = ""
        if app.backend_url:
            self._use(Connection(url=app.backend_url.rstrip("/"), token=app.token))

    def begin(self) -> None:
        """Look for the backend, or start one, in the background."""
        if not self._app.backend_url:
            self._task = asyncio.get_running_loop().create_task(self._watch())

    def close(self) -> None:
        """Let go of it; it goes on."""
        if self._task is not None:
            self._task.cancel()

    async def wait_ready(self, seconds: float) -> bool:
        """Wait until the backend answers; return whether it does."""
        try:
            await asyncio.wait_for(self._ready.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _use(self, connection: Connection) -> None:
        self.connection, self.status, self.reason = connection, "ready", ""
        self._ready.set()

    async def _watch(self) -> None:
        """Bring a backend up, and again when it is gone."""
        failures = 0
        while True:
            connection = await self._answering()
            if connection is not None:
                if connection != self.connection or self.status != "ready":
                    _LOG.info("the EasyMaker backend answers at %s", connection.url)
                    self._use(connection)
                failures = 0
                await asyncio.sleep(_WATCH_SECONDS)
                continue
            self._ready.clear()
            if not self._app.start_backend:
                self.status = "failed"
                self.reason = "No backend serves the data directory. Start one with: jupyter easymaker serve"
                await asyncio.sleep(_WATCH_SECONDS)
                continue
            self.status = "starting"
            if not await self._start():
                self.status = "failed"
                pause = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)]
                failures += 1
                _LOG.error("the EasyMaker backend did not start: %s; next try in %s s", self.reason, pause)
                await asyncio.sleep(pause)

    async def _answering(self) -> Connection | None:
        """Return the announced backend if it is there."""
        connection = read_connection(self._data_dir)
        if connection is None:
            return None
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(*_address(connection.url)), 2)
        except (OSError, TimeoutError):
            return None
        writer.close()
        return connection

    async def _start(self) -> bool:
        """Start a backend; return whether it announced itself."""
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = [sys.executable, "-m", "jupyter_easymaker.service.cli", "serve", "--data-dir", str(self._data_dir)]
        if port := await self._former_port():
            command += ["--port", str(port)]
        stale = read_connection(self._data_dir)
        with (self._data_dir / "backend.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C meant for JupyterLab does not reach it
                cwd=str(self._data_dir),
                env=dict(_own_environment()),
            )
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            announced = read_connection(self._data_dir)
            if announced is not None and announced != stale and await self._answering() is not None:
                return True
            if process.poll() not in (None, 0):  # 0: another one serves the directory and is about to answer
                break
            await asyncio.sleep(_LOOK_SECONDS)
        self.reason = self._last_lines()
        return False

    async def _former_port(self) -> int:
        """Return the port of a backend that was killed, if it is free: kernels alive still know it."""
        former = self.connection or read_connection(self._data_dir)
        if former is None:
            return 0
        try:
            server = await asyncio.start_server(lambda _reader, _writer: None, *_address(former.url))
        except OSError:
            return 0
        server.close()
        await server.wait_closed()
        return former.port

    def _last_lines(self) -> str:
        try:
            text = (self._data_dir / "backend.log").read_text(errors="replace")
        except OSError as error:
            return f"Its log cannot be read: {error.strerror}"
        return "\n".join(text.splitlines()[-_LOG_LINES:])


def _own_environment() -> Mapping[str, str]:
    import os

    # What kernels are told is not what the backend is to be told.
    return {key: value for key, value in os.environ.items() if not key.startswith("EM_")}


def _address(url: str) -> tuple[str, int]:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)
