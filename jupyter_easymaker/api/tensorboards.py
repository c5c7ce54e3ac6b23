"""TensorBoard of a training, a tuning or an experiment: started on demand, passed on to who may see it."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ..resources.base import WireModel
from ..resources.errors import EasyMakerError, ResultCode
from ..store import trainings, trials
from ..tensorboards.service import TensorboardFailed
from .auth import Member
from .context import ApiContext, Context
from .envelope import envelope, success
from .experiments import find_experiment
from .hyperparameter_tunings import find_tuning
from .listing import ANY_PARAMETERS
from .tensorboard_links import tensorboard_path, tensorboard_uri
from .trainings import find_training

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


@router.get("/tensorboards/{key}/{path:path}", response_class=Response, openapi_extra=ANY_PARAMETERS)
async def read(request: Request, appkey: str, key: str, path: str, context: Context, _caller: Member) -> Response:
    """Pass a request on to a TensorBoard, which is started if it does not run."""
    return await _pass_on(request, context, appkey, key, path)


@router.post("/tensorboards/{key}/{path:path}", response_class=Response, openapi_extra=ANY_PARAMETERS)
async def ask(request: Request, appkey: str, key: str, path: str, context: Context, _caller: Member) -> Response:
    """Pass a question too long for an address on to a TensorBoard; nothing is changed by it."""
    return await _pass_on(request, context, appkey, key, path)


def _started(context: ApiContext, appkey: str, key: str) -> Any:
    runs = _runs(context, appkey, key)
    try:
        ready = context.tensorboards.ensure(key, runs)
    except TensorboardFailed as error:
        raise EasyMakerError(ResultCode.UNAVAILABLE, str(error)) from error
    kind, _, resource_id = key.partition("-")
    uri = tensorboard_uri(context.public_url, appkey, kind, resource_id)
    return success(tensorboard=Tensorboard(path=tensorboard_path(kind, resource_id), uri=uri, ready=ready))


def _runs(context: ApiContext, appkey: str, key: str) -> dict[str, Path]:
    """Return what a TensorBoard shows: the runs' names to their directories.

    Raises:
        EasyMakerError: the project has nothing of this key.
    """
    kind, _, resource_id = key.partition("-")
    with context.database.reading() as session:
        if kind == "training":
            row = find_training(session, appkey, resource_id)
            found, experiment_id = [(row.id, row.name)], row.experiment_id
        elif kind == "tuning":
            experiment_id = find_tuning(session, appkey, resource_id).experiment_id
            found = [(row.id, row.name) for row in trials.of_tuning(session, resource_id)]
        elif kind == "experiment":
            experiment_id = find_experiment(session, appkey, resource_id).id
            found = trainings.names(session, appkey, experiment_id)
        else:
            raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no TensorBoard {key} in this project.")
    directory = context.tensorboard_dir(appkey, experiment_id)
    return {name: directory / training_id for training_id, name in run_names(found).items()}


def run_names(found: list[tuple[str, str]]) -> dict[str, str]:
    """Return a name for the run of each training: its own, as far as a file can be called so and no other is.

    Args:
        found: the trainings' ids and names.
    """
    plain = [(training_id, re.sub(r"[/\\]|^\.+", "_", name)) for training_id, name in found]
    count = Counter(name for _, name in plain)
    return {key: name if count[name] == 1 else f"{name} ({key[:8]})" for key, name in plain}


@lru_cache(maxsize=16)
def _client(path: str) -> httpx.AsyncClient:
    import httpx

    # verify: no TLS is spoken over it, and loading certificates takes long.
    transport = httpx.AsyncHTTPTransport(uds=path, verify=False, limits=httpx.Limits(max_keepalive_connections=0))
    return httpx.AsyncClient(transport=transport, timeout=_ANSWER_SECONDS, trust_env=False)


async def _pass_on(request: Request, context: ApiContext, appkey: str, key: str, path: str) -> Response:
    import httpx

    runs = await asyncio.to_thread(_runs, context, appkey, key)
    body = await request.body()
    service, failed = context.tensorboards, ""
    while True:
        async with AsyncExitStack() as stack:
            try:
                if path in _NEW_RUNS or failed or key not in service:
                    await asyncio.to_thread(service.ensure, key, runs, failed)
                socket = stack.enter_context(service.using(key))
                client = _client(socket)
                asked = _question(client, request, path, body)
                answer = await client.send(asked, stream=True)
            except TensorboardFailed as error:
                raise EasyMakerError(ResultCode.UNAVAILABLE, str(error)) from error
            except httpx.TransportError as error:
                if failed or isinstance(error, httpx.TimeoutException):
                    why = await asyncio.to_thread(service.last_words, key) or str(error) or type(error).__name__
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
