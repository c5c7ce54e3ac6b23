"""The known limits of every field, in one place, because operators may raise them.

Fields refer to a limit by name (``Annotated[str, MaxLength("name_length")]``); the number is looked
up when a value is checked and when a JSON Schema is made, so a raised limit reaches validation,
OpenAPI and forms alike.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema


@dataclass(frozen=True)
class Limits:
    """Upper (and, where named so, lower) bounds. Units are in the names or beside them."""

    name_length: int = 50
    description_length: int = 255
    uri_length: int = 255
    hyperparameters: int = 100
    hyperparameter_value_length: int = 1000
    datasets: int = 10
    metrics: int = 10
    metric_regex_length: int = 1000
    tags: int = 10
    nodes: int = 10
    trials: int = 10_000
    timeout_min_minutes: int = 60
    timeout_minutes: int = 720 * 60
    data_storage_min_gb: int = 300
    data_storage_max_gb: int = 10_000
    endpoint_instances: int = 10
    endpoint_pods: int = 100
    stage_resources: int = 10
    scale_delay_min_minutes: int = 1
    batch_pods: int = 100
    batch_size: int = 1000
    inference_timeout_seconds: int = 1200
    glob_length: int = 255
    notebook_storage_gb: int = 2_040
    nas_mounts: int = 10
    upload_bytes: int = 256 * 1024**2
    file_upload_bytes: int = 50 * 1024**3


_current = Limits()


def current() -> Limits:
    """Return the limits in force in this process."""
    return _current


def configure(**raised: int) -> None:
    """Replace limits by name, once, at start.

    Raises:
        ValueError: a name is no limit, or a number is below 1.
    """
    global _current
    known = {field.name for field in fields(Limits)}
    for name, number in raised.items():
        if name not in known:
            raise ValueError(f"{name!r} is not a limit; the limits are {', '.join(sorted(known))}")
        if number < 1:
            raise ValueError(f"the limit {name} must be at least 1, not {number}")
    _current = replace(_current, **raised)


class _Limit:
    """Pydantic metadata: check a value against a limit by name, and show the number in JSON Schema."""

    json_schema_key: str

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def number(self) -> int:
        return int(getattr(current(), self.name))

    def _check(self, value: Any) -> Any:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        json_schema = handler(schema)
        json_schema[self.json_schema_key] = self.number
        return json_schema


class MaxLength(_Limit):
    """A string of at most this many characters."""

    json_schema_key = "maxLength"

    def _check(self, value: Any) -> Any:
        if value is not None and len(value) > self.number:
            raise PydanticCustomError(
                "too_long",
                "has {length} characters; at most {limit} are accepted",
                {"length": len(value), "limit": self.number},
            )
        return value


class MaxItems(_Limit):
    """A list of at most this many entries."""

    json_schema_key = "maxItems"

    def _check(self, value: Any) -> Any:
        if value is not None and len(value) > self.number:
            raise PydanticCustomError(
                "too_many",
                "has {length} entries; at most {limit} are accepted",
                {"length": len(value), "limit": self.number},
            )
        return value


class Maximum(_Limit):
    """A number no larger than this."""

    json_schema_key = "maximum"

    def _check(self, value: Any) -> Any:
        if value is not None and value > self.number:
            raise PydanticCustomError(
                "too_large", "is {value}; at most {limit} is accepted", {"value": value, "limit": self.number}
            )
        return value


class Minimum(_Limit):
    """A number no smaller than this."""

    json_schema_key = "minimum"

    def _check(self, value: Any) -> Any:
        if value is not None and value < self.number:
            raise PydanticCustomError(
                "too_small",
                "is {value}; at least {limit} is accepted",
                {"value": value, "limit": self.number},
            )
        return value
