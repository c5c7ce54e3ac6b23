"""Every known limit, at its edge: what is just too much is refused by name, what just fits is not complained about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend

Body = Callable[..., dict[str, Any]]


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


def refused_fields(client: TestClient, path: str, body: dict[str, Any], method: str = "POST") -> dict[str, str]:
    answer = client.request(method, path, json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["header"] == {
        "isSuccessful": False,
        "resultCode": 400_001,
        "resultMessage": answer.json()["header"]["resultMessage"],
    }
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def parameters(number: int, value: str = "1") -> list[dict[str, str]]:
    return [{"parameterName": f"p{index}", "parameterValue": value} for index in range(number)]


def datasets(number: int, uri: str = "nas://local:/code") -> list[dict[str, str]]:
    return [{"datasetName": f"d{index}", "dataUri": uri} for index in range(number)]


def tags(number: int, value: str = "v") -> list[dict[str, str]]:
    return [{"tagKey": f"k{index}", "tagValue": value} for index in range(number)]


LONG_URI = "nas://local:/" + "x" * 243  # 256 characters


@pytest.mark.parametrize(
    ("changes", "field", "accepted"),
    [
        ({"trainingName": "x" * 51}, "trainingName", "at most 50"),
        ({"trainingName": ""}, "trainingName", "at least one"),
        ({"trainingName": "a\nb"}, "trainingName", "control character"),
        ({"trainingName": 7}, "trainingName", "string"),
        ({"description": "x" * 256}, "description", "at most 255"),
        ({"sourceDirUri": LONG_URI}, "sourceDirUri", "at most 255"),
        ({"modelUploadUri": LONG_URI}, "modelUploadUri", "at most 255"),
        ({"checkPointInputUri": LONG_URI}, "checkPointInputUri", "at most 255"),
        ({"checkPointUploadUri": LONG_URI}, "checkPointUploadUri", "at most 255"),
        ({"entryPoint": "x" * 253 + ".py"}, "entryPoint", "at most 255"),
        ({"datasetList": datasets(1, LONG_URI)}, "datasetList.0.dataUri", "at most 255"),
        ({"datasetList": datasets(11)}, "datasetList", "at most 10"),
        (
            {"datasetList": [{"datasetName": "../x", "dataUri": "nas://local:/code"}]},
            "datasetList.0.datasetName",
            "may hold",
        ),
        ({"hyperparameterList": parameters(101)}, "hyperparameterList", "at most 100"),
        ({"hyperparameterList": parameters(1, "x" * 1001)}, "hyperparameterList.0.parameterValue", "at most 1000"),
        ({"tagList": tags(11)}, "tagList", "at most 10"),
        ({"tagList": tags(1, "x" * 256)}, "tagList.0.tagValue", "at most 255"),
        ({"tagList": [{"tagKey": "k", "colour": "red"}]}, "tagList.0.colour", "not a field"),
        ({"instanceCount": 0}, "instanceCount", "greater than or equal to 1"),
        ({"instanceCount": 11}, "instanceCount", "at most 10"),
        ({"instanceCount": "many"}, "instanceCount", "integer"),
        ({"instanceCount": 1.5}, "instanceCount", "integer"),
        ({"useTorchrun": True, "nprocPerNode": 11}, "nprocPerNode", "at most 10"),
        ({"useTorchrun": False, "nprocPerNode": 2}, "nprocPerNode", "needs useTorchrun"),
        ({"timeoutMinutes": 59}, "timeoutMinutes", "at least 60"),
        ({"timeoutMinutes": 720 * 60 + 1}, "timeoutMinutes", "at most 43200"),
        ({"dataStorageSize": 0}, "dataStorageSize", "greater than or equal to 1"),
        ({"dataStorageSize": 10_001}, "dataStorageSize", "at most 10000"),
        ({"experimentId": None}, "experimentId", "is needed"),
        ({"experimentName": "both"}, "experimentId", "not both"),
        ({"sourceDirUri": None}, "sourceDirUri", "is needed"),
        ({"entryPoint": None}, "entryPoint", "is needed"),
        ({"entryPoint": "train.sh"}, "entryPoint", ".py or .ipynb"),
        ({"flavorId": None}, "flavorId", "missing"),
        ({"imageId": None}, "imageId", "missing"),
        ({"modelUploadUri": None}, "modelUploadUri", "missing"),
        ({"trainingTypeCode": "SPECIAL"}, "trainingTypeCode", "NORMAL"),
        ({"parallelTrialCount": 2}, "parallelTrialCount", "not a field"),
    ],
)
def test_training_past_a_limit_is_refused(
    client: TestClient, body: Body, changes: dict[str, Any], field: str, accepted: str
) -> None:
    assert accepted in refused_fields(client, "trainings", body(**changes))[field]


def test_training_at_every_limit_is_accepted(client: TestClient, body: Body) -> None:
    whole = body(
        trainingName="x" * 50,
        description="x" * 255,
        hyperparameterList=parameters(100, "x" * 1000),
        datasetList=datasets(10),
        tagList=tags(10, "x" * 255),
        timeoutMinutes=720 * 60,
        dataStorageSize=10_000,
        modelUploadUri="nas://local:/" + "x/" * 121,
    )
    answer = client.post("trainings", json=whole)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["training"]["hyperparameterList"]) == 100


@pytest.mark.parametrize(
    ("body", "field", "accepted"),
    [
        ({"experimentName": "x" * 51}, "experimentName", "at most 50"),
        ({"experimentName": " "}, "experimentName", "at least one"),
        ({}, "experimentName", "missing"),
        ({"experimentName": "n", "description": "x" * 256}, "description", "at most 255"),
        ({"experimentName": "n", "tagList": tags(11)}, "tagList", "at most 10"),
        ({"experimentName": "n", "tagList": [*tags(1), *tags(1)]}, "tagList", "unique"),
        ({"experimentName": "n", "colour": "red"}, "colour", "not a field"),
    ],
)
def test_experiment_past_a_limit_is_refused(
    client: TestClient, body: dict[str, Any], field: str, accepted: str
) -> None:
    assert accepted in refused_fields(client, "experiments", body)[field]


@pytest.mark.parametrize(
    ("changes", "field", "accepted"),
    [
        ({"modelName": "x" * 51}, "modelName", "at most 50"),
        ({"description": "x" * 256}, "description", "at most 255"),
        ({"modelUploadUri": LONG_URI}, "modelUploadUri", "at most 255"),
        ({"frameworkVersion": "x" * 51}, "frameworkVersion", "at most 50"),
        ({"modelFormatCode": "COBOL"}, "modelFormatCode", "'SKLEARN'"),
        ({"modelFormatCode": None}, "modelFormatCode", "is needed"),
        ({"modelUploadUri": None}, "trainingId", "or modelUploadUri"),
        ({"tagList": tags(11)}, "tagList", "at most 10"),
        ({"colour": "red"}, "colour", "not a field"),
    ],
)
def test_model_past_a_limit_is_refused(client: TestClient, changes: dict[str, Any], field: str, accepted: str) -> None:
    body = {"modelName": "m", "modelUploadUri": "nas://local:/code", "modelFormatCode": "SKLEARN", **changes}
    assert accepted in refused_fields(client, "models", body)[field]


@pytest.mark.parametrize("kind", ["experiment", "training", "model"])
def test_update_has_the_limits_of_creation(client: TestClient, kind: str) -> None:
    body = {f"{kind}Name": "x" * 51, "description": "x" * 256, "tagList": tags(11), "status": "ACTIVE"}
    fields = refused_fields(client, f"{kind}s/any", body, "PUT")
    assert set(fields) == set(body)


@pytest.mark.parametrize("kind", ["experiment", "training", "model"])
def test_form_schema_tells_the_limits_that_are_enforced(client: TestClient, kind: str) -> None:
    answer = client.get(f"schemas/{kind}").json()
    schema = answer["schema"]
    assert schema["properties"][f"{kind}Name"]["maxLength"] == 50
    assert schema["properties"]["description"]["maxLength"] == 255
    assert schema["properties"]["tagList"]["maxItems"] == 10
    sections = {field["x-section"] for field in schema["properties"].values() if "x-section" in field}
    assert sections <= set(answer["sections"])
