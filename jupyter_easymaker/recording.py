"""``log_metrics``: numbers a training's code tells, for its page and for comparing it with others.

Standard library only, and it costs a line appended to a file: code may call it in its inner loop.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

METRICS_FILE = "EM_METRICS_FILE"


def log_metrics(step: int | None = None, **values: Any) -> None:
    """Record values of metrics: ``log_metrics(step=3, loss=0.25, accuracy=0.9)``.

    In a training they show on its page while it runs. Elsewhere, such as in the notebook the code is being written in,
    they are printed.

    Args:
        step: where the values stand on the curve; None: after the ones before.
        values: numbers by name; whatever ``float`` takes, such as a tensor with one element.

    Raises:
        TypeError: a value is no number, or the step no whole number.
    """
    if step is not None and (isinstance(step, bool) or not isinstance(step, int)):
        step = _whole(step)
    numbers = {name: _number(name, value) for name, value in values.items()}
    if not numbers:
        return
    path = os.environ.get(METRICS_FILE)
    if not path:
        at = [] if step is None else [f"step={step}"]
        sys.stdout.write(" ".join([*at, *(f"{name}={number:g}" for name, number in numbers.items())]) + "\n")
        return
    line = json.dumps({"time": time.time(), "step": step, "values": numbers}) + "\n"
    # One write to a file opened for appending: lines of several processes do not mix.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def _number(name: str, value: Any) -> float:
    if isinstance(value, str | bytes):
        raise TypeError(f"log_metrics: {name} is {value!r}; a number is needed")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"log_metrics: {name} is a {type(value).__name__}; a number is needed") from error


def _whole(step: Any) -> int:
    try:
        return int(step.__index__())  # numpy's and PyTorch's integers
    except (AttributeError, TypeError) as error:
        raise TypeError(f"log_metrics: step is {step!r}; a whole number is needed") from error
