"""What the runner is told to do: a JSON file the reconciler writes and the runner reads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

PLAN_FILE = "plan.json"
"""Its name in the job's directory."""


@dataclass(frozen=True)
class Plan:
    """One run of a user's code. Paths are absolute on the node; URIs are resolved through ``storage``."""

    name: str
    """What it is called in messages: the training's name."""
    python: str
    """The interpreter of the image; empty: the runner's own."""
    storage: dict[str, Any]
    """``storage.StorageConfig.to_json()`` of the project."""
    cache_dir: str
    """Shared between jobs of the project: staged inputs, requirement overlays."""
    tensorboard_dir: str
    """Where EM_TENSORBOARD_LOG_DIR points; survives the job's directory."""
    region: str = ""
    appkey: str = ""
    source_uri: str | None = None
    entry_point: str | None = None
    """File in the source directory."""
    module: str | None = None
    """Instead of source and entry point: a module of a provided algorithm, run with ``-m``."""
    hyperparameters: dict[str, str] = field(default_factory=dict)
    datasets: dict[str, str] = field(default_factory=dict)
    """Data set name to URI."""
    checkpoint_input_uri: str | None = None
    model_uri: str | None = None
    """Where EM_MODEL_DIR is uploaded: a directory of this run's own."""
    checkpoint_uri: str | None = None
    timeout_seconds: float | None = None
    """For the user's code, from its first line on."""
    max_input_bytes: int | None = None
    torchrun: bool = False
    nproc_per_node: int = 1
    gpus: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        return cls(**json.loads(text))


class Phase:
    """``report["phase"]`` in the order they happen."""

    STAGING = "STAGING"
    INSTALLING = "INSTALLING"
    RUNNING = "RUNNING"
    UPLOADING = "UPLOADING"
    DONE = "DONE"


# The report the runner writes to EM_REPORT_FILE (all keys optional but phase):
#   phase            one of Phase
#   startedAt        epoch seconds when the user's code was started; its presence tells RUNNING was reached
#   endedAt          epoch seconds when the user's code ended
#   exitCode         of the user's code, as subprocess gives it
#   pid              of the user's code
#   reason           a sentence for people when something failed ("The data set train: nas://local:/x does not exist.")
#   succeeded        the user's code ended well and everything was uploaded
#   progress         {"message", "files", "totalFiles", "bytes", "totalBytes"}
#   outputs          {"modelUri": ..., "checkpointUri": ...} what was uploaded
#   notebookProgress {"cellCount", "currentCell", "failedCell"} of the executed notebook, counted from 0
#   lineage          {"source", "datasets", "checkPointInput"} what was read (see lineage.py)
#   lineageOutputs   what was made
#   notebook         path of the executed notebook in the node's directory, when the entry point is one
