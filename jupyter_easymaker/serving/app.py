"""The HTTP side: KServe V1 and V2 (Open Inference Protocol), the vendor's paths, health, and what the model tells.

Predictions do not go through the router: they are looked up by their exact path, because they are what is waited for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ..request_marks import ID_CHARACTERS, MAX_ID
from .answering import problem
from .body import BodyError, Budget, ClientGone, read_body, respond
from .counters import Counters
from .messages import JSON_LENGTH, Kind
from .options import Options
from .pool import BODIES, Pool
from .request_log import answering
from .schema import describe

_CLOSE = (b"connection", b"close")
_RETRY = (b"retry-after", b"1")
_ID = b"x-request-id"
_ID_BYTES = frozenset("".join(ID_CHARACTERS).encode())


class ModelServer:
    """The ASGI application.

    Attributes:
        draining: the server is about to end: not ready any more, but what comes is answered.
    """

    def __init__(self, options: Options, pool: Pool) -> None:
        self.draining = False
        self._options = options
        self._pool = pool
        self._counters = Counters()
        self._arriving = Budget(BODIES * options.max_body_bytes)
        self._prefix = os.urandom(8).hex()
        self._count = 0
        self._predictions = prediction_paths(options)
        routes = [
            Route("/v1/models", _json(self._models)),
            Route("/v1/models/{name}", _json(self._model)),
            Route("/v2", _json(self._server)),
            Route("/v2/health/live", _json(lambda _: {"live": True})),
            Route("/v2/health/ready", _json(self._ready_v2)),
            Route("/v2/models/{name}", _json(self._metadata)),
            Route("/v2/models/{name}/ready", _json(self._model_ready_v2)),
            Route("/", _json(lambda _: {"status": "alive"})),
            Route("/health", _json(lambda _: {"status": "alive"})),
            Route("/ready", _json(self._ready)),
            Route("/schema", _json(self._schema)),
            Route("/metrics", self._metrics),
            # Reached with another method, or with another model's name, only.
            *(Route(path, _unreachable, methods=["POST"]) for path in self._predictions),
            Route("/v1/models/{name}:predict", _json(self._model), methods=["POST"]),
            Route("/v1/models/{name}/predict", _json(self._model), methods=["POST"]),
            Route("/v2/models/{name}/infer", _json(self._model), methods=["POST"]),
        ]
        handlers: Any = {HTTPException: self._refused}
        self._router = Starlette(routes=routes, exception_handlers=handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        kind = self._predictions.get(path) if scope["method"] == "POST" else None
        begin = time.perf_counter()
        if kind is not None:
            status = await self._predict(kind, scope, receive, send)
            self._counters.count(path, status, time.perf_counter() - begin)
        else:
            await self._router(scope, receive, send)

    async def _predict(self, kind: Kind, scope: Scope, receive: Receive, send: Send) -> int:
        identity = self._identity(scope)
        headers = [(_ID, identity)]
        if self.draining:
            headers.append(_CLOSE)
        try:
            options = self._options
            body = await read_body(scope, receive, options.max_body_bytes, options.client_timeout, self._arriving)
        except ClientGone:
            return 499
        except BodyError as error:
            status, payload = error.status, problem(str(error), identity.decode())
            headers = [(_ID, identity), _CLOSE]
            if status == 503:
                headers.append(_RETRY)
        else:
            if kind == Kind.INFER:
                kind, body = _with_json_length(scope, body)
            with answering([identity.decode()]):
                status, payload = await self._pool.call(kind, identity, body)
            if status == 503:
                headers.append(_RETRY)
        await respond(send, status, payload, headers)
        return status

    def _identity(self, scope: Scope) -> bytes:
        """Return the caller's name of the request if it is one, else a new one."""
        for name, value in scope["headers"]:
            if name == _ID and 0 < len(value) <= MAX_ID and _ID_BYTES.issuperset(value):
                return bytes(value)
        self._count += 1
        return f"{self._prefix}-{self._count:x}".encode()

    @property
    def _is_ready(self) -> bool:
        return self._pool.ready and not self.draining

    def _own(self, request: Request) -> dict[str, Any]:
        """Return what the model tells, if it is the one asked for.

        Raises:
            HTTPException: it is another, or it is not loaded yet.
        """
        asked = request.path_params["name"].partition(":")[0]
        if asked != self._options.model_name:
            raise HTTPException(404, f"There is no model {asked!r} here; this server has {self._options.model_name!r}.")
        if self._pool.about is None:
            raise HTTPException(503, "The model is still being loaded; try again.")
        return self._pool.about

    def _models(self, _: Request) -> Any:
        return {"models": [self._options.model_name]}

    def _model(self, request: Request) -> Any:
        self._own(request)
        if not self._is_ready:
            raise HTTPException(503, "The model is not ready.")
        return {"name": self._options.model_name, "ready": True}

    def _server(self, _: Request) -> Any:
        return {"name": "jupyter-easymaker", "version": "1", "extensions": []}

    def _ready_v2(self, _: Request) -> Any:
        return (200 if self._is_ready else 503), {"ready": self._is_ready}

    def _ready(self, _: Request) -> Any:
        state = "draining" if self.draining else "ready" if self._pool.ready else "loading"
        return (200 if self._is_ready else 503), {"status": state}

    def _model_ready_v2(self, request: Request) -> Any:
        try:
            self._own(request)
        except HTTPException as error:
            if error.status_code != 503:
                raise
        return (200 if self._is_ready else 503), {"name": self._options.model_name, "ready": self._is_ready}

    def _metadata(self, request: Request) -> Any:
        about = self._own(request)
        return {
            "name": self._options.model_name,
            "versions": ["1"],
            "platform": about["platform"],
            "inputs": about["inputs"],
            "outputs": about["outputs"],
        }

    def _schema(self, _: Request) -> Any:
        if self._pool.about is None:
            raise HTTPException(503, "The model is still being loaded; try again.")
        return describe(self._pool.about, self._predictions)

    async def _metrics(self, _: Request) -> Response:
        gauges = {
            "ready": float(self._is_ready),
            "open_requests": float(self._pool.open),
            "process_crashes": float(self._pool.crashes),
        }
        return PlainTextResponse(self._counters.text(gauges), media_type="text/plain; version=0.0.4")

    async def _refused(self, request: Request, error: HTTPException) -> Response:
        identity = self._identity(request.scope).decode()
        message = error.detail
        if error.status_code == 404 and message == "Not Found":
            message = f"There is nothing at {request.url.path}."
        elif error.status_code == 405:
            message = f"{request.url.path} does not take {request.method}."
        headers = {**(error.headers or {}), "x-request-id": identity}
        return Response(problem(message, identity), error.status_code, headers, "application/json")


def prediction_paths(options: Options) -> dict[str, Kind]:
    """Return the paths that predict, by what their bodies are."""
    name = options.model_name
    return {
        f"/v1/models/{name}:predict": Kind.PREDICT,
        f"/v1/models/{name}/predict": Kind.PREDICT,
        f"/v2/models/{name}/infer": Kind.INFER,
        f"/v2/models/{name}/versions/1/infer": Kind.INFER,
        **dict.fromkeys(options.paths, Kind.PREDICT),
    }


def _json(answer: Callable[[Request], Any]) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that answers with a value, or a status and a value."""

    async def endpoint(request: Request) -> Response:
        value = answer(request)
        status, value = value if isinstance(value, tuple) else (200, value)
        return Response(orjson.dumps(value), status, media_type="application/json")

    return endpoint


def _with_json_length(scope: Scope, body: bytes) -> tuple[Kind, bytes]:
    """Return a V2 body as it is sent to the model; tensors may follow its JSON as bytes."""
    for name, value in scope["headers"]:
        if name == b"inference-header-content-length" and value.isdigit():
            return Kind.INFER_BINARY, JSON_LENGTH.pack(min(int(value), len(body))) + body
    return Kind.INFER, body


async def _unreachable(_: Request) -> Response:
    raise HTTPException(405)
