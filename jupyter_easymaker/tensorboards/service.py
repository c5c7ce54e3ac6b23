"""The TensorBoard processes of this backend: one a key, started when asked for, ended when nobody looks any more.

Each serves a Unix socket that only this user can open. The backend makes it before the process starts, so that
requests wait in it while TensorBoard comes up, and no port can be taken twice. A process reads from its standard
input and ends when that ends: with the backend, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LOG = logging.getLogger(__name__)
_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_PRIVATE_PREFIXES = ("EM_", "EASYMAKER_", "JUPYTERHUB_", "JPY_", "JUPYTER_")
_PREFIX = "easymaker-tensorboard-"
_BACKLOG = 128
_END_SECONDS = 3.0
_LOG_LINES = 5


class TensorboardFailed(Exception):
    """A TensorBoard process did not come up or did not answer; the message says why."""


@dataclass
class _Running:
    process: subprocess.Popen[bytes]
    directory: Path
    runs: dict[str, Path] = field(default_factory=dict)
    used_at: float = 0.0
    requests: int = 0

    @property
    def socket(self) -> Path:
        return self.directory / "socket"

    @property
    def logs(self) -> Path:
        """What TensorBoard reads: a link for each run, so that runs are called as people called them."""
        return self.directory / "logs"

    @property
    def ready(self) -> bool:
        return (self.directory / "ready").stat().st_size > 0

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def last_words(self) -> str:
        text = (self.directory / "log").read_text(errors="replace")
        return " ".join(text.split("\n")[-_LOG_LINES - 1 :]).strip() or f"exit status {self.process.returncode}"


class TensorboardService:
    """Starts, finds and ends TensorBoard processes. Safe to use from several threads.

    Args:
        idle_seconds: a process nobody asked for so long is ended.
        at_most: how many run at once; the one that was not used for the longest time makes room.
        flags: flags given to TensorBoard besides.
        ended: called with the key of a process that was ended: what it alone needed can go.
    """

    def __init__(
        self,
        *,
        idle_seconds: float = 1200,
        at_most: int = 5,
        flags: Sequence[str] = (),
        ended: Callable[[str], None] = lambda _key: None,
    ) -> None:
        self._idle_seconds = idle_seconds
        self._at_most = at_most
        self._flags = list(flags)
        self._ended = ended
        self._running: dict[str, _Running] = {}
        self._changing = threading.Lock()
        """Held while processes are started and ended, which takes a moment."""
        self._lock = threading.Lock()
        """Held for single looks and writes only: the event loop takes it."""
        self._timer: threading.Timer | None = None
        self._root: Path | None = None
        self._root_lock = -1

    def __contains__(self, key: str) -> bool:
        return key in self._running

    def __len__(self) -> int:
        return len(self._running)

    def ensure(self, key: str, runs: Mapping[str, Path], instead_of: str = "") -> bool:
        """Have a TensorBoard run for a key; return whether it answers at once.

        Args:
            key: names it; unique over all projects, and safe in a path.
            runs: the runs' names to the directories their logs are written to, which may not be there yet.
            instead_of: a socket that did not answer; if it is still this key's, its process makes way for a new one.

        Raises:
            TensorboardFailed: it cannot be started.
        """
        with self._changing:
            running = self._running.get(key)
            if running is not None and (not running.alive or str(running.socket) == instead_of):
                _LOG.warning("the TensorBoard of %s is started again: %s", key, running.last_words())
                self._end(key, starts_again=True)
                running = None
            try:
                if running is None:
                    self._make_room()
                    running = self._start(key, runs)
                else:
                    _link(running, runs)
            except OSError as error:
                raise TensorboardFailed(f"TensorBoard could not be started: {error.strerror or error}") from error
            with self._lock:
                running.used_at = time.monotonic()
                self._running[key] = running
                self._watch()
            return running.ready

    @contextlib.contextmanager
    def using(self, key: str) -> Iterator[str]:
        """Keep a key's process from being ended as idle; yields the path of its socket.

        Raises:
            TensorboardFailed: it does not run.
        """
        with self._lock:
            running = self._running.get(key)
            if running is None:
                raise TensorboardFailed("This TensorBoard was stopped just now; try again.")
            running.requests += 1
        try:
            yield str(running.socket)
        finally:
            with self._lock:
                running.requests -= 1
                running.used_at = time.monotonic()

    def last_words(self, key: str) -> str:
        """Return why a key's process ended; empty if it runs."""
        with self._changing:
            running = self._running.get(key)
            return running.last_words() if running is not None and not running.alive else ""

    def stop(self, key: str) -> None:
        """End a key's process, if there is one."""
        with self._changing:
            self._end(key)

    def close(self) -> None:
        """End them all."""
        with self._changing:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
            for key in list(self._running):
                self._end(key)
            if self._root is not None:
                shutil.rmtree(self._root, ignore_errors=True)
                os.close(self._root_lock)
                self._root = None

    def _start(self, key: str, runs: Mapping[str, Path]) -> _Running:
        directory = Path(tempfile.mkdtemp(dir=self._own_root()))
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            bound.bind(str(directory / "socket"))
            bound.listen(_BACKLOG)
            (directory / "logs").mkdir()
            # -P: a module in the directory it runs in must not be taken for one of ours.
            command = [sys.executable, "-P", "-m", "jupyter_easymaker.tensorboards", str(bound.fileno())]
            with (directory / "ready").open("wb") as ready, (directory / "log").open("wb") as log:
                process = subprocess.Popen(
                    [*command, str(directory / "logs"), *self._flags],
                    stdin=subprocess.PIPE,
                    stdout=ready,
                    stderr=log,
                    pass_fds=[bound.fileno()],
                    cwd=directory,
                    env=_environment(directory),
                    start_new_session=True,
                )
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        finally:
            bound.close()  # the process's own is the only one: without it, connections are refused at once
        running = _Running(process, directory)
        _link(running, runs)
        _LOG.info("TensorBoard of %s started (pid %d)", key, process.pid)
        return running

    def _make_room(self) -> None:
        while len(self._running) >= self._at_most:
            # Those in use are ended last, but they are: a browser that hangs must not lock everybody else out.
            self._end(min(self._running, key=lambda key: (self._running[key].requests > 0, self._running[key].used_at)))

    def _end(self, key: str, *, starts_again: bool = False) -> None:
        with self._lock:
            running = self._running.pop(key, None)
        if running is None:
            return
        assert running.process.stdin is not None  # noqa: S101
        running.process.stdin.close()
        try:
            running.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            running.process.kill()
            running.process.wait()
        shutil.rmtree(running.directory, ignore_errors=True)
        if not starts_again:
            self._ended(key)

    def _watch(self) -> None:
        """Look again when the first of them may have become idle. Call it with the lock held."""
        if self._timer is None and self._running:
            first = min(running.used_at for running in self._running.values())
            self._timer = threading.Timer(max(0.1, first + self._idle_seconds - time.monotonic()), self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        with self._changing:
            limit = time.monotonic() - self._idle_seconds
            with self._lock:
                self._timer = None
                for running in self._running.values():
                    if running.requests > 0:
                        running.used_at = time.monotonic()
                idle = [key for key, running in self._running.items() if running.used_at <= limit]
            for key in idle:
                _LOG.info("TensorBoard of %s ended: nobody looks at it", key)
                self._end(key)
            with self._lock:
                self._watch()

    def _own_root(self) -> Path:
        """Return this backend's directory, made at first use: short, since a socket's path must be."""
        if self._root is None:
            _sweep()
            self._root = Path(tempfile.mkdtemp(prefix=_PREFIX))
            self._root_lock = os.open(self._root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._root_lock, fcntl.LOCK_EX)
        return self._root


def _link(running: _Running, runs: Mapping[str, Path]) -> None:
    """Make the links those of these runs."""
    if running.runs == runs:
        return
    for name in running.runs.keys() - runs.keys():
        (running.logs / name).unlink(missing_ok=True)
    for name, directory in runs.items():
        if running.runs.get(name) != directory:
            (running.logs / name).unlink(missing_ok=True)
            (running.logs / name).symlink_to(directory)
    running.runs = dict(runs)


def _environment(directory: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_PRIVATE_PREFIXES)}
    return {**kept, "PYTHONPATH": _PACKAGE_PARENT, "TMPDIR": str(directory)}


def _sweep() -> None:
    """Remove what backends that were killed left behind: theirs is the lock nobody holds."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if left.stat().st_uid != os.getuid():
                continue
            lock = os.open(left / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:  # another user's, or just being made or removed
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
