"""Models small enough to be fitted here, and servers that serve them as the engine would start them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import joblib
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from tests.ports import free_port
from tests.waiting import wait_for

IRIS_ROWS = [[6.8, 2.8, 4.8, 1.4], [5.1, 3.5, 1.4, 0.2]]


@dataclass
class Server:
    """A model server's process."""

    process: subprocess.Popen[bytes]
    port: int
    log_file: Path
    report_file: Path
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.report_file.read_text()) if self.report_file.exists() else {}
        return found

    def answers(self, path: str) -> int:
        """Return the status of a path, 0 if nobody listens."""
        try:
            return self.client.get(path).status_code
        except httpx.TransportError:
            return 0

    def wait_ready(self) -> Server:
        def ready() -> bool:
            assert self.process.poll() is None, self.log
            return self.answers("/ready") == 200

        wait_for(ready, 60)
        return self

    def predict(self, instances: Any, path: str = "/inference", **arguments: Any) -> httpx.Response:
        return self.client.post(path, json={"instances": instances}, **arguments)

    def end(self, timeout: float = 20) -> int:
        """Ask it to end; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def model_pid(self) -> int:
        """Return the process that holds the model."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        assert len(children) == 1
        return int(children[0])

    def close(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


StartServer = Callable[..., Server]


def start_server(work: Path, model: Path, *arguments: str, environment: dict[str, str] | None = None) -> Server:
    """Start a server of the model ``test`` on a port of the engine's."""
    work.mkdir(parents=True, exist_ok=True)
    port = free_port()
    given = {
        **os.environ,
        "EM_NODE_ADDRESSES": f"127.0.0.1:1,127.0.0.1:{port}",
        "EM_NODE_RANK": "1",
        "EM_NODE_DIR": str(work),
        "EM_REPORT_FILE": str(work / "report.json"),
        **(environment or {}),
    }
    command = [sys.executable, "-m", "jupyter_easymaker.serving", "--model-name=test", f"--model-dir={model}"]
    log = work / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--path=/inference", *arguments], env=given, stdout=output, stderr=subprocess.STDOUT
        )
    return Server(process, port, log, work / "report.json")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[StartServer]:
    """Start servers that end with the test."""
    servers: list[Server] = []

    def start(model: Path, *arguments: str, environment: dict[str, str] | None = None) -> Server:
        work = tmp_path / f"server-{len(servers)}"
        servers.append(start_server(work, model, *arguments, environment=environment))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def iris_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of four numbers."""
    directory = tmp_path_factory.mktemp("iris")
    features, target = load_iris(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=500).fit(features, target), directory / "model.joblib")
    return directory


@pytest.fixture(scope="module")
def iris(iris_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server of it, for tests that only ask."""
    server = start_server(tmp_path_factory.mktemp("iris-server"), iris_model)
    try:
        yield server.wait_ready()
    finally:
        server.close()


def write_predictor(directory: Path, code: str) -> Path:
    """Write a model that is the user's Python class."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "predictor.py").write_text(code)
    return directory
