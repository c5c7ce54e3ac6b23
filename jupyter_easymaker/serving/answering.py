"""Requests answered by a loaded model: JSON in, status and JSON out, whatever the model does."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from .errors import HandlerError, InputError
from .messages import ALONE, JSON_LENGTH, Frame, Kind
from .model import ServedModel
from .request_log import answering

_MERGED_BYTES = 1 << 16
"""Larger bodies have rows enough to be worth a call of their own."""

Answer = tuple[int, bytes]
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def answer(model: ServedModel, frame: Frame) -> Answer:
    """Return the answer to one request."""
    identity = frame.id.decode()
    return guarded(lambda: _dumped(_answered(model, frame)), identity)


def _answered(model: ServedModel, frame: Frame) -> Any:
    payload, raw = frame.payload, b""
    if frame.kind == Kind.INFER_BINARY:
        (length,) = JSON_LENGTH.unpack_from(payload)
        start = JSON_LENGTH.size
        payload, raw = payload[start : start + length], bytes(payload[start + length :])
    body = parsed(payload)
    if frame.kind == Kind.PREDICT:
        return model.answer(body)
    # Only here: numpy need not be there for a handler of the user's.
    from .tensors import decode_request, encode_outputs

    request = decode_request(body, raw)
    if request.model_name not in (None, model.metadata.name):
        raise InputError(f"model_name is {request.model_name!r}, but this is {model.metadata.name!r}.")
    outputs = encode_outputs(model.infer(request.inputs, request.outputs))
    identity = request.id if request.id is not None else frame.id.decode()
    return {"model_name": model.metadata.name, "model_version": "1", "id": identity, "outputs": outputs}


def parsed(payload: bytes | bytearray | memoryview) -> Any:
    """Return what a body says.

    Raises:
        InputError: it is not JSON.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise InputError(f"The body is not JSON: {error}.") from error


def _dumped(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=_OPTIONS, default=_plain)
    except (TypeError, ValueError) as error:
        raise HandlerError("The model's answer cannot be written as JSON.") from error


def _plain(value: Any) -> Any:
    """Turn what models answer with, and JSON does not know, into what it does."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, set | frozenset):
        return list(value)
    for method in ("detach", "tolist", "item"):
        if callable(getattr(value, method, None)):
            # A tensor that is still part of a graph, an array, a number of a library's own type.
            return getattr(value, method)()
    raise TypeError(f"{type(value).__name__} is no JSON")


def guarded(action: Callable[[], bytes], identity: str) -> Answer:
    """Run what answers; errors become answers that say what callers may know, and the log gets the rest."""
    with answering([identity]):
        try:
            return 200, action()
        except InputError as error:
            return error.status, problem(str(error), identity)
        except HandlerError as error:
            _log(identity)
            return error.status, problem(str(error), identity)
        except (Exception, SystemExit):
            _log(identity)
            return 500, problem("The model failed on this request.", identity)


def problem(message: str, identity: str) -> bytes:
    """Return the body of an error."""
    return orjson.dumps({"error": message, "requestId": identity})


def _log(identity: str) -> None:
    print(f"request {identity} failed:\n{traceback.format_exc()}", end="", file=sys.stderr, flush=True)


def answer_together(model: ServedModel, frames: Sequence[Frame]) -> list[Answer]:
    """Answer V1 requests with one call of the model; if that fails, each by itself, so that a bad row fails alone."""
    rows: list[Any] = []
    counts: list[int] = []
    for frame in frames:
        instances = mergeable_rows(frame)
        if instances is None:
            return [answer(model, each) for each in frames]
        counts.append(len(instances))
        rows += instances
    try:
        with answering([frame.id.decode() for frame in frames]):
            predictions = model.predict(rows)
        if len(predictions) != len(rows):
            return [answer(model, each) for each in frames]
    except Exception:
        return [answer(model, each) for each in frames]
    answers, start = [], 0
    for frame, count in zip(frames, counts, strict=True):
        part = {"predictions": predictions[start : start + count]}
        answers.append(guarded(lambda part=part: _dumped(part), frame.id.decode()))  # type: ignore[misc]
        start += count
    return answers


def mergeable_rows(frame: Frame) -> list[Any] | None:
    """Return the rows of a request that may be put together with others', None if it may not."""
    if frame.kind != Kind.PREDICT or frame.flags & ALONE or len(frame.payload) > _MERGED_BYTES:
        return None
    try:
        body = orjson.loads(frame.payload)
    except orjson.JSONDecodeError:
        return None
    rows = body.get("instances") if isinstance(body, dict) and len(body) == 1 else None
    return rows if isinstance(rows, list) and rows else None
