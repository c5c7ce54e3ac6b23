"""Model servers as replicas an engine runs: an address each, reasons in the report, an end in order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jupyter_easymaker.engines.base import Capacity, Job, Resources
from jupyter_easymaker.engines.local import LocalEngine
from tests.engines.contract import ended
from tests.waiting import wait_for

from .conftest import IRIS_ROWS


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    made = LocalEngine(tmp_path / "engine", capacity=Capacity(vcpus=2, memory_mib=4096))
    made.start()
    yield made
    for name in made.names():
        made.stop(name)
    for name in made.names():
        ended(made, name)
    made.close()


def replicas(model: Path, nodes: int) -> Job:
    command = [sys.executable, "-m", "jupyter_easymaker.serving", "--model-name=iris", f"--model-dir={model}"]
    return Job(
        name="stage",
        command=[*command, "--path=/inference"],
        resources=Resources(vcpus=1, memory_mib=1024),
        nodes=nodes,
        stop_grace_seconds=10,
        environment={"EM_TOKEN": "secret"},
    )


def test_replicas_answer_at_their_own_addresses_and_drain(engine: LocalEngine, iris_model: Path) -> None:
    engine.submit(replicas(iris_model, 2))

    def ports() -> list[int]:
        seen = engine.observe("stage")
        assert seen is not None
        assert not seen.state.ended, engine.logs("stage").data
        return [node.report["port"] for node in seen.nodes if node.report.get("phase") == "READY"]

    found = wait_for(lambda: len(both := ports()) == 2 and both, 60)
    assert len(set(found)) == 2
    for port in found:
        answer = httpx.post(f"http://127.0.0.1:{port}/inference", json={"instances": IRIS_ROWS})
        assert answer.json() == {"predictions": [1, 0]}
    engine.stop("stage")
    seen = ended(engine, "stage")
    assert [node.exit_code for node in seen.nodes] == [0, 0]
    assert [node.report["phase"] for node in seen.nodes] == ["DONE", "DONE"]


def test_a_wrong_artifact_fails_the_job_with_the_reason(engine: LocalEngine, tmp_path: Path) -> None:
    engine.submit(replicas(tmp_path / "nothing", 1))
    seen = ended(engine, "stage")
    assert seen.nodes[0].exit_code == 3
    assert seen.nodes[0].report["reason"] == "The model's directory does not exist."
