"""Batch inferences over REST, from the request to the results."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
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
    assert [found[key] for key in ("success2XxCount", "fail4XxCount", "fail5XxCount")] == [2, 1, 0]
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
