"""How long requests take until their answers begin: measured here, read at /metrics."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestTimes:
    """ASGI middleware that counts and times requests by route.

    The time is that until the answer begins: event streams never end.

    Args:
        app: what answers.
        registry: where the measurements go.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "easymaker_http_request_seconds",
            "Time until the answer to a request began.",
            ["method", "route", "status"],
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Of what matches no route the path is anything a client made up: never a label.
                route = getattr(scope.get("route"), "path", "none")
                status = f"{message['status'] // 100}xx"
                labels = self._seconds.labels(_method(scope["method"]), route, status)
                labels.observe(time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, timed)


def _method(given: str) -> str:
    return given if given in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS") else "other"
