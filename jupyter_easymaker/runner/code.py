"""Running the user's code: its command, its process, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from .errors import RunError
from .node import Node
from .plan import Plan

_STOP_SECONDS = 1.5
_LOG_TAIL_BYTES = 8192


def command(plan: Plan, node: Node, python: str) -> list[str]:
    """Return what runs the user's code."""
    arguments = [part for name, value in plan.hyperparameters.items() for part in (f"--{name}", value)]
    if plan.module is not None:
        return [python, "-m", plan.module, *arguments]
    entry_point = plan.entry_point or ""
    if entry_point.endswith(".ipynb"):
        # The runner's interpreter executes papermill; the kernel it starts is the image's.
        return [
            sys.executable,
            "-m",
            "jupyter_easymaker.runner.notebook",
            entry_point,
            str(executed_notebook(plan, node)),
            python,
        ]
    if not plan.torchrun:
        return [python, entry_point, *arguments]
    host, _, port = node.addresses[0].rpartition(":")
    return [
        python,
        "-m",
        "torch.distributed.run",
        f"--nnodes={node.count}",
        f"--node_rank={node.rank}",
        f"--nproc_per_node={plan.nproc_per_node}",
        f"--master_addr={host}",
        f"--master_port={port}",
        entry_point,
        *arguments,
    ]


def executed_notebook(plan: Plan, node: Node) -> Path:
    """Return where the executed notebook is written."""
    return node.directory / Path(plan.entry_point or "").name


def require_torch(python: str) -> None:
    """Refuse torchrun where there is no PyTorch.

    Raises:
        RunError: PyTorch cannot be imported.
    """
    probe = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)"
    if subprocess.run([python, "-c", probe], check=False).returncode != 0:
        raise RunError(
            "torchrun needs PyTorch, which this image does not have; choose a PyTorch image, add torch to "
            "requirements.txt, or install jupyter-easymaker[torch]."
        )


class UserCode:
    """The process of the user's code."""

    def __init__(self, arguments: list[str], environment: dict[str, str], directory: Path) -> None:
        # A session of its own: the whole group can be ended without ending the runner.
        self._process = subprocess.Popen(
            arguments, env=environment, cwd=directory, stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._ended_because = ""
        self._timer: threading.Timer | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended_because(self) -> str:
        """Why the runner ended it; empty if it ended by itself."""
        return self._ended_because

    def limit(self, seconds: float) -> None:
        """End it after this time."""
        hours = seconds / 3600
        reason = (
            f"Ended after its maximum time of {hours:g} h."
            if hours >= 1
            else f"Ended after its maximum time of {seconds:g} s."
        )
        self._timer = threading.Timer(seconds, self.end, args=(reason,))
        self._timer.daemon = True
        self._timer.start()

    def end(self, reason: str) -> None:
        """End its whole process group: asked first, then killed."""
        self._ended_because = self._ended_because or reason
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    def wait(self) -> int:
        """Return its exit code, negative for a signal."""
        exit_code = self._process.wait()
        if self._timer is not None:
            self._timer.cancel()
        self._signal(signal.SIGKILL)  # what it left running in its group
        return exit_code


def failure_reason(plan: Plan, code: UserCode, exit_code: int, log: Path) -> str:
    """Return why the user's code failed, for people."""
    if code.ended_because:
        return code.ended_because
    what = plan.entry_point or plan.module
    if exit_code < 0:
        name = signal.Signals(-exit_code).name
        text = f"{what} was ended by {name}. exit code : {exit_code} (pid: {code.pid})"
        return f"{text}. It may have run out of memory; use a larger instance type." if exit_code == -9 else text
    last = _last_line(log)
    return f"{what} ended with exit code {exit_code}" + (f": {last}" if last else ".")


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LOG_TAIL_BYTES))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""
