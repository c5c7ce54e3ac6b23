"""A gateway's process: in a session of its own, it outlives backends, is found again, and never runs twice for long.

Each run has a directory of its own under ``runs``. The process writes its id there before it becomes the gateway, and
its command line names the directory: whoever kills a backend between any two lines, the next one finds what runs.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from .base import GatewayError
from .files import write_private

_LOOK_SECONDS = 0.02
_START_SECONDS = 20.0
_PID_SECONDS = 5.0
_STOP_SECONDS = 15.0
_WATCH_SECONDS = 1.0
"""Between looks at a process where the system cannot tell of its end."""
_LOG_LINES = 5
LOG_FILE = "gateway.log"
"""What it writes its log to, in its run's directory."""
_LAUNCH = 'echo "$$" > "$1/pid.new" && mv "$1/pid.new" "$1/pid" && shift && exec "$@"'
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Run:
    """One run of a gateway's process."""

    directory: Path
    facts: Mapping[str, Any]
    """What was noted about it before it was started."""
    pid: int
    started: float
    """Seconds since 1970."""

    @property
    def alive(self) -> bool:
        found = _process(self.pid, self.directory)
        return found is not None

    def wait(self, seconds: float, wake: int = -1) -> bool:
        """Wait until it has ended; return whether it has.

        Args:
            seconds: at most so long.
            wake: a descriptor that ends the wait when something can be read from it; -1: none.
        """
        deadline = time.monotonic() + seconds
        descriptor = _end_descriptor(self.pid)
        try:
            while self.alive:
                left = deadline - time.monotonic()
                if left <= 0 or _woken(descriptor, wake, left):
                    return False
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return True

    def terminate(self, seconds: float = _STOP_SECONDS) -> None:
        """End it: what it works on is finished, then what is left is cut off."""
        for kind, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, seconds)):
            process = _process(self.pid, self.directory)
            if process is None:
                return
            try:
                process.send_signal(kind)
            except psutil.NoSuchProcess:
                return
            if self.wait(patience):
                return
        raise GatewayError(f"The gateway's process {self.pid} does not end, not even when it is killed.")

    def last_words(self) -> str:
        """Return the end of what it has printed and logged."""
        paths = [self.directory / name for name in ("output", LOG_FILE)]
        text = "\n".join(path.read_text(errors="replace").strip() for path in paths if path.exists())
        return " ".join(text.strip().splitlines()[-_LOG_LINES:])


class Runs:
    """The runs of one gateway. Whoever calls ``start`` or ``sweep`` holds the gateway's lock.

    Args:
        directory: where the runs' directories lie.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        self._children: list[subprocess.Popen[bytes]] = []

    def alive(self) -> list[Run]:
        """Return what runs, the latest start first."""
        self._reap()
        found = [run for directory in self._directory.iterdir() if (run := self._read(directory)) is not None]
        return sorted(found, key=lambda run: float(run.facts["at"]), reverse=True)

    def start(
        self,
        command: Callable[[Path], Sequence[str]],
        facts: Mapping[str, Any],
        files: Callable[[Path], Mapping[str, str]],
        ready: Callable[[Run], bool],
        environment: Mapping[str, str],
    ) -> Run:
        """Start a run and wait until it is ready.

        Args:
            command: what to run, given the run's directory; it has to name that.
            facts: what to note about it.
            files: what it needs in its directory, by name, given the directory.
            ready: whether it answers.
            environment: its variables besides a few of ours.

        Raises:
            GatewayError: it ended, or was not ready in time; it is not left running then.
        """
        directory = self._directory / uuid.uuid4().hex
        try:
            directory.mkdir(mode=0o700)
            for name, content in files(directory).items():
                write_private(directory / name, content)
            write_private(directory / "facts.json", json.dumps({**facts, "at": time.time()}))
            kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
            with os.fdopen(os.open(directory / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
                child = subprocess.Popen(
                    ["/bin/sh", "-c", _LAUNCH, "sh", str(directory), *command(directory)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    cwd=directory,
                    env={**kept, **environment},
                )
        except OSError as error:
            raise GatewayError(f"The gateway could not be started: {error.filename}: {error.strerror}") from error
        self._children.append(child)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if child.poll() is not None:
                words = Run(directory, facts, child.pid, 0.0).last_words()
                raise GatewayError(f"The gateway ended as it was started (exit status {child.returncode}): {words}")
            run = self._read(directory)
            if run is not None and ready(run):
                return run
            time.sleep(_LOOK_SECONDS)
        child.kill()
        child.wait()
        words = Run(directory, facts, child.pid, 0.0).last_words()
        raise GatewayError(f"The gateway did not answer within {_START_SECONDS:.0f} s of its start. {words}")

    def sweep(self, keep: Run | None) -> None:
        """End all runs but one, and remove what runs that ended have left."""
        for run in self.alive():
            if keep is None or run.directory != keep.directory:
                run.terminate()
        self._reap()
        for directory in self._directory.iterdir():
            if keep is None or directory != keep.directory:
                shutil.rmtree(directory, ignore_errors=True)

    def _read(self, directory: Path) -> Run | None:
        """Return the run of a directory if its process is alive."""
        try:
            facts = json.loads((directory / "facts.json").read_text())
            pid = int((directory / "pid").read_text())
        except (FileNotFoundError, NotADirectoryError, ValueError):  # not started yet, or never
            return None
        process = _process(pid, directory)
        if process is None:
            return None
        try:
            return Run(directory, facts, pid, process.create_time())
        except psutil.NoSuchProcess:
            return None

    def _reap(self) -> None:
        """Have the system forget children that ended, so that they are seen to be gone."""
        self._children = [child for child in self._children if child.poll() is None]


def _end_descriptor(pid: int) -> int:
    """Return a descriptor that can be read when a process has ended; -1 where the system has none."""
    if not hasattr(os, "pidfd_open"):
        return -1
    try:
        return os.pidfd_open(pid)
    except OSError:  # it has ended, or the kernel is an old one
        return -1


def _woken(descriptor: int, wake: int, seconds: float) -> bool:
    """Sleep until the process ends or ``wake`` can be read; return whether it was ``wake``."""
    poll = select.poll()
    for watched in (descriptor, wake):
        if watched >= 0:
            poll.register(watched, select.POLLIN)
    ready = poll.poll(1000 * (seconds if descriptor >= 0 else min(seconds, _WATCH_SECONDS)))
    if any(watched == descriptor for watched, _ in ready):
        time.sleep(_LOOK_SECONDS)  # its parent may have to take note first
    return any(watched == wake for watched, _ in ready)


def _process(pid: int, directory: Path) -> psutil.Process | None:
    """Return a run's process if it is alive and the one that was started."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not any(str(directory) in part for part in process.cmdline()):
            return None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return process
