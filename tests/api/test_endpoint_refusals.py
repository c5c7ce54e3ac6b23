"""Endpoints that could never run, or that are not one's own: refused before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.resources.endpoint_stage import EndpointStageStatus
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store import endpoint_stages
from jupyter_easymaker.store.endpoint_tables import EndpointStageRow


@pytest.fixture
def service(shared_service: Backend, monkeypatch: pytest.MonkeyPatch) -> Backend:
    # Nothing is to run here: what is asked of the store is what is looked at.
    shared_service.endpoints.close()
    shared_service.stage_meter.close()
    return shared_service


def artifact(service: Backend, name: str) -> str:
    directory = Path(service.data_dir) / "nas/local/models" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "model.joblib").write_bytes(b"x")
    return f"nas://local:/models/{name}"


def model(client: TestClient, service: Backend, name: str, **changes: Any) -> str:
    body = {"modelName": name, "modelFormatCode": "SKLEARN", "modelUploadUri": artifact(service, name), **changes}
    answer = client.post("models", json=body)
    assert answer.status_code == 200, answer.text
    made: str = answer.json()["model"]["modelId"]
    return made


@pytest.fixture
def one(client: TestClient, service: Backend) -> str:
    found = client.get("models", params={"modelNameList": "one"}).json()["modelList"]
    return found[0]["modelId"] if found else model(client, service, "one")


def body(name: str, *resources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"endpointName": name, "flavorId": "c1m1", "endpointModelResourceList": list(resources), **changes}


@pytest.mark.parametrize(
    ("changes", "resource", "field", "sentence"),
    [
        ({"endpointName": "a b"}, {}, "endpointName", "part of an address"),
        ({"endpointName": "x" * 51}, {}, "endpointName", "at most 50"),
        ({"endpointName": "../x"}, {}, "endpointName", "part of an address"),
        ({"flavorId": "huge"}, {}, "flavorId", "there are c1m1"),
        ({"nodeCount": 10}, {}, "nodeCount", "could never start"),
        ({"nodeCount": 11}, {}, "nodeCount", "at most 10"),
        ({"endpointModelResourceList": []}, {}, "endpointModelResourceList", "at least 1"),
        ({}, {"modelId": "none"}, "endpointModelResourceList.0.modelId", "no such model"),
        ({}, {"apigwResourceUri": "inference"}, "endpointModelResourceList.0.apigwResourceUri", "is a path such as"),
        ({}, {"apigwResourceUri": "/v1/x"}, "endpointModelResourceList.0.apigwResourceUri", "model server's own"),
        ({}, {"apigwResourceUri": "/a/../b"}, "endpointModelResourceList.0.apigwResourceUri", "is a path such as"),
        ({}, {"podCount": 0}, "endpointModelResourceList.0.podCount", "greater than or equal to 1"),
        ({}, {"podCount": 9}, "endpointModelResourceList.0", "at least 128 MiB"),
        (
            {},
            {"resourceOptionDetail": {"cpu": "4", "memory": "512Mi"}},
            "endpointModelResourceList.0",
            "an instance c1m1 has",
        ),
        (
            {},
            {"resourceOptionDetail": {"cpu": "500m", "memory": "600Mi"}, "podCount": 2},
            "endpointModelResourceList.0",
            "more memory",
        ),
        (
            {},
            {"podAutoScaleEnable": True, "scaleMetricCode": "CPU_UTILIZATION", "scaleMetricTarget": 50},
            "endpointModelResourceList.0.podAutoScaleEnable",
            "where there is room",
        ),
        ({"caEnable": True, "caMinNodeCount": 3, "caMaxNodeCount": 2}, {}, "caMinNodeCount", "must not exceed"),
        ({"caEnable": True, "caMinNodeCount": 2}, {}, "nodeCount", "must lie between"),
        ({"caScaleDownUtilThresh": 101}, {}, "caScaleDownUtilThresh", "less than or equal to 100"),
        ({"unknownField": 1}, {}, "unknownField", "is not a field"),
    ],
)
def test_endpoint_that_could_not_run_is_refused_and_leaves_nothing(
    client: TestClient, one: str, changes: dict[str, Any], resource: dict[str, Any], field: str, sentence: str
) -> None:
    before = client.get("counts").json()
    whole = body("refused", {"modelId": one, "apigwResourceUri": "/inference", **resource}) | changes
    answer = client.post("endpoints", json=whole)
    assert answer.status_code == 400, answer.text
    (error,) = [each for each in answer.json()["errors"] if each["field"] == field]
    assert sentence in error["message"]
    assert client.get("counts").json() == before


def test_names_are_unique_and_one_stage_serves_a_name_once(client: TestClient, service: Backend, one: str) -> None:
    made = client.post("endpoints", json=body("unique", {"modelId": one})).json()["endpoint"]
    assert client.post("endpoints", json=body("unique", {"modelId": one})).json()["header"]["resultCode"] == 409_001
    stage = {"endpointId": made["endpointId"], "apigwStageName": "default", "flavorId": "c1m1"}
    taken = client.post("endpoint-stages", json=stage | {"endpointModelResourceList": [{"modelId": one}]})
    assert taken.json()["errors"][0]["field"] == "apigwStageName"
    twin = model(client, service, "one")
    twice = client.post("endpoints", json=body("twins", {"modelId": one}, {"modelId": twin}))
    assert (twice.status_code, "called one" in twice.text) == (400, True)
    added = {"endpointStageId": made["defaultStage"]["endpointStageId"], "modelId": twin}
    assert client.post("endpoint-models", json=added).status_code == 400
    assert client.delete(f"models/{twin}").status_code == 200


def test_artifact_that_is_gone_is_refused_before_anything_is_written(client: TestClient, service: Backend) -> None:
    key = model(client, service, "fleeting")
    (Path(service.data_dir) / "nas/local/models/fleeting/model.joblib").unlink()
    (Path(service.data_dir) / "nas/local/models/fleeting").rmdir()
    answer = client.post("endpoints", json=body("fleeting", {"modelId": key}))
    assert (answer.status_code, answer.json()["header"]["resultCode"]) == (400, 400_004)
    assert client.get("endpoints", params={"endpointNameList": "fleeting"}).json()["endpointList"] == []


def test_model_no_server_serves_is_refused(client: TestClient, service: Backend) -> None:
    key = model(client, service, "triton", modelFormatCode="TRITON")
    assert "does not serve" in client.post("endpoints", json=body("triton", {"modelId": key})).text


def test_only_a_serving_stage_becomes_default_or_gets_calls(client: TestClient, service: Backend, one: str) -> None:
    made = client.post("endpoints", json=body("traffic", {"modelId": one})).json()["endpoint"]
    key, default = made["endpointId"], made["defaultStage"]["endpointStageId"]
    stage = {"endpointId": key, "apigwStageName": "next", "flavorId": "c1m1"}
    other = client.post("endpoint-stages", json=stage | {"endpointModelResourceList": [{"modelId": one}]})
    new = other.json()["endpointStage"]["endpointStageId"]
    for path, change in (
        ("default-stage", {"endpointStageId": new}),
        ("traffic", {"weightList": [{"endpointStageId": new, "weight": 1}]}),
    ):
        assert client.put(f"endpoints/{key}/{path}", json=change).json()["header"]["resultCode"] == 409_003
    with service.database.session() as session:
        for stage_id in (new, default):
            row = session.get_one(EndpointStageRow, stage_id)
            assert endpoint_stages.transition(session, row, EndpointStageStatus.ACTIVE)
    for weights in (
        [{"endpointStageId": "none", "weight": 1}],
        [{"endpointStageId": new, "weight": 0}],
        [{"endpointStageId": new, "weight": 1}, {"endpointStageId": new, "weight": 2}],
        [{"endpointStageId": new, "weight": 101}],
    ):
        assert client.put(f"endpoints/{key}/traffic", json={"weightList": weights}).status_code == 400
    weights = [{"endpointStageId": new, "weight": 30}, {"endpointStageId": default, "weight": 10}]
    shared = client.put(f"endpoints/{key}/traffic", json={"weightList": weights}).json()["endpoint"]
    assert {each["endpointStageName"]: each["weight"] for each in shared["endpointStageList"]} == {
        "default": 25,
        "next": 75,
    }
    assert client.delete(f"endpoint-stages/{new}").json()["header"]["resultCode"] == 409_002
    changed = client.put(f"endpoints/{key}/default-stage", json={"endpointStageId": new}).json()["endpoint"]
    assert (changed["defaultStage"]["endpointStageId"], changed["trafficList"]) == (new, [])
    assert client.delete(f"endpoints/{key}").json()["header"]["resultCode"] == 409_002


def test_another_projects_ids_are_not_found(client: TestClient, tokens: dict[str, str], one: str) -> None:
    made = client.post("endpoints", json=body("mine", {"modelId": one})).json()["endpoint"]
    stage = made["defaultStage"]
    resource = stage["endpointModelList"][0]["endpointModelId"]
    outside = {"X-EasyMaker-Token": tokens["outsider"]}
    client.base_url = client.base_url.copy_with(path="/v1.0/appkeys/other/")
    for path in (
        f"endpoints/{made['endpointId']}",
        f"endpoints/{made['endpointId']}/api-keys",
        f"endpoint-stages/{stage['endpointStageId']}",
        f"endpoint-stages/{stage['endpointStageId']}/statistics",
        f"endpoint-stages/{stage['endpointStageId']}/monitoring",
        f"endpoint-stages/{stage['endpointStageId']}/gateway",
        f"endpoint-models/{resource}",
        f"endpoint-models/{resource}/logs",
        f"endpoint-models/{resource}/schema",
    ):
        assert client.get(path, headers=outside).status_code == 404, path
    stolen = client.post("endpoints", json=body("stolen", {"modelId": one}), headers=outside)
    assert (stolen.status_code, "no such model" in stolen.text) == (400, True)


def test_keys_are_shown_once_and_kept_encrypted(client: TestClient, service: Backend, one: str) -> None:
    from jupyter_easymaker.store.endpoint_tables import EndpointApiKeyRow

    made = client.post("endpoints", json=body("keys", {"modelId": one})).json()["endpoint"]
    path = f"endpoints/{made['endpointId']}/api-keys"
    key = client.post(path, json={"apiKeyName": "mine"}).json()["apiKey"]
    with service.database.reading() as session:
        stored = session.get_one(EndpointApiKeyRow, key["apiKeyId"]).secret
    assert key["apiKey"] not in stored
    (listed,) = client.get(path).json()["apiKeyList"]
    assert (listed["apiKeyName"], listed["apiKey"]) == ("mine", None)
    assert client.delete(f"{path}/{key['apiKeyId']}").status_code == 200
    assert client.delete(f"{path}/{key['apiKeyId']}").status_code == 404


def test_lists_are_paged_searched_sorted_and_counted(client: TestClient, one: str) -> None:
    for name in ("list-b", "list-a"):
        assert client.post("endpoints", json=body(name, {"modelId": one})).status_code == 200
    found = client.get("endpoints", params={"search": "list-", "sort": "endpointName", "limit": 1, "page": 2}).json()
    assert [each["endpointName"] for each in found["endpointList"]] == ["list-b"]
    assert found["paging"]["totalCount"] == 2
    using = client.get("endpoints", params={"modelIdList": one, "search": "list-"}).json()
    assert using["paging"]["totalCount"] == 2
    assert client.get("search", params={"query": "list-a"}).json()["resultList"][0]["resourceType"] == "ENDPOINT"
    assert client.get("endpoints", params={"sort": "nonsense"}).status_code == 400


def test_model_that_is_served_cannot_be_deleted(client: TestClient, service: Backend) -> None:
    key = model(client, service, "held")
    assert client.post("endpoints", json=body("holder", {"modelId": key})).status_code == 200
    refused = client.delete(f"models/{key}")
    assert (refused.status_code, "holder" in refused.json()["header"]["resultMessage"]) == (409, True)
