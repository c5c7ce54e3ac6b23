"""What a model prints, logs or fails with while it answers names the request, in the pod's log."""

from __future__ import annotations

from pathlib import Path

from tests.waiting import wait_for

from .conftest import Server, StartServer, write_predictor
from .test_batching import PREDICTOR as BATCHING
from .test_batching import together
from .test_lifecycle import PREDICTOR as SLOW

TALKING = """
import contextvars, logging, sys, threading, warnings

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
early = logging.getLogger("early")
print("imported")

class Predictor:
    def load(self, directory):
        print("loaded")

    def predict(self, instances):
        word = instances[0]
        print("printed", word)
        print("part", end=" of ")
        print(f"{word}\\nsecond line\\n\\nlast")
        early.info("logged %s", word)
        warnings.warn(f"warned of {word}")
        sys.stderr.writelines([f"written {word}\\n"])
        thread = threading.Thread(target=contextvars.copy_context().run, args=(print, "from a thread"))
        thread.start()
        thread.join()
        if word == "fail":
            raise RuntimeError("what went wrong")
        return instances
"""


def marked(server: Server, key: str) -> list[str]:
    """Return the lines of a log that belong to a request, without saying so."""
    start = f"[inference {key}] "
    return [line.removeprefix(start) for line in server.log.splitlines() if line.startswith(start)]


def test_everything_a_model_says_while_it_answers_names_the_request(serve: StartServer, tmp_path: Path) -> None:
    server = serve(write_predictor(tmp_path / "model", TALKING)).wait_ready()
    for key, word in (("a-1", "one"), ("a-2", "fail")):
        status = server.predict([word], headers={"x-request-id": key}).status_code
        assert status == (500 if word == "fail" else 200)
    first = marked(server, "a-1")
    assert first[:6] == ["printed one", "part of one", "second line", "", "last", "INFO logged one"]
    assert "UserWarning: warned of one" in first[6]
    assert first[-2:] == ["written one", "from a thread"]
    second = marked(server, "a-2")
    assert "printed fail" in second
    assert "request a-2 failed:" in second
    assert "RuntimeError: what went wrong" in second
    unmarked = [line for line in server.log.splitlines() if not line.startswith("[inference ")]
    assert {"imported", "loaded"} <= set(unmarked)
    assert not any("one" in line or "Traceback" in line for line in unmarked)


def test_request_without_a_name_is_found_by_the_one_it_is_answered_with(serve: StartServer, tmp_path: Path) -> None:
    server = serve(write_predictor(tmp_path / "model", TALKING)).wait_ready()
    answer = server.predict(["unnamed"])
    assert "printed unnamed" in marked(server, answer.headers["x-request-id"])


def test_line_of_requests_answered_together_names_all_of_them(serve: StartServer, tmp_path: Path) -> None:
    talking = BATCHING.replace("        return", "        print('saw', *instances)\n        return")
    model = write_predictor(tmp_path / "model", talking)
    server = serve(model, "--max-batch-size=4").wait_ready()
    assert {answer.status_code for answer in together(server, model, ["one"], ["two"])} == {200}
    assert marked(server, "r-0,r-1") == ["saw one two"]


def test_request_that_hangs_or_crashes_the_model_is_named_by_the_server(serve: StartServer, tmp_path: Path) -> None:
    server = serve(write_predictor(tmp_path / "model", SLOW), "--request-timeout=0.5").wait_ready()
    assert server.predict(["crash"], headers={"x-request-id": "crashing"}).status_code == 500
    assert any("was ended by SIGSEGV" in line for line in marked(server, "crashing"))
    wait_for(lambda: server.answers("/ready") == 200)
    assert server.predict(["wait:1"], headers={"x-request-id": "hanging"}).status_code == 504
    assert any("no answer within" in line for line in marked(server, "hanging"))
    wait_for(lambda: any("hangs and is ended" in line for line in marked(server, "hanging")))
