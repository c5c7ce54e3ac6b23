"""The local engine's end of the launcher: started when needed, started again when it died."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_PRIVATE_PREFIXES = ("EM_", "EASYMAKER_", "JUPYTERHUB_", "JPY_", "JUPYTER_", "CONFIGPROXY_", "PGPASS", "PGSERVICE")
"""Ours, the hub's, and the passwords PostgreSQL takes from the environment: the backend's database may be one."""
_ENTRY = "from jupyter_easymaker.engines.launcher import main; main()"


class LauncherProcess:
    """A launcher and the thread that listens to it.

    Args:
        preload: packages with a ``__main__`` whose ``main()`` returns the exit status.
        on_end: called with a job's directory, from the thread, when its supervisor has ended.
        private: variables of this process's environment that no job may see, besides our own.
    """

    def __init__(self, preload: Sequence[str], on_end: Callable[[str], None], private: Iterable[str] = ()) -> None:
        self._modules = [f"{package}.__main__" for package in preload]
        self._on_end = on_end
        self._private = frozenset(private)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        with self._lock:
            self._start()

    def launch(self, directory: str) -> None:
        """Start the supervisor of a job's directory.

        Raises:
            OSError: no process can be started.
        """
        line = os.fsencode(directory) + b"\n"
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            try:
                self._send(line)
            except BrokenPipeError:  # it died just now; what it started goes on
                self._start()
                self._send(line)

    def close(self) -> None:
        """End the launcher; the supervisors go on."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait()

    def _send(self, line: bytes) -> None:
        assert self._process is not None  # noqa: S101
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(line)

    def _start(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(_PRIVATE_PREFIXES) and key not in self._private
        }
        environment["EM_ORIGINAL_PYTHONPATH"] = environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = _PACKAGE_PARENT
        # -P: a module in the directory it runs in must not be taken for one of ours.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _ENTRY, *self._modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=[self._process], name="launcher", daemon=True).start()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101
        with process.stdout as lines:
            while line := lines.readline():
                self._on_end(os.fsdecode(line.rstrip(b"\n")))
