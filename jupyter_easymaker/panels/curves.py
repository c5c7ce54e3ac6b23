"""Metrics and tunings as charts: a Vega-Lite specification, which JupyterLab draws without anything being installed."""

from __future__ import annotations

from typing import Any

_MIME = "application/vnd.vegalite.v5+json"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_COLUMNS = 3


def curves(metrics: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the notebook outputs that draw these metrics, one small chart each; none when there is no point.

    Args:
        metrics: ``metricList`` of the API: names, each with points of step, time and value.
    """
    values = [
        {"metric": metric["name"], "step": step, "value": value}
        for metric in metrics
        for step, _, value in metric["pointList"]
    ]
    if not values:
        return ()
    specification = {
        "$schema": _SCHEMA,
        "data": {"values": values},
        "facet": {"field": "metric", "type": "nominal", "title": None},
        "columns": _COLUMNS,
        "spec": {
            "width": 220,
            "height": 130,
            "mark": {"type": "line", "point": len(values) < 60, "tooltip": True},
            "encoding": {
                "x": {"field": "step", "type": "quantitative", "title": "step"},
                "y": {"field": "value", "type": "quantitative", "title": None, "scale": {"zero": False}},
            },
        },
        "resolve": {"scale": {"y": "independent", "x": "independent"}},
    }
    text = "\n".join(f"{metric['name']} = {metric['last']:.6g}" for metric in metrics if metric["pointList"])
    return _drawn(specification, text)


def best_so_far(history: list[dict[str, Any]], objective: str) -> tuple[dict[str, Any], ...]:
    """Return the notebook outputs that draw each trial's value and the best up to it; none when there is no value.

    Args:
        history: ``historyList`` of the API.
        objective: the metric's name.
    """
    values = [
        {"trial": each["trialNumber"], "value": each["objectiveValue"], "best": each["bestSoFar"]}
        for each in history
        if each["objectiveValue"] is not None
    ]
    if not values:
        return ()
    trial = {"field": "trial", "type": "quantitative", "title": "trial", "axis": {"tickMinStep": 1}}

    def height(field: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", "title": objective, "scale": {"zero": False}}

    specification = {
        "$schema": _SCHEMA,
        "data": {"values": values},
        "width": 480,
        "height": 160,
        "layer": [
            {
                "mark": {"type": "point", "filled": True, "opacity": 0.5, "tooltip": True},
                "encoding": {"x": trial, "y": height("value")},
            },
            {"mark": {"type": "line", "interpolate": "step-after"}, "encoding": {"x": trial, "y": height("best")}},
        ],
    }
    found = [each["best"] for each in values if each["best"] is not None]
    return _drawn(specification, f"best {objective} = {found[-1]:.6g}" if found else f"no {objective} yet")


def _drawn(specification: dict[str, Any], text: str) -> tuple[dict[str, Any], ...]:
    return ({"output_type": "display_data", "data": {_MIME: specification, "text/plain": text}, "metadata": {}},)
