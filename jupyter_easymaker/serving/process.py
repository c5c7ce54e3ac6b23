"""A model's process as the server starts it: its command, its environment, the socket and the life line to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from ..runner.private import without_ours
from .options import Options

_BUFFER_BYTES = 1 << 20


class ModelProcess:
    """A started process and this side's end of its socket."""

    def __init__(self, options: Options, scratch: Path) -> None:
        self.socket, theirs = socket.socketpair()
        for each in (self.socket, theirs):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        command = [
            sys.executable,
            "-m",
            f"{__package__}.worker",
            f"--socket={theirs.fileno()}",
            f"--model-name={options.model_name}",
            f"--model-dir={os.path.abspath(options.model_dir)}",
            f"--format={options.format}",
            f"--scratch={scratch}",
            f"--max-batch-size={options.max_batch_size}",
            f"--batch-delay-ms={options.batch_delay_ms}",
        ]
        if options.cache_dir is not None:
            command.append(f"--cache-dir={os.path.abspath(options.cache_dir)}")
        environment = without_ours(os.environ) | {"PYTHONUNBUFFERED": "1"}
        try:
            # Standard input is the life line: it ends when this process does, however that happens.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, pass_fds=[theirs.fileno()], env=environment, start_new_session=False
            )
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def close(self) -> None:
        """Let it end."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code, negative for a signal; kills it when it takes longer than ``timeout`` seconds."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def how_it_ended(exit_code: int) -> str:
    """Return an exit code in words."""
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:  # a real-time signal has no name
        name = f"signal {-exit_code}"
    memory = "; it may have run out of memory" if exit_code == -signal.SIGKILL else ""
    return f"was ended by {name}{memory}"
