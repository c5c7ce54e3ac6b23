"""A program the runner starts, and all that it starts: waited for, limited in time, ended as one."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence


class Process:
    """A running program in a session of its own, so that it can be ended without ending the runner."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], directory: str) -> None:
        self._process = subprocess.Popen(
            arguments, env=dict(environment), cwd=directory, stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._timers: list[threading.Timer] = []
        self._descendants: dict[int, bytes] = {}
        self.ended_because = ""
        """Why the runner ended it; empty if it ended by itself."""

    @property
    def pid(self) -> int:
        return self._process.pid

    def limit(self, seconds: float, reason: str, grace: float) -> None:
        """End it after this time. Call it in the main thread, for one process at a time."""
        # Nearly every run has a limit, and a thread takes milliseconds to start: what it runs has just begun.
        signal.signal(signal.SIGALRM, lambda _number, _frame: self.end(reason, grace))
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def end(self, reason: str, grace: float) -> None:
        """Ask it and everything it started to end, and kill what is left after ``grace`` seconds. Returns at once."""
        if self.ended_because:
            return
        self.ended_because = reason
        # A parent that is gone does not tell of its children any more, so those known now are remembered.
        self._descendants = _descendants(self.pid)
        self._signal(signal.SIGTERM)
        self._start_timer(grace, self._kill)

    def wait(self) -> int:
        """Wait for its end, end what it left running, and return its exit code, negative for a signal."""
        exit_code = self._process.wait()
        signal.setitimer(signal.ITIMER_REAL, 0)
        for timer in self._timers:
            timer.cancel()
        self._signal(signal.SIGKILL)
        return exit_code

    def _kill(self) -> None:
        self._descendants |= _descendants(self.pid)
        self._signal(signal.SIGKILL)

    def _start_timer(self, seconds: float, function: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, function)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def _signal(self, number: signal.Signals) -> None:
        """Signal its process group, and its descendants that left the group."""
        _send(os.killpg, self.pid, number)
        for pid, start in self._descendants.items():
            status = _status(pid)
            if status is not None and status[1] == start:  # not a new process with an old number
                _send(os.kill, pid, number)


def _send(function: Callable[[int, int], None], pid: int, number: signal.Signals) -> None:
    try:
        function(pid, number)
    except (ProcessLookupError, PermissionError):  # gone, or it became another user
        return


def _status(pid: int) -> tuple[int, bytes] | None:
    """Return a process's parent and start time, None if it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            status = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = status[status.rindex(b")") + 2 :].split()
    return int(fields[1]), fields[19]


def _descendants(pid: int) -> dict[int, bytes]:
    """Return what descends from a process, with start times (where there is a /proc)."""
    processes: dict[int, tuple[int, bytes]] = {}
    for entry in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if entry.isdigit() and (status := _status(int(entry))):
            processes[int(entry)] = status
    found: dict[int, bytes] = {}
    parents = {pid}
    while parents:
        below = {child: start for child, (parent, start) in processes.items() if parent in parents}
        parents = below.keys() - found.keys()
        found |= below
    return found
