"""A real Jupyter server with the extension, on a data directory of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.conftest import free_port
from tests.waiting import wait_for

JUPYTER_TOKEN = "jupyter-token"


@dataclass
class RunningJupyter:
    """A Jupyter server process and how to talk to it."""

    directory: Path
    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    url: str = ""

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/base"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("EM_", "EASYMAKER_", "JUPYTER"))}
        with (self.directory / "jupyter.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", f"--port={port}"),
                    *("--ServerApp.base_url=/base/", f"--IdentityProvider.token={JUPYTER_TOKEN}"),
                    *(f"--ServerApp.root_dir={self.directory}", "--ServerApp.port_retries=0"),
                    *(f"--ServerApp.jpserver_extensions={name}={on}" for name, on in _EXTENSIONS.items()),
                    *self.arguments,
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                env={
                    **inherited,
                    "EASYMAKER_DATA_DIR": str(self.data_dir),
                    "JUPYTER_CONFIG_DIR": str(self.directory / "config"),
                    "JUPYTER_RUNTIME_DIR": str(self.directory / "runtime"),
                    **self.environment,
                },
            )
        wait_for(self._answers, 60)

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"the Jupyter server ended:\n{self.log()[-4000:]}")
        try:
            return httpx.get(f"{self.url}/api", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return (self.directory / "jupyter.log").read_text()

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"token {JUPYTER_TOKEN}", **arguments.pop("headers", {})}
        return httpx.request(method, f"{self.url}/{path}", headers=headers, timeout=60, **arguments)

    def context(self) -> dict[str, Any]:
        answer = self.request("GET", "easymaker/context")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def wait_for_status(self, status: str, timeout: float = 60) -> dict[str, Any]:
        """Wait until the extension says so of the backend; return the context."""
        try:
            wait_for(lambda: self.context()["status"] == status, timeout)
        except TimeoutError as error:
            raise AssertionError(f"not {status}: {self.context()}\n{self.log()[-4000:]}") from error
        return self.context()

    def api(self, path: str) -> str:
        return f"easymaker/api/v1.0/appkeys/default/{path}"

    def backend(self) -> dict[str, Any]:
        """Return the announcement of the backend in the data directory; empty if there is none."""
        with suppress(FileNotFoundError, NotADirectoryError):
            return dict(json.loads((self.data_dir / "backend.json").read_text()))
        return {}

    def stop(self) -> None:
        """End the server, and the backend it leaves running on purpose."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)

    def stop_backend(self) -> None:
        with suppress(KeyError, psutil.NoSuchProcess):
            process = psutil.Process(self.backend()["pid"])
            process.terminate()
            process.wait(timeout=20)


_EXTENSIONS = {
    "jupyter_easymaker": True,
    "jupyter_server_terminals": True,
    "jupyterlab": False,
    "jupyter_lsp": False,
    "notebook_shim": False,
}


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningJupyter]:
    """A Jupyter server that has started its own backend, shared by the whole run."""
    directory = tmp_path_factory.mktemp("jupyter")
    running = RunningJupyter(directory / "home", directory / "data")
    running.start()
    running.wait_for_status("ready")
    yield running
    running.stop()
    running.stop_backend()


@pytest.fixture
def own_jupyter(tmp_path: Path) -> Iterator[Callable[..., RunningJupyter]]:
    """Make Jupyter servers of one's own; all share a data directory unless told otherwise."""
    made: list[RunningJupyter] = []

    def make(**settings: Any) -> RunningJupyter:
        settings.setdefault("data_dir", tmp_path / "data")
        running = RunningJupyter(tmp_path / f"jupyter-{len(made)}", **settings)
        made.append(running)
        running.start()
        return running

    yield make
    for running in made:
        running.stop()
    for running in made:
        running.stop_backend()
