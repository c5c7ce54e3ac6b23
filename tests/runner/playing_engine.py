"""Plays the engine: starts the runner as an engine does, one process per node, and gives back what it did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_easymaker.batch.plan import BatchPlan
from jupyter_easymaker.runner.plan import PLAN_FILE, Plan
from jupyter_easymaker.storage.config import StorageConfig
from tests.conftest import free_port
from tests.waiting import wait_for


@dataclass
class NodeRun:
    """One node of a run."""

    directory: Path
    report_file: Path
    log_file: Path
    process: subprocess.Popen[bytes]

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.report_file.read_text()) if self.report_file.exists() else {}

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def exit_code(self) -> int:
        return self.process.wait(timeout=60)


@dataclass
class Site:
    """A project's storages, caches and jobs in a directory."""

    root: Path
    jobs: int = 0
    module: str = "jupyter_easymaker.runner"
    """What a node runs."""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def nas(self) -> Path:
        return self.root / "nas"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def storage(self) -> StorageConfig:
        return StorageConfig(nas={"local": str(self.nas)}, file_roots=(str(self.root / "home"),))

    def source(self, code: str, name: str = "train.py", **files: str) -> str:
        """Put code on the NAS; return its directory's URI."""
        directory = self.nas / "code" / str(self.jobs)
        for file, content in {name: code, **files}.items():
            (directory / file).parent.mkdir(parents=True, exist_ok=True)
            (directory / file).write_text(content)
        return f"nas://local:/code/{self.jobs}"

    def plan(self, code: str | None = None, /, **settings: Any) -> Plan:
        """Return a plan that runs ``code`` as train.py and uploads to nas://local:/out."""
        if code is not None:
            settings = {"source_uri": self.source(code), "entry_point": "train.py", **settings}
        defaults = {
            "name": "iris",
            "python": "",
            "storage": self.storage.to_json(),
            "cache_dir": str(self.cache),
            "tensorboard_dir": str(self.root / "tensorboard" / "1"),
            "region": "kr1",
            "appkey": "default",
            "model_uri": "nas://local:/out/model",
            "checkpoint_uri": "nas://local:/out/checkpoint",
        }
        return Plan(**{**defaults, **settings})

    def start(self, plan: Plan | BatchPlan, nodes: int = 1) -> list[NodeRun]:
        """Start the plan's runners; return at once."""
        self.jobs += 1
        job = self.root / "jobs" / str(self.jobs)
        (job / "files").mkdir(parents=True)
        (job / "files" / PLAN_FILE).write_text(plan.to_json())
        addresses = ",".join(f"127.0.0.1:{free_port()}" for _ in range(nodes))
        return [self._start_node(job, rank, nodes, addresses) for rank in range(nodes)]

    def start_again(self, run: NodeRun) -> NodeRun:
        """Start the only node of a job again in its directory, as an engine does after a kill."""
        return self._start_node(run.directory.parent, 0, 1, f"127.0.0.1:{free_port()}")

    def _start_node(self, job: Path, rank: int, nodes: int, addresses: str) -> NodeRun:
        directory = job / f"node-{rank}"
        directory.mkdir(exist_ok=True)
        report, log = job / f"node-{rank}.json", job / f"node-{rank}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={
                    **os.environ,
                    # Compiled once for all runs of the tests, wherever the tree itself may not be written to.
                    "PYTHONDONTWRITEBYTECODE": "",
                    "PYTHONPYCACHEPREFIX": str(self.root.parent / "bytecode"),
                    **self.environment,
                    "EM_NODE_RANK": str(rank),
                    "EM_NODE_COUNT": str(nodes),
                    "EM_NODE_ADDRESSES": addresses,
                    "EM_JOB_DIR": str(job / "files"),
                    "EM_NODE_DIR": str(directory),
                    "EM_REPORT_FILE": str(report),
                },
            )
        return NodeRun(directory, report, log, process)

    def run_runner(self, plan: Plan | BatchPlan, nodes: int = 1) -> list[NodeRun]:
        """Run the plan to its end on all nodes."""
        runs = self.start(plan, nodes)
        for run in runs:
            run.process.wait(timeout=150)
        return runs

    def run(self, plan: Plan | BatchPlan) -> NodeRun:
        """Run the plan to its end on one node."""
        return self.run_runner(plan)[0]


def wait_for_log(run: NodeRun, text: str) -> None:
    """Wait until the node has printed a text."""
    wait_for(lambda: text in run.log, 30)
