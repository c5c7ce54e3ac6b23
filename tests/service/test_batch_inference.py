"""A batch inference of a whole backend, killed at several places: it ends all the same, with each row once."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import psutil

from tests.conftest import RunningBackend
from tests.scoring import scoring_body
from tests.waiting import wait_for

Make = Callable[..., RunningBackend]
_ROWS = 200_000


def test_killed_pod_supervisor_and_backend_leave_each_row_in_the_results_once(own_backend: Make) -> None:
    running = own_backend()
    body = scoring_body(running, "killed", maxBatchSize=4)
    rows = running.data_dir / "nas/local/rows/killed/rows.jsonl"
    rows.write_text("".join(f"[{number}]\n" for number in range(_ROWS)))
    key = running.post("batch-inferences", body)["batchInference"]["batchInferenceId"]
    job = running.data_dir / "engine/jobs" / f"batch-inference-{key}"

    def found() -> dict[str, Any]:
        one: dict[str, Any] = running.get(f"batch-inferences/{key}")["batchInference"]
        return one

    def committed() -> int:
        try:
            return int(json.loads((job / "node-0/checkpoint.json").read_text())["position"]["rows"])
        except FileNotFoundError:
            return 0

    def going_on() -> None:
        before = committed()
        wait_for(lambda: committed() > before or found()["batchInferenceStatusCode"] == "COMPLETE", 60)

    going_on()
    pod = json.loads((job / "node-0.json").read_text())["pid"]
    os.kill(pod, signal.SIGKILL)
    wait_for(lambda: json.loads((job / "node-0.json").read_text())["pid"] != pod, 10)
    going_on()
    running.kill()
    supervisor = json.loads((job / "supervisor.json").read_text())["pid"]
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: not psutil.pid_exists(supervisor), 10)
    running.start()
    going_on()
    wait_for(lambda: found()["batchInferenceStatusCode"] not in ("CREATE_IN_PROGRESS", "RUNNING"), 120)
    wait_for(lambda: found()["batchInferenceStatusCode"] in ("COMPLETE", "FAIL_BATCH_INFERENCE", "STOPPED"), 20)
    one = found()
    assert one["batchInferenceStatusCode"] == "COMPLETE", one
    assert one["processCount"] == one["success2xxCount"] == _ROWS
    results = running.data_dir / "nas/local" / one["outputUri"].removeprefix("nas://local:/") / "rows.jsonl.out.jsonl"
    with results.open() as lines:
        assert [json.loads(line)["line"] for line in lines] == list(range(1, _ROWS + 1))
    log = running.get(f"batch-inferences/{key}/logs", params={"limit": 1_000_000})["log"]["text"]
    assert log.count("going on after") == 2
