"""Logs of pods: by request, sent on while they run, to the last line, once each, over a backend that is killed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import RunningBackend
from tests.endpoints import Endpoints
from tests.logs.log_service import LogService
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(300)

# Says what it was asked, as often as it was asked; "wait" says so once a file is there.
PREDICTOR = """
import pathlib, time

class Predictor:
    def load(self, directory):
        print("loaded")

    def predict(self, instances):
        word, times, go = instances[0]
        while go and not pathlib.Path(go).exists():
            time.sleep(0.02)
        for number in range(times):
            print(word, number)
        return [word]
"""


@pytest.fixture
def service() -> Iterator[LogService]:
    running = LogService()
    yield running
    running.stop()


def test_lines_of_pods_name_their_request_and_are_sent_and_kept_once_whatever_is_killed(
    own_backend: Callable[..., RunningBackend], service: LogService
) -> None:
    settings = (f"--ServiceConfig.log_forward_url={service.url}", "--ServiceConfig.log_forward_appkeys=*=key")
    running = own_backend(*settings)
    endpoints = Endpoints(running)
    directory = running.data_dir / "nas" / "local" / "artifacts" / "talking"
    directory.mkdir(parents=True)
    (directory / "predictor.py").write_text(PREDICTOR)
    body = {"modelName": "talking", "modelFormatCode": "PYTHON", "modelUploadUri": "nas://local:/artifacts/talking"}
    model = running.post("models", body)["model"]["modelId"]
    made = endpoints.create("talking", model, useLog=True)
    url = made["defaultStageUrl"] + "/inference"
    resource = made["defaultStage"]["endpointModelList"][0]
    pod = resource["podList"][0]["podName"]

    def call(key: str, times: int, go: str = "") -> httpx.Response:
        return endpoints.call(url, {"instances": [[key, times, go]]}, headers={"X-Request-Id": key}, timeout=90)

    def found(query: str) -> list[dict[str, Any]]:
        """Return all lines a search finds, the oldest first."""
        lines: list[dict[str, Any]] = []
        cursor = ""
        while True:
            answer = running.get("logs", params={"query": query, "size": 1000, "cursor": cursor})
            lines += answer["logList"]
            cursor = answer["nextCursor"]
            if not cursor:
                return lines[::-1]

    def sent(of: str) -> list[dict[str, Any]]:
        return [line for batch in service.taken for line in batch if line.get("podName") == of]

    # While the pod runs, by its request.
    assert call("first", 2).json() == {"predictions": ["first"]}
    wait_for(lambda: "first 1" in [line["body"] for line in sent(pod)], 30)
    assert [line["body"] for line in sent(pod) if line.get("inferenceId") == "first"] == ["first 0", "first 1"]
    assert [line["body"] for line in found("inferenceId:first")] == ["first 0", "first 1"]
    (named,) = found('body:"first 0" AND inferenceId:*')
    assert (named["inferenceId"], named["podName"], named["endpointId"]) == ("first", pod, made["endpointId"])
    assert {line["inferenceId"] for line in found("body:loaded")} == {None}

    # Killed while lines are sent, and again while the pod that is replaced finishes a call.
    assert call("second", 6000).status_code == 200
    wait_for(lambda: len(sent(pod)) > 100, 30)
    running.kill()
    assert call("third", 3).status_code == 200
    running.start()
    go = running.data_dir / "go"
    answers: list[int] = []
    last = threading.Thread(target=lambda: answers.append(call("last", 3, str(go)).status_code))
    last.start()
    path = f"endpoint-models/{resource['endpointModelId']}"
    assert running.request("PUT", path, json={"modelId": endpoints.model("other", 2)}).status_code == 200

    def drains() -> bool:
        pods = endpoints.get_resource(resource["endpointModelId"])["podList"]
        return {"podName": pod, "podStatusCode": "DRAINING"} in [
            {key: each[key] for key in ("podName", "podStatusCode")} for each in pods
        ]

    wait_for(drains, 60)
    running.kill()
    go.touch()  # these lines are written after draining began, and while nobody looks
    last.join(60)
    assert answers == [200]
    running.start()

    def ended() -> bool:
        return pod not in str(endpoints.get_resource(resource["endpointModelId"])["podList"])

    wait_for(ended, 60)
    expected = ["loaded", "first 0", "first 1", *(f"second {number}" for number in range(6000))]
    expected += ["third 0", "third 1", "third 2", "last 0", "last 1", "last 2"]
    goodbye = "easymaker: asked to end; requests in flight are finished"

    def check(lines: list[str]) -> None:
        # What the server itself says may stand among the lines of the model.
        assert [line for line in lines if not line.startswith("easymaker: ")] == expected
        assert lines.count(goodbye) == 1

    check([line["body"] for line in found(f"podName:{pod}")])
    complete = running.data_dir / f"log-positions/{pod}.json"
    wait_for(lambda: complete.exists() and '"complete": true' in complete.read_text(), 60)
    # A batch that was on its way when the backend was killed may come twice: with the same offsets.
    by_offset = {int(line["offset"]): line["body"] for line in sent(pod)}
    assert len({(line["offset"], line["body"]) for line in sent(pod)}) == len(by_offset)
    check([body for _, body in sorted(by_offset.items())])
    assert len(sent(pod)) <= len(by_offset) + 5000

    # After everything is gone, too.
    assert running.request("DELETE", f"endpoints/{made['endpointId']}").status_code == 200
    endpoints.gone(f"endpoints/{made['endpointId']}")
    check([line["body"] for line in found(f"podName:{pod}")])
    assert [line["body"] for line in found("inferenceId:last")] == ["last 0", "last 1", "last 2"]
    other = {line["podName"] for line in found("podName:*") if line["podName"]} - {pod}
    assert len(other) == 1
    assert [line["body"] for line in found(f"podName:{other.pop()}")][-1].startswith("easymaker: asked to end")
