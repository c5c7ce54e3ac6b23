"""The backend behind this JupyterLab: found, or started and watched over, without anybody waiting for it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .. import __version__
from ..client.client import EasyMakerClient
from ..client.connection import Connection, answers, read_connection
from ..client.errors import BackendUnreachable, ClientError
from .launcher import Launched, LaunchError
from .versions import is_older

if TYPE_CHECKING:
    from .app import EasyMakerExtension

_LOOK_SECONDS = 0.1
_WATCH_SECONDS = 1.0
"""Between looks whether the backend's process is there."""
_HEALTH_SECONDS = 15.0
"""Between questions whether it answers."""
_ANSWER_SECONDS = 5.0
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_RETRY_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0)


class Status(StrEnum):
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    """It is tried again, less and less often."""


class Unavailable(Exception):
    """There is no backend to be had right now; the message says why."""


class Backend:
    """Keeps a connection to a backend: a shared one, or this user's own, started where there is none."""

    def __init__(self, app: EasyMakerExtension) -> None:
        self._app = app
        self._shared = app.backend_url.rstrip("/")
        self._data_dir = Path(app.data_dir)
        self._launched: Launched | None = None
        self._replaced: Connection | None = None
        """The older version's backend that has just been ended: kernels alive know its port."""
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._nudge = asyncio.Event()
        self.connection: Connection | None = None
        """Where it answers, or answered last."""
        self.status = Status.STARTING
        self.reason = "The EasyMaker backend is being started."
        self.user: str | None = None
        """Who the token belongs to."""

    def begin(self) -> None:
        """Look for the backend, or start one, in the background."""
        self._task = asyncio.get_running_loop().create_task(self._watch_over())

    async def close(self) -> None:
        """Let go of it; it goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def settled(self, seconds: float) -> None:
        """Wait until it is ready or has failed, at most so long."""
        try:
            await asyncio.wait_for(self._settled.wait(), seconds)
        except TimeoutError:
            self._app.log.warning("the EasyMaker backend is not ready after %s s", seconds)

    def look_again(self) -> None:
        """Look at once whether it is still there: somebody got no answer."""
        self._nudge.set()

    async def _watch_over(self) -> None:
        failures = 0
        while True:
            try:
                connection = await self._find() or await self._start()
                await self._use(connection)
                failures = 0
                await self._until_gone(connection)
                self._become(Status.STARTING, "The EasyMaker backend is gone; it is being looked for.")
            except (Unavailable, LaunchError) as error:
                if failures == 0:
                    self._app.log.error("%s", error)
                self._become(Status.FAILED, str(error))
            except Exception as error:  # a mistake of ours; to give up would leave people without a backend for good
                self._app.log.exception("watching over the EasyMaker backend failed")
                self._become(Status.FAILED, f"Something went wrong in the server extension: {error!r}; see its log.")
            if self.status is Status.FAILED:
                await self._back_off(failures)
                failures += 1

    async def _find(self) -> Connection | None:
        """Return a backend that answers, None if there is none and one is to be started."""
        if self._shared:
            if not await asyncio.to_thread(answers, self._shared, _ANSWER_SECONDS):
                raise Unavailable(
                    f"The EasyMaker backend at {self._shared} does not answer. Check EASYMAKER_URL and the network, "
                    "or ask who runs it."
                )
            return Connection(self._shared, self._app.token)
        found = read_connection(self._data_dir)
        if found is not None and await asyncio.to_thread(answers, found.url, _ANSWER_SECONDS):
            if not (self._app.start_backend and is_older(found.version, __version__)):
                return found
            await self._stop(found)
        if not self._app.start_backend:
            raise Unavailable(
                f"No EasyMaker backend serves {self._data_dir}. Start one with: "
                f"jupyter easymaker serve --data-dir {self._data_dir}"
            )
        return None

    async def _start(self) -> Connection:
        """Start a backend and wait until it answers. It may be another's that was a moment faster."""
        loop = asyncio.get_running_loop()
        if self._launched is None or self._launched.exit_status() is not None:
            replaced, self._replaced = self._replaced, None
            port = urlsplit(replaced.url).port if replaced else None
            self._launched = await asyncio.to_thread(Launched, self._data_dir, self._app.token, port)
        deadline = loop.time() + _START_SECONDS
        while loop.time() < deadline:
            found = read_connection(self._data_dir)
            if found is not None and await asyncio.to_thread(answers, found.url, _ANSWER_SECONDS):
                return found
            if self._launched.exit_status() not in (None, 0):  # 0: another one serves, and answers in a moment
                raise Unavailable(f"The EasyMaker backend did not start:\n{self._launched.last_lines()}")
            await asyncio.sleep(_LOOK_SECONDS)
        raise Unavailable(
            f"The EasyMaker backend has not answered within {_START_SECONDS:.0f} s:\n{self._launched.last_lines()}"
        )

    async def _stop(self, old: Connection) -> None:
        """End the backend an older version left running; its trainings go on under the new one."""
        self._app.log.info("replacing the EasyMaker backend of version %s by %s", old.version, __version__)
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(old.pid, signal.SIGTERM)
        deadline = asyncio.get_running_loop().time() + _STOP_SECONDS
        while read_connection(self._data_dir) == old:
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable(f"The EasyMaker backend of version {old.version} (pid {old.pid}) does not end.")
            await asyncio.sleep(_LOOK_SECONDS)
        self._replaced = old

    async def _use(self, connection: Connection) -> None:
        """Take a backend into use if it accepts the token."""
        try:
            self.user = await asyncio.to_thread(_user_of, connection, self._app.appkey)
        except BackendUnreachable as error:
            raise Unavailable(str(error)) from error
        except ClientError as error:
            variable = "EASYMAKER_TOKEN" if self._shared or self._app.token else f"{self._data_dir}/token"
            raise Unavailable(
                f"The EasyMaker backend at {connection.url} refuses the token in {variable}: {error}"
            ) from error
        self._app.log.info("the EasyMaker backend answers at %s", connection.url)
        self.connection = connection
        self._app.environment.update(connection, await asyncio.to_thread(self._authority_of, connection))
        self._become(Status.READY, "")

    def _authority_of(self, connection: Connection) -> str:
        """Return the authority of the backend's gateway, PEM; empty if it has none of its own."""
        try:
            with EasyMakerClient(connection.url, self._app.appkey, connection.token) as client:
                gateway = (
                    client.get("configuration")["configuration"].get("gateway") or {}
                )  # an older one tells nothing
                return str(gateway.get("certificateAuthority", ""))
        except ClientError as error:
            self._app.log.warning("kernels are not told whom to trust when they call endpoints: %s", error)
            return ""

    async def _until_gone(self, connection: Connection) -> None:
        """Return when the backend has died, moved, or is asked for in vain."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        while True:
            nudged = await self._pause(_WATCH_SECONDS)
            if self._launched is not None:
                self._launched.exit_status()  # reaps it, so that its process id is seen to be gone
            if not self._shared and read_connection(self._data_dir) != connection:
                return
            if nudged or loop.time() - asked > _HEALTH_SECONDS:
                if not await asyncio.to_thread(answers, connection.url, _ANSWER_SECONDS):
                    return
                asked = loop.time()

    async def _back_off(self, failures: int) -> None:
        """Wait before the next try; only as long as somebody else has not started a backend."""
        starts = not self._shared and self._app.start_backend
        loop = asyncio.get_running_loop()
        # Looking costs nothing; what cannot start is not started over and over.
        pause = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)] if starts else _WATCH_SECONDS
        deadline = loop.time() + pause
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if loop.time() >= deadline or (not self._shared and read_connection(self._data_dir)):
                return

    async def _pause(self, seconds: float) -> bool:
        """Wait; return whether the wait was cut short by ``look_again``."""
        try:
            await asyncio.wait_for(self._nudge.wait(), seconds)
        except TimeoutError:
            return False
        self._nudge.clear()
        return True

    def _become(self, status: Status, reason: str) -> None:
        self.status, self.reason = status, reason
        if status is Status.STARTING:
            self._settled.clear()
        else:
            self._settled.set()


def _user_of(connection: Connection, appkey: str) -> str:
    with EasyMakerClient(connection.url, appkey, connection.token) as client:
        return str(client.get("/v1.0/users/me")["user"]["userId"])
