"""Taking what a run made to its storage, and clearing the node."""

from __future__ import annotations

import shutil

from ..storage.access import resolve
from ..storage.config import StorageConfig
from ..storage.staging import stage_out
from ..storage.uri import StorageError
from .code import executed_notebook
from .errors import RunError
from .node import Node
from .plan import Plan
from .report import Report


def upload_outputs(plan: Plan, node: Node, report: Report) -> dict[str, str]:
    """Upload the chief's model and checkpoints; return where they lie.

    Raises:
        RunError: a storage cannot take them; everything is kept on the node.
    """
    if not node.chief:
        return {}
    storage = StorageConfig.from_json(plan.storage)
    if (plan.entry_point or "").endswith(".ipynb") and (notebook := executed_notebook(plan, node)).exists():
        shutil.copy2(notebook, node.model / notebook.name)
    outputs: dict[str, str] = {}
    for key, what, directory, uri in (
        ("modelUri", "output", node.model, plan.model_uri),
        ("checkpointUri", "checkpoints", node.checkpoint, plan.checkpoint_uri),
    ):
        if uri is None or not any(directory.iterdir()):
            continue
        try:
            stage_out(directory, resolve(uri, storage), report.progress(what))
        except StorageError as error:
            raise RunError(f"The {what} could not be uploaded: {error}") from error
        outputs[key] = uri
    return outputs


def clear(node: Node) -> None:
    """Remove what was staged and uploaded; log, report and executed notebook stay."""
    for directory in (node.source, node.model, node.checkpoint, node.checkpoint_input):
        shutil.rmtree(directory, ignore_errors=True)
