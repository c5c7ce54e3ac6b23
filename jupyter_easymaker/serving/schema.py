"""What a model takes and answers, for people and forms: JSON Schemas of requests, and an example where one is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .messages import Kind


def describe(about: Mapping[str, Any], paths: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the answer of ``GET /schema``.

    Args:
        about: a model's ``Metadata`` as JSON.
        paths: the paths that predict.
    """
    example = about["example"]
    return {
        "name": about["name"],
        "framework": about["framework"],
        "frameworkVersion": about["framework_version"],
        "platform": about["platform"],
        "paths": {
            "v1": [path for path, kind in paths.items() if kind == Kind.PREDICT],
            "v2": [path for path, kind in paths.items() if kind == Kind.INFER],
        },
        "request": {
            "type": "object",
            "required": ["instances"],
            "properties": {"instances": {"type": "array", "minItems": 1, "items": about["instance_schema"]}},
        },
        "response": {
            "type": "object",
            "properties": {"predictions": {"type": "array", "items": about["prediction_schema"]}},
        },
        "example": None if example is None else {"instances": [example]},
        "inputs": about["inputs"],
        "outputs": about["outputs"],
        "details": about["details"],
    }
