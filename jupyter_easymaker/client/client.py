"""A client for the REST API that says in a sentence what is wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from .connection import DEFAULT_APPKEY, default_data_dir, read_connection

_TIMEOUT = httpx.Timeout(60, connect=5)
_START_IT = "Start one with `jupyter easymaker serve`, or open JupyterLab, which starts its own."


class ClientError(Exception):
    """The backend refused or is not there; the message is for people.

    Args:
        message: what is wrong and what to do.
        code: the backend's stable resultCode; 0 when it did not answer.
        fields: the wrong fields, each ``{"field", "message"}``.
    """

    def __init__(self, message: str, code: int = 0, fields: tuple[dict[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.fields = fields


@dataclass(frozen=True)
class ServerEvent:
    """One server-sent event."""

    event: str
    data: dict[str, Any]


class EasyMakerClient:
    """One project of one backend.

    Args:
        url: the backend's address.
        appkey: the project.
        token: the caller's token.
    """

    def __init__(self, url: str, appkey: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.appkey = appkey
        self._http = httpx.Client(
            base_url=f"{self.url}/v1.0/appkeys/{appkey}/",
            headers={"X-EasyMaker-Token": token},
            timeout=_TIMEOUT,
            trust_env=False,  # a proxy of the environment has no business between us and our own backend
        )

    @classmethod
    def from_environment(cls) -> EasyMakerClient:
        """Return a client for EM_API_URL, or for the backend of the default data directory.

        Raises:
            ClientError: there is neither.
        """
        appkey = os.environ.get("EM_APPKEY", DEFAULT_APPKEY)
        url, token = os.environ.get("EM_API_URL"), os.environ.get("EM_TOKEN", "")
        if url:
            return cls(url, appkey, token)
        connection = read_connection(default_data_dir())
        if connection is None:
            raise ClientError(f"No EasyMaker backend is known here. {_START_IT}")
        return cls(connection.url, appkey, connection.token)

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        return self._call("GET", path, params=_given(parameters))

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        return self._call("POST", path, json=body)

    def put(self, path: str, body: Any = None) -> dict[str, Any]:
        return self._call("PUT", path, json=body)

    def delete(self, path: str) -> dict[str, Any]:
        return self._call("DELETE", path)

    def upload_source(self, archive: bytes) -> str:
        """Send a zip archive of a source directory; return its URI."""
        headers = {"Content-Type": "application/zip"}
        uri: str = self._call("POST", "sources", content=archive, headers=headers)["sourceDirUri"]
        return uri

    def events(self, last_event_id: int | None = None) -> Iterator[ServerEvent]:
        """Follow the project's events until the caller stops."""
        return self._stream("events", lastEventId=last_event_id)

    def stream_log(self, training_id: str, node: int = 0, offset: int = 0) -> Iterator[ServerEvent]:
        """Follow a training's log: ``log`` events, then ``end``."""
        return self._stream(f"trainings/{training_id}/logs/stream", node=node, offset=offset)

    def close(self) -> None:
        self._http.close()

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        return self._checked(answer)

    def _stream(self, path: str, **parameters: Any) -> Iterator[ServerEvent]:
        timeout = httpx.Timeout(45, connect=5)  # a heartbeat comes every 15 s
        try:
            with self._http.stream("GET", path, params=_given(parameters), timeout=timeout) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    self._checked(answer)
                yield from _server_events(answer.iter_lines())
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: httpx.HTTPError) -> ClientError:
        what = str(error) or type(error).__name__
        return ClientError(f"The EasyMaker backend at {self.url} does not answer ({what}). {_START_IT}")

    def _checked(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            body: dict[str, Any] = answer.json()
            header = body["header"]
        except (ValueError, KeyError, TypeError) as error:
            raise ClientError(f"{self.url} answered {answer.status_code} but is no EasyMaker backend.") from error
        if not header["isSuccessful"]:
            raise ClientError(header["resultMessage"], header["resultCode"], tuple(body.get("errors", ())))
        return {key: value for key, value in body.items() if key != "header"}


def _given(parameters: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parameters.items() if value is not None}


def _server_events(lines: Iterator[str]) -> Iterator[ServerEvent]:
    event, data = "message", []
    for line in lines:
        if not line:
            if data:
                yield ServerEvent(event, json.loads("\n".join(data)))
            event, data = "message", []
        elif line.startswith("event:"):
            event = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
