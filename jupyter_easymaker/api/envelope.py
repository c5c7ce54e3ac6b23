"""The envelope around every answer, and how each kind of error becomes one."""

from __future__ import annotations

import logging
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, create_model
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from ..engines.base import EngineError
from ..resources.base import WireModel
from ..resources.errors import EasyMakerError, FieldError, ResultCode
from ..storage.uri import StorageError, StorageErrorCode

_LOG = logging.getLogger(__name__)
_STORAGE_CODES = {
    StorageErrorCode.NOT_FOUND: ResultCode.STORAGE_NOT_FOUND,
    StorageErrorCode.PERMISSION: ResultCode.STORAGE_PERMISSION,
    StorageErrorCode.EXISTS: ResultCode.STORAGE_EXISTS,
    StorageErrorCode.FULL: ResultCode.STORAGE_FULL,
    StorageErrorCode.FAILED: ResultCode.STORAGE_FAILED,
}


class Header(WireModel):
    """Says whether it worked; programs branch on resultCode, people read resultMessage."""

    is_successful: bool = True
    result_code: int = ResultCode.SUCCESS
    result_message: str = "SUCCESS"


class Envelope(WireModel):
    """An answer without a body of its own."""

    header: Header = Header()


class WrongField(WireModel):
    field: str
    message: str


class ErrorEnvelope(WireModel):
    """An answer that says what is wrong."""

    header: Header
    errors: list[WrongField] = []


class Paging(WireModel):
    page: int
    limit: int
    total_count: int


def envelope(name: str, **fields: Any) -> type[BaseModel]:
    """Return the type of an answer with these fields beside the header: ``envelope("X", training=Training)``."""
    definitions: dict[str, Any] = {key: (kind, ...) for key, kind in fields.items()}
    model: type[BaseModel] = create_model(name, __base__=Envelope, **definitions)
    model.model_config = ConfigDict(**Envelope.model_config)
    return model


def success(**fields: Any) -> dict[str, Any]:
    """Return a successful answer with these fields."""
    return {"header": Header(), **fields}


def failure(code: ResultCode, message: str, fields: tuple[FieldError, ...] = ()) -> JSONResponse:
    """Return an answer that says what is wrong, with the HTTP status that fits."""
    body = ErrorEnvelope(
        header=Header(is_successful=False, result_code=code, result_message=message),
        errors=[WrongField(field=field.field, message=field.message) for field in fields],
    )
    headers = {"WWW-Authenticate": "Bearer"} if code is ResultCode.UNAUTHENTICATED else None
    return JSONResponse(body.model_dump(by_alias=True), status_code=code.http_status, headers=headers)


ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorEnvelope, "description": description}
    for status, description in {
        400: "A field is wrong; errors names it and what would be accepted.",
        401: "No valid token.",
        403: "Only administrators may do this.",
        404: "There is no such thing in this project.",
        409: "Its state, or something that uses it, is in the way.",
        413: "The body is too large.",
        503: "The backend cannot do it now; try again.",
    }.items()
}

_PREFIXES = ("body", "query", "path", "header")


def _field_errors(error: RequestValidationError) -> tuple[FieldError, ...]:
    found: list[FieldError] = []
    for problem in error.errors():
        location = [str(part) for part in problem["loc"]]
        if location and location[0] in _PREFIXES:
            location = location[1:]
        message = problem["msg"]
        if problem["type"] == "extra_forbidden":
            message = "is not a field of this request; remove it or correct its spelling"
        elif problem["type"] == "missing":
            message = "is missing"
        else:
            message = message.removeprefix("Value error, ")
        # A rule about several fields is broken at the body as a whole; the rule says where to mend it.
        field = ".".join(location)
        if not field:
            field = str(problem.get("ctx", {}).get("field", ""))
            message = message.removeprefix(f"{field} ")
        found.append(FieldError(_sendable(field), _sendable(message)))
    return tuple(found)


def _sendable(text: str) -> str:
    """Return a text that JSON in UTF-8 can hold: names of fields may be anything a client made up."""
    return text.encode(errors="replace").decode()


_ASK_IN_BROWSER = 'Basic realm="EasyMaker: your token is the password", charset="UTF-8"'
_HTTP_CODES = {
    400: ResultCode.MALFORMED_BODY,
    401: ResultCode.UNAUTHENTICATED,
    403: ResultCode.FORBIDDEN,
    404: ResultCode.NOT_FOUND,
    405: ResultCode.METHOD_NOT_ALLOWED,
    413: ResultCode.TOO_LARGE,
}


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of the application an envelope."""

    @app.exception_handler(EasyMakerError)
    def easymaker_error(request: Request, error: EasyMakerError) -> JSONResponse:
        answer = failure(error.code, error.message, error.fields)
        if error.code is ResultCode.UNAUTHENTICATED and "/tensorboards/" in request.url.path:
            answer.headers["WWW-Authenticate"] = _ASK_IN_BROWSER
        return answer

    @app.exception_handler(StorageError)
    def storage_error(_request: Request, error: StorageError) -> JSONResponse:
        return failure(_STORAGE_CODES.get(error.code, ResultCode.INVALID_STORAGE_URI), f"{error}.")

    @app.exception_handler(RequestValidationError)
    def validation_error(_request: Request, error: RequestValidationError) -> JSONResponse:
        if any(problem["type"] == "json_invalid" for problem in error.errors()):
            return failure(ResultCode.MALFORMED_BODY, "The body is not valid JSON.")
        fields = _field_errors(error)
        sentence = "; ".join(f"{field.field} {field.message}".strip() for field in fields[:5])
        return failure(ResultCode.INVALID_FIELD, sentence, fields)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> JSONResponse:
        code = _HTTP_CODES.get(error.status_code, ResultCode.INVALID_REQUEST)
        message = str(error.detail)
        if error.status_code == 404:
            message = f"There is nothing at {request.url.path}."
        elif error.status_code == 405:
            message = f"{request.method} is not possible at {request.url.path}."
        answer = failure(code, message)
        answer.headers.update(error.headers or {})  # Allow, of a 405
        return answer

    @app.exception_handler(EngineError)
    def engine_error(_request: Request, error: EngineError) -> JSONResponse:
        return failure(ResultCode.UNAVAILABLE, f"The engine cannot do it now: {error}")

    @app.exception_handler(OperationalError)
    def store_error(_request: Request, error: OperationalError) -> JSONResponse:
        _LOG.error("the store failed", exc_info=error)
        return failure(ResultCode.UNAVAILABLE, "The store cannot be reached or is busy; try again in a moment.")

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        reference = uuid4().hex[:12]
        _LOG.error("%s %s failed (%s)", request.method, request.url.path, reference, exc_info=error)
        return failure(
            ResultCode.INTERNAL,
            f"Something went wrong in the backend; its log has the details under {reference}.",
        )
