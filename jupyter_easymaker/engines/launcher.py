"""A warm process that forks a supervisor for each job, so that no job waits for Python to start and import.

The local engine writes a job's directory a line to its standard input and reads back, a line each, the jobs whose
supervisors ended. When the engine is gone the input ends, the launcher leaves, and the supervisors go on.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import sys
import traceback
from types import FrameType

from . import supervisor


class Launcher:
    """Forks supervisors until its input ends."""

    def __init__(self) -> None:
        self._running: dict[int, str] = {}
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        signal.signal(signal.SIGCHLD, _ignored)  # only its arrival on the wake-up pipe matters
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)

    def run(self) -> None:
        rest = b""
        while True:
            ready, _, _ = select.select([0, self._wake_read], [], [])
            if self._wake_read in ready:
                os.read(self._wake_read, 4096)
                self._reap()
            if 0 in ready:
                data = os.read(0, 1 << 16)
                if not data:
                    return
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._launch(os.fsdecode(line))

    def _launch(self, directory: str) -> None:
        pid = os.fork()
        if pid == 0:
            self._supervise(directory)
        self._running[pid] = directory

    def _reap(self) -> None:
        while self._running:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            directory = self._running.pop(pid, None)
            if directory is not None:
                os.write(1, os.fsencode(directory) + b"\n")

    def _supervise(self, directory: str) -> None:
        """In the forked child: be a job's supervisor. Never returns."""
        status = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(self._wake_read)
            os.close(self._wake_write)
            log = os.open(f"{directory}/supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
            for source, target in ((null, 0), (log, 1), (log, 2)):
                os.dup2(source, target)
            supervisor.main(directory)
            status = 0
        except FileNotFoundError:  # the job was removed before it was started
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)


def _ignored(_number: int, _frame: FrameType | None) -> None:
    """Receive a signal."""


def main() -> None:
    """Import the modules named on the command line, which jobs run with ``-m``, and serve."""
    for module in sys.argv[1:]:
        try:
            importlib.import_module(module)
        except Exception:  # its own jobs say what is wrong with it; the others must not wait for ever
            traceback.print_exc()
    gc.freeze()  # the children share these pages for longer
    Launcher().run()
