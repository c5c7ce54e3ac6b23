"""Hands requests of signed-in people to the backend with the token, which the browser never sees.

jupyter_server_proxy is not used: its handlers leave out Jupyter's cross-site check, hand on cookies, keep an event
stream open to the backend for hours after the browser has left, and cost a third of a second at start-up.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.iostream import StreamClosedError

from ..client.connection import Connection
from ..client.upstream import NoAnswer, is_plain
from ..resources.errors import ResultCode

if TYPE_CHECKING:
    import httpx

    from .app import EasyMakerExtension

# Everything else the browser says (cookies, Jupyter's own token, addresses) is between it and Jupyter.
_REQUEST_HEADERS = ("Accept", "Accept-Language", "Content-Type", "Last-Event-ID")
_ANSWER_HEADERS = (
    "Content-Type",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Length",
    "Cache-Control",
    "Retry-After",
)
_JUPYTER_PARAMETERS = ("token", "_xsrf")
_EVENT_STREAM = "text/event-stream"


class ProxyHandler(APIHandler):
    """One request to the backend. Answers are passed on piece by piece as they come, so that event streams flow."""

    auth_resource = "easymaker"
    request_headers: tuple[str, ...] = _REQUEST_HEADERS
    answer_headers: tuple[str, ...] = _ANSWER_HEADERS
    _work: asyncio.Task[None] | None = None
    _gone = False

    # Each method is decorated for itself: ``authorized`` remembers the action it was first called for.

    @web.authenticated
    @authorized
    async def get(self, _path: str) -> None:
        await self._forward()

    @web.authenticated
    @authorized
    async def post(self, _path: str) -> None:
        await self._forward()

    @web.authenticated
    @authorized
    async def put(self, _path: str) -> None:
        await self._forward()

    @web.authenticated
    @authorized
    async def delete(self, _path: str) -> None:
        await self._forward()

    def on_connection_close(self) -> None:
        """The browser has left: end the request to the backend too."""
        super().on_connection_close()
        self._gone = True
        if self._work is not None:
            self._work.cancel()

    async def _forward(self) -> None:
        app: EasyMakerExtension = self.settings["easymaker"]
        # Streams are opened by the page itself; an idle server must be seen to be idle.
        self._track_activity = _EVENT_STREAM not in self.request.headers.get("Accept", "")
        path = self.request.path[len(url_path_join(self.base_url, "easymaker/api")) :]
        if not self.is_plain(path):
            self._refuse(ResultCode.INVALID_REQUEST, "The path holds an empty part, a dot part or a backslash.")
            return
        if app.backend.connection is None:
            self._refuse(ResultCode.UNAVAILABLE, app.backend.reason)
            return
        self._work = asyncio.ensure_future(self._exchange(app, app.backend.connection, path))
        try:
            await self._work
        except (asyncio.CancelledError, StreamClosedError):
            if not self._gone:
                raise

    async def _exchange(self, app: EasyMakerExtension, connection: Connection, path: str) -> None:
        headers = {name: self.request.headers[name] for name in self.request_headers if name in self.request.headers}
        query = _without_jupyters(self.request.query)
        try:
            answer = await app.upstream.open(
                connection,
                self.request.method or "GET",
                path + (f"?{query}" if query else ""),
                headers=headers,
                body=self.request.body,
            )
        except NoAnswer as error:
            self.log.warning("the EasyMaker backend did not answer %s: %s", path, error)
            app.backend.look_again()
            self._refuse(
                ResultCode.UNAVAILABLE,
                "The EasyMaker backend does not answer; it is being looked for. Try again in a moment.",
            )
            return
        try:
            if answer.is_redirect:  # to an address the browser cannot reach
                self._refuse(ResultCode.NOT_FOUND, f"There is nothing at {path}.")
            elif answer.status_code == ResultCode.UNAUTHENTICATED.http_status:
                app.backend.look_again()
                self._refuse(
                    ResultCode.UNAVAILABLE,
                    "The EasyMaker backend refuses the token of this Jupyter server; check EASYMAKER_TOKEN.",
                )
            else:
                await self._pass_on(app, answer, path)
        finally:
            await answer.aclose()

    async def _pass_on(self, app: EasyMakerExtension, answer: httpx.Response, path: str) -> None:
        import httpx

        self.set_status(answer.status_code)
        self.clear_header("Content-Type")
        for name in self.answer_headers:
            if name in answer.headers:
                self.take_over(name, answer.headers[name])
        self.set_header("X-Accel-Buffering", "no")  # for a proxy before Jupyter
        try:
            await self.flush()
            async for piece in answer.aiter_raw():
                self.write(piece)
                await self.flush()
        except httpx.TransportError as error:
            self.log.warning("the EasyMaker backend broke off its answer to %s: %r", path, error)
            app.backend.look_again()
            self._break_off()
        else:
            self.finish()

    def is_plain(self, path: str) -> bool:
        """Return whether a path may be handed on."""
        return is_plain(path)

    def take_over(self, name: str, value: str) -> None:
        """Give the browser a header of the backend's answer."""
        self.set_header(name, value)

    def _break_off(self) -> None:
        """Cut the connection: the status is sent already, and this tells the browser that it has not got all."""
        self._gone = True
        connection: Any = self.request.connection
        connection.stream.close()

    def _refuse(self, code: ResultCode, message: str) -> None:
        self.set_status(code.http_status)
        header = {"isSuccessful": False, "resultCode": code, "resultMessage": message}
        self.finish(json.dumps({"header": header, "errors": []}))

    def finish(self, *arguments: Any, **options: Any) -> asyncio.Future[None]:
        """End the answer with the content type it has: the base class makes everything JSON."""
        kind = self._headers.get("Content-Type", "application/json")
        finished: asyncio.Future[None] = super().finish(*arguments, set_content_type=kind, **options)
        return finished


def _without_jupyters(query: str) -> str:
    if not any(f"{name}=" in query for name in _JUPYTER_PARAMETERS):
        return query
    kept = [(name, value) for name, value in parse_qsl(query, True) if name not in _JUPYTER_PARAMETERS]
    return urlencode(kept)
