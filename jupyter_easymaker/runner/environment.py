"""The environment a user's code finds: the product's EM_ variables, and what its framework needs to form a cluster."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from .node import Node
from .plan import Plan

_OURS = ("EM_", "EASYMAKER_")


def variable(name: str) -> str:
    """Return a name as environment variables spell it."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def user_environment(
    plan: Plan, node: Node, base: Mapping[str, str], datasets: Mapping[str, Path], has_checkpoint: bool
) -> dict[str, str]:
    """Return the environment of the user's code.

    Args:
        base: the runner's environment; what is ours in it (addresses, credentials) is left out.
        datasets: the directory each data set was staged to.
        has_checkpoint: whether an input checkpoint was staged.
    """
    environment = {key: value for key, value in base.items() if not key.startswith(_OURS) or key == "EM_JOB_ID"}
    environment |= {
        "PYTHONUNBUFFERED": "1",
        "EM_SOURCE_DIR": str(node.source),
        "EM_ENTRY_POINT": plan.entry_point or plan.module or "",
        "EM_DATASETS": json.dumps({name: str(path) for name, path in datasets.items()}),
        "EM_MODEL_DIR": str(node.model),
        "EM_CHECKPOINT_DIR": str(node.checkpoint),
        "EM_HPS": json.dumps(plan.hyperparameters),
        "EM_TENSORBOARD_LOG_DIR": plan.tensorboard_dir,
        "EM_REGION": plan.region,
        "EM_APPKEY": plan.appkey,
        "EM_NODE_RANK": str(node.rank),
        "EM_NODE_COUNT": str(node.count),
    }
    environment |= {f"EM_DATASET_{variable(name)}": str(path) for name, path in datasets.items()}
    environment |= {f"EM_HP_{variable(name)}": value for name, value in plan.hyperparameters.items()}
    if has_checkpoint:
        environment["EM_CHECKPOINT_INPUT_DIR"] = str(node.checkpoint_input)
    environment |= _tensorflow(node) | _pytorch(plan, node)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(node.source), base.get("PYTHONPATH", "")]))
    return environment


def _tensorflow(node: Node) -> dict[str, str]:
    cluster = {"cluster": {"worker": list(node.addresses)}, "task": {"type": "worker", "index": node.rank}}
    return {"TF_CONFIG": json.dumps(cluster)}


def _pytorch(plan: Plan, node: Node) -> dict[str, str]:
    host, _, port = node.addresses[0].rpartition(":")
    master = {"MASTER_ADDR": host, "MASTER_PORT": port}
    if plan.torchrun:  # it sets the rest itself, for each of its processes
        return master
    return {
        **master,
        "WORLD_SIZE": str(node.count),
        "RANK": str(node.rank),
        "LOCAL_RANK": "0",
        "LOCAL_WORLD_SIZE": "1",
    }
