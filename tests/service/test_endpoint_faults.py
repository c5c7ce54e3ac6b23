"""Endpoints whatever is killed while they are made and changed: all is as asked in the end, nothing twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest

from jupyter_easymaker.engines.local import LocalEngine
from tests.conftest import RunningBackend
from tests.endpoint_load import called
from tests.endpoints import Endpoints
from tests.processes import with_words
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(600)
_KILLS = 10


# tests/reconcilers/test_endpoint_loop.py kills it at every single step.
def test_backend_killed_at_any_moment_leaves_everything_as_asked(own_backend: Callable[..., RunningBackend]) -> None:
    running = own_backend()
    endpoints = Endpoints(running)
    one, two = endpoints.model("one", 1), endpoints.model("two", 2)
    over = threading.Event()
    randomness = random.Random(7)
    broken: list[str] = []
    kills: list[float] = []

    def kill_again_and_again() -> None:
        for _ in range(_KILLS):
            if over.wait(randomness.uniform(0.2, 3.5)):
                return
            running.kill()
            kills.append(time.monotonic())
            try:
                running.start()
            except TimeoutError:  # on a busy machine; it is killed while it starts, then
                continue
            except RuntimeError as error:
                broken.append(str(error))
                return

    def asked(method: str, path: str, body: dict[str, object] | None = None) -> httpx.Response:
        """Ask until somebody answers; what was answered and lost is asked again, which must be harmless."""

        def ask() -> httpx.Response | None:
            assert broken == []
            try:
                answer = running.request(method, path, json=body)
            except httpx.HTTPError:
                return None
            return None if answer.status_code in (404, 503) and method != "GET" else answer

        return wait_for(ask, 200, 0.2)

    def status(key: str) -> str:
        return str(asked("GET", f"endpoints/{key}").json()["endpoint"]["endpointStatusCode"])

    def running_pods(resource: str) -> int:
        found: int = asked("GET", f"endpoint-models/{resource}").json()["endpointModel"]["runningPodCount"]
        return found

    killer = threading.Thread(target=kill_again_and_again)
    killer.start()
    called_meanwhile = ExitStack()
    try:
        asked("POST", "endpoints", endpoints.body("killed", one))
        (made,) = asked("GET", "endpoints?endpointNameList=killed").json()["endpointList"]
        key, old = made["endpointId"], made["defaultStage"]["endpointStageId"]
        resource = made["defaultStage"]["endpointModelList"][0]["endpointModelId"]
        url = made["defaultStageUrl"] + "/inference"
        wait_for(
            lambda: asked("GET", f"endpoints/{key}").json()["endpoint"]["endpointStatusCode"] == "ACTIVE", 200, 0.2
        )
        calls = called_meanwhile.enter_context(called(endpoints, url))
        asked("PUT", f"endpoint-models/{resource}", {"podCount": 2})
        body = endpoints.body("", two) | {"endpointId": key, "apigwStageName": "next"}
        del body["endpointName"]
        asked("POST", "endpoint-stages", body)
        stages = asked("GET", f"endpoint-stages?endpointId={key}").json()["endpointStageList"]
        (new,) = [stage["endpointStageId"] for stage in stages if stage["endpointStageName"] == "next"]
        wait_for(
            lambda: asked("PUT", f"endpoints/{key}/default-stage", {"endpointStageId": new}).status_code == 200, 120
        )
        wait_for(lambda: asked("GET", f"endpoint-stages/{old}").status_code == 404, 120, 0.2)
        stage = asked("GET", f"endpoint-stages/{new}").json()["endpointStage"]
        resource = stage["endpointModelList"][0]["endpointModelId"]
        pods = 1
        while killer.is_alive():  # more and fewer pods until all kills are done, one in the end
            pods = 3 - pods
            asked("PUT", f"endpoint-models/{resource}", {"podCount": pods})
            wait_for(lambda pods=pods: running_pods(resource) == pods or not killer.is_alive(), 120, 0.2)  # type: ignore[misc]
        asked("PUT", f"endpoint-models/{resource}", {"podCount": 1})
    finally:
        over.set()
        killer.join()
        called_meanwhile.close()
    assert broken == []
    assert len(kills) == _KILLS
    assert calls.failures == []
    assert calls.answered > 500
    after = endpoints.wait(key, "ACTIVE", timeout=120)
    assert [stage["endpointStageId"] for stage in after["endpointStageList"]] == [new]
    (model,) = after["defaultStage"]["endpointModelList"]
    wait_for(lambda: endpoints.get_resource(model["endpointModelId"])["runningPodCount"] == 1, 60)
    assert endpoints.answer(after["defaultStageUrl"] + "/inference") == 2
    engine = LocalEngine(running.data_dir / "engine")
    wait_for(lambda: engine.service_names() == [f"endpoint-{model['endpointModelId']}"], 60)
    service = f"endpoint-{model['endpointModelId']}"
    # Others may still drain.
    wait_for(lambda: (seen := engine.observe_service(service)) is not None and len(seen.replicas) == 1, 60)
    servers = [each for each in with_words("jupyter_easymaker.serving") if _is_in(each, running.data_dir)]
    assert len({each.environ()["EM_NODE_ADDRESSES"] for each in servers}) == 1, "a replica runs twice, or was left over"
    assert running.request("DELETE", f"endpoints/{key}").status_code == 200
    endpoints.gone(f"endpoints/{key}")
    assert engine.service_names() == []
    assert [each for each in servers if each.is_running()] == []
    assert list((running.data_dir / "endpoints" / "default").iterdir()) == []


def _is_in(process: psutil.Process, directory: Path) -> bool:
    """Return whether a process is a pod's of a backend's directory."""
    try:
        return process.environ().get("EM_NODE_DIR", "").startswith(str(directory))
    except psutil.NoSuchProcess:  # it ended during the look
        return False


def test_calls_go_on_while_no_backend_runs_and_are_counted_after(own_backend: Callable[..., RunningBackend]) -> None:
    running = own_backend("--ServiceConfig.scale_look_seconds=0.5")
    endpoints = Endpoints(running)
    made = endpoints.create("alone", endpoints.model("one", 1))
    url, stage = made["defaultStageUrl"] + "/inference", made["defaultStage"]["endpointStageId"]
    for _ in range(3):
        assert endpoints.answer(url) == 1

    def counted() -> int:
        return endpoints.backend.get(f"endpoint-stages/{stage}/statistics")["statistics"]["totals"]["callCount"]

    wait_for(lambda: counted() == 3, 20)
    running.kill()
    for _ in range(4):
        assert endpoints.answer(url) == 1
    running.start()
    wait_for(lambda: counted() == 7, 30)
    end = time.monotonic() + 2
    wait_for(lambda: time.monotonic() > end)  # several looks at the counters later ...
    assert counted() == 7  # ... nothing was counted twice
    assert endpoints.get(made["endpointId"])["endpointStatusCode"] == "ACTIVE"


def test_stage_is_scaled_by_its_load_and_back(own_backend: Callable[..., RunningBackend]) -> None:
    running = own_backend(
        "--ServiceConfig.scale_look_seconds=0.5",
        "--ServiceConfig.scale_window_seconds=4",
        "--ServiceConfig.scale_minute_seconds=2",
        "--ServiceConfig.scale_requests_per_pod=0.2",
    )
    endpoints = Endpoints(running)
    settings = {
        "caEnable": True,
        "caMinNodeCount": 1,
        "caMaxNodeCount": 2,
        "caScaleDownUnneededTime": 2,
        "caScaleDownDelayAfterAdd": 2,
    }
    made = endpoints.create("scaled", endpoints.model("one", 1), **settings)
    stage = made["defaultStage"]["endpointStageId"]

    def nodes_and_pods() -> tuple[int, int, int]:
        found = endpoints.get_stage(stage)
        return found["nodeCount"], found["podCount"], found["runningPodCount"]

    with called(endpoints, made["defaultStageUrl"] + "/inference") as calls:
        wait_for(lambda: nodes_and_pods() == (2, 2, 2), 60)
    assert calls.failures == []
    wait_for(lambda: nodes_and_pods() == (1, 1, 1), 90)
