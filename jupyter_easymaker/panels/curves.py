"""Metrics as charts: a Vega-Lite specification, which JupyterLab draws without anything being installed."""

from __future__ import annotations

from typing import Any

_MIME = "application/vnd.vegalite.v5+json"
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
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
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
    return ({"output_type": "display_data", "data": {_MIME: specification, "text/plain": text}, "metadata": {}},)
