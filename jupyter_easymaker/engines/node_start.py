"""How a forked process becomes a node of a job: its session, directory, log, CPUs and environment.

Standard library only and quick to import: the supervisor uses it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from math import ceil
from typing import Any

from . import job_files

JOB_ID = "EM_JOB_ID"
"""Marks every process of a job, so that leftovers of a killed supervisor can be found."""

SIGNALS = {signal.SIGCHLD, signal.SIGTERM}
"""Those the supervisor holds back, to wait for them."""


def exec_node(directory: str, job: dict[str, Any], grant: dict[str, Any], index: int, addresses: str) -> None:
    """In the forked child: become the node's command. Never returns."""
    try:
        os.setsid()
        working = job_files.node_directory(directory, index)
        os.makedirs(working, exist_ok=True)  # noqa: PTH103
        os.chdir(working)
        log = os.open(job_files.node_log(directory, index), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        cpus = grant["cpus"][index] or grant.get("sharedCpus")
        if cpus and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cpus)
        environment = _node_environment(directory, job, grant, index, addresses)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        program, *arguments = job["command"]
        if program == sys.executable and arguments[:1] == ["-m"] and f"{arguments[1]}.__main__" in sys.modules:
            _run_module(arguments[1], arguments[2:], environment)
        os.execvpe(program, job["command"], environment)  # noqa: S606 - the command is the engine's own
    except OSError as error:
        os.write(2, f"The command could not be started: {error}\n".encode())
    finally:
        os._exit(127)


def _run_module(module: str, arguments: list[str], environment: dict[str, str]) -> None:
    """Do what ``python -m module`` does, in this process, which has imported the module already. Never returns."""
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    status = 1
    try:
        status = sys.modules[f"{module}.__main__"].main()
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


def _node_environment(
    directory: str, job: dict[str, Any], grant: dict[str, Any], index: int, addresses: str
) -> dict[str, str]:
    environment = dict(os.environ)
    original = environment.pop("EM_ORIGINAL_PYTHONPATH", "")
    environment.pop("PYTHONPATH", None)
    if original:
        environment["PYTHONPATH"] = original
    for name in _THREAD_VARIABLES:
        environment.setdefault(name, str(ceil(job["vcpus"])))
    environment["CUDA_VISIBLE_DEVICES"] = ",".join(str(gpu) for gpu in grant["gpus"][index])
    environment.update(job["environment"])
    environment.update(
        {
            JOB_ID: job["id"],
            "EM_NODE_RANK": str(index),
            "EM_NODE_COUNT": str(job["nodes"]),
            "EM_NODE_ADDRESSES": addresses,
            "EM_JOB_DIR": f"{directory}/{job_files.FILES}",
            "EM_NODE_DIR": job_files.node_directory(directory, index),
            "EM_REPORT_FILE": job_files.node_report(directory, index),
        }
    )
    return environment


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for each in held:  # held together, so that no two are the same
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports
