"""A backend's stand-in that shows what the proxy sends to it, on a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.conftest import free_port
from tests.waiting import wait_for

TOKEN = "upstream-token"


@dataclass
class Upstream:
    """What the stand-in has seen, and what it is to do next."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    open_streams: int = 0
    go_on: threading.Event = field(default_factory=threading.Event)
    """Event streams wait for it after their first event."""

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def user(self, _request: Request) -> Response:
        return JSONResponse({"header": {"isSuccessful": True}, "user": {"userId": "somebody"}})

    async def echo(self, request: Request) -> Response:
        self.paths.append(request.scope["raw_path"].decode())
        seen = {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": dict(request.headers),
            "body": (await request.body()).decode(errors="replace"),
        }
        return JSONResponse(seen, headers={"Set-Cookie": "backend=1", "X-Internal": "yes"})

    async def events(self, _request: Request) -> Response:
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncIterator[str]:
        self.open_streams += 1
        try:
            yield "event: hello\ndata: {}\n\n"
            while not await asyncio.to_thread(self.go_on.wait, 0.05):
                pass
            yield "event: change\ndata: {}\n\n"
        finally:
            self.open_streams -= 1

    async def redirect(self, _request: Request) -> Response:
        return RedirectResponse(f"{self.url}/health")

    async def broken(self, _request: Request) -> Response:
        return StreamingResponse(self._broken(), headers={"Content-Length": "100"})

    async def _broken(self) -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError("the backend dies")

    async def refuse(self, _request: Request) -> Response:
        return JSONResponse({"header": {"isSuccessful": False}}, status_code=401)

    async def conflict(self, _request: Request) -> Response:
        return JSONResponse({"header": {"isSuccessful": False, "resultCode": 409_001}}, status_code=409)

    async def page(self, _request: Request) -> Response:
        return Response("<script>", media_type="text/html", headers={"Content-Disposition": "attachment"})

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PUT", "DELETE"]
        return Starlette(
            routes=[
                Route("/health", self.health),
                Route("/openapi.json", self.health),
                Route("/v1.0/users/me", self.user),
                Route("/v1.0/events", self.events),
                Route("/v1.0/redirect", self.redirect),
                Route("/v1.0/broken", self.broken),
                Route("/v1.0/refuse", self.refuse),
                Route("/v1.0/conflict", self.conflict),
                Route("/v1.0/page", self.page),
                Route("/{path:path}", self.echo, methods=methods),
            ]
        )


@contextmanager
def running_upstream() -> Iterator[Upstream]:
    upstream = Upstream()
    port = free_port()
    upstream.url = f"http://127.0.0.1:{port}"
    config = uvicorn.Config(upstream.app(), port=port, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield upstream
    finally:
        upstream.go_on.set()
        server.should_exit = True
        thread.join()
