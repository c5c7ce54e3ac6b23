"""The extension's routes: what the panel needs to know first, and the way to the backend."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from tornado.iostream import StreamClosedError

from .. import __version__

_FORWARDED = ("Accept", "Accept-Language", "Content-Type", "Last-Event-ID")
_ANSWERED = ("Content-Type", "Content-Disposition", "Cache-Control", "WWW-Authenticate")
_MAX_BODY = 512 * 1024 * 1024
_STREAM_SECONDS = 24 * 3600.0


def handlers() -> list[tuple[str, type[JupyterHandler]]]:
    """Return the routes, relative to the server's base URL."""
    return [
        (url_path_join("easymaker", "context"), ContextHandler),
        (url_path_join("easymaker", "api", "(v1[.]0/.*|openapi[.]json)"), ProxyHandler),
    ]


class ContextHandler(APIHandler):
    """What the panel needs before it can ask the backend anything."""

    @web.authenticated
    async def get(self) -> None:
        app = self.settings["easymaker"]
        backend = app.backend
        self.finish(
            json.dumps(
                {
                    "status": backend.status,
                    "reason": backend.reason,
                    "appKey": app.appkey,
                    "region": app.region,
                    "version": __version__,
                    "user": getattr(self.current_user, "username", ""),
                }
            )
        )


class ProxyHandler(APIHandler):
    """Hands requests of signed-in people to the backend with the token, which the browser never sees.

    Answers are passed on piece by piece as they come, so that event streams flow.
    """

    @web.authenticated
    async def get(self, path: str) -> None:
        await self._forward(path)

    post = put = delete = patch = get

    async def _forward(self, path: str) -> None:
        connection = self.settings["easymaker"].backend.connection
        if connection is None:
            self._refuse(503, 503_000, "The EasyMaker backend is not ready yet; it is being started.")
            return
        if any(part in ("", ".", "..") for part in path.split("/")):
            self._refuse(400, 400_000, "The path holds an empty part, . or ..")
            return
        query = f"?{self.request.query}" if self.request.query else ""
        headers = HTTPHeaders({name: self.request.headers[name] for name in _FORWARDED if name in self.request.headers})
        headers["X-EasyMaker-Token"] = connection.token
        started = _Start()
        request = HTTPRequest(
            f"{connection.url}/{path}{query}",
            method=self.request.method or "GET",
            headers=headers,
            body=self.request.body if self.request.method in ("POST", "PUT", "PATCH") else None,
            follow_redirects=False,
            decompress_response=False,
            connect_timeout=5,
            request_timeout=_STREAM_SECONDS,
            header_callback=started,
            streaming_callback=lambda chunk: self._pass_on(started, chunk),
        )
        self._abort = _Abort()
        try:
            answer = await _client().fetch(request, raise_error=False)
        except (OSError, StreamClosedError, web.HTTPError) as error:
            answer = None
            self.log.warning("the EasyMaker backend did not answer %s: %s", path, error)
        self._finish_answer(started, answer)

    def _pass_on(self, started: _Start, chunk: bytes) -> None:
        if self._abort.gone:
            raise StreamClosedError  # the browser left: end the request to the backend too
        self._begin_answer(started)
        self.write(chunk)
        self.flush()

    def _begin_answer(self, started: _Start) -> None:
        if started.passed_on:
            return
        started.passed_on = True
        self.set_status(started.status)
        self.clear_header("Content-Type")
        for name in _ANSWERED:
            if name in started.headers:
                self.set_header(name, started.headers[name])
        self.set_header("X-Accel-Buffering", "no")

    def _finish_answer(self, started: _Start, answer: HTTPResponse | None) -> None:
        if self._abort.gone:
            return
        if not started.passed_on and (answer is None or answer.code == 599 or not started.status):
            self._refuse(503, 503_000, "The EasyMaker backend does not answer; it is being started again.")
            return
        self._begin_answer(started)
        self.finish()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if hasattr(self, "_abort"):
            self._abort.gone = True

    def _refuse(self, status: int, code: int, message: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        header = {"isSuccessful": False, "resultCode": code, "resultMessage": message}
        self.finish(json.dumps({"header": header, "errors": []}))


class _Start:
    """The beginning of the backend's answer, as tornado's client hands it over line by line."""

    def __init__(self) -> None:
        self.status = 0
        self.headers = HTTPHeaders()
        self.passed_on = False

    def __call__(self, line: str) -> None:
        if line.startswith("HTTP/"):
            self.status = int(line.split(None, 2)[1])
            self.headers = HTTPHeaders()
        elif line.strip():
            self.headers.parse_line(line.rstrip("\r\n"))


class _Abort:
    """Whether the browser has left."""

    gone = False


def _client() -> Any:
    """Return the client for all proxied requests: event streams are long, so many may be under way at once."""
    return AsyncHTTPClient(
        force_instance=False, defaults={"user_agent": "jupyter-easymaker"}, max_clients=1000, max_body_size=_MAX_BODY
    )
