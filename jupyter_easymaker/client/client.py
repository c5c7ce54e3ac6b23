"""The backend as Python methods: answers without their envelope, errors as sentences, streams that go on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from .batch_inferences import BatchInferences
from .connection import DEFAULT_APPKEY, Connection, default_data_dir, is_loopback, read_connection
from .endpoints import Endpoints
from .errors import BackendUnreachable, ClientError
from .sse import ServerEvent, parse_events
from .storages import Storages
from .tracking import Tracking
from .tunings import Tunings
from .watching import Watching

if TYPE_CHECKING:
    import httpx

_START_IT = "Start one with `jupyter easymaker serve`, or open JupyterLab, which starts its own."
_TIMEOUT_SECONDS = 60.0
_SILENCE_SECONDS = 45.0
"""Streams carry a heartbeat every 15 s; silent for longer, they are dead."""
_RETRY_SECONDS = 0.5


class EasyMakerClient(BatchInferences, Endpoints, Storages, Tracking, Tunings, Watching):
    """One project of one backend.

    Every method raises ``ClientError`` with the backend's sentence, ``BackendUnreachable`` when nobody answers.

    Args:
        url: the backend's address.
        appkey: the project.
        token: the caller's token.
        patience: how long streams wait for a backend that is being restarted, in seconds.
        relocate: asked for another address when nobody answers at this one.
    """

    def __init__(
        self,
        url: str,
        appkey: str,
        token: str,
        *,
        patience: float = 60.0,
        relocate: Callable[[], Connection | None] = lambda: None,
    ) -> None:
        self.url = url.rstrip("/")
        self.appkey = appkey
        self._token = token
        self._patience = patience
        self._relocate = relocate
        self._http: httpx.Client | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """Return a client for EM_API_URL, EM_APPKEY and EM_TOKEN, or for the backend of the default data directory.

        Raises:
            BackendUnreachable: there is neither.
        """
        appkey = os.environ.get("EM_APPKEY") or DEFAULT_APPKEY
        url, token = os.environ.get("EM_API_URL"), os.environ.get("EM_TOKEN", "")
        if url:
            return cls(url, appkey, token, relocate=lambda: _moved(token))
        connection = read_connection()
        if connection is None:
            raise BackendUnreachable(
                "No EasyMaker backend is known here: EM_API_URL is not set and none serves "
                f"{default_data_dir()}. {_START_IT}"
            )
        return cls(connection.url, appkey, connection.token, relocate=lambda: _moved(connection.token))

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Return what is at a path of the project (``trainings/{id}``), or of the backend (``/v1.0/users/me``)."""
        return self._call("GET", path, params=parameters)

    def post(self, path: str, body: Any = None, **parameters: Any) -> dict[str, Any]:
        """Create something."""
        return self._call("POST", path, json=body, params=parameters)

    def put(self, path: str, body: Any = None, **parameters: Any) -> dict[str, Any]:
        """Change something, or have it do something (``trainings/{id}/stop``)."""
        return self._call("PUT", path, json=body, params=parameters)

    def delete(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Delete something."""
        return self._call("DELETE", path, params=parameters)

    def download(self, path: str, **parameters: Any) -> bytes:
        """Return a file: a log (``trainings/{id}/logs/download``), an executed notebook."""
        answer = self._send("GET", path, params=parameters)
        if not answer.is_success:
            self._checked(answer)
        return answer.content

    def upload_source(self, archive: bytes) -> str:
        """Send a zip archive of a source directory; return its URI."""
        headers = {"Content-Type": "application/zip"}
        uri: str = self._call("POST", "sources", content=archive, headers=headers)["sourceDirUri"]
        return uri

    def pages(self, path: str, *, page_size: int = 200, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield every element of a list, fetched page by page as it is consumed.

        Args:
            path: such as ``trainings``.
            page_size: elements fetched at once.
            parameters: search, sort and filters.
        """
        page = 1
        while True:
            answer = self.get(path, page=page, limit=page_size, **parameters)
            (elements,) = (value for value in answer.values() if isinstance(value, list))
            yield from elements
            if page * page_size >= answer["paging"]["totalCount"]:
                return
            page += 1

    def events(self, last_event_id: int | None = None) -> Iterator[ServerEvent]:
        """Follow the project's events until the caller stops; over a restart of the backend none is missed."""
        parameters = {"lastEventId": last_event_id}
        for message in self._stream("events", parameters):
            parameters["lastEventId"] = message.data["lastEventId" if message.event == "hello" else "eventId"]
            yield message

    def stream_log(
        self, resource_id: str, node: int = 0, offset: int = 0, *, of: str = "trainings"
    ) -> Iterator[ServerEvent]:
        """Follow a training's (or a batch inference's) log: ``log`` events, then ``end``.

        Args:
            resource_id: whose.
            node: of which of its nodes, from 0.
            offset: where to begin, in bytes; negative: counted from the end.
            of: ``trainings`` or ``batch-inferences``.
        """
        parameters = {"node": node, "offset": offset}
        for message in self._stream(f"{of}/{resource_id}/logs/stream", parameters):
            parameters["offset"] = message.data.get("nextOffset", parameters["offset"])
            yield message
            if message.event == "end":
                return

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _stream(self, path: str, parameters: Mapping[str, Any]) -> Iterator[ServerEvent]:
        """Yield a stream's events; asked for again, with the parameters as they are then, when it breaks off."""
        import httpx

        timeout = httpx.Timeout(_TIMEOUT_SECONDS, read=_SILENCE_SECONDS)
        deadline: float | None = 0.0  # what was never there is not waited for
        while True:
            request = self._build("GET", path, params=parameters, timeout=timeout)
            try:
                answer = self._client().send(request, stream=True)
                try:
                    if not answer.is_success:
                        answer.read()
                        self._checked(answer)
                    deadline = None
                    yield from parse_events(answer.iter_lines())
                finally:
                    answer.close()
            except httpx.TransportError as error:
                if deadline is None:  # counted from when it broke off
                    deadline = time.monotonic() + self._patience
                if not self._follow_move() and time.monotonic() > deadline:
                    raise self._unreachable(error) from error
            time.sleep(_RETRY_SECONDS)

    def _pieces(self, path: str, size: int, **parameters: Any) -> Iterator[bytes]:
        """Yield a file piece by piece, each of so many bytes."""
        import httpx

        try:
            answer = self._client().send(self._build("GET", path, params=parameters), stream=True)
            try:
                if not answer.is_success:
                    answer.read()
                    self._checked(answer)
                yield from answer.iter_bytes(size)
            finally:
                answer.close()
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        return self._checked(self._send(method, path, **arguments))

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        import httpx

        try:
            try:
                return self._client().send(self._build(method, path, **arguments))
            except httpx.ConnectError:  # nothing was sent, so nothing is done twice
                if not self._follow_move():
                    raise
                return self._client().send(self._build(method, path, **arguments))
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _build(self, method: str, path: str, **arguments: Any) -> httpx.Request:
        prefix = self.url if path.startswith("/") else f"{self.url}/v1.0/appkeys/{self.appkey}/"
        if "params" in arguments:
            arguments["params"] = {k: v for k, v in arguments["params"].items() if v is not None}
        if arguments.get("json", ...) is None:
            del arguments["json"]
        headers = {"X-EasyMaker-Token": self._token, **arguments.pop("headers", {})}
        return self._client().build_request(method, prefix + path, headers=headers, **arguments)

    def _client(self) -> httpx.Client:
        if self._http is None:
            import httpx

            # A proxy of the environment cannot reach what listens on this machine only.
            self._http = httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=not is_loopback(self.url))
        return self._http

    def _follow_move(self) -> bool:
        found = self._relocate()
        if found is None or found.url == self.url:
            return False
        self.url = found.url
        return True

    def _unreachable(self, error: Exception) -> BackendUnreachable:
        advice = _START_IT if is_loopback(self.url) else "Check EM_API_URL and the network, or ask who runs it."
        return BackendUnreachable(
            f"The EasyMaker backend at {self.url} does not answer ({str(error) or type(error).__name__}). {advice}"
        )

    def _checked(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            body: dict[str, Any] = answer.json()
            header = body["header"]
            refused = not header["isSuccessful"]
        except (ValueError, KeyError, TypeError) as error:
            raise ClientError(
                f"{self.url} answered {answer.status_code} but is no EasyMaker backend; check EM_API_URL."
            ) from error
        if refused:
            raise ClientError(header["resultMessage"], header["resultCode"], tuple(body.get("errors", ())))
        return {key: value for key, value in body.items() if key != "header"}


def _moved(token: str) -> Connection | None:
    """Return where this user's own backend is now, if it is the one the token is for."""
    found = read_connection()
    return found if found and found.token == token else None
