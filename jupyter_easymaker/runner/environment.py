"""The environment a user's code finds: the product's EM_ variables, and what its framework needs to form a cluster."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping

from .inputs import Inputs
from .node import Node
from .plan import Plan
from .private import without_ours


def variable(name: str) -> str:
    """Return a name as environment variables spell it."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def user_environment(plan: Plan, node: Node, inputs: Inputs, python: str, base: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the user's code, run by ``python``, made from the runner's own (``base``)."""
    environment = without_ours(base)
    environment |= {f"EM_DATASET_{variable(name)}": path for name, path in inputs.datasets.items()}
    environment |= {f"EM_HP_{variable(name)}": value for name, value in plan.hyperparameters.items()}
    environment |= {
        "PYTHONUNBUFFERED": "1",
        "EM_SOURCE_DIR": node.source,
        "EM_ENTRY_POINT": plan.entry_point or plan.module or "",
        "EM_DATASETS": json.dumps(inputs.datasets),
        "EM_MODEL_DIR": node.model,
        "EM_CHECKPOINT_DIR": node.checkpoint,
        "EM_HPS": json.dumps(plan.hyperparameters),
        "EM_TENSORBOARD_LOG_DIR": plan.tensorboard_dir,
        "EM_METRICS_FILE": os.path.join(plan.tensorboard_dir, f"easymaker-metrics-{node.rank}.jsonl"),
        "EM_REGION": plan.region,
        "EM_APPKEY": plan.appkey,
    }
    if inputs.checkpoint is not None:
        environment["EM_CHECKPOINT_INPUT_DIR"] = inputs.checkpoint
    # Programs that come with the packages (torchrun, pip) are those of the code's own interpreter.
    environment["PATH"] = os.pathsep.join(filter(None, [os.path.dirname(python), base.get("PATH", "")]))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [node.source, base.get("PYTHONPATH", "")]))
    return environment | _tensorflow(node) | _pytorch(plan, node)


def _tensorflow(node: Node) -> dict[str, str]:
    cluster = {"cluster": {"worker": list(node.addresses)}, "task": {"type": "worker", "index": node.rank}}
    return {"TF_CONFIG": json.dumps(cluster)}


def _pytorch(plan: Plan, node: Node) -> dict[str, str]:
    host, port = node.master
    if plan.torchrun:  # it sets the rest itself, for each of its processes
        return {"MASTER_ADDR": host, "MASTER_PORT": port}
    return {
        "MASTER_ADDR": host,
        "MASTER_PORT": port,
        "WORLD_SIZE": str(node.count),
        "RANK": str(node.rank),
        "LOCAL_RANK": "0",
        "LOCAL_WORLD_SIZE": "1",
    }
