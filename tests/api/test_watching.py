"""What grows without events: a listener that names it is told when it is different, others hear nothing of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from tests.conftest import RunningBackend
from tests.waiting import wait_for

_GATED = """
import pathlib, time
print("loss = 0.5", flush=True)
while not pathlib.Path({0!r}).exists(): time.sleep(0.05)
print("loss = 0.25", flush=True)
while not pathlib.Path({1!r}).exists(): time.sleep(0.05)
"""


@contextmanager
def listening(backend: RunningBackend, *watched: str) -> Iterator[Callable[[str], int]]:
    """Listen with these watched; yields how often the listener was told of one."""
    found: list[str] = []
    begun, stop = threading.Event(), threading.Event()

    def follow() -> None:
        headers = {"X-EasyMaker-Token": backend.token}
        address, watch = f"{backend.base}/events", {"watch": watched}
        with httpx.stream("GET", address, params=watch, headers=headers, timeout=60) as answer:
            name = ""
            for line in answer.iter_lines():
                begun.set()
                if stop.is_set():
                    return
                if line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:") and name == "progress":
                    found.append(json.loads(line[5:])["watch"])

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    assert begun.wait(30)
    yield found.count
    stop.set()
    backend.experiment(f"wakes-{thread.name}")  # lets the thread end


def test_growing_metrics_and_samples_are_told_to_who_watches_them(backend: RunningBackend, tmp_path: Path) -> None:
    more, end = tmp_path / "more", tmp_path / "end"
    training = backend.train("watched", _GATED.format(str(more), str(end)))
    backend.wait_for_status(training, "RUNNING")
    metrics, monitoring = f"TRAINING_METRICS/{training}", f"TRAINING_MONITORING/{training}"
    wait_for(lambda: backend.get(f"trainings/{training}/metrics")["metricList"])
    with listening(backend, metrics, monitoring, "TRAINING_METRICS/none") as told, listening(backend) as unasked:
        # At the beginning once: it may have changed since the listener looked. Samples come every two seconds.
        wait_for(lambda: told(metrics) and told(monitoring) > 1, 30)
        before = told(metrics)
        assert before == 1
        more.touch()
        wait_for(lambda: told(metrics) > before, 30)
        assert backend.get(f"trainings/{training}/metrics")["metricList"][0]["last"] == 0.25
        assert told("TRAINING_METRICS/none") == 1  # what is not there does not change
        assert unasked(metrics) == unasked(monitoring) == 0
    end.touch()
    backend.wait_for_status(training, "COMPLETE")


def test_executed_notebook_is_told_of_cell_by_cell(backend: RunningBackend, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    code = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.05)\nprint('went on')"
    cells = [new_code_cell("print('told')"), new_code_cell(code)]
    backend.script("watched-notebook", "", **{"study.ipynb": writes(new_notebook(cells=cells))})
    training = backend.train("watched-notebook", "", entryPoint="study.ipynb")
    wait_for(lambda: "told" in backend.request("GET", f"trainings/{training}/notebook").text, 60)
    watched = f"TRAINING_NOTEBOOK/{training}"
    with listening(backend, watched) as told:
        wait_for(lambda: told(watched))
        before = told(watched)
        gate.touch()
        wait_for(lambda: told(watched) > before, 30)


@pytest.mark.parametrize(
    "wrong", ["LOSS/x", "TRAINING_METRICS", "TRAINING_METRICS/", "DASHBOARD/x", "TRAINING_METRICS/" + "x" * 65]
)
def test_what_cannot_be_watched_is_refused(backend: RunningBackend, wrong: str) -> None:
    answer = backend.request("GET", "events", params={"watch": wrong})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "watch"
    assert "TRAINING_METRICS/ID" in answer.json()["header"]["resultMessage"]


def test_no_more_is_watched_at_once_than_one_look_can_bear(backend: RunningBackend) -> None:
    answer = backend.request("GET", "events", params={"watch": [f"TRAINING_METRICS/{each}" for each in range(101)]})
    assert answer.status_code == 400
