"""Metrics: how they are found in a training's log, and how the API answers them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from .base import Name, WireModel
from .limits import MaxItems, MaxLength

DEFAULT_METRIC_REGEX = r"([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)"
"""The vendor's: ``loss=0.25``."""


def _metric_regex(value: str) -> str:
    import re2  # RE2, so that none takes longer than the text is long; the runner and the magics do without it

    options = re2.Options()
    options.log_errors = False
    try:
        pattern: Any = re2.compile(f"(?m){value}", options)
    except re2.error as error:
        said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise PydanticCustomError(
            "metric_regex",
            "cannot be read: {said} (the syntax is RE2's, which has no lookahead and no back-references)",
            {"said": said},
        ) from error
    if not {"name", "value"} <= set(pattern.groupindex) and (pattern.groupindex or pattern.groups < 2):
        raise PydanticCustomError(
            "metric_regex",
            "needs two groups, the first for the name and the second for the value, or groups named so: "
            r"(?P<name>\w+)=(?P<value>\S+)",
        )
    return value


def _unique(names: list[str]) -> list[str]:
    for name in names:
        if names.count(name) > 1:
            raise PydanticCustomError("duplicate", "has {name} twice; remove one", {"name": name})
    return names


MetricRegex = Annotated[str, AfterValidator(_metric_regex), MaxLength("metric_regex_length")]
MetricNames = Annotated[list[Name], MaxItems("metrics"), AfterValidator(_unique)]


class Metric(WireModel):
    """A number that a training told again and again."""

    name: str
    source: str
    """``api`` (``log_metrics``), ``tensorboard`` or ``log``."""
    last: float | None = None
    min: float | None = None
    max: float | None = None
    count: int
    """How many values there were; ``pointList`` holds no more than were asked for."""
    not_finite_count: int = 0
    """How many of them were NaN or infinite. They are in no curve."""
    point_list: list[tuple[int, float | None, float]] = Field(default_factory=list)
    """``[step, epoch seconds or null, value]``"""
