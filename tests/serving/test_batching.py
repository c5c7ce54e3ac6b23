"""Rows of concurrent requests put together: one call of the model, and each request gets what is its own."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.waiting import wait_for

from .conftest import Server, StartServer, write_predictor

# Answers how many rows a call had, and fails, crashes or waits as a row says.
PREDICTOR = """
import os, pathlib, time
from jupyter_easymaker.serving.errors import InputError

class Predictor:
    batchable = True

    def load(self, directory):
        self.directory = pathlib.Path(directory)

    def predict(self, instances):
        if "wait" in instances:
            (self.directory / "began").touch()
            while not (self.directory / "go").exists():
                time.sleep(0.01)
        if "crash" in instances:
            os.kill(os.getpid(), 11)
        if "bad" in instances:
            raise InputError("a bad row")
        return [[instance, len(instances)] for instance in instances]
"""


def together(server: Server, model: Path, *requests: list[str]) -> list[httpx.Response]:
    """Send requests that all wait while the model is busy with another; return their answers."""
    with ThreadPoolExecutor(len(requests) + 1) as pool:
        first = pool.submit(server.predict, ["wait"])
        wait_for((model / "began").exists)
        answers: list[Future[httpx.Response]] = []
        for number, request in enumerate(requests):
            answers.append(pool.submit(server.predict, request, headers={"x-request-id": f"r-{number}"}))
            wait_for(lambda number=number: arrived(server) == number + 2)
        (model / "go").touch()
        assert first.result().status_code == 200
        return [answer.result() for answer in answers]


def arrived(server: Server) -> int:
    """Return how many requests the server has taken and not answered."""
    lines = server.client.get("/metrics").text.splitlines()
    (value,) = (line.split()[1] for line in lines if line.startswith("easymaker_model_open_requests "))
    return int(float(value))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_predictor(tmp_path / "model", PREDICTOR)


@pytest.fixture
def server(serve: StartServer, model: Path) -> Server:
    return serve(model, "--max-batch-size=4").wait_ready()


def test_waiting_rows_are_predicted_together_up_to_the_limit(server: Server, model: Path) -> None:
    answers = together(server, model, ["a"], ["b", "c"], ["d", "e"])
    assert [answer.json()["predictions"] for answer in answers] == [
        [["a", 3]],
        [["b", 3], ["c", 3]],
        [["d", 2], ["e", 2]],  # did not fit any more
    ]


def test_a_bad_row_fails_its_own_request_only(server: Server, model: Path) -> None:
    good, bad, broken, other = together(server, model, ["a"], ["bad"], ["crash"], ["b"])
    assert good.json()["predictions"][0][0] == "a"
    assert (bad.status_code, bad.json()["error"]) == (400, "a bad row")
    assert broken.status_code == 500
    assert other.json()["predictions"][0][0] == "b"


def test_a_body_that_is_wrong_is_refused_alone(server: Server, model: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(server.predict, ["wait"])
        wait_for((model / "began").exists)
        wrong = pool.submit(server.client.post, "/inference", content=b"{")
        right = pool.submit(server.predict, ["a"])
        wait_for(lambda: arrived(server) == 3)
        (model / "go").touch()
        assert first.result().status_code == 200
        assert wrong.result().status_code == 400
        assert right.result().json() == {"predictions": [["a", 1]]}


def test_rows_that_may_influence_each_other_stay_apart(serve: StartServer, model: Path) -> None:
    write_predictor(model, PREDICTOR.replace("batchable = True", ""))
    server = serve(model, "--max-batch-size=4").wait_ready()
    assert "--max-batch-size is not used" in server.log
    answers = together(server, model, ["a"], ["b"])
    assert [answer.json()["predictions"] for answer in answers] == [[["a", 1]], [["b", 1]]]


def test_a_delay_waits_for_rows_of_others(serve: StartServer, model: Path) -> None:
    server = serve(model, "--max-batch-size=2", "--batch-delay-ms=20000").wait_ready()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(server.predict, [["a"], ["b"]]))
    assert [answer.json()["predictions"] for answer in answers] == [[["a", 2]], [["b", 2]]]
