"""Logs as they grow, and what is there of them afterwards."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import RunningBackend
from tests.waiting import wait_for

GATED = """
import os, pathlib, time
gate = pathlib.Path(os.environ["EM_HP_GATE"])
print("first \\u00e9\\u4e2d", flush=True)
while not gate.exists():
    time.sleep(0.02)
print("second", flush=True)
"""


@pytest.fixture
def gated(backend: RunningBackend, tmp_path: Any) -> Iterator[tuple[str, Callable[[], None]]]:
    """A training that has printed its first line, and what lets it print the second and end."""
    gate = tmp_path / "gate"
    parameters = [{"parameterName": "gate", "parameterValue": str(gate)}]
    training_id = backend.train(f"gated-{tmp_path.name}", GATED, hyperparameterList=parameters)
    wait_for(lambda: "first" in backend.log(training_id), 30)
    yield training_id, gate.touch
    gate.touch()


def follow(backend: RunningBackend, path: str, found: list[tuple[str, dict[str, Any]]]) -> None:
    headers = {"X-EasyMaker-Token": backend.token}
    with httpx.stream("GET", f"{backend.base}/{path}", headers=headers, timeout=60) as answer:
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                found.append((name, json.loads(line[5:])))


def test_stream_sends_lines_while_it_runs_and_ends_with_its_status(
    backend: RunningBackend, gated: tuple[str, Callable[[], None]]
) -> None:
    training_id, let_go = gated
    found: list[tuple[str, dict[str, Any]]] = []
    listener = threading.Thread(target=follow, args=(backend, f"trainings/{training_id}/logs/stream", found))
    listener.start()
    wait_for(lambda: found)
    assert "first \u00e9\u4e2d" in found[0][1]["text"]
    assert backend.training(training_id)["trainingStatusCode"] == "RUNNING"
    let_go()
    listener.join(30)
    assert found[-1] == ("end", {"statusCode": "COMPLETE"})
    text = "".join(data["text"] for name, data in found if name == "log")
    assert text == backend.log(training_id)
    resumed: list[tuple[str, dict[str, Any]]] = []
    follow(backend, f"trainings/{training_id}/logs/stream?offset={found[0][1]['nextOffset']}", resumed)
    assert "".join(data.get("text", "") for _, data in resumed) == text[len(found[0][1]["text"]) :]


def test_log_is_read_from_any_offset_in_pieces(backend: RunningBackend, gated: tuple[str, Callable[[], None]]) -> None:
    training_id, let_go = gated
    assert backend.get(f"trainings/{training_id}/logs")["log"]["complete"] is False
    let_go()
    backend.wait_for_status(training_id, "COMPLETE")
    whole = backend.request("GET", f"trainings/{training_id}/logs/download").content
    at, pieces = 0, b""
    while True:
        log = backend.get(f"trainings/{training_id}/logs", params={"offset": at, "limit": 7})["log"]
        assert log["offset"] == at
        if log["nextOffset"] == at:
            break
        pieces += whole[at : log["nextOffset"]]
        at = log["nextOffset"]
    assert pieces == whole
    assert log["complete"] is True
    assert backend.get(f"trainings/{training_id}/logs", params={"offset": -7})["log"]["text"] == "second\n"
    beyond = backend.get(f"trainings/{training_id}/logs", params={"offset": len(whole) + 5})["log"]
    assert (beyond["text"], beyond["complete"]) == ("", True)


@pytest.mark.parametrize("path", ["logs", "logs/stream", "logs/download"])
def test_node_a_training_has_not_is_refused(
    backend: RunningBackend, gated: tuple[str, Callable[[], None]], path: str
) -> None:
    answer = backend.request("GET", f"trainings/{gated[0]}/{path}", params={"node": 1})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "node"


def test_training_of_a_script_has_no_notebook(backend: RunningBackend, gated: tuple[str, Callable[[], None]]) -> None:
    answer = backend.request("GET", f"trainings/{gated[0]}/notebook")
    assert (answer.status_code, "no executed notebook" in answer.text) == (404, True)


def test_log_of_a_deleted_training_is_not_found(backend: RunningBackend) -> None:
    training_id = backend.train("short", "print('x')")
    backend.wait_for_status(training_id, "COMPLETE")
    assert backend.request("DELETE", f"trainings/{training_id}").status_code == 200
    for path in ("logs", "logs/stream", "logs/download"):
        assert backend.request("GET", f"trainings/{training_id}/{path}").status_code == 404
