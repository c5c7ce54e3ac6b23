"""The files of a local job: who writes which, and how a reader never sees half of one.

    jobs/<name>/job.json         the job, written once by submit, before anything starts
    jobs/<name>/files/           Job.files
    jobs/<name>/grant.json       the CPUs and GPUs it got, written by the queue
    jobs/<name>/supervisor.lock  held by the supervisor while it lives
    jobs/<name>/supervisor.json  written once by the supervisor: pid, start time, boot
    jobs/<name>/stop             somebody asked it to stop
    jobs/<name>/node-<i>/        a node's working directory
    jobs/<name>/node-<i>.log     what it prints
    jobs/<name>/node-<i>.report  what it reports of itself
    jobs/<name>/node-<i>.times   when its log had which size, by the supervisor
    jobs/<name>/node-<i>.samples what it used over time, by the supervisor
    jobs/<name>/node-<i>.json    its pid and exit code, by the supervisor
    jobs/<name>/restarts.json    how often something of it was started again
    jobs/<name>/end.json         written once: how the job ended

Standard library only and quick to import: the supervisor uses it.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

LOG_TIME = struct.Struct("<qd")
"""A size of a log in bytes, and when it was seen, in seconds since 1970."""
JOB = "job.json"
FILES = "files"
GRANT = "grant.json"
LOCK = "supervisor.lock"
SUPERVISOR = "supervisor.json"
STOP = "stop"
RESTARTS = "restarts.json"
END = "end.json"


def node_directory(directory: str, node: int) -> str:
    return f"{directory}/node-{node}"


def node_log(directory: str, node: int) -> str:
    return f"{directory}/node-{node}.log"


def node_report(directory: str, node: int) -> str:
    return f"{directory}/node-{node}.report"


def node_times(directory: str, node: int) -> str:
    return f"{directory}/node-{node}.times"


def node_samples(directory: str, node: int) -> str:
    return f"{directory}/node-{node}.samples"


def node_state(directory: str, node: int) -> str:
    return f"{directory}/node-{node}.json"


def write_json(path: str, content: Any, *, durable: bool = True) -> None:
    """Replace a file atomically.

    Args:
        durable: it is there after a power cut, too.
    """
    part = f"{path}.part-{os.getpid()}"
    with open(part, "w") as file:  # noqa: PTH123
        json.dump(content, file)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.replace(part, path)  # noqa: PTH105


def read_json(path: str) -> Any:
    """Return a file's content, None if it is not there or no JSON (a user's process may write a report badly)."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return json.loads(file.read())
    except (OSError, ValueError):
        return None


def take_restart(directory: str, allowed: int) -> bool:
    """Count one more restart of a job, unless it has had as many as it may; return whether it may be started again."""
    used = read_json(f"{directory}/{RESTARTS}") or 0
    if used >= allowed:
        return False
    write_json(f"{directory}/{RESTARTS}", used + 1)
    return True
