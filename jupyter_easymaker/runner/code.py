"""The user's code: the command that runs it, and why it failed."""

from __future__ import annotations

import os
import signal
import subprocess

from . import log
from .errors import RunError
from .node import Node
from .plan import Plan


def is_notebook(plan: Plan) -> bool:
    """Tell whether the entry point is a notebook."""
    return (plan.entry_point or "").endswith(".ipynb")


def executed_notebook(plan: Plan) -> str:
    """Return the file in the node's directory that the executed notebook is written to."""
    return os.path.basename(plan.entry_point or "")


def command(plan: Plan, node: Node, python: str, scratch: str) -> list[str]:
    """Return what runs the user's code; ``scratch`` is an empty directory with a short path."""
    entry_point = plan.entry_point or ""
    if is_notebook(plan):
        # As a file, not a module: the image's interpreter need not have this package installed.
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "notebook.py")
        # -I: a module beside the notebook must not become one of papermill's.
        return [python, "-I", program, entry_point, os.path.join(node.directory, executed_notebook(plan)), scratch]
    arguments = [part for name, value in plan.hyperparameters.items() for part in (f"--{name}", value)]
    program_and_arguments = [*(["-m", plan.module] if plan.module is not None else [entry_point]), *arguments]
    return [python, *(_torchrun(plan, node) if plan.torchrun else []), *program_and_arguments]


def _torchrun(plan: Plan, node: Node) -> list[str]:
    host, port = node.master
    return [
        "-m",
        "torch.distributed.run",
        f"--nnodes={node.count}",
        f"--node_rank={node.rank}",
        f"--nproc_per_node={plan.nproc_per_node}",
        f"--master_addr={host}",
        f"--master_port={port}",
    ]


def check_needs(plan: Plan, python: str, environment: dict[str, str]) -> None:
    """See that the interpreter has what the entry point needs from it, before anything is started.

    Raises:
        RunError: PyTorch (for torchrun) or papermill (for a notebook) cannot be imported, or both are asked for.
    """
    if plan.torchrun and is_notebook(plan):
        raise RunError("torchrun cannot run a notebook: use a .py file as entry point, or turn torchrun off.")
    if plan.torchrun:
        needs, why = ["torch"], "torchrun needs PyTorch"
        advice = "choose a PyTorch image, add torch to requirements.txt, or turn torchrun off"
    elif is_notebook(plan):
        needs, why = ["papermill", "ipykernel"], "A notebook as entry point needs papermill and ipykernel"
        advice = "choose another image or add them to requirements.txt"
    else:
        return
    probe = f"import importlib.util as u, sys; sys.exit(any(u.find_spec(name) is None for name in {needs!r}))"
    if subprocess.run([python, "-c", probe], check=False, env=environment).returncode != 0:
        raise RunError(f"{why}, which this image does not have: {advice}.")


def failure_reason(plan: Plan, exit_code: int, pid: int, lines: list[str]) -> str:
    """Return why the user's code failed, for people.

    Args:
        lines: the last lines of its log.
    """
    what = plan.entry_point or plan.module or "The code"
    worker = log.killed_worker(lines) if plan.torchrun else None
    if worker is not None:
        exit_code, pid = worker
    if exit_code < 0:
        text = f"{what} was ended by {_signal_name(-exit_code)}. exit code : {exit_code} (pid: {pid})"
        if exit_code == -signal.SIGKILL:
            return f"{text}. It may have run out of memory; use a larger instance type."
        return text
    said = (lines[-1] if lines else "") if is_notebook(plan) else log.cause(lines)
    return f"{what} ended with exit code {exit_code}" + (f": {said}" if said else ".")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has no name
        return f"signal {number}"
