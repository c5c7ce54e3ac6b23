"""A notebook as users have it: its scripts run, the server starts, its environments are kernels, the panel is told."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import httpx

from tests.conftest import free_port
from tests.waiting import wait_for


def test_notebook_starts_with_scripts_and_environments(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    (home / "cont-init.d").mkdir(parents=True)
    for name, code in (("1-works", "touch $EASYMAKER_NOTEBOOK_HOME/ran"), ("2-fails", "echo no such package; exit 2")):
        (home / "cont-init.d" / name).write_text(f"#!/bin/sh\n{code}\n")
        (home / "cont-init.d" / name).chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("EM_", "EASYMAKER_"))},
        "EASYMAKER_NOTEBOOK_HOME": str(home),
        "EASYMAKER_DATA_DIR": str(tmp_path / "data"),
        "EASYMAKER_START_BACKEND": "0",
    }
    server = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", f"--port={port}"]
    options = ["--IdentityProvider.token=secret", f"--ServerApp.root_dir={tmp_path}"]
    extension = "--ServerApp.jpserver_extensions=jupyter_easymaker=True"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_easymaker.notebook.start", *server, *options, extension],
            stdout=log, stderr=subprocess.STDOUT, env=environment,
        )  # fmt: skip
    headers = {"Authorization": "token secret"}

    def answer(path: str) -> httpx.Response | None:
        assert process.poll() is None, (tmp_path / "log").read_text()
        try:
            return httpx.get(f"http://127.0.0.1:{port}/{path}", headers=headers, timeout=30)
        except httpx.TransportError:
            return None

    try:
        told = wait_for(lambda: answer("easymaker/notebook"), 60).json()
        assert (home / "ran").exists()
        works, fails = told["scripts"]
        assert (works["name"], works["state"], works["exitCode"], works["output"]) == ("1-works", "SUCCEEDED", 0, "")
        assert (fails["state"], fails["exitCode"], fails["output"]) == ("FAILED", 2, "no such package\n")
        assert told["environments"] == []
        venv.create(home / "custom-conda-envs/mine", symlinks=True)
        assert [each["name"] for each in answer("easymaker/notebook").json()["environments"]] == ["mine"]
        kernels = answer("api/kernelspecs").json()["kernelspecs"]
        assert kernels["easymaker-env-mine"]["spec"]["display_name"].startswith("mine (Python ")
    finally:
        process.terminate()
        process.wait(30)
