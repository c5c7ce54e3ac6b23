"""Bringing what a run reads to its node: source, data sets, checkpoint."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..storage.access import StagedInput, StorageError, copy_in, stage_in
from ..storage.config import StorageConfig
from ..storage.failures import human_bytes
from .errors import RunError
from .lineage import dataset_lineage, source_lineage
from .node import Node
from .plan import Plan
from .report import Report

LEFT_OUT = frozenset({".git", ".ipynb_checkpoints", ".venv", "__pycache__", "node_modules"})
"""Not code, and often large: never part of a source directory's copy."""


class Inputs:
    """What was staged for one run."""

    def __init__(self) -> None:
        self.datasets: dict[str, str] = {}
        """Data set name to the read-only directory that holds it."""
        self.checkpoint: str | None = None
        """The input checkpoint's read-only directory."""
        self.lineage: dict[str, Any] = {"source": None, "datasets": [], "checkPointInput": None}
        """What identifies all this; see ``lineage``."""
        self._in_use: list[StagedInput] = []
        self._bytes = 0

    def stage(self, plan: Plan, node: Node, report: Report) -> None:
        """Stage everything the plan names.

        Raises:
            RunError: naming what is missing, unreadable or too large.
        """
        for directory in (node.source, node.model, node.checkpoint, plan.tensorboard_dir):
            os.makedirs(directory, exist_ok=True)
        storage = StorageConfig.from_json(plan.storage)
        if plan.source_uri is not None:
            self._stage_source(plan, node, report, storage)
        for name, uri in plan.datasets.items():
            staged = self._stage(f"The data set {name}", uri, plan, report, storage)
            self.datasets[name] = staged.path
            self.lineage["datasets"].append(dataset_lineage(name, uri, staged))
        if plan.checkpoint_input_uri is not None:
            uri = plan.checkpoint_input_uri
            staged = self._stage("The input checkpoint", uri, plan, report, storage)
            self.checkpoint = staged.path
            self.lineage["checkPointInput"] = dataset_lineage("", uri, staged)
        report.note(lineage=self.lineage)

    def _stage_source(self, plan: Plan, node: Node, report: Report, storage: StorageConfig) -> None:
        uri, entry_point = plan.source_uri or "", plan.entry_point or ""
        with _naming("The source directory"):
            tree = copy_in(
                uri,
                storage,
                node.source,
                report.progress("source"),
                exclude=LEFT_OUT,
                max_bytes=self._left(plan),
            )
        self._bytes += tree.bytes
        if node.chief:
            self.lineage["source"] = source_lineage(uri, node.source, storage)
        if tree.excluded:
            print(f"easymaker: not part of the source: {', '.join(tree.excluded[:10])}")
        if entry_point not in {file.name for file in tree.files}:
            there = sorted(file.name for file in tree.files if file.name.endswith((".py", ".ipynb")))[:5]
            hint = f"; it has {', '.join(there)}" if there else ""
            raise RunError(f"The entry point {entry_point} does not exist in {uri}{hint}.")

    def _stage(self, what: str, uri: str, plan: Plan, report: Report, storage: StorageConfig) -> StagedInput:
        staged = staged_input(what, uri, storage, plan.cache_dir, report, max_bytes=self._left(plan))
        self._in_use.append(staged)
        self._bytes += staged.bytes
        return staged

    def _left(self, plan: Plan) -> int | None:
        return None if plan.max_input_bytes is None else plan.max_input_bytes - self._bytes


def staged_input(
    what: str,
    uri: str,
    storage: StorageConfig,
    cache_dir: str,
    report: Report,
    *,
    max_bytes: int | None = None,
    wanted: Callable[[str], bool] | None = None,
) -> StagedInput:
    """Stage one input, telling how far it is; see ``stage_in``.

    Args:
        what: what messages call it, such as ``The model``.

    Raises:
        RunError: it is missing, unreadable or too large.
    """
    name = what.removeprefix("The ")

    def waiting() -> None:
        report.update(progress={"message": f"{name}: waiting for another job that is copying it"})

    with _naming(what):
        staged = stage_in(
            uri, storage, cache_dir, report.progress(name), waiting=waiting, max_bytes=max_bytes, wanted=wanted
        )
    how = "from the cache" if staged.cached else "copied"
    print(f"easymaker: {name}: {staged.files:,} files, {human_bytes(staged.bytes)}, {how}", flush=True)
    return staged


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Turn a storage's error into one that names what could not be staged."""
    try:
        yield
    except StorageError as error:
        raise RunError(f"{what}: {error}.") from error
