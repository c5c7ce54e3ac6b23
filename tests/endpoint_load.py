"""Endpoints changed while they are called: how many calls failed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jupyter_easymaker.engines.local import LocalEngine
from tests.endpoints import BODY, Endpoints
from tests.waiting import wait_for

_CLIENTS = 3
_PAUSE_SECONDS = 0.005


@dataclass
class Calls:
    """What has become of the calls so far."""

    answered: int = 0
    failures: list[str] = field(default_factory=list)
    last: Any = None
    """What was answered last."""


@contextmanager
def called(endpoints: Endpoints, url: str) -> Iterator[Calls]:
    """Call a URL from several clients that keep their connections, until the block ends."""
    calls, over, lock = Calls(), threading.Event(), threading.Lock()
    context = ssl.create_default_context(cafile=endpoints.authority)
    host, _, path = url.partition("/")

    def client() -> None:
        connection = http.client.HTTPSConnection(host, context=context, timeout=30)
        while not over.wait(_PAUSE_SECONDS):
            try:
                connection.request("POST", f"/{path}", json.dumps(BODY), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException) as error:
                with lock:
                    calls.failures.append(f"{time.time():.3f} {error!r}")
                connection.close()
                continue
            with lock:
                if answer.status == 200:
                    calls.answered += 1
                    calls.last = json.loads(body)["predictions"][0]
                else:
                    calls.failures.append(f"{time.time():.3f} {answer.status} {body[:200]!r}")
        connection.close()

    threads = [threading.Thread(target=client, daemon=True) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: calls.answered > _CLIENTS, 30)
        yield calls
    finally:
        over.set()
        for thread in threads:
            thread.join(30)


def default_changes(endpoints: Endpoints, name: str, models: tuple[str, str], times: int) -> Calls:
    """Have one new stage after the other become the default one; models answer 1 and 2."""
    made = endpoints.create(name, models[0])
    key = made["endpointId"]
    with called(endpoints, made["defaultStageUrl"] + "/inference") as calls:
        for number in range(times):
            old = endpoints.get(key)["defaultStage"]["endpointStageId"]
            answer = 2 - number % 2
            stage = endpoints.stage(key, f"stage-{number}", models[answer - 1])
            body = {"endpointStageId": stage["endpointStageId"]}
            changed = endpoints.backend.request("PUT", f"endpoints/{key}/default-stage", json=body)
            assert changed.status_code == 200, changed.text
            wait_for(lambda answer=answer: calls.last == answer, 30)  # type: ignore[misc]
            endpoints.gone(f"endpoint-stages/{old}")
    _delete(endpoints, key)
    return calls


def rollouts(endpoints: Endpoints, name: str, models: tuple[str, str], times: int) -> Calls:
    """Put one model after the other in a resource's place."""
    made = endpoints.create(name, models[0])
    key = made["endpointId"]
    resource = made["defaultStage"]["endpointModelList"][0]["endpointModelId"]
    with called(endpoints, made["defaultStageUrl"] + "/inference") as calls:
        for number in range(times):
            answer = 2 - number % 2
            body = {"modelId": models[answer - 1]}
            changed = endpoints.backend.request("PUT", f"endpoint-models/{resource}", json=body)
            assert changed.status_code == 200, changed.text
            wait_for(lambda answer=answer: calls.last == answer, 60)  # type: ignore[misc]
            wait_for(lambda: _settled(endpoints, resource, 1), 60)
    _delete(endpoints, key)
    return calls


def scale_events(endpoints: Endpoints, name: str, model: str, times: int) -> Calls:
    """Add and remove pods."""
    made = endpoints.create(name, model)
    key = made["endpointId"]
    resource = made["defaultStage"]["endpointModelList"][0]["endpointModelId"]
    with called(endpoints, made["defaultStageUrl"] + "/inference") as calls:
        for number in range(times):
            pods = 2 - number % 2
            changed = endpoints.backend.request("PUT", f"endpoint-models/{resource}", json={"podCount": pods})
            assert changed.status_code == 200, changed.text
            wait_for(lambda pods=pods: _settled(endpoints, resource, pods), 60)  # type: ignore[misc]
    _delete(endpoints, key)
    return calls


def killed_pod(endpoints: Endpoints, name: str, model: str) -> tuple[Calls, int]:
    """Kill one of two pods; return the calls of the 10 s after it, and how many failed of them."""
    made = endpoints.create(name, model, pods=2)
    resource = made["defaultStage"]["endpointModelList"][0]["endpointModelId"]
    with called(endpoints, made["defaultStageUrl"] + "/inference") as calls:
        before = (calls.answered, len(calls.failures))
        os.kill(pod_pid(endpoints, endpoints.get_resource(resource)["podList"][0]["podName"]), signal.SIGKILL)
        end = time.monotonic() + 10
        wait_for(lambda: time.monotonic() > end, 15, 0.2)
        after = (calls.answered, len(calls.failures))
    wait_for(lambda: _settled(endpoints, resource, 2), 60)
    _delete(endpoints, made["endpointId"])
    return Calls(after[0] - before[0], calls.failures[before[1] : after[1]]), after[1] - before[1]


def pod_pid(endpoints: Endpoints, pod: str) -> int:
    """Return the process of a pod."""
    observed = LocalEngine(endpoints.backend.data_dir / "engine").observe(pod)
    assert observed is not None
    assert observed.nodes[0].pid is not None
    return observed.nodes[0].pid


def _settled(endpoints: Endpoints, resource: str, pods: int) -> bool:
    found = endpoints.get_resource(resource)
    states = [pod["podStatusCode"] for pod in found["podList"]]
    return found["endpointModelStatusCode"] == "ACTIVE" and states == ["READY"] * pods


def _delete(endpoints: Endpoints, endpoint_id: str) -> None:
    assert endpoints.backend.request("DELETE", f"endpoints/{endpoint_id}").status_code == 200
    endpoints.gone(f"endpoints/{endpoint_id}")
