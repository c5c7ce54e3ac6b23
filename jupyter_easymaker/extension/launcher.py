"""Starting a backend as a process of its own, which JupyterLab does not end: trainings go on when it is closed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from ..client.connection import CONNECTION_FILE, LOG_FILE

_LOG_LINES = 15
_LOG_BYTES = 10 * 1024 * 1024
# What is meant for kernels or proves who this Jupyter server is, and is none of the backend's and its jobs' business.
_KEPT_BACK = ("EM_", "JPY_", "JUPYTERHUB_", "JUPYTER_TOKEN")


class LaunchError(Exception):
    """The process could not be started; the message says why."""


class Launched:
    """A ``serve`` process that was started, and what it has logged since.

    Args:
        data_dir: the data directory to serve.
        token: the owner's token; empty: the directory's own.
        port: where to listen, free as soon as the directory is; None: where a killed one did, if that is free.

    Raises:
        LaunchError: the process could not be started.
    """

    def __init__(self, data_dir: Path, token: str = "", port: int | None = None) -> None:
        self._log = data_dir / LOG_FILE
        command = [sys.executable, "-m", "jupyter_easymaker.service.cli", "serve"]
        command += ["--data-dir", str(data_dir)]
        if port := port or _former_port(data_dir):
            command += ["--port", str(port)]
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._begin_log()
            with open(os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:  # noqa: PTH123
                self._log_start = log.tell()
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # a Ctrl-C meant for JupyterLab does not reach it
                    cwd=data_dir,  # not the notebooks': configuration is also looked for in the current directory
                    env=_environment(token),
                )
        except OSError as error:
            raise LaunchError(
                f"{error.filename or command[0]}: {error.strerror}; check the permissions and the space left"
            ) from error

    def exit_status(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self._process.poll()

    def last_lines(self) -> str:
        """Return the end of what it has logged."""
        try:
            with self._log.open("rb") as log:
                log.seek(self._log_start)
                text = log.read().decode(errors="replace")
        except OSError as error:
            return f"{self._log} cannot be read: {error.strerror}"
        return "\n".join(text.splitlines()[-_LOG_LINES:]) or f"It said nothing; see {self._log}."

    def _begin_log(self) -> None:
        """Put a log that has become large aside, replacing the one put aside before."""
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))


def _former_port(data_dir: Path) -> int:
    """Return the port of the backend that was killed here if it is free, else 0: kernels alive still know it."""
    try:
        parts = urlsplit(json.loads((data_dir / CONNECTION_FILE).read_text())["url"])
        host, port = parts.hostname or "", parts.port or 0
    except (OSError, ValueError, KeyError, TypeError):  # there was none
        return 0
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the service does
        try:
            probe.bind((host, port))
        except OSError:
            return 0
    return port


def _environment(token: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_KEPT_BACK)}
    return {**kept, "EASYMAKER_TOKEN": token} if token else kept
