"""summary.json beside the results: what came of all pods together, written by whoever of them is the last."""

from __future__ import annotations

import json
import os
from typing import Any

from ..storage.access import write_file
from ..storage.config import StorageConfig
from .plan import BatchPlan

NAME = "summary.json"
_SUMS = ("files", "rows", "processed", "success2xx", "fail4xx", "fail5xx")


def tell(plan: BatchPlan, rank: int, count: int, part: dict[str, Any]) -> None:
    """Say what came of this pod; write the summary if all the others have said so too.

    Args:
        part: this pod's ``startedAt``, ``endedAt``, counts and the names of its ``results``.

    Raises:
        StorageError: the storage does not take it.
    """
    os.makedirs(plan.shared_dir, exist_ok=True)
    path = os.path.join(plan.shared_dir, f"pod-{rank}.json")
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        json.dump(part, file)
    os.replace(f"{path}.part", path)
    parts = []
    for pod in range(count):
        try:
            with open(os.path.join(plan.shared_dir, f"pod-{pod}.json"), "rb") as file:
                parts.append(json.loads(file.read()))
        except FileNotFoundError:
            return
    # Two that end at once write the same.
    content = json.dumps(_sum(plan, parts), indent=2, ensure_ascii=False).encode() + b"\n"
    write_file(plan.output_uri, StorageConfig.from_json(plan.storage), NAME, content)


def _sum(plan: BatchPlan, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "batchInferenceName": plan.name,
        "modelName": plan.model_name,
        "modelUri": plan.model_uri,
        "inputUri": plan.input_uri,
        "seconds": round(max(part["endedAt"] for part in parts) - min(part["startedAt"] for part in parts), 3),
        **{name: sum(part[name] for part in parts) for name in _SUMS},
        "results": sorted(result for part in parts for result in part["results"]),
    }
