"""The dashboard and the operators' metrics, over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for

Body = Callable[..., dict[str, Any]]


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


def dashboard(client: TestClient) -> dict[str, Any]:
    answer = client.get("dashboard")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["dashboard"]
    return found


def count(client: TestClient, kind: str) -> dict[str, Any]:
    return next(each for each in dashboard(client)["countList"] if each["resourceType"] == kind)


@pytest.fixture
def busy(client: TestClient, service: Backend, body: Body) -> str:
    """A training that is running and uses one CPU, beside one that is complete."""
    found = client.get("trainings", params={"trainingNameList": "busy"}).json()["trainingList"]
    if not found:
        client.post("trainings", json=body(trainingName="done"))
        directory = service.data_dir / "nas/local/busy"
        directory.mkdir()
        (directory / "train.py").write_text("while True: pass")
        made = body(trainingName="busy", sourceDirUri="nas://local:/busy")
        found = [client.post("trainings", json=made).json()["training"]]
        wait_for(lambda: count(client, "TRAINING")["count"] == 1, 20)
        wait_for(lambda: dashboard(client)["topCpuList"], 20)
    training_id: str = found[0]["trainingId"]
    return training_id


def test_empty_project_shows_zeros(client: TestClient) -> None:
    found = dashboard(client)
    assert {each["resourceType"] for each in found["countList"]} == {
        "NOTEBOOK",
        "EXPERIMENT",
        "TRAINING",
        "HYPERPARAMETER_TUNING",
        "MODEL",
        "ENDPOINT",
        "BATCH_INFERENCE",
    }
    assert found["capacity"]["vcpus"] >= 1
    assert (found["topCpuList"], found["topGpuList"]) == ([], [])
    assert count(client, "TRAINING") == {
        "resourceType": "TRAINING",
        "status": "COMPLETE",
        "count": 0,
        "total": 0,
        "running": 0,
    }


def test_what_is_there_is_counted_and_who_uses_the_most_is_named(client: TestClient, busy: str) -> None:
    assert count(client, "TRAINING") | {"status": ""} == {
        "resourceType": "TRAINING",
        "status": "",
        "count": 1,
        "total": 2,
        "running": 1,
    }
    (top,) = dashboard(client)["topCpuList"]
    assert (top["resourceType"], top["resourceId"], top["name"]) == ("TRAINING", busy, "busy")
    assert 10 < top["value"] < 150
    capacity = dashboard(client)["capacity"]
    assert (capacity["usedVcpus"], capacity["usedMemoryMib"], capacity["usedGpus"]) == (1, 1024, 0)


def test_another_projects_use_is_not_named(client: TestClient, busy: str, tokens: dict[str, str]) -> None:
    address = str(client.base_url.copy_with(path="/v1.0/appkeys/other/dashboard"))
    other = client.get(address, headers={"X-EasyMaker-Token": tokens["outsider"]})
    found = other.json()["dashboard"]
    assert found["topCpuList"] == []
    assert all(each["total"] == 0 for each in found["countList"])


def scrape(client: TestClient, **headers: str) -> dict[str, list[Any]]:
    answer = client.get(str(client.base_url.copy_with(path="/metrics")), headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {family.name: family.samples for family in text_string_to_metric_families(answer.text)}


def value(samples: list[Any], **labels: str) -> float:
    return sum(each.value for each in samples if labels.items() <= each.labels.items())


def test_operators_read_what_happens(client: TestClient, busy: str) -> None:
    found = scrape(client)
    assert value(found["easymaker_trainings"], project="default", status="COMPLETE") == 1
    assert value(found["easymaker_trainings"], project="default", status="RUNNING") == 1
    assert (value(found["easymaker_jobs_running"]), value(found["easymaker_jobs_queued"])) == (1, 0)
    assert value(found["easymaker_capacity_used"], resource="vcpus") == 1
    assert value(found["easymaker_events"]) > 3
    assert value(found["process_resident_memory_bytes"]) > 1e6
    asked = [each for each in found["easymaker_http_request_seconds"] if each.name.endswith("_count")]
    # Routes as they are below the project: that all begin alike tells nobody anything.
    assert value(asked, method="POST", route="/trainings", status="2xx") == 2


def test_addresses_people_make_up_are_not_kept(client: TestClient) -> None:
    for number in range(3):
        client.get(f"nowhere/{number}")
        client.request(f"MADE{number}", "trainings")
    found = scrape(client)["easymaker_http_request_seconds"]
    asked = [each for each in found if each.name.endswith("_count")]
    assert value(asked, route="none", status="4xx") >= 3
    assert not [each for each in asked if "nowhere" in each.labels["route"] or "MADE" in each.labels["method"]]


def test_only_administrators_read_metrics(client: TestClient, tokens: dict[str, str]) -> None:
    address = str(client.base_url.copy_with(path="/metrics"))
    assert client.get(address, headers={"X-EasyMaker-Token": tokens["member"]}).status_code == 403
    bearer = {"X-EasyMaker-Token": "", "Authorization": f"Bearer {tokens['admin']}"}
    assert client.get(address, headers=bearer).status_code == 200
