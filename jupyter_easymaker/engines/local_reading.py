"""What the files of a local job say of it: its state, its nodes, what they print, leave behind and use."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..monitoring.samples import Sample, read
from . import job_files, log_bounds
from .base import JobObservation, JobState, LogChunk, NodeObservation


def observation(directory: Path, waiting: str) -> JobObservation | None:
    """Return a job as it is now, None if there is none.

    Args:
        directory: the job's.
        waiting: what it waits for, if it does.
    """
    name = directory.name
    job = job_files.read_json(str(directory / job_files.JOB))
    if job is None:
        return None
    end = job_files.read_json(str(directory / job_files.END))
    supervised = (directory / job_files.SUPERVISOR).exists()
    nodes = tuple(_node(str(directory), index) for index in range(job["nodes"])) if supervised else ()
    if end is not None:
        ended_at = datetime.fromtimestamp(end["endedAt"], UTC)
        return JobObservation(name, JobState(end["state"]), nodes, end["reason"], ended_at=ended_at)
    if (directory / job_files.GRANT).exists():
        return JobObservation(name, JobState.RUNNING, nodes)
    return JobObservation(name, JobState.QUEUED, nodes, waiting)


def _node(directory: str, index: int) -> NodeObservation:
    state = job_files.read_json(job_files.node_state(directory, index)) or {}
    report = job_files.read_json(job_files.node_report(directory, index))
    return NodeObservation(
        index=index,
        pid=state.get("pid"),
        exit_code=state.get("exitCode"),
        killed_for_memory=state.get("killedForMemory", ""),
        report=report if isinstance(report, dict) else {},
    )


def log(directory: Path, node: int, offset: int, limit: int) -> LogChunk:
    """Return a piece of what a node printed; see ``Engine.logs``."""
    job = _require(directory, node)
    ended = (directory / job_files.END).exists()  # before reading: what is read after the end is all there is
    try:
        with Path(job_files.node_log(str(directory), node)).open("rb", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            asked = max(0, size + offset) if offset < 0 else min(offset, size)
            at = log_bounds.first_kept(file.fileno(), asked) if job.get("logBytes") and asked < size else asked
            file.seek(at)
            data = file.read(limit)
    except FileNotFoundError:
        return LogChunk(b"", 0, ended)
    next_offset = at + len(data)
    if at > asked and b"\n" in data:  # it goes on in the middle of a line
        data = data.partition(b"\n")[2]
    return LogChunk(data, next_offset, ended and next_offset >= size)


def log_times(directory: Path, node: int) -> list[tuple[int, float]]:
    """Return when a node's log had which size; see ``Engine.log_times``."""
    _require(directory, node)
    try:
        data = Path(job_files.node_times(str(directory), node)).read_bytes()
    except FileNotFoundError:
        return []
    whole = len(data) - len(data) % job_files.LOG_TIME.size
    return list(job_files.LOG_TIME.iter_unpack(data[:whole]))


def node_file(directory: Path, file: str, node: int) -> bytes | None:
    """Return a file a node left behind; see ``Engine.read_file``."""
    working = directory / f"node-{node}"
    path = Path(os.path.realpath(working / file))
    if not path.is_relative_to(os.path.realpath(working)):
        raise ValueError(f"{file} leaves the job's directory")
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def samples(directory: Path, node: int, since: float, until: float) -> list[Sample]:
    """Return what a node used; see ``Engine.samples``."""
    _require(directory, node)
    return read(job_files.node_samples(str(directory), node), since, until)


def _require(directory: Path, node: int) -> dict[str, Any]:
    job: dict[str, Any] | None = job_files.read_json(str(directory / job_files.JOB))
    if job is None or not 0 <= node < job["nodes"]:
        raise KeyError(directory.name)
    return job
