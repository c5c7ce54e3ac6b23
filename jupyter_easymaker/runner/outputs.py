"""Taking what a run made to its storage, and clearing the node."""

from __future__ import annotations

import os
import shutil
from typing import Any

from ..storage.access import StorageError, stage_out
from ..storage.config import StorageConfig
from .code import executed_notebook, is_notebook
from .errors import RunError
from .event_files import keep_event_files
from .lineage import output_lineage
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
    _keep_event_files(plan, node)
    storage = StorageConfig.from_json(plan.storage)
    _add_notebook(plan, node)
    outputs: dict[str, str] = {}
    lineage: list[dict[str, Any]] = []
    problems: list[str] = []
    for key, what, directory, uri in (
        ("modelUri", "model", node.model, plan.model_uri),
        ("checkpointUri", "checkpoint", node.checkpoint, plan.checkpoint_uri),
    ):
        if uri is None or not os.path.isdir(directory):
            continue
        try:
            if stage_out(directory, uri, storage, report.progress(f"upload of the {what}")):
                outputs[key] = uri
                lineage.append(output_lineage(what, uri, directory))
        except StorageError as error:
            problems.append(f"The {what} could not be uploaded: {error}. It is kept in {directory}.")
    report.note(lineageOutputs=lineage)
    if problems:
        raise RunError("\n".join(problems))
    return outputs


def _keep_event_files(plan: Plan, node: Node) -> None:
    """Keep what TensorBoard shows, before the node is cleared."""
    try:
        keep_event_files(node.directory, plan.tensorboard_dir)
    except OSError as error:  # a curve less is no reason to lose a model
        print(f"easymaker: TensorBoard's event files could not be kept: {error}", flush=True)


def _add_notebook(plan: Plan, node: Node) -> None:
    """Keep the executed notebook with the model, under a name the code has not used itself."""
    if not is_notebook(plan):
        return
    name = executed_notebook(plan)
    made = os.path.join(node.directory, name)
    target = os.path.join(node.model, name)
    if os.path.exists(target):
        target = f"{target.removesuffix('.ipynb')}-executed.ipynb"
    if os.path.exists(made):
        os.makedirs(node.model, exist_ok=True)
        shutil.copyfile(made, target)


def clear(node: Node) -> None:
    """Remove what was staged and uploaded; log, report and executed notebook stay."""
    for directory in (node.source, node.model, node.checkpoint, node.overlay):
        shutil.rmtree(directory, ignore_errors=True)
