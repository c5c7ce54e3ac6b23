"""A real JupyterLab, as ``make lab`` starts it, in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import joblib
import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from tests.conftest import RunningBackend, free_port
from tests.waiting import wait_for

TOKEN = "lab-token"
START = 90_000
"""Milliseconds a stage may take to serve, on a machine that does other things as well."""
MakeModel = Callable[[str], str]
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Lab:
    """A running JupyterLab and its backend."""

    url: str
    home: Path
    backend: RunningBackend


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/status", headers={"Authorization": f"token {TOKEN}"}).status_code == 200
    except httpx.TransportError:
        return False


def settle_news(home: Path) -> None:
    """JupyterLab's question about news would lie over whatever is in the lower right corner."""
    config = home / ".jupyter/labconfig"
    config.mkdir(parents=True)
    disabled = {"@jupyterlab/apputils-extension:announcements": True}
    (config / "page_config.json").write_text(json.dumps({"disabledExtensions": disabled}))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab that starts a backend of its own, with a home directory of the tests."""
    home = tmp_path_factory.mktemp("home")
    data_dir = home / "data"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settle_news(home)
    with (home / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}"),
                f"--IdentityProvider.token={TOKEN}",
                f"--ServerApp.root_dir={home}",
                "--LabApp.expose_app_in_browser=True",
            ],
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(home), "EASYMAKER_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    try:
        wait_for(lambda: _answers(url), 60)
        wait_for((data_dir / "backend.json").exists, 60)
        connection = httpx.Response(200, text=(data_dir / "backend.json").read_text()).json()
        token = (data_dir / "token").read_text().strip()
        backend = RunningBackend(data_dir, token=token, url=connection["url"])
        yield Lab(url, home, backend)
    finally:
        process.terminate()
        process.wait(30)
        found = data_dir / "backend.json"
        if found.exists():
            pid = httpx.Response(200, text=found.read_text()).json()["pid"]
            os.kill(pid, signal.SIGTERM)
            wait_for(lambda: not psutil.pid_exists(pid), 30)  # until then it would start its gateway again
        RunningBackend(data_dir).clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "the browser tests need chromium; `make test` installs it where it may"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield made
        made.close()


@pytest.fixture
def page(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """JupyterLab, open and ready; on failure a screenshot is kept in test-results/."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, base_url=lab.url)
    made = context.new_page()
    made.set_default_timeout(30_000)
    made.goto(f"/lab?token={TOKEN}&reset")
    made.wait_for_selector(".jp-Launcher", timeout=60_000)
    yield made
    results = Path("test-results")
    results.mkdir(exist_ok=True)
    made.screenshot(path=results / f"{request.node.name}.png")
    context.close()


def execute(page: Page, command: str, /, **arguments: Any) -> None:
    """Run a command of JupyterLab, as its palette does; what it shows is to be waited for."""
    script = "([command, args]) => { void window.jupyterapp.commands.execute(command, args); }"
    page.evaluate(script, [command, arguments])


def shown(page: Page) -> Locator:
    """Return the page of the product that is in front."""
    return page.locator(".em-Page:visible")


def endpoints_of(lab: Lab) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.backend.get("endpoints")["endpointList"]
    return found


@pytest.fixture
def make_model(lab: Lab) -> Iterator[MakeModel]:
    """Register a classifier of irises; endpoints and models are gone afterwards."""
    made: list[str] = []

    def make(name: str) -> str:
        directory = lab.backend.data_dir / "nas/local/models" / name
        directory.mkdir(parents=True)
        features, target = load_iris(return_X_y=True)
        joblib.dump(LogisticRegression(max_iter=500).fit(features, target), directory / "model.joblib")
        body = {
            "modelName": name,
            "modelFormatCode": "SKLEARN",
            "frameworkVersion": "1",
            "modelUploadUri": f"nas://local:/models/{name}",
        }
        made.append(lab.backend.post("models", body)["model"]["modelId"])
        return made[-1]

    yield make
    for endpoint in endpoints_of(lab):
        for stage in endpoint["endpointStageList"]:
            if not stage["isDefaultStage"]:
                lab.backend.request("DELETE", f"endpoint-stages/{stage['endpointStageId']}")
    wait_for(lambda: all(len(each["endpointStageList"]) <= 1 for each in endpoints_of(lab)), 60)
    for endpoint in endpoints_of(lab):
        lab.backend.request("DELETE", f"endpoints/{endpoint['endpointId']}")
    wait_for(lambda: not endpoints_of(lab), 60)
    for model in made:
        lab.backend.request("DELETE", f"models/{model}")


def is_active(lab: Lab, endpoint_id: str) -> bool:
    """Return whether all stages of an endpoint serve."""
    found = lab.backend.get(f"endpoints/{endpoint_id}")["endpoint"]
    return all(stage["endpointStageStatusCode"] == "ACTIVE" for stage in found["endpointStageList"])
