"""Small curves beside numbers: a picture in notebooks, block characters everywhere else."""

from __future__ import annotations

from typing import Any

from .render import Shown

_BLOCKS = "▁▂▃▄▅▆▇█"
_CHARACTERS = 24
_WIDTH, _HEIGHT = 160, 28
_COLOURS = ("#1565c0", "#c62828", "#2e7d32", "#ef6c00", "#6a1b9a")


def spark(curves: list[list[Any]]) -> Shown:
    """Return curves over a common range, the first in the first colour.

    Args:
        curves: lists of ``[step, time, value]``.
    """
    points = [point for curve in curves for point in curve]
    if not points:
        return Shown("", "")
    steps, values = [point[0] for point in points], [point[2] for point in points]
    left, wide = min(steps), max(steps) - min(steps) or 1
    low, high = min(values), max(values) - min(values) or 1.0

    def line(curve: list[Any]) -> str:
        return " ".join(
            f"{2 + (step - left) / wide * (_WIDTH - 4):.1f},{_HEIGHT - 2 - (value - low) / high * (_HEIGHT - 4):.1f}"
            for step, _, value in curve
        )

    drawn = "".join(
        f"<polyline fill='none' stroke='{colour}' stroke-width='1.5' points='{line(curve)}'/>"
        for curve, colour in zip(curves, _COLOURS, strict=False)
        if curve
    )
    markup = f"<svg width='{_WIDTH}' height='{_HEIGHT}' role='img' aria-label='curve'>{drawn}</svg>"
    return Shown(" ".join(_text(curve, low, high) for curve in curves if curve), markup)


def _text(curve: list[Any], low: float, high: float) -> str:
    every = max(1, -(-len(curve) // _CHARACTERS))
    return "".join(_BLOCKS[round((value - low) / high * (len(_BLOCKS) - 1))] for _, _, value in curve[::every])
