"""What our spawners have in common, whatever they spawn on: the backend says what a server is to be, and the hub keeps
what became of it where the backend reads it.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import Any

from jupyterhub.spawner import Spawner
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from traitlets import Dict, Float, Unicode, default

from .settings import SERVICE

STATE = "easymaker"
"""Where in a spawner's state it is kept; the backend's ``engines/hub.py`` reads it."""
_RETRY_SECONDS = 0.5


class SpawnRefused(Exception):
    """The server cannot be started; the text is for the person who starts it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.jupyterhub_message = message


class BackedByEasyMaker(Spawner):
    """Comes before a spawner class of JupyterHub's; ``start_as`` starts the server."""

    backend_url = Unicode(help="Where the EasyMaker backend answers. Default: EASYMAKER_URL.").tag(config=True)
    backend_wait_seconds = Float(60.0, help="How long a start waits for the backend to answer.").tag(config=True)
    service_token = Unicode(
        help="The token the hub gave its service easymaker. Default: that of the service in JupyterHub.services."
    ).tag(config=True)
    server_settings = Dict(help="What the backend said the server is to be, at its last start.")
    outcome = Dict(help="What became of the last start: action, and error, stopped or exitStatus.")

    async def start_as(self, settings: dict[str, Any]) -> Any:
        """Start the server with what the backend says it is to be; return what ``Spawner.start`` does."""
        raise NotImplementedError

    async def start(self) -> Any:
        begun = time.monotonic()
        asked = ((self.user_options or {}).get("easymaker") or {}).get("action", "")
        self.outcome = {"action": str(asked)}
        try:
            settings = await self._settings()
            self.outcome = {"action": settings["actionId"]}
            self.server_settings = settings
            self.cpu_limit, self.mem_limit = float(settings["vcpus"]), settings["memoryMib"] * 1024**2
            return await self.start_as(settings)
        except asyncio.CancelledError:
            if self._too_late(begun):
                self.outcome = {**self.outcome, "error": self._why_late()}
            raise
        except Exception as error:
            message = getattr(error, "jupyterhub_message", "") or f"{type(error).__name__}: {error}"
            if isinstance(error, TimeoutError) and self._too_late(begun):  # the spawner noticed before the hub did
                message = self._why_late()
            self.outcome = {**self.outcome, "error": message}
            raise

    def _too_late(self, begun: float) -> bool:
        return time.monotonic() - begun >= float(self.start_timeout) - 1

    def _why_late(self) -> str:
        because = f": {self.why_not_started()}" if self.why_not_started() else "."
        return f"It did not start within {self.start_timeout} seconds{because}"

    async def stop(self, now: bool = False) -> None:
        if "error" not in self.outcome:
            if self._waiting_for_response:
                seconds = self.http_timeout
                why = f"Its server started but did not answer within {seconds} seconds."
                self.outcome = {**self.outcome, "error": why}
            else:
                self.outcome = {**self.outcome, "stopped": True}
        await super().stop(now)

    async def poll(self) -> int | None:
        status: int | None = await super().poll()
        if status is not None and self.outcome and not self.outcome.keys() & {"error", "stopped", "exitStatus"}:
            self.outcome = {**self.outcome, "exitStatus": self.exit_status(status)}
        return status

    def why_not_started(self) -> str:
        """Return what a start that takes too long waits for, empty if nobody says."""
        return ""

    def exit_status(self, status: int) -> int | None:
        """Return the exit status if ``poll`` knows it."""
        return status

    def get_env(self) -> dict[str, str]:
        env: dict[str, str] = super().get_env()
        return {**env, "EASYMAKER_APPKEY": self.server_settings.get("appKey", "")}

    def get_state(self) -> dict[str, Any]:
        state: dict[str, Any] = super().get_state()
        return {**state, STATE: dict(self.outcome)} if self.outcome else state

    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(state)
        self.outcome = state.get(STATE) or {}

    @default("service_token")
    def _service_token(self) -> str:
        listed = self.config.JupyterHub.get("services", [])
        return next((each.get("api_token", "") for each in listed if each.get("name") == SERVICE), "")

    async def _settings(self) -> dict[str, Any]:
        """Ask the backend, in the owner's name, what this server is to be."""
        body = {"serverName": self.name, "displayName": self.orm_spawner.display_name or ""}
        found: dict[str, Any] = (await self._ask_backend("servers", body, self.api_token))["server"]
        return found

    async def docker_config(self, settings: dict[str, Any]) -> str:
        """Ask the backend, in the hub's own name, with what the image is pulled: its owner must not learn that.

        Returns:
            What a secret of the type kubernetes.io/dockerconfigjson holds.
        """
        if not self.service_token:
            raise SpawnRefused(
                "The image is pulled with a registry account, and the hub cannot ask for it: give the service "
                f"{SERVICE} in JupyterHub.services an api_token, or set BackedByEasyMaker.service_token."
            )
        body = {"notebookId": settings["notebookId"], "actionId": settings["actionId"]}
        answer = await self._ask_backend("pull-secrets", body, self.service_token)
        return str(answer["pullSecret"]["dockerConfigJson"])

    async def _ask_backend(self, path: str, body: dict[str, Any], token: str) -> dict[str, Any]:
        """Ask the backend as soon as it answers.

        Raises:
            SpawnRefused: it says no, or does not answer in time.
        """
        url = f"{(self.backend_url or os.environ.get('EASYMAKER_URL', '')).rstrip('/')}/v1.0/hub/{path}"
        headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
        request = HTTPRequest(url, method="POST", body=json.dumps(body), headers=headers)
        deadline = time.monotonic() + self.backend_wait_seconds
        while True:
            try:
                answer = await AsyncHTTPClient().fetch(request)
                found: dict[str, Any] = json.loads(answer.body)
                return found
            except (HTTPClientError, OSError) as error:
                if isinstance(error, HTTPClientError) and error.code < 500 and error.response is not None:
                    raise SpawnRefused(_said(error)) from error
                if time.monotonic() >= deadline:
                    raise SpawnRefused(f"The EasyMaker backend does not answer at {url}: {error}") from error
                await asyncio.sleep(_RETRY_SECONDS)


def _said(error: HTTPClientError) -> str:
    try:
        return str(json.loads(error.response.body)["header"]["resultMessage"])  # type: ignore[union-attr]
    except (ValueError, KeyError, TypeError):
        return f"The EasyMaker backend answers: {error}"
