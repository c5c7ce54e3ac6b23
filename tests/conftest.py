"""A real backend for tests that need one: the command people run, on a data directory of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from jupyter_easymaker.engines.local import LocalEngine
from jupyter_easymaker.gateway.settings import GatewaySettings
from jupyter_easymaker.gateway.traefik import TraefikGateway
from tests.keystone import keystone_swift
from tests.ports import free_port
from tests.swift import swift
from tests.waiting import wait_for

__all__ = ["RunningBackend", "backend", "free_port", "keystone_swift", "own_backend", "swift"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files whose tests may take longest, so that no worker is left alone with one at the end."""
    longest: dict[Path, float] = defaultdict(float)
    for item in items:
        if (limit := item.get_closest_marker("timeout")) is not None:
            longest[item.path] = max(longest[item.path], limit.args[0])
    items.sort(key=lambda item: -longest[item.path])


@dataclass
class RunningBackend:
    """A backend process and how to talk to it."""

    data_dir: Path
    token: str = "test-token-of-the-owner"
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    appkey: str = "default"
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, port: int | None = None) -> None:
        """Start it and wait until it answers; the port of an earlier start is used again."""
        known = int(self.url.rsplit(":", 1)[1]) if self.url else 0
        command = [
            sys.executable,
            "-m",
            "jupyter_easymaker.service.cli",
            "serve",
            "--data-dir",
            str(self.data_dir),
        ]
        with (self.data_dir.parent / f"{self.data_dir.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(port or known or free_port()), *self.arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "EASYMAKER_TOKEN": self.token, **self.environment},
            )
        wait_for(lambda: self._alive() and self._announced().get("pid") == self.process.pid, 60)
        self.url = self._announced()["url"]

    def _announced(self) -> dict[str, Any]:
        try:
            return json.loads((self.data_dir / "backend.json").read_text())
        except FileNotFoundError:  # not yet, or one of an earlier backend is being taken away
            return {}

    def _alive(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            log = (self.data_dir.parent / f"{self.data_dir.name}.log").read_text()
            raise RuntimeError(f"the backend ended with {self.process.returncode}:\n{log[-4000:]}")
        return True

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it as an operator would; return its exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=15)

    def clear(self) -> None:
        """End what outlives backends: pods and the gateway."""
        if (self.data_dir / "engine" / "services").is_dir():
            engine = LocalEngine(self.data_dir / "engine")
            if engine.service_names():
                engine.start()
                for name in engine.service_names():
                    engine.remove_service(name)
                wait_for(lambda: not engine.service_names(), 60)
                engine.close()
        if (self.data_dir / "gateway").is_dir():
            TraefikGateway(GatewaySettings(self.data_dir / "gateway")).stop()

    @property
    def base(self) -> str:
        return f"{self.url}/v1.0/appkeys/{self.appkey}"

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = {"X-EasyMaker-Token": self.token, **arguments.pop("headers", {})}
        return httpx.request(method, f"{self.base}/{path}", headers=headers, timeout=30, **arguments)

    def get(self, path: str, **arguments: Any) -> dict[str, Any]:
        answer = self.request("GET", path, **arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.request("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def script(self, name: str, code: str, **files: str) -> str:
        """Put a train.py (and other files) on the NAS ``local``; return its source directory's URI."""
        directory = self.data_dir / "nas" / "local" / "code" / name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "train.py").write_text(code)
        for file, content in files.items():
            (directory / file).write_text(content)
        return f"nas://local:/code/{name}"

    def train(self, name: str, code: str, **settings: Any) -> str:
        """Create a training of a script; return its id."""
        body = {
            "trainingName": name,
            "experimentId": self.experiment(),
            "imageId": "local-cpu-python-training",
            "flavorId": "c1m1",
            "sourceDirUri": self.script(name, code),
            "entryPoint": "train.py",
            "modelUploadUri": "nas://local:/outputs",
            **settings,
        }
        return self.post("trainings", body)["training"]["trainingId"]

    def experiment(self, name: str = "tests") -> str:
        found = self.get("experiments", params={"experimentNameList": name})["experimentList"]
        if found:
            return found[0]["experimentId"]
        return self.post("experiments", {"experimentName": name})["experiment"]["experimentId"]

    def training(self, training_id: str) -> dict[str, Any]:
        return self.get(f"trainings/{training_id}")["training"]

    def wait_for_status(self, training_id: str, *statuses: str, timeout: float = 60) -> dict[str, Any]:
        """Wait until the training has one of the statuses; return it."""
        wait_for(lambda: self.training(training_id)["trainingStatusCode"] in statuses, timeout)
        return self.training(training_id)

    def log(self, training_id: str, node: int = 0) -> str:
        return self.get(f"trainings/{training_id}/logs", params={"node": node, "limit": 1_000_000})["log"]["text"]


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBackend]:
    """A backend shared by the whole run: use names of your own in it."""
    running = RunningBackend(tmp_path_factory.mktemp("backend") / "data")
    running.start()
    yield running
    running.stop()
    running.clear()


@pytest.fixture
def own_backend(tmp_path: Path) -> Iterator[Callable[..., RunningBackend]]:
    """Make backends of one's own, to be stopped and killed at will."""
    made: list[RunningBackend] = []

    def make(*arguments: str, port: int | None = None, **settings: Any) -> RunningBackend:
        running = RunningBackend(tmp_path / f"data-{len(made)}", arguments=arguments, **settings)
        made.append(running)
        running.start(port)
        return running

    yield make
    for running in made:
        if running.process and running.process.poll() is None:
            running.stop()
        running.clear()
