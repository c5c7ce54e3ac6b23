"""A model brought to its pods: once for all of them, told why not, and then the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_easymaker.runner.serve import MODEL_DIR, POD_REPORT_FILE, SERVE_PLAN_FILE, ServePlan
from jupyter_easymaker.storage.config import StorageConfig

SERVER = "import os, sys; print('serves', sorted(os.listdir(sys.argv[1])), os.environ['EM_REPORT_FILE'])"


@pytest.fixture
def nas(tmp_path: Path) -> Path:
    directory = tmp_path / "nas" / "model"
    directory.mkdir(parents=True)
    (directory / "model.joblib").write_bytes(b"x" * 1_000_000)
    return tmp_path / "nas"


def start(tmp_path: Path, number: int, uri: str = "nas://local:/model") -> subprocess.Popen[str]:
    """Start a pod as an engine does."""
    job, node = tmp_path / f"job-{number}", tmp_path / f"node-{number}"
    job.mkdir()
    node.mkdir()
    plan = ServePlan(
        uri=uri,
        storage=StorageConfig(nas={"local": str(tmp_path / "nas")}).to_json(),
        directory=str(tmp_path / "copies" / "1"),
        command=[sys.executable, "-c", SERVER, MODEL_DIR],
    )
    (job / SERVE_PLAN_FILE).write_text(plan.to_json())
    environment = {**os.environ, "EM_JOB_DIR": str(job), "EM_NODE_DIR": str(node)}
    command = [sys.executable, "-m", "jupyter_easymaker.runner.serve"]
    return subprocess.Popen(command, cwd=node, env=environment, stdout=subprocess.PIPE, text=True)


def test_pods_that_start_at_once_copy_the_model_once_and_become_its_server(tmp_path: Path, nas: Path) -> None:
    pods = [start(tmp_path, number) for number in range(4)]
    said = [pod.communicate(timeout=60)[0] for pod in pods]
    assert [pod.returncode for pod in pods] == [0] * 4
    assert sum("copied the model" in text for text in said) == 1
    assert all("serves ['model.joblib']" in text for text in said)
    assert all(f"node-{number}/{POD_REPORT_FILE}" in text for number, text in enumerate(said))


def test_pod_started_again_serves_the_same_without_the_artifact(tmp_path: Path, nas: Path) -> None:
    assert start(tmp_path, 0).wait(60) == 0
    (nas / "model" / "model.joblib").unlink()
    assert start(tmp_path, 1).wait(60) == 0


def test_copy_that_was_killed_is_made_anew(tmp_path: Path, nas: Path) -> None:
    part = tmp_path / "copies" / "1.part"
    part.mkdir(parents=True)
    (part / "half").write_text("of it")
    pod = start(tmp_path, 0)
    assert "serves ['model.joblib']" in pod.communicate(timeout=60)[0]


def test_missing_artifact_is_told_as_final(tmp_path: Path, nas: Path) -> None:
    pod = start(tmp_path, 0, "nas://local:/missing")
    assert pod.wait(60) == 1
    report = json.loads((tmp_path / "node-0" / POD_REPORT_FILE).read_text())
    assert (report["phase"], report["final"]) == ("FAILED", True)
    assert "nas://local:/missing does not exist" in report["reason"]
