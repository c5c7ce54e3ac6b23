"""Calls of endpoints: counted over time, tried out from a form, described for whoever wants to make one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from .base import RequestModel, UtcDatetime, WireModel


class CallTotals(WireModel):
    """Calls that were answered."""

    call_count: int = 0
    success2xx_count: int = 0
    fail4xx_count: int = 0
    fail5xx_count: int = 0
    other_count: int = 0
    """Answered 1xx or 3xx, or left by the client before there was an answer."""
    average_milliseconds: float | None = None
    p50_milliseconds: float | None = None
    p90_milliseconds: float | None = None
    p99_milliseconds: float | None = None
    """How long calls took; None without calls."""


class CallPoint(CallTotals):
    """The calls of one interval."""

    datetime: UtcDatetime
    """Its beginning."""


class PathCalls(CallTotals):
    """The calls of one stage resource by one path, in the time asked for."""

    endpoint_model_id: str
    model_name: str = ""
    path: str
    by_default_address: bool


class StageStatistics(WireModel):
    """The answer ``statistics`` of GET endpoint-stages/{id}/statistics?from=&to=&intervalSeconds=."""

    available: bool
    reason: str = ""
    """Why there is nothing to show yet."""
    from_datetime: UtcDatetime
    to_datetime: UtcDatetime
    interval_seconds: int
    totals: CallTotals
    point_list: list[CallPoint] = []
    """One an interval, the first to the last, those without calls included."""
    path_list: list[PathCalls] = []


class PredictionRequest(RequestModel):
    """The body of POST endpoint-models/{id}/predict: a call through the gateway, made by the backend (try-it form)."""

    body: Any
    """What the model is sent, as JSON."""
    path: str | None = Field(None, description="One of the resource's paths; absent: its own, or V1's predict.")
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 60.0


class Prediction(WireModel):
    """The answer ``prediction``: what the model answered, whatever its status."""

    status_code: int
    elapsed_milliseconds: float
    header_list: list[dict[str, str]] = []
    """``{"name", "value"}``"""
    body: Any = None
    """JSON where it was, else text."""
    url: str
    """What was called."""


class ModelSchema(WireModel):
    """The answer ``schema`` of GET endpoint-models/{id}/schema."""

    request_schema: dict[str, Any] | None = None
    """JSON Schema of a request; None where the model does not tell."""
    response_schema: dict[str, Any] | None = None
    example: Any = None
    """A request that fits, where one can be made up."""
    metadata: dict[str, Any] = {}
    """What the model server says of the model (V2 metadata)."""
    url_list: list[dict[str, str]] = []
    """``{"protocol", "method", "url"}``: every way to call it."""
