"""A search space as Optuna knows it, and its values as the script reads them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from ..resources.algorithm import HyperparameterType
from ..resources.search_space import HyperparameterRange, spelled


def distributions(specs: Sequence[HyperparameterRange]) -> dict[str, BaseDistribution]:
    """Return each hyperparameter's distribution, by name."""
    return {spec.hyperparameter_name: _distribution(spec) for spec in specs}


def _distribution(spec: HyperparameterRange) -> BaseDistribution:
    if not spec.is_numeric:
        return CategoricalDistribution(spec.values)
    step = spec.step
    if spec.hyperparameter_type_code is HyperparameterType.INT:
        low, width = int(spec.low), int(step or 1)
        return IntDistribution(low, low + (int(spec.high) - low) // width * width, step=width)
    if step is None:
        return FloatDistribution(float(spec.low), float(spec.high))
    last = spec.low + step * int((spec.high - spec.low) / step)
    return FloatDistribution(float(spec.low), float(last), step=float(step))


def as_text(spec: HyperparameterRange, value: Any) -> str:
    """Return a value Optuna chose as the script reads it, on the grid of its step exactly."""
    if not spec.is_numeric:
        return str(value)
    step = spec.step
    if step is None:
        return spelled(Decimal(repr(float(value))))
    return spelled(spec.low + step * round((Decimal(repr(value)) - spec.low) / step))


def as_value(spec: HyperparameterRange, text: str) -> Any:
    """Return what Optuna calls a text."""
    if not spec.is_numeric:
        return text
    return int(text) if spec.hyperparameter_type_code is HyperparameterType.INT else float(text)
