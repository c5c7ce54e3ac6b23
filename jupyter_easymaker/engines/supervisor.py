"""The process that stands over one local job: starts its nodes, holds them to their limits, records how they end.

It belongs to no backend: it goes on when the backend that started it is killed. Standard library only, and it
starts in milliseconds, because a person waits for the job.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from . import job_files, log_bounds
from .node_sampler import JobSampler
from .node_start import SIGNALS, exec_node, free_ports
from .process_control import become_subreaper, die_with
from .process_tree import (
    boot_id,
    children_below,
    descendants,
    environment_value,
    proportional_bytes,
    resident_bytes,
    start_time,
)

_RELAXED_SECONDS = 0.25
_ALERT_SECONDS = 0.05
_ALERT_SHARE = 0.5  # look more often above this share of the memory limit
_KILL_SECONDS = 1.0  # after SIGKILL, memory and processes take a moment to go


class Node:
    """One node of the job."""

    def __init__(self, index: int, pid: int) -> None:
        self.index = index
        self.pid = pid
        self.start_time = start_time(pid)
        self.exit_code: int | None = None
        self.killed_for_memory = ""
        self.told_peer_failed = False
        self.log_size = 0
        """As far as it was noted."""
        self.log_begin = 0


class Supervisor:
    """Runs one job from start to end."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.job: dict[str, Any] = job_files.read_json(f"{directory}/{job_files.JOB}")
        self.grant: dict[str, Any] = job_files.read_json(f"{directory}/{job_files.GRANT}")
        self.nodes: list[Node] = []
        self.addresses = ""
        self.stopping = False
        self.deadline: float | None = None
        self.reason = ""
        self.next_memory_look = time.monotonic() + _ALERT_SECONDS
        self.sampler: JobSampler | None = None

    def run(self) -> None:
        """Start the nodes and stay until nothing of the job is left."""
        job_files.write_json(
            f"{self.directory}/{job_files.SUPERVISOR}",
            {
                "pid": os.getpid(),
                "startTime": start_time(os.getpid()),
                "bootId": boot_id(),
                "startedAt": time.time(),
            },
        )
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        if not self._stop_asked():
            self._start_nodes()
        become_subreaper()
        self.sampler = self._start_sampling()
        while any(node.exit_code is None for node in self.nodes):
            self._wait()
            self._reap()
            self._heed_stop()
            self._heed_failures()
            self._heed_deadline()
            self._heed_memory()
            self._note_log_sizes()
        self._end_leftovers()
        self._note_log_sizes()
        self._sampled(JobSampler.finish)
        self._write_end()

    def _start_nodes(self) -> None:
        ports = self.grant.get("ports") or free_ports(self.job["nodes"])
        self.addresses = ",".join(f"127.0.0.1:{port}" for port in ports)
        for index in range(self.job["nodes"]):
            self.nodes.append(Node(index, self._fork(index)))
            # A job that is started again has a log already, whose times are known.
            self.nodes[-1].log_size = _last_noted(job_files.node_times(self.directory, index))
            self._write_node(self.nodes[-1])

    def _fork(self, index: int) -> int:
        supervisor = os.getpid()
        pid = os.fork()
        if pid == 0:
            die_with(supervisor)
            exec_node(self.directory, self.job, self.grant, index, self.addresses)
        return pid

    def _may_start_again(self, node: Node, exit_code: int) -> bool:
        """Tell whether a node that ended is started again: it is if a signal ended it that nobody here sent."""
        asked_to_stop = os.path.exists(f"{self.directory}/{job_files.STOP}")  # noqa: PTH110
        if exit_code >= 0 or asked_to_stop or node.told_peer_failed or node.killed_for_memory:
            return False
        return job_files.take_restart(self.directory, self.job.get("restarts", 0))

    def _start_again(self, node: Node) -> None:
        for pid in self._adopted(node, children_below(os.getpid())):
            _send(pid, signal.SIGKILL)
        node.pid = self._fork(node.index)
        node.start_time = start_time(node.pid)
        self._write_node(node)

    def _write_node(self, node: Node) -> None:
        state = {
            "pid": node.pid,
            "startTime": node.start_time,
            "exitCode": node.exit_code,
            "killedForMemory": node.killed_for_memory,
        }
        # Of no use after a power cut: the nodes are gone then.
        job_files.write_json(job_files.node_state(self.directory, node.index), state, durable=False)

    def _wait(self) -> None:
        """Sleep until a process ends, a stop is asked, or it is time to look at the memory."""
        seconds = max(0.0, self.next_memory_look - time.monotonic())
        if self.deadline is not None:
            seconds = min(seconds, max(0.0, self.deadline - time.monotonic()))
        if hasattr(signal, "sigtimedwait"):
            if signal.sigtimedwait(SIGNALS, seconds) is None:
                return
        else:
            time.sleep(min(seconds, _ALERT_SECONDS))

    def _reap(self) -> bool:
        """Take the ends of processes; return whether there are others."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if self.sampler is not None:
                self.sampler.reaped(pid, usage)
            for node in self.nodes:
                if node.pid == pid:
                    exit_code = os.waitstatus_to_exitcode(status)
                    if self._may_start_again(node, exit_code):
                        self._start_again(node)
                        break
                    node.exit_code = exit_code
                    self._write_node(node)

    def _note_log_sizes(self) -> None:
        """Note when the logs had which size: that is when their lines were printed."""
        for node in self.nodes:
            try:
                size = os.stat(job_files.node_log(self.directory, node.index)).st_size  # noqa: PTH116
            except FileNotFoundError:  # it has not begun
                continue
            if size > node.log_size:
                node.log_size = size
                times = job_files.node_times(self.directory, node.index)
                # With a full disk the time is not known then.
                with contextlib.suppress(OSError), open(times, "ab") as file:  # noqa: PTH123
                    file.write(job_files.LOG_TIME.pack(size, time.time()))
                self._bound_log(node)

    def _bound_log(self, node: Node) -> None:
        keep = self.job.get("logBytes")  # of a service's replica, which may run for months
        if not keep or node.log_size - node.log_begin <= 2 * keep:
            return
        try:
            begin = log_bounds.cut(job_files.node_log(self.directory, node.index), node.log_size, keep)
            if not begin:  # it was emptied
                node.log_size = 0
            log_bounds.cut_times(job_files.node_times(self.directory, node.index), begin or sys.maxsize)
            node.log_begin = begin
        except OSError:
            traceback.print_exc()
            node.log_begin = node.log_size  # tried again when there is more of it

    def _stop_asked(self) -> bool:
        if not self.stopping and os.path.exists(f"{self.directory}/{job_files.STOP}"):  # noqa: PTH110
            self.stopping = True
        return self.stopping

    def _heed_stop(self) -> None:
        if not self.stopping and self._stop_asked():
            self._signal_nodes(signal.SIGTERM)
            self.deadline = time.monotonic() + self.job["stopGraceSeconds"]

    def _heed_failures(self) -> None:
        """When one node failed the others cannot go on: they are told, and given time to save what they have."""
        if self.stopping or all(not node.exit_code for node in self.nodes):
            return
        for node in self.nodes:
            if node.exit_code is None and not node.told_peer_failed:
                node.told_peer_failed = True
                _send(node.pid, signal.SIGUSR1)
                self.deadline = time.monotonic() + self.job["peerGraceSeconds"]

    def _heed_deadline(self) -> None:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            for pid in descendants(os.getpid()):
                _send(pid, signal.SIGKILL)
            for node in self.nodes:  # where descendants are not known
                if node.exit_code is None:
                    _send(node.pid, signal.SIGKILL)
            self.deadline = time.monotonic() + _KILL_SECONDS

    def _signal_nodes(self, number: signal.Signals) -> None:
        for node in self.nodes:
            if node.exit_code is None:
                _send(node.pid, number)

    def _heed_memory(self) -> None:
        if time.monotonic() < self.next_memory_look:
            return
        limit = self.job["memoryMib"] * 1024 * 1024
        children = children_below(os.getpid())
        running = [node for node in self.nodes if node.exit_code is None]
        trees = {node: [*descendants(node.pid, children), *self._adopted(node, children), node.pid] for node in running}
        share = max((self._look_at_memory(node, limit, tree) for node, tree in trees.items()), default=0.0)
        self.next_memory_look = time.monotonic() + (_ALERT_SECONDS if share > _ALERT_SHARE else _RELAXED_SECONDS)
        if self.sampler is not None and time.monotonic() >= self.sampler.next_at:
            self._sampled(lambda sampler: sampler.sample({node.index: tree for node, tree in trees.items()}))

    def _start_sampling(self) -> JobSampler | None:
        try:
            return JobSampler(self.directory, self.job, self.grant)
        except Exception:  # a job goes on without being watched
            traceback.print_exc()
            return None

    def _sampled(self, step: Callable[[JobSampler], None]) -> None:
        try:
            if self.sampler is not None:
                step(self.sampler)
        except Exception:
            traceback.print_exc()
            self.sampler = None

    def _look_at_memory(self, node: Node, limit: int, tree: list[int]) -> float:
        """Return the share of its memory a node uses, after ending its largest process if that is too much."""
        used = sum(resident_bytes(pid) for pid in tree)
        if used > limit:  # look again, without counting shared pages twice
            used = sum(proportional_bytes(pid) for pid in tree)
        if used > limit:
            # The node's own process (the runner) is spared: it still has to upload what there is.
            candidates = tree[:-1] or tree
            victim = max(candidates, key=proportional_bytes)
            _send(victim, signal.SIGKILL)
            if not node.killed_for_memory:
                node.killed_for_memory = (
                    f"exit code : -9 (pid: {victim}): out of memory, {used >> 20:,} MiB used of the instance type's "
                    f"{limit >> 20:,} MiB. Use a larger instance type, or less data at a time."
                )
                self._write_node(node)
        return used / limit

    def _adopted(self, node: Node, children: dict[int, list[int]]) -> list[int]:
        """Return a node's processes whose parents are gone, so that they hang below the supervisor."""
        of_nodes = {pid for each in self.nodes for pid in (each.pid, *descendants(each.pid, children))}
        orphans = [pid for pid in descendants(os.getpid(), children) if pid not in of_nodes]
        if len(self.nodes) == 1:
            return orphans
        return [pid for pid in orphans if environment_value(pid, "EM_NODE_RANK") == str(node.index)]

    def _end_leftovers(self) -> None:
        """End what the nodes left running: nothing outlives its job."""
        until = time.monotonic() + 10
        # What has no parent any more is our child, so without children there is nothing left.
        while self._reap() and (left := descendants(os.getpid())) and time.monotonic() < until:
            for pid in left:
                _send(pid, signal.SIGKILL)
            time.sleep(0.01)

    def _write_end(self) -> None:
        failed = [node for node in self.nodes if node.exit_code]
        if self.stopping:
            state = "STOPPED"
        elif failed:
            state = "FAILED"
            first = failed[0]
            self.reason = first.killed_for_memory or f"Node {first.index} ended with exit code {first.exit_code}."
        else:
            state = "SUCCEEDED"
        job_files.write_json(
            f"{self.directory}/{job_files.END}",
            {"state": state, "reason": self.reason, "endedAt": time.time()},
        )


def _last_noted(path: str) -> int:
    """Return the size of a log that was noted last, 0 if none was."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
    except FileNotFoundError:
        return 0
    records = len(data) // job_files.LOG_TIME.size
    return int(job_files.LOG_TIME.unpack_from(data, (records - 1) * job_files.LOG_TIME.size)[0]) if records else 0


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def main(directory: str) -> None:
    """Supervise the job of a directory, unless somebody does or did."""
    try:
        lock = os.open(f"{directory}/{job_files.LOCK}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, FileNotFoundError):
        return
    known = (job_files.SUPERVISOR, job_files.END)
    if any(os.path.exists(f"{directory}/{name}") for name in known):  # noqa: PTH110
        return
    Supervisor(directory).run()
