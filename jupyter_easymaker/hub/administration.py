"""The administrators' page as a page of the hub: its template, navigation and sign-in, the panel's own components.

It is handlers of the hub itself, though ``extra_handlers`` is called deprecated in favour of services: only so it is
one page among the hub's, with its template (whatever an operator made of it), its session and its check against
cross-site requests (of reading, too), and without another process, port, OAuth client or network policy. It asks the
backend as whoever is signed in, with a token that lasts ten minutes, is good at the backend only, ends with the
session and never leaves the hub. A member who knows the addresses gets 403 from the hub, and would get it from the
backend. What members write (names, logs, files) cannot become a page of the hub's origin: only JSON and events of a
few paths come through, and browsers must not take them for anything else.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.handlers.base import BaseHandler
from jupyterhub.handlers.static import CacheControlStaticFilesHandler
from jupyterhub.scopes import needs_scope
from tornado import web
from tornado.iostream import StreamClosedError

from .. import __version__
from ..client.connection import DEFAULT_APPKEY, Connection
from ..client.upstream import NoAnswer, Upstream, is_plain
from ..resources.errors import ResultCode
from .settings import SERVICE

HERE = Path(__file__).parent
STATIC, TEMPLATES, LOCALES = HERE / "static", HERE / "templates", HERE.parent / "locale"
_NEEDED = "admin-ui"
_TOKEN_SECONDS = 600
_TOKEN_LEFT_SECONDS = 60
_UNAVAILABLE = "The EasyMaker backend does not answer. Try again in a moment, or look into the hub's log."
_ITEM = r"appkeys/[^/]+/[^/]+/[^/]+"
REACHED = {
    "GET": re.compile(r"v1\.0/(projects|admin/.+|appkeys/[^/]+/(configuration|counts|events|flavors|images))"),
    "PUT": re.compile(rf"v1\.0/(admin/quotas/[^/]+|{_ITEM}/stop)"),
    "DELETE": re.compile(rf"v1\.0/{_ITEM}"),
}
"""What the page asks the backend; nothing else comes through."""
_HANDED_ON = ("Accept", "Accept-Language", "Content-Type", "Last-Event-ID")
_KINDS = ("application/json", "text/event-stream")


def handlers(backend: str) -> list[tuple[str, type[BaseHandler], dict[str, Any]]]:
    """Return the routes below the hub's own.

    Args:
        backend: where the hub reaches the backend.
    """
    asking = {"backend": _Backend(backend)}
    return [
        (r"/easymaker/?", PageHandler, {}),
        (r"/easymaker/static/(.*)", CacheControlStaticFilesHandler, {"path": str(STATIC)}),
        (r"/easymaker/translations/(\w+(?:[-_]\w+)*)", TranslationsHandler, {}),
        (r"/easymaker/context", ContextHandler, asking),
        (r"/easymaker/api/(.+)", BackendHandler, asking),
    ]


class PageHandler(BaseHandler):
    """The page itself, as the hub's own of its administrators."""

    @web.authenticated
    @needs_scope(_NEEDED)
    async def get(self) -> None:
        _require_administrator(self)
        self.finish(await self.render_template("easymaker-administration.html", bundle=self._bundle))

    def _bundle(self, name: str) -> str:
        file = STATIC / name
        if not file.exists():
            raise web.HTTPError(500, f"{file} is missing: build it with `jlpm build` in labextension.")
        return f"{self.hub.base_url}easymaker/static/{name}?v={file.stat().st_mtime_ns:x}"


class TranslationsHandler(BaseHandler):
    """What the page says in a language, as JupyterLab asks for it; no secret, so it is for everybody."""

    def get(self, language: str) -> None:
        wanted = language.replace("-", "_").lower()
        found = [
            each for each in sorted(LOCALES.iterdir()) if each.name.lower() == wanted
            or each.name.lower().partition("_")[0] == wanted.partition("_")[0]
        ]  # fmt: skip
        file = found[0] / "LC_MESSAGES/jupyter_easymaker.json" if found else None
        data = {"jupyter_easymaker": json.loads(file.read_text())} if file and file.exists() else {}
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"data": data, "message": ""}))


class _Backend:
    """The way to the backend, with tokens for those who are signed in."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.upstream = Upstream()
        self._tokens: dict[tuple[int, str], tuple[str, float]] = {}

    def connection(self, handler: BaseHandler) -> Connection:
        """Return how the backend is asked in the name of whoever is signed in."""
        user, session, now = handler.current_user, handler.get_session_cookie() or "", time.monotonic()
        token, until = self._tokens.get((user.id, session), ("", 0.0))
        if now > until - _TOKEN_LEFT_SECONDS:
            token = user.new_api_token(
                note="EasyMaker's administrators' page",
                scopes=[f"access:services!service={SERVICE}"],
                session_id=session or None,
                expires_in=_TOKEN_SECONDS,
            )
            self._tokens = {key: kept for key, kept in self._tokens.items() if kept[1] > now}
            self._tokens[user.id, session] = (token, now + _TOKEN_SECONDS)
        return Connection(self.url, token)

    def forget(self, handler: BaseHandler) -> None:
        """Make a new token next time: this one was taken back."""
        self._tokens.pop((handler.current_user.id, handler.get_session_cookie() or ""), None)


class _AskingHandler(APIHandler):
    """Asks the backend for the page. Signed in as in a browser: the hub's tokens are not taken here."""

    _accept_token_auth = False

    def initialize(self, backend: _Backend) -> None:
        self.backend = backend

    async def open(self, method: str, path: str) -> Any:
        """Ask the backend; whoever is called with the answer closes it."""
        headers = {name: self.request.headers[name] for name in _HANDED_ON if name in self.request.headers}
        for last in (False, True):
            connection = self.backend.connection(self)
            answer = await self.backend.upstream.open(connection, method, path, headers=headers, body=self.request.body)
            if answer.status_code != 401 or last:
                return answer
            await answer.aclose()
            self.backend.forget(self)
        raise AssertionError("the second answer is returned")

    def refuse(self, code: ResultCode, message: str) -> None:
        """Answer as the backend would."""
        self.set_status(code.http_status)
        header = {"isSuccessful": False, "resultCode": code, "resultMessage": message}
        self.finish(json.dumps({"header": header, "errors": []}))


class ContextHandler(_AskingHandler):
    """What the page needs before it can ask the backend anything; as the server extension answers it in JupyterLab."""

    @needs_scope(_NEEDED)
    async def get(self) -> None:
        _require_administrator(self)
        status, reason, appkey = "failed", "", ""
        try:
            answer = await self.open("GET", "/v1.0/projects")
            try:
                body = json.loads(await answer.aread())
            finally:
                await answer.aclose()
            if answer.status_code == 200:
                keys = [each["appKey"] for each in body["projectList"]]
                appkey = DEFAULT_APPKEY if DEFAULT_APPKEY in keys else next(iter(keys), "")
                status, reason = ("ready", "") if appkey else ("failed", "There is no project yet: make a group.")
            else:
                reason = body["header"]["resultMessage"]
        except (NoAnswer, ValueError, KeyError) as error:
            self.log.warning("the EasyMaker backend did not tell its projects: %r", error)
            reason = _UNAVAILABLE
        context = {"status": status, "reason": reason, "appKey": appkey, "version": __version__}
        self.finish(json.dumps({**context, "region": "", "user": self.current_user.name}))


class BackendHandler(_AskingHandler):
    """One request of the page to the backend, its answer passed on as it comes, so that events flow."""

    _work: asyncio.Task[None] | None = None

    @needs_scope(_NEEDED)
    async def get(self, path: str) -> None:
        await self._forward()

    @needs_scope(_NEEDED)
    async def put(self, path: str) -> None:
        await self._forward()

    @needs_scope(_NEEDED)
    async def delete(self, path: str) -> None:
        await self._forward()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._work is not None:
            self._work.cancel()

    async def _forward(self) -> None:
        _require_administrator(self)
        method, begin = str(self.request.method), f"{self.hub.base_url}easymaker/api"
        path = self.request.path.removeprefix(begin)
        if not is_plain(path) or not REACHED[method].fullmatch(path.removeprefix("/")):
            raise web.HTTPError(404, f"This page has nothing to do with {method} {path}.")
        query = f"?{self.request.query}" if self.request.query else ""
        self._work = asyncio.ensure_future(self._exchange(method, path + query))
        try:
            await self._work
        except (asyncio.CancelledError, StreamClosedError):
            self.log.debug("the browser left before the answer to %s %s", method, path)

    async def _exchange(self, method: str, path: str) -> None:
        import httpx

        try:
            answer = await self.open(method, path)
        except NoAnswer as error:
            self.log.warning("the EasyMaker backend did not answer %s: %s", path, error)
            self.refuse(ResultCode.UNAVAILABLE, _UNAVAILABLE)
            return
        try:
            kind = answer.headers.get("Content-Type", "")
            if kind.partition(";")[0] not in _KINDS:
                raise web.HTTPError(502, f"The backend's answer to {path} is {kind or 'of no type'}.")
            self.set_status(answer.status_code)
            self.set_header("Content-Type", kind)
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_header("Cache-Control", "no-store")
            self.set_header("X-Accel-Buffering", "no")  # for a proxy before the hub
            await self.flush()
            async for piece in answer.aiter_bytes():
                self.write(piece)
                await self.flush()
            self.finish()
        except httpx.TransportError as error:
            self.log.warning("the EasyMaker backend broke off its answer to %s: %r", path, error)
            # The status is sent already: the browser must see that it has not got all.
            self.request.connection.stream.close()
        finally:
            await answer.aclose()


def _require_administrator(handler: BaseHandler) -> None:
    """Refuse who has the hub's scope by a role of its own, but is no administrator for the backend."""
    if not handler.current_user.admin:
        raise web.HTTPError(403, "Only administrators may do this.")
