"""One run from start to end: stage, install, run, upload, and a report at every step."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from .code import UserCode, command, executed_notebook, failure_reason, require_torch
from .environment import user_environment
from .errors import RunError
from .inputs import stage_inputs
from .node import Node
from .outputs import clear, upload_outputs
from .plan import PLAN_FILE, Phase, Plan
from .report import Report
from .requirements import overlay_python

_PEER_FAILED = "Ended because another node failed."


class Run:
    """The run of one plan on one node."""

    def __init__(self, plan: Plan, node: Node) -> None:
        self.plan = plan
        self.node = node
        self.report = Report(node.report_file)
        self.code: UserCode | None = None
        self.peer_failed = False

    def main(self) -> int:
        """Run; return the exit status: 0 only when the code succeeded and its outputs are uploaded."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGUSR1, self._on_peer_failure)
        try:
            exit_code = self._run_code()
        except RunError as error:
            return self._fail(str(error))
        except OSError as error:
            return self._fail(f"The node could not be prepared: {error.strerror or error}")
        return self._finish(exit_code)

    def _run_code(self) -> int:
        plan, node, report = self.plan, self.node, self.report
        report.update(phase=Phase.STAGING)
        datasets = stage_inputs(plan, node, report)
        python = plan.python or sys.executable
        requirements = (node.source / (plan.entry_point or "")).parent / "requirements.txt"
        if plan.source_uri is not None and requirements.is_file():
            report.update(phase=Phase.INSTALLING, progress={"message": "requirements.txt"})
            python = overlay_python(requirements, python, Path(plan.cache_dir))
        if plan.torchrun:
            require_torch(python)
        environment = user_environment(plan, node, os.environ, datasets, plan.checkpoint_input_uri is not None)
        if self.peer_failed:
            raise RunError(_PEER_FAILED)
        self.code = UserCode(command(plan, node, python), environment, node.source)
        if plan.timeout_seconds:
            self.code.limit(plan.timeout_seconds)
        if (plan.entry_point or "").endswith(".ipynb"):
            report.update(notebook=str(executed_notebook(plan, node).relative_to(node.directory)))
        report.update(phase=Phase.RUNNING, startedAt=time.time(), pid=self.code.pid, progress=None)
        return self.code.wait()

    def _finish(self, exit_code: int) -> int:
        assert self.code is not None
        if self.code.ended_because and exit_code == 0:
            exit_code = -signal.SIGTERM  # it caught the signal and left politely; it was ended all the same
        sys.stdout.flush()
        reason = failure_reason(self.plan, self.code, exit_code, self._log()) if exit_code else ""
        self.report.update(phase=Phase.UPLOADING, endedAt=time.time(), exitCode=exit_code, reason=reason)
        try:
            outputs = upload_outputs(self.plan, self.node, self.report)
        except RunError as error:
            return self._fail("\n".join(filter(None, [reason, str(error)])))
        clear(self.node)
        self.report.update(phase=Phase.DONE, succeeded=exit_code == 0, outputs=outputs, progress=None)
        return exit_code if exit_code >= 0 else 128 - exit_code

    def _fail(self, reason: str) -> int:
        print(reason, file=sys.stderr, flush=True)  # noqa: T201 - the run's log
        self.report.update(phase=Phase.DONE, succeeded=False, reason=reason, progress=None)
        return 1

    def _log(self) -> Path:
        return self.node.directory.with_name(f"{self.node.directory.name}.log")

    def _stop(self, _number: int, _frame: FrameType | None) -> NoReturn:
        """Asked to stop: nothing is uploaded, nothing waited for beyond the code's own end."""
        if self.code is not None:
            self.code.end("Stopped on request.")
        os._exit(128 + signal.SIGTERM)

    def _on_peer_failure(self, _number: int, _frame: FrameType | None) -> None:
        self.peer_failed = True
        if self.code is not None:
            self.code.end(_PEER_FAILED)


def main() -> int:
    """Run the plan in this job's directory."""
    node = Node.from_environment()
    plan = Plan.from_json((node.job_directory / PLAN_FILE).read_bytes())
    return Run(plan, node).main()
