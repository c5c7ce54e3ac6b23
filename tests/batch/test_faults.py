"""Models that hang, crash and fail, pods that are killed: what it costs, and that nothing is in the results twice."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tests.runner.playing_engine import NodeRun, wait_for_log
from tests.waiting import wait_for

from .conftest import BatchSite

Score = Callable[..., NodeRun]


def numbers(count: int) -> list[list[int]]:
    return [[number] for number in range(count)]


def scored(site: BatchSite, name: str = "a.jsonl") -> list[tuple[int, float]]:
    return [(row["line"], row["prediction"]) for row in site.results(f"{name}.out.jsonl")]


def doubled(*rows: range) -> list[tuple[int, float]]:
    return [(number + 1, number * 2.0) for each in rows for number in each]


def processed(run: NodeRun) -> int:
    return int((run.report.get("batch") or {}).get("processed", 0))


def test_batch_that_takes_too_long_counts_504_and_the_next_begins(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=numbers(30))
    model = site.own_model("if (rows == 15).any(): time.sleep(600)")
    run = score(model_uri=model, max_batch_size=10, inference_timeout_seconds=1)
    assert run.exit_code == 0, run.log
    assert scored(site) == doubled(range(10), range(20, 30))
    errors = site.results("a.jsonl.errors.jsonl")
    assert [(row["line"], row["status"]) for row in errors] == [(line, 504) for line in range(11, 21)]
    assert run.report["batch"]["fail5xx"] == 10


def test_rows_the_model_fails_at_count_500_and_the_others_do_not(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=numbers(20))
    run = score(model_uri=site.own_model("assert not (rows == 7).any(), 'seven'"), max_batch_size=10)
    assert run.exit_code == 0, run.log
    assert scored(site) == doubled(range(7), range(8, 20))
    (error,) = site.results("a.jsonl.errors.jsonl")
    assert (error["line"], error["status"], error["input"]) == (8, 500, [7])
    assert "AssertionError: seven" in run.log


def test_batch_the_process_does_not_survive_twice_is_left_out(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=numbers(30))
    model = site.own_model("if (rows == 15).any(): os.kill(os.getpid(), signal.SIGSEGV)")
    run = score(model_uri=model, max_batch_size=10)
    assert run.exit_code == 0, run.log
    assert scored(site) == doubled(range(10), range(20, 30))
    assert {row["status"] for row in site.results("a.jsonl.errors.jsonl")} == {500}
    assert "SIGSEGV" in site.results("a.jsonl.errors.jsonl")[0]["error"]


def test_batch_that_is_killed_for_memory_each_time_fails_with_that_reason(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=numbers(30))
    model = site.own_model("if (rows == 15).any(): os.kill(os.getpid(), signal.SIGKILL)")
    run = score(model_uri=model, max_batch_size=10)
    assert run.exit_code == 1
    assert "exit code : -9 (pid: " in run.report["reason"]
    assert run.report["succeeded"] is False


@pytest.fixture
def slow(site: BatchSite) -> dict[str, Any]:
    """Settings of a run that takes a while: 20,000 rows, a hundred at a time, each a row longer than the one before."""
    site.data(a_jsonl=numbers(20_000))
    return {"model_uri": site.own_model("time.sleep(0.03)"), "max_batch_size": 100}


def test_killed_pod_goes_on_where_it_was_and_scores_no_row_twice(site: BatchSite, slow: dict[str, Any]) -> None:
    plan = site.batch_plan(**slow)
    (run,) = site.start(plan)
    checkpoint = run.directory / "checkpoint.json"
    wait_for(checkpoint.exists, 60)
    worker = run.report["pid"]
    os.kill(worker, signal.SIGKILL)  # the process with the model, first
    wait_for(lambda: run.report["pid"] != worker, 30)
    before = processed(run)
    wait_for(lambda: processed(run) > before + 1000, 30)
    os.killpg(run.process.pid, signal.SIGKILL)  # then the pod's own
    run.process.wait()
    before = processed(run)
    second = site.start_again(run)
    wait_for(lambda: "phase" in run.report and run.report["phase"] != "RUNNING", 30)
    assert run.report["startedAt"]  # so that nobody takes it for one that never began
    assert processed(run) >= before
    assert second.exit_code == 0, second.log
    assert "going on after" in second.log
    assert scored(site) == doubled(range(20_000))
    assert second.report["batch"]["processed"] == second.report["batch"]["success2xx"] == 20_000
    third = site.start_again(run)  # as when another pod's kill starts all of them again
    assert third.exit_code == 0
    assert site.summary["processed"] == 20_000


def test_stop_keeps_the_results_so_far_and_takes_no_longer_than_asked(site: BatchSite, slow: dict[str, Any]) -> None:
    (run,) = site.start(site.batch_plan(**slow))
    wait_for(lambda: processed(run) > 1000, 60)
    worker = psutil.Process(run.report["pid"])
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(timeout=5) == 128 + signal.SIGTERM
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    found = scored(site)
    assert found == doubled(range(len(found)))
    assert len(found) == run.report["batch"]["processed"] >= 1000
    assert "summary.json" not in site.outputs


def test_maximum_time_ends_it_with_that_reason_and_keeps_results(site: BatchSite, slow: dict[str, Any]) -> None:
    (run,) = site.start(site.batch_plan(timeout_seconds=2, **slow))
    wait_for_log(run, "maximum time of 2 s")
    assert run.exit_code == 1
    assert scored(site)
    assert json.loads((run.directory / "checkpoint.json").read_text())["counts"]["success"] == len(scored(site))


def test_finished_files_are_uploaded_while_the_rest_is_scored(site: BatchSite, slow: dict[str, Any]) -> None:
    site.file("0.jsonl", [[1], [], [3]])
    (run,) = site.start(site.batch_plan(**slow))
    early = site.nas / "out/1/0.jsonl.out.jsonl"
    wait_for(early.exists, 60)
    assert run.process.poll() is None
    assert scored(site, "0.jsonl") == [(1, 2.0), (3, 6.0)]
    run.process.send_signal(signal.SIGTERM)
    run.process.wait(timeout=5)
    assert site.outputs == ["0.jsonl.errors.jsonl", "0.jsonl.out.jsonl", "a.jsonl.out.jsonl"]
    assert scored(site) == doubled(range(run.report["batch"]["success2xx"] - 2))
