"""``python -m jupyter_easymaker.runner.serve``: bring a model to a pod, then become its server.

All pods of a stage resource share one copy, made by whichever comes first: what is served does not change when the
artifact does, and a pod that is started again needs no storage. Standard library and ``storage`` only.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from typing import Any

from ..storage.access import StorageError, StorageErrorCode, copy_in
from ..storage.config import StorageConfig
from ..storage.lock import FileLock
from .report import Report

SERVE_PLAN_FILE = "serve-plan.json"
"""Its name in the job's directory."""
POD_REPORT_FILE = "pod-report.json"
"""Its name in the pod's directory: ``{"phase", "progress", "reason", "final"}``."""
MODEL_DIR = "{model_dir}"
"""Stands for the copy's directory in ``ServePlan.command``."""
_FINAL = (
    StorageErrorCode.NOT_FOUND,
    StorageErrorCode.PERMISSION,
    StorageErrorCode.INVALID,
    StorageErrorCode.NOT_CONFIGURED,
)
"""What trying again does not mend."""


@dataclass(frozen=True)
class ServePlan:
    """What a pod serves. Paths are absolute."""

    uri: str
    """The model's artifact."""
    storage: dict[str, Any]
    """``storage.StorageConfig.to_json()`` of the project."""
    directory: str
    """Where the copy is, or is to be."""
    command: list[str]
    """The server."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> ServePlan:
        return cls(**json.loads(text))


def stage_model(plan: ServePlan, report: Report) -> None:
    """Copy the artifact unless another pod has.

    Raises:
        StorageError: it is not there, may not be read, or there is no room.
    """
    if os.path.isdir(plan.directory):
        return
    lock = FileLock(f"{plan.directory}.lock")
    try:
        if not lock.acquire(shared=False, wait=False):
            report.update(progress={"message": "waiting for another pod that is copying the model"})
            lock.acquire(shared=False)
        if os.path.isdir(plan.directory):
            return
        part = f"{plan.directory}.part"
        shutil.rmtree(part, ignore_errors=True)  # of a pod that was killed
        os.makedirs(part)
        tree = copy_in(plan.uri, StorageConfig.from_json(plan.storage), part, report.progress("model"))
        os.rename(part, plan.directory)
        print(f"easymaker: copied the model: {len(tree.files):,} files, {tree.bytes:,} bytes", flush=True)
    finally:
        lock.close()


def main() -> int:
    """Stage the model and become its server; return only if that cannot be."""
    try:
        files, directory = os.environ["EM_JOB_DIR"], os.environ["EM_NODE_DIR"]
    except KeyError as error:
        print(f"This program is started by an engine, which sets {error.args[0]}.", file=sys.stderr)
        return 2
    with open(os.path.join(files, SERVE_PLAN_FILE), "rb") as file:
        plan = ServePlan.from_json(file.read())
    report = Report(os.path.join(directory, POD_REPORT_FILE))
    report.update(phase="STAGING", reason=None)
    try:
        stage_model(plan, report)
    except StorageError as error:
        reason = f"The model's artifact: {error}."
        print(f"easymaker: {reason}", flush=True)
        report.update(phase="FAILED", reason=reason, final=error.code in _FINAL, progress=None)
        return 1
    report.update(phase="SERVING", progress=None)
    os.environ["EM_REPORT_FILE"] = os.path.join(directory, POD_REPORT_FILE)  # the server goes on with it
    command = [plan.directory if part == MODEL_DIR else part for part in plan.command]
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 - the very command the backend wrote
    return 0


if __name__ == "__main__":
    sys.exit(main())
