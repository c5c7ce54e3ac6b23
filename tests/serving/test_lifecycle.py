"""A server's life: loading, draining, models that are slow, hang or crash, and models that are wrong."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.waiting import wait_for

from .conftest import IRIS_ROWS, StartServer, write_predictor

# What each instance asks of the model.
PREDICTOR = """
import os, pathlib, time

class Predictor:
    def load(self, directory):
        self.marks = pathlib.Path(directory) / "marks"

    def predict(self, instances):
        answers = []
        for instance in instances:
            kind, _, value = instance.partition(":")
            if kind == "wait":
                (self.marks.parent / f"began-{value}").touch()
                while not (self.marks.parent / f"go-{value}").exists():
                    time.sleep(0.01)
            elif kind == "crash":
                os.kill(os.getpid(), 11)
            elif kind == "raise":
                raise RuntimeError("secret detail")
            elif kind == "exit":
                raise SystemExit(1)
            elif kind == "environment":
                answers.append(dict(os.environ))
                continue
            elif kind == "large":
                answers.append("x" * int(value))
                continue
            answers.append(instance.upper())
        return answers
"""


def test_health_answers_before_the_model_is_loaded(serve: StartServer, tmp_path: Path) -> None:
    code = PREDICTOR.replace(
        "        self.marks =",
        "        while not os.path.exists(f'{directory}/go'): time.sleep(0.01)\n        self.marks =",
    )
    model = write_predictor(tmp_path / "model", code)
    server = serve(model)
    wait_for(lambda: server.answers("/health") == 200, 20)
    assert server.answers("/ready") == server.answers("/v2/health/ready") == 503
    assert server.answers("/v1/models/test") == server.answers("/v2/models/test/ready") == 503
    refused = server.predict(["a"])
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert server.report["phase"] == "LOADING"
    (model / "go").touch()
    server.wait_ready()
    assert server.predict(["a"]).json() == {"predictions": ["A"]}
    assert server.report["phase"] == "READY"


def test_draining_finishes_what_is_in_flight(serve: StartServer, tmp_path: Path) -> None:
    model = write_predictor(tmp_path / "model", PREDICTOR)
    server = serve(model).wait_ready()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.predict, ["wait:1"])
        wait_for((model / "began-1").exists)
        server.process.send_signal(signal.SIGTERM)
        # What the local engine does: everything of the job is signalled.
        os.kill(server.model_pid(), signal.SIGTERM)
        wait_for(lambda: httpx.get(f"http://127.0.0.1:{server.port}/ready").status_code == 503)
        assert server.report["phase"] == "DRAINING"
        (model / "go-1").touch()
        assert answer.result().json() == {"predictions": ["WAIT:1"]}
    assert server.process.wait(20) == 0
    assert server.report["phase"] == "DONE"


def test_health_answers_while_the_model_is_busy_and_late_answers_become_504(serve: StartServer, tmp_path: Path) -> None:
    model = write_predictor(tmp_path / "model", PREDICTOR)
    server = serve(model, "--request-timeout=1").wait_ready()
    before = server.model_pid()
    with ThreadPoolExecutor(3) as pool:
        stuck = pool.submit(server.predict, ["wait:never"])
        wait_for((model / "began-never").exists)
        behind = pool.submit(server.predict, ["wait:also-never"])
        assert server.answers("/health") == server.answers("/ready") == 200
        late = stuck.result()
        assert late.status_code == 504
        assert late.json()["requestId"] == late.headers["x-request-id"]
        assert behind.result().status_code == 504
    # The process that hung was ended; the next one answers.
    wait_for(lambda: server.predict(["a"]).status_code == 200)
    assert server.model_pid() != before


def test_a_crash_fails_its_own_request_only(serve: StartServer, tmp_path: Path) -> None:
    model = write_predictor(tmp_path / "model", PREDICTOR)
    server = serve(model).wait_ready()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(server.predict, ["wait:1"])
        wait_for((model / "began-1").exists)
        crashing = pool.submit(server.predict, ["crash"])
        others = [pool.submit(server.predict, ["a"])]
        (model / "go-1").touch()
        assert first.result().status_code == 200
        answer = crashing.result()
        assert answer.status_code == 500
        assert "crashed on this request" in answer.json()["error"]
        assert [other.result().json() for other in others] == [{"predictions": ["A"]}]
    assert server.answers("/health") == 200
    assert "was ended by SIGSEGV" in server.log
    assert "easymaker_model_process_crashes 1" in server.client.get("/metrics").text


def test_a_model_killed_from_outside_is_started_again(serve: StartServer, iris_model: Path) -> None:
    server = serve(iris_model).wait_ready()
    os.kill(server.model_pid(), signal.SIGKILL)
    wait_for(lambda: server.predict(IRIS_ROWS).status_code == 200)


def test_what_the_model_s_code_raises_stays_in_the_log(serve: StartServer, tmp_path: Path) -> None:
    server = serve(write_predictor(tmp_path / "model", PREDICTOR)).wait_ready()
    for instance in ("raise", "exit"):
        answer = server.predict([instance])
        assert answer.status_code == 500
        assert set(answer.json()) == {"error", "requestId"}
        assert "secret" not in answer.text
        assert answer.json()["requestId"] in server.log
    assert "RuntimeError: secret detail" in server.log
    assert server.predict(["a"]).status_code == 200


def test_the_model_does_not_see_what_is_ours(serve: StartServer, tmp_path: Path) -> None:
    secrets = {"EM_TOKEN": "t", "EASYMAKER_X": "x", "JUPYTERHUB_API_TOKEN": "h", "MINE": "kept"}
    server = serve(write_predictor(tmp_path / "model", PREDICTOR), environment=secrets).wait_ready()
    (seen,) = server.predict(["environment"]).json()["predictions"]
    assert not secrets.keys() - {"MINE"} & seen.keys()
    assert seen["MINE"] == "kept"


def test_the_model_goes_with_a_killed_server(serve: StartServer, tmp_path: Path) -> None:
    model = write_predictor(tmp_path / "model", PREDICTOR)
    server = serve(model).wait_ready()
    pid = server.model_pid()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.predict, ["wait:1"])
        wait_for((model / "began-1").exists)
        server.process.kill()
        wait_for(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2])
        assert isinstance(answer.exception(), httpx.TransportError)


def test_a_wrong_model_ends_the_server_with_the_reason(serve: StartServer, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    server = serve(empty)
    assert server.process.wait(20) == 3
    assert server.report == {"phase": "FAILED", "reason": "The model's directory is empty.", "final": True}
    assert "Traceback" in server.log


def test_a_crash_while_loading_is_told_apart_from_a_wrong_model(serve: StartServer, tmp_path: Path) -> None:
    code = PREDICTOR.replace("        self.marks =", "        os.kill(os.getpid(), 9)\n        self.marks =")
    server = serve(write_predictor(tmp_path / "model", code))
    assert server.process.wait(20) == 4
    assert "was ended by SIGKILL" in server.report["reason"]


def test_a_taken_port_is_said(serve: StartServer, iris_model: Path) -> None:
    server = serve(iris_model).wait_ready()
    second = serve(iris_model, f"--port={server.port}")
    assert second.process.wait(20) == 1
    assert "cannot be listened on: Address already in use" in second.log


def test_several_processes_answer_at_once(serve: StartServer, tmp_path: Path) -> None:
    model = write_predictor(tmp_path / "model", PREDICTOR)
    server = serve(model, "--workers=2").wait_ready()
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(server.predict, [f"wait:{number}"]) for number in range(2)]
        wait_for(lambda: (model / "began-0").exists() and (model / "began-1").exists())
        for number in range(2):
            (model / f"go-{number}").touch()
        assert all(answer.result().status_code == 200 for answer in answers)


def test_large_answers_arrive_whole(serve: StartServer, tmp_path: Path) -> None:
    server = serve(write_predictor(tmp_path / "model", PREDICTOR)).wait_ready()
    (text,) = server.predict([f"large:{20 << 20}"]).json()["predictions"]
    assert len(text) == 20 << 20
