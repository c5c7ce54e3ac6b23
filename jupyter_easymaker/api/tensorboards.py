"""TensorBoard of a training, a tuning, an experiment or a storage directory: started on demand, passed on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field
from starlette.types import Receive, Scope, Send

from ..resources.base import RequestModel, WireModel
from ..resources.errors import EasyMakerError, ResultCode
from ..tensorboards.service import TensorboardFailed
from .auth import Member
from .context import ApiContext, Context
from .envelope import envelope, success
from .listing import ANY_PARAMETERS
from .tensorboard_links import tensorboard_path, tensorboard_uri
from .tensorboard_runs import STORAGE, Shown, shown, storage_id

if TYPE_CHECKING:
    import httpx

router = APIRouter(tags=["tensorboard"])
_ANSWER_SECONDS = 120.0
_REQUEST_HEADERS = (
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "if-modified-since",
    "if-none-match",
    "range",
    "x-tensorboard-feature-flags",
    "x-xsrf-protected",
)
_NOT_PASSED_ON = {
    *("connection", "keep-alive", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade"),
    *("server", "date"),
}
_NEW_RUNS = ("", "data/runs", "data/environment")
"""What the page asks for when it is opened or reloaded: the time to look for new trainings."""


class Tensorboard(WireModel):
    path: str
    """Where it is, relative to ``/v1.0/appkeys/{appkey}/``."""
    uri: str
    """The same in full, for a browser; it asks for a token, or for Jupyter's sign-in."""
    ready: bool
    """It answers at once; if not, the first request takes a second or two."""


class StorageTensorboard(RequestModel):
    """What TensorBoard is to show."""

    uri: Annotated[str, Field(min_length=1, max_length=1024)]
    """A directory of a storage, such as ``obs://{endpoint}/{container}/{path}``, with event files in it or below."""


Answer = envelope("TensorboardAnswer", tensorboard=Tensorboard)


@router.post("/trainings/{training_id}/tensorboard", response_model=Answer)
def start_for_training(appkey: str, training_id: str, context: Context, _caller: Member) -> Any:
    """Have the TensorBoard of a training run; return where it is."""
    return _started(context, appkey, f"training-{training_id}")


@router.post("/experiments/{experiment_id}/tensorboard", response_model=Answer)
def start_for_experiment(appkey: str, experiment_id: str, context: Context, _caller: Member) -> Any:
    """Have the TensorBoard of all trainings of an experiment run; return where it is."""
    return _started(context, appkey, f"experiment-{experiment_id}")


@router.post("/hyperparameter-tunings/{tuning_id}/tensorboard", response_model=Answer)
def start_for_tuning(appkey: str, tuning_id: str, context: Context, _caller: Member) -> Any:
    """Have the TensorBoard of all trials of a tuning run; return where it is."""
    return _started(context, appkey, f"tuning-{tuning_id}")


@router.post("/storages/tensorboard", response_model=Answer)
def start_for_storage(appkey: str, body: StorageTensorboard, context: Context, _caller: Member) -> Any:
    """Have a TensorBoard of the event files in a storage directory run; return where it is.

    Those of an object storage are copied, and again when they grow, while somebody looks.
    """
    return _started(context, appkey, f"{STORAGE}-{storage_id(body.uri)}")


@router.get("/tensorboards/{key}/{path:path}", response_class=Response, openapi_extra=ANY_PARAMETERS)
async def read(request: Request, appkey: str, key: str, path: str, context: Context, _caller: Member) -> Response:
    """Pass a request on to a TensorBoard, which is started if it does not run."""
    return await _pass_on(request, context, appkey, key, path)


@router.post("/tensorboards/{key}/{path:path}", response_class=Response, openapi_extra=ANY_PARAMETERS)
async def ask(request: Request, appkey: str, key: str, path: str, context: Context, _caller: Member) -> Response:
    """Pass a question too long for an address on to a TensorBoard; nothing is changed by it."""
    return await _pass_on(request, context, appkey, key, path)


def _started(context: ApiContext, appkey: str, key: str) -> Any:
    what = shown(context, appkey, key, look=True, now=True)
    try:
        ready = _ensure(context, what)
    except TensorboardFailed as error:
        raise EasyMakerError(ResultCode.UNAVAILABLE, str(error)) from error
    kind, _, resource_id = key.partition("-")
    uri = tensorboard_uri(context.public_url, appkey, kind, resource_id)
    return success(tensorboard=Tensorboard(path=tensorboard_path(kind, resource_id), uri=uri, ready=ready))


def _ensure(context: ApiContext, what: Shown, instead_of: str = "") -> bool:
    try:
        return context.tensorboards.ensure(what.process, what.runs, instead_of)
    except TensorboardFailed:
        context.tensorboard_mirrors.close(what.process)
        raise


@lru_cache(maxsize=16)
def _client(path: str) -> httpx.AsyncClient:
    import httpx

    # verify: no TLS is spoken over it, and loading certificates takes long.
    transport = httpx.AsyncHTTPTransport(uds=path, verify=False, limits=httpx.Limits(max_keepalive_connections=0))
    return httpx.AsyncClient(transport=transport, timeout=_ANSWER_SECONDS, trust_env=False)


async def _pass_on(request: Request, context: ApiContext, appkey: str, key: str, path: str) -> Response:
    import httpx

    anew = path in _NEW_RUNS
    what = await asyncio.to_thread(shown, context, appkey, key, look=anew)
    process = what.process
    body = await request.body()
    service, failed = context.tensorboards, ""
    while True:
        async with AsyncExitStack() as stack:
            try:
                if anew or failed or process not in service:
                    await asyncio.to_thread(_ensure, context, what, failed)
                socket = stack.enter_context(service.using(process))
                client = _client(socket)
                asked = _question(client, request, path, body)
                answer = await client.send(asked, stream=True)
            except TensorboardFailed as error:
                raise EasyMakerError(ResultCode.UNAVAILABLE, str(error)) from error
            except httpx.TransportError as error:
                if failed or isinstance(error, httpx.TimeoutException):
                    why = await asyncio.to_thread(service.last_words, process) or str(error) or type(error).__name__
                    message = f"TensorBoard did not answer: {why}. Try again in a moment."
                    raise EasyMakerError(ResultCode.UNAVAILABLE, message) from error
                failed = socket  # its process ended just now: it is started again, once
                continue
            stack.push_async_callback(answer.aclose)
            return _PassedOn(answer, stack.pop_all())


def _question(client: httpx.AsyncClient, request: Request, path: str, body: bytes) -> httpx.Request:
    query = f"?{request.url.query}" if request.url.query else ""
    return client.build_request(
        request.method,
        f"http://tensorboard/{quote(path, safe='/:@!$&()*+,;=~')}{query}",
        headers=_headers(request.headers),
        content=body or None,
    )


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    """Return what of a request's headers is TensorBoard's business: no tokens, no cookies."""
    return {"accept-encoding": "identity"} | {name: given[name] for name in _REQUEST_HEADERS if name in given}


class _PassedOn(StreamingResponse):
    """TensorBoard's answer, piece by piece; let go of however it ends, even if it is never begun."""

    def __init__(self, answer: httpx.Response, held: AsyncExitStack) -> None:
        passed = {name: value for name, value in answer.headers.items() if name not in _NOT_PASSED_ON}
        super().__init__(answer.aiter_raw(), answer.status_code, headers=passed)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._held.aclose()
