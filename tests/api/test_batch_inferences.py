"""Batch inferences over REST, from the request to the results."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import FunctionTransformer
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


@pytest.fixture
def scoring(client: TestClient, service: Backend) -> Make:
    """Make the create body of a batch inference."""
    nas = service.data_dir / "nas/local"
    (nas / "model").mkdir(parents=True, exist_ok=True)
    (nas / "in").mkdir(exist_ok=True)
    rows = np.array([[0.0], [1.0], [2.0]])
    joblib.dump(LinearRegression().fit(rows, rows[:, 0] * 2), nas / "model/model.joblib")
    (nas / "in/rows.jsonl").write_text("[1]\n[2]\n[3, 4]\n")
    made = {"modelName": "linear", "modelFormatCode": "SKLEARN", "modelUploadUri": "nas://local:/model"}
    model = client.post("models", json=made).json()["model"]

    def make(**changes: Any) -> dict[str, Any]:
        whole = {
            "batchInferenceName": "scores",
            "flavorId": "c1m1",
            "modelId": model["modelId"],
            "inputDataUri": "nas://local:/in",
            "outputUploadUri": "nas://local:/out",
            **changes,
        }
        return {key: value for key, value in whole.items() if value is not None}

    return make


def created(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("batch-inferences", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["batchInference"]
    return found


def ended(client: TestClient, one: dict[str, Any]) -> dict[str, Any]:
    def look() -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"batch-inferences/{one['batchInferenceId']}").json()["batchInference"]
        return found

    over = ("COMPLETE", "STOPPED", "FAIL_BATCH_INFERENCE", "CREATE_FAILED")
    wait_for(lambda: look()["batchInferenceStatusCode"] in over, 60)
    return look()


def test_results_lie_in_a_directory_of_their_own_with_their_counts(
    client: TestClient, service: Backend, scoring: Make
) -> None:
    one = created(client, scoring(useLog=True, tagList=[{"tagKey": "k", "tagValue": "v"}]))
    assert one["batchInferenceStatusCode"] == "CREATE_REQUESTED"
    assert one["podResource"] == {"vcpus": 1, "ram": 1024, "gpuCount": 0}
    found = ended(client, one)
    assert found["batchInferenceStatusCode"] == "COMPLETE", found
    assert found["outputUri"] == f"nas://local:/out/{found['batchInferenceId']}"
    assert [found[key] for key in ("inputFileCount", "inputDataCount", "processCount")] == [1, 3, 3]
    assert [found[key] for key in ("success2xxCount", "fail4xxCount", "fail5xxCount")] == [2, 1, 0]
    out = service.data_dir / "nas/local/out" / found["batchInferenceId"]
    results = [json.loads(line) for line in (out / "rows.jsonl.out.jsonl").read_text().splitlines()]
    assert [(row["line"], round(row["prediction"])) for row in results] == [(1, 2), (2, 4)]
    assert json.loads((out / "rows.jsonl.errors.jsonl").read_text())["input"] == [3, 4]
    path = f"batch-inferences/{found['batchInferenceId']}"
    assert "3 rows" in client.get(f"{path}/logs").json()["log"]["text"]
    assert client.get(f"{path}/logs/download").text.count("\n") > 1
    assert client.get(f"{path}/monitoring").json()["monitoring"]["instanceList"][0]["node"] == 0
    query = f'category:"easymaker.inference" AND batchInferenceId:{found["batchInferenceId"]}'
    lines = client.get("logs", params={"query": query}).json()["logList"]
    assert {line["batchInferenceName"] for line in lines} == {"scores"}
    assert client.get("logs", params={"query": "category:easymaker.training"}).json()["logList"] == []
    assert client.get("counts").json()["counts"]["batchInference"]["byStatus"]["COMPLETE"] >= 1
    assert client.delete(path).status_code == 200
    assert client.get(path).status_code == 404
    assert out.is_dir()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"flavorId": "none"}, "flavorId", "c1m1"),
        ({"modelId": "none"}, "modelId", "no such model"),
        ({"imageId": "none"}, "imageId", "local-cpu-python-training"),
        ({"podCount": 2}, "podCount", "less than 1 vCPU"),
        ({"podCount": 101}, "podCount", "at most 100"),
        ({"instanceCount": 10, "flavorId": "c1m4"}, "instanceCount", "could never start"),
        ({"inputDataUri": "nas://local:/nothing"}, "inputDataUri", "does not exist"),
        ({"inputDataUri": "nas://other:/in"}, "inputDataUri", "other"),
        ({"outputUploadUri": "nas://local:/in/"}, "outputUploadUri", "must differ"),
        ({"outputUploadUri": "nas://local:/in/out"}, "outputUploadUri", "below inputDataUri"),
        ({"outputUploadUri": "nas://local:/in/rows.jsonl"}, "outputUploadUri", ""),
        ({"includeGlobPattern": "../*.jsonl"}, "includeGlobPattern", "pattern"),
        ({"maxBatchSize": 1001}, "maxBatchSize", "at most 1000"),
        ({"inferenceTimeoutSeconds": 0}, "inferenceTimeoutSeconds", "greater"),
        ({"inputDataTypeCode": "CSV"}, "inputDataTypeCode", "JSONL"),
        ({"timeoutMinutes": 1}, "timeoutMinutes", "at least 60"),
        ({"labelList": []}, "labelList", "not a field"),
    ],
)
def test_what_cannot_run_is_refused_by_its_field(
    client: TestClient, scoring: Make, changes: dict[str, Any], field: str, says: str
) -> None:
    before = client.get("counts").json()["counts"]["batchInference"]["total"]
    answer = client.post("batch-inferences", json=scoring(**changes))
    assert 400 <= answer.status_code < 500, answer.text
    (wrong,) = answer.json()["errors"]
    assert wrong["field"] == field
    assert says in wrong["message"]
    assert client.get("counts").json()["counts"]["batchInference"]["total"] == before


@pytest.fixture
def waiting(client: TestClient, service: Backend, scoring: Make) -> dict[str, Any]:
    """A batch inference that takes minutes."""
    (service.data_dir / "nas/local/many").mkdir(exist_ok=True)
    (service.data_dir / "nas/local/many/rows.jsonl").write_text("[1]\n" * 2_000_000)
    return created(client, scoring(batchInferenceName="long", inputDataUri="nas://local:/many", maxBatchSize=1))


def test_running_one_is_stopped_with_its_results_then_deleted_and_needs_its_model(
    client: TestClient, service: Backend, waiting: dict[str, Any]
) -> None:
    path, model = f"batch-inferences/{waiting['batchInferenceId']}", f"models/{waiting['model']['modelId']}"

    def look() -> dict[str, Any]:
        found: dict[str, Any] = client.get(path).json()["batchInference"]
        return found

    wait_for(lambda: look()["processCount"] > 0, 60)
    assert look()["inputDataCount"] == 2_000_000
    assert look()["nodeList"][0]["phase"] == "RUNNING"
    refused = client.delete(path)
    assert (refused.status_code, "stop it before" in refused.text) == (409, True)
    refused = client.delete(model)
    assert refused.status_code == 409
    assert "needed by the batch inferences long: stop them" in refused.json()["header"]["resultMessage"]
    assert client.put(f"{path}/stop").json()["batchInference"]["batchInferenceStatusCode"] == "STOP_IN_PROGRESS"
    wait_for(lambda: look()["batchInferenceStatusCode"] == "STOPPED", 5)
    found = look()
    out = service.data_dir / "nas/local" / found["outputUri"].removeprefix("nas://local:/")
    assert (out / "rows.jsonl.out.jsonl").read_bytes().count(b"\n") == found["processCount"] > 0
    assert client.put(f"{path}/stop").status_code == 409
    assert client.delete(path).status_code == 200
    assert client.delete(model).status_code == 200
    wait_for(lambda: f"batch-inference-{waiting['batchInferenceId']}" not in service.engine.names())


def test_copy_is_a_body_that_is_accepted(client: TestClient, scoring: Make) -> None:
    one = created(client, scoring(batchInferenceName="x" * 50, includeGlobPattern="*.jsonl", description="d"))
    body = client.get(f"batch-inferences/{one['batchInferenceId']}/copy").json()["batchInference"]
    assert body["batchInferenceName"] == "x" * 45 + "-copy"
    assert body["copiedFromBatchInferenceId"] == one["batchInferenceId"]
    again = created(client, body)
    kept = ("includeGlobPattern", "description", "podCount", "maxBatchSize", "inputDataUri")
    assert {key: again[key] for key in kept} == {key: one[key] for key in kept}
    assert [ended(client, each)["batchInferenceStatusCode"] for each in (one, again)] == ["COMPLETE", "COMPLETE"]
    found = client.get(
        "batch-inferences", params={"search": "x-copy", "sort": "-elapsedTimeSeconds", "page": 1, "limit": 5}
    ).json()
    assert [each["batchInferenceName"] for each in found["batchInferenceList"]] == [body["batchInferenceName"]]
    filters = {"batchInferenceStatusCodeList": "COMPLETE", "modelIdList": again["model"]["modelId"]}
    assert client.get("batch-inferences", params=filters).json()["paging"]["totalCount"] == 2


def test_model_that_cannot_be_loaded_is_the_reason_of_the_failed_creation(
    client: TestClient, service: Backend, scoring: Make
) -> None:
    directory = service.data_dir / "nas/local/no-model"
    directory.mkdir()
    (directory / "notes.txt").write_text("none")
    made = {"modelName": "none", "modelFormatCode": "SKLEARN", "modelUploadUri": "nas://local:/no-model"}
    model = client.post("models", json=made).json()["model"]
    found = ended(client, created(client, scoring(modelId=model["modelId"])))
    assert found["batchInferenceStatusCode"] == "CREATE_FAILED"
    assert "notes.txt" in found["batchInferenceStatusReason"]
    assert "notes.txt" in found["logTail"]


def test_pod_that_overruns_its_memory_fails_with_use_and_limit(
    client: TestClient, service: Backend, scoring: Make
) -> None:
    directory = service.data_dir / "nas/local/hungry"
    directory.mkdir()
    # Two hundred million numbers for a row: more than the instance type has.
    hungry = FunctionTransformer(np.tile, kw_args={"reps": (1, 200_000_000)})
    joblib.dump(hungry, directory / "model.joblib")
    made = {"modelName": "hungry", "modelFormatCode": "SKLEARN", "modelUploadUri": "nas://local:/hungry"}
    model = client.post("models", json=made).json()["model"]
    found = ended(client, created(client, scoring(modelId=model["modelId"], batchInferenceName="hungry")))
    assert found["batchInferenceStatusCode"] == "FAIL_BATCH_INFERENCE", found
    assert "exit code : -9 (pid: " in found["batchInferenceStatusReason"]
    assert "out of memory" in found["batchInferenceStatusReason"]
    assert "1,024 MiB" in found["batchInferenceStatusReason"]
