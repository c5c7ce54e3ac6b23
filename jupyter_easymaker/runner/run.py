"""One run from start to end: stage, install, run, upload, and a report at every step."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from types import FrameType

from . import log
from .code import check_needs, command, executed_notebook, failure_reason, is_notebook
from .environment import user_environment
from .errors import RunError
from .inputs import Inputs
from .node import Node
from .notebook_progress import NotebookProgress
from .outputs import clear, upload_outputs
from .plan import PLAN_FILE, Phase, Plan
from .private import without_ours
from .process import Process
from .report import Report

_STOP_GRACE_SECONDS = 1.5
_SAVE_GRACE_SECONDS = 5.0
"""For code that is ended but whose outputs are kept: time to write them."""
_PEER_FAILED = "Ended because another node failed."
_STOPPED_STATUS = 128 + signal.SIGTERM


class Run:
    """The run of one plan on one node."""

    def __init__(self, plan: Plan, node: Node) -> None:
        self._plan = plan
        self._node = node
        self._report = Report(node.report_file)
        self._process: Process | None = None
        self._stopped = False
        self._peer_failed = False
        self._staging = False
        self._notebook: NotebookProgress | None = None
        self._scratch = ""
        """A directory with a path short enough for sockets, which the node's may not be."""

    def run(self) -> int:
        """Run; return the exit status: 0 only when the code succeeded and its outputs are uploaded."""
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGUSR1, self._on_peer_failure)
        inputs = Inputs()  # alive until the end: what it holds must not be removed from the cache
        try:
            code, start = self._start(inputs)
            exit_code = self._wait(code)
        except RunError as error:
            return self._fail(str(error))
        except OSError as error:
            import traceback

            traceback.print_exc()
            return self._fail(f"The run could not be prepared: {error}.")
        if self._stopped:
            return _STOPPED_STATUS
        return self._finish(code, exit_code, start)

    def _start(self, inputs: Inputs) -> tuple[Process, int]:
        plan, node = self._plan, self._node
        self._report.update(phase=Phase.STAGING)
        self._staging = True
        inputs.stage(plan, node, self._report)
        self._staging = False
        python = self._install(plan.python or sys.executable)
        environment = user_environment(plan, node, inputs, python, os.environ)
        check_needs(plan, python, environment)
        if self._peer_failed:
            raise RunError(_PEER_FAILED)
        sys.stdout.flush()
        start = log.position()
        if is_notebook(plan):
            import tempfile

            self._scratch = tempfile.mkdtemp(prefix="easymaker-")
        code = self._launch(command(plan, node, python, self._scratch), environment, node.source)
        if plan.timeout_seconds:
            reason = f"{plan.name} ended after the maximum time of {_duration(plan.timeout_seconds)}."
            code.limit(plan.timeout_seconds, reason, _SAVE_GRACE_SECONDS)
        notebook = executed_notebook(plan) if is_notebook(plan) else None
        if notebook is not None:
            self._notebook = NotebookProgress(self._scratch, self._report)
            self._notebook.start()
        self._report.update(phase=Phase.RUNNING, startedAt=time.time(), pid=code.pid, progress=None, notebook=notebook)
        return code, start

    def _install(self, python: str) -> str:
        """Return the interpreter to use: one with the requirements, when there are any."""
        directory = os.path.join(self._node.source, os.path.dirname(self._plan.entry_point or ""))
        requirements = os.path.join(directory, "requirements.txt")
        if self._plan.source_uri is None or not os.path.isfile(requirements):
            return python
        from .requirements import Overlay  # rarely needed, and everything here is waited for

        self._report.update(phase=Phase.INSTALLING, progress={"message": "requirements.txt"})
        environment = without_ours(os.environ)

        def run(arguments: list[str]) -> int:
            exit_code = self._wait(self._launch(arguments, environment, directory))
            if self._peer_failed:
                raise RunError(_PEER_FAILED)
            return exit_code

        return Overlay(requirements, python, self._node.overlay, self._plan.cache_dir).ready(run)

    def _launch(self, arguments: list[str], environment: dict[str, str], where: str) -> Process:
        if self._stopped:
            os._exit(_STOPPED_STATUS)
        self._process = Process(arguments, environment, where)
        if self._stopped or self._peer_failed:  # asked while it was being started
            self._process.end(_PEER_FAILED, _STOP_GRACE_SECONDS)
        return self._process

    def _wait(self, process: Process) -> int:
        exit_code = process.wait()
        self._process = None
        if self._notebook is not None:
            self._notebook.finish()
            self._notebook = None
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)
        if self._stopped:
            os._exit(_STOPPED_STATUS)
        return exit_code

    def _finish(self, code: Process, exit_code: int, start: int) -> int:
        if code.ended_because and exit_code == 0:
            exit_code = -signal.SIGTERM  # it caught the signal and left politely; it was ended all the same
        reason = code.ended_because
        if exit_code and not reason:
            reason = failure_reason(self._plan, exit_code, code.pid, log.lines_since(start))
        self._report.update(phase=Phase.UPLOADING, endedAt=time.time(), exitCode=exit_code, reason=reason or None)
        try:
            outputs = upload_outputs(self._plan, self._node, self._report)
        except RunError as error:
            return self._fail("\n".join(filter(None, [reason, str(error)])))
        clear(self._node)
        if reason:
            print(f"easymaker: {reason}", flush=True)
        self._report.update(phase=Phase.DONE, succeeded=exit_code == 0, outputs=outputs, progress=None)
        return exit_code if exit_code >= 0 else 128 - exit_code

    def _fail(self, reason: str) -> int:
        print(f"easymaker: {reason}", flush=True)
        self._report.update(phase=Phase.DONE, succeeded=False, reason=reason, progress=None)
        return 1

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        """Asked to stop: nothing is uploaded, nothing waited for beyond the code's own end."""
        self._stopped = True
        if self._process is None:
            os._exit(_STOPPED_STATUS)
        self._process.end("Stopped on request.", _STOP_GRACE_SECONDS)

    def _on_peer_failure(self, _number: int, _frame: FrameType | None) -> None:
        self._peer_failed = True
        if self._staging:
            self._staging = False
            raise RunError(_PEER_FAILED)
        if self._process is not None:
            self._process.end(_PEER_FAILED, _SAVE_GRACE_SECONDS)


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.4g} h" if seconds >= 3600 else f"{seconds:.4g} s"


def main() -> int:
    """Run the plan in this job's directory; return the exit status."""
    try:
        node = Node.from_environment(os.environ)
    except KeyError as error:
        print(f"This program is started by an engine, which sets {error.args[0]}.", file=sys.stderr)
        return 2
    with open(os.path.join(node.job_directory, PLAN_FILE), "rb") as file:
        plan = Plan.from_json(file.read())
    return Run(plan, node).run()
