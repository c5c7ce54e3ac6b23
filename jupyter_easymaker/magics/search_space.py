"""From ``lr=0.001..0.1`` and the like to what a search is told: each function reads one option."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from decimal import Decimal
from typing import Any

_NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*(?::\s*({_NUMBER}))?\s*")
_INTEGER = re.compile(r"[+-]?\d+")
Spec = dict[str, Any]
"""One entry of ``hyperparameterSpecList``."""


def range_(text: str) -> Spec:
    """Read ``name=low..high`` or ``name=low..high:step``: whole numbers if all of them are written so.

    Raises:
        ArgumentTypeError: it is no range; says what one looks like.
    """
    name, given = _taken_apart(text, "lr=0.001..0.1, or with a step layers=1..8:1")
    match = _RANGE.fullmatch(given)
    if match is None:
        raise ArgumentTypeError(f"{text!r} is no range: write lr=0.001..0.1, or with a step layers=1..8:1")
    low, high, step = match.groups()
    width = Decimal(high) - Decimal(low)
    if width == 0:
        raise ArgumentTypeError(f"{text!r} holds one value only: write -p {name}={low} to have it in every trial")
    if width < 0:
        raise ArgumentTypeError(f"{text!r} runs backwards: write {name}={high}..{low}")
    if step is not None and not 0 < Decimal(step) <= width:
        raise ArgumentTypeError(f"{text!r}: the step must be above 0 and at most {width}, which is high - low")
    whole = all(_INTEGER.fullmatch(number) for number in (low, high, step or "1"))
    bounds = {"hyperparameterMinValue": low, "hyperparameterMaxValue": high}
    return {
        "hyperparameterName": name,
        "hyperparameterTypeCode": "int" if whole else "double",
        **bounds,
        **({"hyperparameterStep": step} if step else {}),
    }


def choice(text: str) -> Spec:
    """Read ``name=a,b,c``, whose values have no order.

    Raises:
        ArgumentTypeError: it is no list of different values.
    """
    return _list(text, "categorical", "optimizer=adam,sgd")


def values(text: str) -> Spec:
    """Read ``name=16,32,64``: numbers.

    Raises:
        ArgumentTypeError: it is no list of different numbers.
    """
    found = _list(text, "discrete", "batch=16,32,64")
    for value in found["hyperparameterSpecifiedValues"].split(","):
        if not re.fullmatch(_NUMBER, value):
            raise ArgumentTypeError(f"{value!r} in {text!r} is no number: use --choice {text}")
    return found


def fixed(name: str, value: str) -> Spec:
    """Return what has the same value in every trial.

    Raises:
        ValueError: a comma would make several values of it.
    """
    if "," in value or not value.strip():
        raise ValueError(
            f"-p {name}={value}: a tuning holds one value fixed, and it is {'empty' if not value else 'several'}; "
            f"give it in the code, or vary it with --choice {name}={value or 'a,b'}"
        )
    return {
        "hyperparameterName": name,
        "hyperparameterTypeCode": "categorical",
        "hyperparameterSpecifiedValues": value,
    }


def readable(spec: Spec) -> str:
    """Return a hyperparameter's search space as it is typed: ``0.001..0.1``, ``adam,sgd``."""
    if spec.get("hyperparameterSpecifiedValues"):
        return str(spec["hyperparameterSpecifiedValues"])
    step = f":{spec['hyperparameterStep']}" if spec.get("hyperparameterStep") else ""
    return f"{spec.get('hyperparameterMinValue')}..{spec.get('hyperparameterMaxValue')}{step}"


def _list(text: str, kind: str, example: str) -> Spec:
    name, given = _taken_apart(text, example)
    found = [value.strip() for value in given.split(",")]
    if not all(found):
        raise ArgumentTypeError(f"{text!r} has an empty value: write {example}")
    if twice := next((value for value in found if found.count(value) > 1), None):
        raise ArgumentTypeError(f"{text!r} has {twice} twice: remove one")
    return {
        "hyperparameterName": name,
        "hyperparameterTypeCode": kind,
        "hyperparameterSpecifiedValues": ",".join(found),
    }


def _taken_apart(text: str, example: str) -> tuple[str, str]:
    name, separator, given = text.partition("=")
    if not separator or not name.strip() or not given.strip():
        raise ArgumentTypeError(f"{text!r} names no hyperparameter and values: write {example}")
    return name.strip(), given
