"""What a pod is told to do, and what it tells of itself: JSON files, as a training's."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

PLAN_FILE = "plan.json"
"""Its name in the job's directory."""


@dataclass(frozen=True)
class BatchPlan:
    """One batch inference, the same for all its pods. URIs are resolved through ``storage``."""

    name: str
    """What it is called in messages."""
    python: str
    """The interpreter of the image; empty: the pod's own."""
    storage: dict[str, Any]
    """``storage.StorageConfig.to_json()`` of the project."""
    cache_dir: str
    """Shared between jobs of the project: staged inputs, requirement overlays."""
    shared_dir: str
    """Of this batch inference alone, shared by its pods; made when it is needed."""
    model_uri: str
    model_name: str
    model_format: str
    """As ``serving.loading.load_model`` takes it."""
    input_uri: str
    data_type: str
    """``JSON`` or ``JSONL``."""
    output_uri: str
    """The directory of this batch inference's own."""
    include: str | None = None
    exclude: str | None = None
    max_batch_size: int = 32
    inference_timeout_seconds: float = 120.0
    timeout_seconds: float | None = None
    """For all of the scoring, counted from its first beginning."""
    max_input_bytes: int | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> BatchPlan:
        return cls(**json.loads(text))


# The report of a pod (all keys optional but phase):
#   phase      one of runner.plan.Phase; RUNNING once the model is loaded
#   startedAt  epoch seconds when it began to score for the first time
#   endedAt    epoch seconds when it ended to
#   pid        of the process that holds the model
#   reason     a sentence for people when something failed
#   succeeded  all rows were dealt with and all results are uploaded
#   progress   as a training's
#   outputs    {"outputUri": ...} once uploaded
#   batch      {"files", "rows", "processed", "success2xx", "fail4xx", "fail5xx"} of this pod
