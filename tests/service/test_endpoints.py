"""Endpoints from their creation to their end, over REST and through the gateway, with real models."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import RunningBackend
from tests.endpoint_load import default_changes, killed_pod, rollouts, scale_events
from tests.endpoints import BODY, Endpoints
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBackend]:
    """A backend of this module's own: its gateway and its calls are counted."""
    made = RunningBackend(
        tmp_path_factory.mktemp("endpoints") / "data", arguments=("--ServiceConfig.scale_look_seconds=0.5",)
    )
    made.start()
    yield made
    made.stop()
    made.clear()


@pytest.fixture(scope="module")
def endpoints(running: RunningBackend) -> Endpoints:
    return Endpoints(running)


@pytest.fixture(scope="module")
def one(endpoints: Endpoints) -> str:
    return endpoints.model("one", 1)


@pytest.fixture(scope="module")
def two(endpoints: Endpoints) -> str:
    return endpoints.model("two", 2)


def test_endpoint_is_created_called_and_deleted(endpoints: Endpoints, one: str) -> None:
    made = endpoints.create("life", one)
    stage = made["defaultStage"]
    assert (made["apigwStatusCode"], stage["weight"], stage["runningPodCount"]) == ("ACTIVE", 100, 1)
    for url in (made["defaultStageUrl"], stage["apigwStageUrl"]):
        for path in ("/inference", "/v1/models/one:predict", "/v1/models/one/predict"):
            assert endpoints.answer(url + path) == 1
    refused = endpoints.backend.request("DELETE", f"models/{one}")
    assert (refused.status_code, "life" in refused.json()["header"]["resultMessage"]) == (409, True)
    deleted = endpoints.backend.request("DELETE", f"endpoints/{made['endpointId']}")
    assert deleted.status_code == 200
    endpoints.gone(f"endpoints/{made['endpointId']}")
    assert endpoints.call(made["defaultStageUrl"] + "/inference").status_code == 404


def test_default_stage_changes_and_the_old_one_goes(endpoints: Endpoints, one: str, two: str) -> None:
    made = endpoints.create("change", one)
    key, old = made["endpointId"], made["defaultStage"]["endpointStageId"]
    stage = endpoints.stage(key, "next", two)
    new = stage["endpointStageId"]
    refused = endpoints.backend.request("DELETE", f"endpoints/{key}")
    assert (refused.status_code, "next" in refused.json()["header"]["resultMessage"]) == (409, True)
    assert endpoints.backend.request("DELETE", f"endpoint-stages/{old}").status_code == 409
    assert endpoints.answer(made["defaultStageUrl"] + "/inference") == 1
    changed = endpoints.backend.request("PUT", f"endpoints/{key}/default-stage", json={"endpointStageId": new})
    assert changed.status_code == 200, changed.text
    wait_for(lambda: endpoints.answer(made["defaultStageUrl"] + "/inference") == 2)
    endpoints.gone(f"endpoint-stages/{old}")
    after = endpoints.wait(key, "ACTIVE")
    assert [each["endpointStageId"] for each in after["endpointStageList"]] == [new]
    assert after["defaultStage"]["isDefaultStage"] is True


def test_resources_are_added_and_removed_one_by_one(endpoints: Endpoints, one: str, two: str) -> None:
    made = endpoints.create("several", one, flavorId="c1m2")
    stage = made["defaultStage"]
    body = {"endpointStageId": stage["endpointStageId"], "modelId": two, "apigwResourceUri": "/second"}
    added = endpoints.backend.post("endpoint-models", body)["endpointModel"]
    wait_for(lambda: endpoints.get_resource(added["endpointModelId"])["endpointModelStatusCode"] == "ACTIVE", 60)
    endpoints.wait(made["endpointId"], "ACTIVE")
    wait_for(lambda: endpoints.call(made["defaultStageUrl"] + "/second").status_code == 200, 10)
    assert endpoints.answer(made["defaultStageUrl"] + "/second") == 2
    first = stage["endpointModelList"][0]["endpointModelId"]
    assert endpoints.backend.request("DELETE", f"endpoint-models/{first}").status_code == 200
    endpoints.gone(f"endpoint-models/{first}")
    left = endpoints.get_stage(stage["endpointStageId"])["endpointModelList"]
    assert [each["modelId"] for each in left] == [two]
    assert endpoints.call(made["defaultStageUrl"] + "/inference").status_code == 404


def test_artifact_that_may_not_be_read_fails_the_creation_with_that_reason(endpoints: Endpoints) -> None:
    model = endpoints.model("forbidden", 1)
    directory = endpoints.backend.data_dir / "nas" / "local" / "artifacts" / "forbidden"
    (directory / "out").symlink_to("/etc/passwd")
    made = endpoints.create("forbidden", model, wait=False)
    failed = endpoints.wait(made["endpointId"], "CREATE_FAILED", "ACTIVE")
    assert failed["endpointStatusCode"] == "CREATE_FAILED"
    assert "The model's artifact" in failed["endpointStatusReason"]
    assert "out" in failed["endpointStatusReason"]
    assert endpoints.backend.request("DELETE", f"endpoints/{made['endpointId']}").status_code == 200
    endpoints.gone(f"endpoints/{made['endpointId']}")


def test_model_that_cannot_be_loaded_fails_with_what_its_server_says(endpoints: Endpoints) -> None:
    uri = endpoints.artifact("nonsense", 1)
    path = endpoints.backend.data_dir / "nas" / "local" / "artifacts" / "nonsense" / "model.joblib"
    path.write_bytes(b"no model at all")
    made = endpoints.create("nonsense", endpoints.model("nonsense", uri=uri), wait=False)
    failed = endpoints.wait(made["endpointId"], "CREATE_FAILED")
    resource = failed["defaultStage"]["endpointModelList"][0]
    assert resource["endpointModelStatusCode"] == "CREATE_FAILED"
    assert resource["endpointModelStatusReason"] in failed["endpointStatusReason"]
    assert "model.joblib" in resource["logTail"]
    wait_for(lambda: endpoints.get_resource(resource["endpointModelId"])["podList"] is not None)
    assert endpoints.backend.request("DELETE", f"endpoints/{made['endpointId']}").status_code == 200
    endpoints.gone(f"endpoints/{made['endpointId']}")


def test_rollout_puts_another_model_in_place_and_a_broken_one_leaves_the_old_serving(
    endpoints: Endpoints, one: str, two: str
) -> None:
    made = endpoints.create("rollout", one)
    resource = made["defaultStage"]["endpointModelList"][0]["endpointModelId"]
    changed = endpoints.backend.request("PUT", f"endpoint-models/{resource}", json={"modelId": two})
    assert changed.status_code == 200, changed.text
    assert changed.json()["endpointModel"]["endpointModelStatusCode"] == "CREATE_IN_PROGRESS"
    wait_for(lambda: endpoints.answer(made["defaultStageUrl"] + "/inference") == 2, 30)
    endpoints.wait(made["endpointId"], "ACTIVE")
    uri = endpoints.artifact("wrong", 1)
    (endpoints.backend.data_dir / "nas/local/artifacts/wrong/model.joblib").write_bytes(b"no model")
    broken = endpoints.model("wrong", uri=uri)
    endpoints.backend.request("PUT", f"endpoint-models/{resource}", json={"modelId": broken})
    failed = endpoints.wait(made["endpointId"], "UPDATE_FAILED")
    assert failed["defaultStage"]["endpointStageStatusCode"] == "DEPLOY_FAILED"
    assert endpoints.answer(made["defaultStageUrl"] + "/inference") == 2
    endpoints.backend.request("PUT", f"endpoint-models/{resource}", json={"modelId": one})
    endpoints.wait(made["endpointId"], "ACTIVE")
    wait_for(lambda: endpoints.answer(made["defaultStageUrl"] + "/inference") == 1, 10)


def test_pods_are_added_removed_seen_and_measured(endpoints: Endpoints, one: str) -> None:
    made = endpoints.create("pods", one)
    stage = made["defaultStage"]["endpointStageId"]
    resource = made["defaultStage"]["endpointModelList"][0]["endpointModelId"]
    assert endpoints.backend.request("PUT", f"endpoint-models/{resource}", json={"podCount": 3}).status_code == 200

    def pods() -> tuple[int, int]:
        found = endpoints.get_resource(resource)
        return found["runningPodCount"], len(found["podList"])

    wait_for(lambda: pods() == (3, 3), 60)
    monitoring = wait_for(
        lambda: (
            (found := endpoints.backend.get(f"endpoint-stages/{stage}/monitoring")["monitoring"])["available"] and found
        ),
        30,
    )
    assert len(monitoring["instanceList"]) == 3
    log = endpoints.backend.get(f"endpoint-models/{resource}/logs")["log"]
    assert "easymaker" in log["text"]
    unknown = endpoints.backend.request("GET", f"endpoint-models/{resource}/logs", params={"pod": "endpoint-other-1-0"})
    assert unknown.status_code == 400
    assert endpoints.backend.request("PUT", f"endpoint-models/{resource}", json={"podCount": 1}).status_code == 200
    wait_for(lambda: pods() == (1, 1), 60)


def test_calls_are_counted_by_stage_and_path_and_shown_on_the_dashboard(endpoints: Endpoints, one: str) -> None:
    made = endpoints.create("counted", one)
    stage = made["defaultStage"]
    for _ in range(5):
        assert endpoints.call(made["defaultStageUrl"] + "/inference").status_code == 200
    assert endpoints.call(stage["apigwStageUrl"] + "/inference", {"wrong": 1}).status_code == 400

    def counted() -> dict[str, Any]:
        path = f"endpoint-stages/{stage['endpointStageId']}/statistics"
        return endpoints.backend.get(path)["statistics"]

    wait_for(lambda: counted()["totals"]["callCount"] == 6, 20)
    found = counted()
    totals = found["totals"]
    assert (totals["success2xxCount"], totals["fail4xxCount"], totals["fail5xxCount"]) == (5, 1, 0)
    assert 0 < totals["p50Milliseconds"] <= totals["p99Milliseconds"]
    assert sum(point["callCount"] for point in found["pointList"]) == 6
    by_default = {path["byDefaultAddress"]: path["callCount"] for path in found["pathList"]}
    assert by_default == {True: 5, False: 1}
    (top,) = [
        each
        for each in endpoints.backend.get("dashboard")["dashboard"]["topEndpointList"]
        if each["endpointName"] == "counted"
    ]
    assert (top["callCount"], top["endpointStageList"][0]["failCount"]) == (6, 1)


def test_key_is_asked_for_and_the_form_calls_without_one(endpoints: Endpoints, one: str) -> None:
    made = endpoints.create("keyed", one, useApiKey=True)
    url = made["defaultStageUrl"] + "/inference"
    assert endpoints.call(url).status_code == 401
    key = endpoints.backend.post(f"endpoints/{made['endpointId']}/api-keys", {"apiKeyName": "mine"})["apiKey"]
    wait_for(lambda: endpoints.call(url, headers={"X-Api-Key": key["apiKey"]}).status_code == 200)
    listed = endpoints.backend.get(f"endpoints/{made['endpointId']}/api-keys")["apiKeyList"]
    assert [(each["apiKeyName"], each["apiKey"]) for each in listed] == [("mine", None)]
    resource = made["defaultStage"]["endpointModelList"][0]["endpointModelId"]
    tried = endpoints.backend.post(f"endpoint-models/{resource}/predict", {"body": BODY})["prediction"]
    assert (tried["statusCode"], tried["body"]) == (200, {"predictions": [1]})
    schema = endpoints.backend.get(f"endpoint-models/{resource}/schema")["schema"]
    assert schema["requestSchema"]["required"] == ["instances"]
    assert schema["urlList"][0]["url"].endswith("/inference")
    gone = endpoints.backend.request("DELETE", f"endpoints/{made['endpointId']}/api-keys/{key['apiKeyId']}")
    assert gone.status_code == 200
    wait_for(lambda: endpoints.call(url, headers={"X-Api-Key": key["apiKey"]}).status_code == 401)
    settings = endpoints.backend.get(f"endpoint-stages/{made['defaultStage']['endpointStageId']}/gateway")
    assert "routers" in settings["gatewaySettings"]["http"]
    assert key["apiKey"] not in str(settings)


def test_calls_are_shared_among_stages_by_weight(endpoints: Endpoints, one: str, two: str) -> None:
    made = endpoints.create("canary", one)
    key = made["endpointId"]
    stage = endpoints.stage(key, "canary", two)
    weights = [
        {"endpointStageId": made["defaultStage"]["endpointStageId"], "weight": 50},
        {"endpointStageId": stage["endpointStageId"], "weight": 50},
    ]
    changed = endpoints.backend.request("PUT", f"endpoints/{key}/traffic", json={"weightList": weights})
    assert changed.status_code == 200, changed.text
    assert [each["weight"] for each in changed.json()["endpoint"]["endpointStageList"]] == [50, 50]
    wait_for(lambda: {endpoints.answer(made["defaultStageUrl"] + "/inference") for _ in range(10)} == {1, 2})
    in_use = endpoints.backend.request("DELETE", f"endpoint-stages/{stage['endpointStageId']}")
    assert in_use.status_code == 409
    endpoints.backend.request("PUT", f"endpoints/{key}/traffic", json={"weightList": []})
    wait_for(lambda: {endpoints.answer(made["defaultStageUrl"] + "/inference") for _ in range(10)} == {1})


def test_no_call_fails_while_default_stages_models_and_pods_change(endpoints: Endpoints, one: str, two: str) -> None:
    # tests/benchmarks/endpoint_changes.py does each twenty times.
    for calls in (
        default_changes(endpoints, "load-default", (one, two), 2),
        rollouts(endpoints, "load-rollout", (one, two), 2),
        scale_events(endpoints, "load-scale", one, 2),
    ):
        assert calls.failures == []
        assert calls.answered > 100


def test_killed_pod_of_two_costs_hardly_a_call(endpoints: Endpoints, one: str) -> None:
    calls, failed = killed_pod(endpoints, "load-killed", one)
    assert calls.answered > 200
    assert failed <= max(1, calls.answered / 1000), calls.failures


def test_logs_of_pods_are_found_while_they_run_and_after(endpoints: Endpoints, one: str) -> None:
    made = endpoints.create("logged", one, useLog=True)

    def lines() -> list[dict[str, Any]]:
        query = f'category:"easymaker.inference" AND endpointId:"{made["endpointId"]}"'
        found: list[dict[str, Any]] = endpoints.backend.get("logs", params={"query": query})["logList"]
        return found

    running = wait_for(lines)
    stage = made["defaultStage"]
    assert {(line["endpointName"], line["endpointStageId"], line["modelName"]) for line in running} == {
        ("logged", stage["endpointStageId"], "one")
    }
    assert {line["podName"] for line in running} == {stage["endpointModelList"][0]["podList"][0]["podName"]}
    assert endpoints.backend.request("DELETE", f"endpoints/{made['endpointId']}").status_code == 200
    endpoints.gone(f"endpoints/{made['endpointId']}")
    assert {line["body"] for line in lines()} >= {line["body"] for line in running}


@pytest.mark.parametrize("trick", ["../../evil", "link"])
def test_archive_with_path_tricks_fails_the_creation_and_writes_nothing_outside(
    endpoints: Endpoints, one: str, trick: str
) -> None:
    name = f"trick-{trick.strip('./')}"
    directory = endpoints.backend.data_dir / "nas" / "local" / "artifacts" / name
    directory.mkdir(parents=True)
    with zipfile.ZipFile(directory / "model.zip", "w") as archive:
        entry = zipfile.ZipInfo(trick)
        if trick == "link":
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc")
        archive.writestr("predictor.py", "class Predictor: pass")
    made = endpoints.create(name, endpoints.model(name, uri=f"nas://local:/artifacts/{name}"), wait=False)
    failed = endpoints.wait(made["endpointId"], "CREATE_FAILED", "ACTIVE")
    assert failed["endpointStatusCode"] == "CREATE_FAILED"
    reason = failed["endpointStatusReason"]
    assert ("link or device" if trick == "link" else "leads outside the model's directory") in reason
    assert list(endpoints.backend.data_dir.rglob("evil")) == []
    assert endpoints.backend.request("DELETE", f"endpoints/{made['endpointId']}").status_code == 200
    endpoints.gone(f"endpoints/{made['endpointId']}")


def test_bad_calls_get_the_right_4xx_through_the_gateway_and_hurt_no_other(endpoints: Endpoints, one: str) -> None:
    made = endpoints.create("bad-calls", one, useApiKey=True)
    url = made["defaultStageUrl"] + "/inference"
    body = {"apiKeyName": "mine"}
    key = endpoints.backend.post(f"endpoints/{made['endpointId']}/api-keys", body)["apiKey"]["apiKey"]
    right = {"X-Api-Key": key}
    wait_for(lambda: endpoints.call(url, headers=right).status_code == 200)
    for status, address, arguments in (
        (413, url, {"content": b"x" * (100 << 20), "headers": right}),
        (413, url, {"content": (b"x" * (1 << 20) for _ in range(100)), "headers": right}),
        (400, url, {"content": b'{"instances": [[1,', "headers": right}),
        (400, url, {"content": b"", "headers": right}),
        (400, url, {"json": {"instances": [[1, 2]], "instance": 1}, "headers": right}),
        (415, url, {"content": b"\x1f\x8b", "headers": right | {"Content-Encoding": "gzip"}}),
        (401, url, {"json": BODY, "headers": {"X-Api-Key": key[:-1]}}),
        (401, url, {"content": b"x" * (1 << 20), "headers": {}}),
        (404, url + "/more", {"json": BODY, "headers": right}),
        (404, url.replace("bad-calls", "no-calls"), {"json": BODY, "headers": right}),
    ):
        answer = endpoints.post(address, **arguments)
        assert answer.status_code == status, (status, address, answer.status_code, answer.text[:300])
        assert "Traceback" not in answer.text
        assert key not in answer.text
        assert endpoints.call(url, headers=right).json() == {"predictions": [1]}
