"""Calling a model from a form: what it takes, and a call through the gateway as anybody would make it."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from typing import Annotated, Any
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Body
from pydantic import Field

from ..gateway.base import GatewayError
from ..reconcilers.endpoint_context import service_name
from ..resources.endpoint_call import ModelSchema, Prediction, PredictionRequest
from ..resources.endpoint_model import EndpointModelStatus
from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..store import endpoints
from ..store.endpoint_tables import EndpointModelRow, EndpointRow, EndpointStageRow
from .auth import Member
from .context import ApiContext, Context
from .endpoint_checks import find_resource
from .endpoint_views import stage_address
from .envelope import Envelope, Header, envelope, success

router = APIRouter(tags=["stage resources"])
_ASK_SECONDS = 10.0
_MAX_ANSWER_BYTES = 8 << 20
_HIDDEN_HEADERS = frozenset({"set-cookie", "connection", "transfer-encoding", "keep-alive"})


class ModelSchemaAnswer(Envelope):
    model_schema: ModelSchema = Field(alias="schema")


@router.get("/endpoint-models/{endpoint_model_id}/schema", response_model=ModelSchemaAnswer)
async def get_model_schema(appkey: str, endpoint_model_id: str, context: Context, _caller: Member) -> Any:
    """Return what a stage resource's model takes and answers, as its server tells, and every way to call it."""
    row, address, _ = await asyncio.to_thread(_called, context, appkey, endpoint_model_id)
    told, metadata = await _told(context, row)
    schema = ModelSchema(
        request_schema=told.get("request"),
        response_schema=told.get("response"),
        example=told.get("example"),
        metadata=metadata,
        url_list=[
            {"protocol": protocol, "method": "POST", "url": f"https://{address}{path}"}
            for protocol, path in _paths(row)
        ],
    )
    return ModelSchemaAnswer.model_validate({"header": Header(), "schema": schema})


@router.post(
    "/endpoint-models/{endpoint_model_id}/predict", response_model=envelope("PredictionAnswer", prediction=Prediction)
)
async def predict(
    appkey: str,
    endpoint_model_id: str,
    context: Context,
    _caller: Member,
    body: Annotated[PredictionRequest, Body()],
) -> Any:
    """Call a stage resource through the gateway; whatever it answers is told, errors too."""
    row, address, key = await asyncio.to_thread(_called, context, appkey, endpoint_model_id)
    known = [path for _, path in _paths(row)]
    path = body.path or known[0]
    if path not in known:
        raise field_error("path", f"must be one of {', '.join(known)}")
    url = f"https://{address}{path}"
    headers = {"Content-Type": "application/json", **({"X-Api-Key": key} if key else {})}
    content = json.dumps(body.body).encode()
    began = time.perf_counter()
    try:
        verify = await asyncio.to_thread(_trust, context)
        async with (
            httpx.AsyncClient(verify=verify, timeout=body.timeout_seconds, trust_env=False) as client,
            asyncio.timeout(body.timeout_seconds),
            client.stream("POST", url, content=content, headers=headers) as answer,
        ):
            found = await _limited(answer)
    except (TimeoutError, httpx.TimeoutException):
        raise EasyMakerError(
            ResultCode.UNAVAILABLE, f"{url} did not answer within {body.timeout_seconds:g} s; give it more time."
        ) from None
    except (httpx.HTTPError, OSError, GatewayError) as error:
        raise EasyMakerError(ResultCode.UNAVAILABLE, f"{url} cannot be called: {error}") from error
    prediction = Prediction(
        status_code=answer.status_code,
        elapsed_milliseconds=round((time.perf_counter() - began) * 1000, 2),
        header_list=[
            {"name": name, "value": value} for name, value in answer.headers.items() if name not in _HIDDEN_HEADERS
        ],
        body=_as_json(found),
        url=url,
    )
    return success(prediction=prediction)


def _trust(context: ApiContext) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=context.gateway.certificate_authority)


async def _limited(answer: httpx.Response) -> bytes:
    """Return an answer's body.

    Raises:
        EasyMakerError: it is too large to be shown.
    """
    found = bytearray()
    async for piece in answer.aiter_bytes():
        found += piece
        if len(found) > _MAX_ANSWER_BYTES:
            raise EasyMakerError(
                ResultCode.TOO_LARGE,
                f"The model answers more than {_MAX_ANSWER_BYTES >> 20} MiB; call it from a program instead.",
            )
    return bytes(found)


def _as_json(content: bytes) -> Any:
    try:
        return json.loads(content, parse_constant=str)  # NaN is no JSON, but some models answer it
    except ValueError:
        return content.decode(errors="replace")


def _called(context: ApiContext, appkey: str, endpoint_model_id: str) -> tuple[EndpointModelRow, str, str | None]:
    """Return a stage resource, its stage's address and, where calls need one, a key."""
    with context.database.reading() as session:
        row = find_resource(session, appkey, endpoint_model_id)
        stage = session.get_one(EndpointStageRow, row.stage_id)
        endpoint = session.get_one(EndpointRow, row.endpoint_id)
        keys = endpoints.api_keys(session, [endpoint.id]).get(endpoint.id, []) if endpoint.use_api_key else []
    key = next((context.encryption.decrypt(key.secret) for key in keys if key.internal), None)
    return row, stage_address(context, endpoint, stage), key


def _paths(row: EndpointModelRow) -> list[tuple[str, str]]:
    """Return the protocols and paths a stage resource answers, its own path first."""
    name = quote(row.model["modelName"], safe="")
    own = [("own", row.path)] if row.path else []
    return [
        *own,
        ("v1", f"/v1/models/{name}/predict"),
        ("v1", f"/v1/models/{name}:predict"),
        ("v2", f"/v2/models/{name}/infer"),
    ]


async def _told(context: ApiContext, row: EndpointModelRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a pod of a stage resource says of its model, and the V2 metadata.

    Raises:
        EasyMakerError: none is ready, or it does not answer.
    """
    observation = await asyncio.to_thread(context.engine.observe_service, service_name(row.id))
    ready = observation.ready if observation else ()
    if not ready:
        status = EndpointModelStatus(row.status)
        raise EasyMakerError(
            ResultCode.UNAVAILABLE, f"The stage resource {row.name} is {status} and has no pod that answers."
        )
    base = f"http://{ready[0].address}"
    try:
        async with httpx.AsyncClient(timeout=_ASK_SECONDS, trust_env=False) as client:
            schema = await client.get(f"{base}/schema")
            metadata = await client.get(f"{base}/v2/models/{quote(row.model['modelName'], safe='')}")
        schema.raise_for_status()
        metadata.raise_for_status()
        return schema.json(), metadata.json()
    except (httpx.HTTPError, ValueError) as error:
        raise EasyMakerError(
            ResultCode.UNAVAILABLE, f"The model server of {row.name} does not tell what it serves: {error}"
        ) from error
