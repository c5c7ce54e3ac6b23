"""Bringing what a run reads to its node: source, data sets, checkpoint."""

from __future__ import annotations

from pathlib import Path

from ..storage.access import resolve
from ..storage.config import StorageConfig
from ..storage.staging import copy_in, stage_in, total_bytes
from ..storage.uri import StorageError
from .errors import RunError
from .node import Node
from .plan import Plan
from .report import Report


def stage_inputs(plan: Plan, node: Node, report: Report) -> dict[str, Path]:
    """Stage everything the plan names; return the data sets' directories.

    Raises:
        RunError: naming what is missing, unreadable or too large.
    """
    storage = StorageConfig.from_json(plan.storage)
    cache = Path(plan.cache_dir)
    for directory in (node.source, node.model, node.checkpoint, Path(plan.tensorboard_dir)):
        directory.mkdir(parents=True, exist_ok=True)
    _check_size(plan, storage)
    if plan.source_uri is not None:
        _stage_source(plan, node, report, storage)
    datasets: dict[str, Path] = {}
    for name, uri in plan.datasets.items():
        with _naming(f"The data set {name}"):
            datasets[name] = stage_in(resolve(uri, storage), cache, report.progress(f"data set {name}"))
    if plan.checkpoint_input_uri is not None:
        with _naming("The input checkpoint"):
            location = resolve(plan.checkpoint_input_uri, storage)
            copy_in(location, node.checkpoint_input, report.progress("checkpoint"))
    return datasets


def _stage_source(plan: Plan, node: Node, report: Report, storage: StorageConfig) -> None:
    with _naming("The source directory"):
        copy_in(resolve(plan.source_uri or "", storage), node.source, report.progress("source"))
    entry_point = node.source / (plan.entry_point or "")
    if not entry_point.is_file():
        raise RunError(f"The entry point {plan.entry_point} is not in {plan.source_uri}; check its name.")


def _check_size(plan: Plan, storage: StorageConfig) -> None:
    if plan.max_input_bytes is None:
        return
    size = 0
    for name, uri in plan.datasets.items():
        with _naming(f"The data set {name}"):
            size += total_bytes(resolve(uri, storage))
    if size > plan.max_input_bytes:
        raise RunError(
            f"The data sets hold {size / 1e9:,.1f} GB, more than the data storage of {plan.max_input_bytes / 1e9:,.0f} "
            "GB; ask for more data storage."
        )


class _naming:  # noqa: N801 - a context manager, read like a function
    """Turns a storage's error into one that names what could not be staged."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, StorageError):
            raise RunError(f"{self._what}: {error}") from error
