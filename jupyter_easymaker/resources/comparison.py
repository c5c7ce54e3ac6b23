"""Trainings side by side: what was set differently, and what came of it."""

from __future__ import annotations

from .base import WireModel
from .training import Training


class ComparedValue(WireModel):
    """One setting or hyperparameter across the trainings."""

    name: str
    title: str
    """As forms label it."""
    value_list: list[str | None]
    """One for each training, in the order they were asked for; null where it was not set."""
    different: bool


class ComparedCurve(WireModel):
    """A metric of one training."""

    training_id: str
    source: str
    last: float | None = None
    min: float | None = None
    max: float | None = None
    count: int
    point_list: list[tuple[int, float | None, float]]
    """``[step, epoch seconds or null, value]``"""


class ComparedMetric(WireModel):
    """One metric of all trainings that tell it."""

    name: str
    curve_list: list[ComparedCurve]


class Comparison(WireModel):
    training_list: list[Training]
    setting_list: list[ComparedValue]
    hyperparameter_list: list[ComparedValue]
    metric_list: list[ComparedMetric]
    complete: bool
    """All that the logs hold was read; else ask again."""
