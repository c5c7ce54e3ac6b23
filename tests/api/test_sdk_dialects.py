"""The bodies the vendor's SDKs send, byte for byte in their spelling, and the fields their classes read."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


def posted(client: TestClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["header"]["isSuccessful"] is True
    found: dict[str, Any] = answer.json()[path.removesuffix("s")]
    return found


def experiment_of(client: TestClient, name: str) -> str:
    made: str = posted(client, "experiments", {"experimentName": name, "description": None})["experimentId"]
    return made


def complete(client: TestClient, training_id: str) -> dict[str, Any]:
    def training() -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"trainings/{training_id}").json()["training"]
        return found

    wait_for(lambda: training()["trainingStatusCode"] == "COMPLETE", 30)
    return training()


def test_sdk_1_sends_nulls_zero_processes_and_parameter_keys(client: TestClient, source: str) -> None:
    body = {
        "trainingName": "one",
        "description": None,
        "experimentId": experiment_of(client, "sdk-1"),
        "imageId": "local-cpu-python-training",
        "flavorId": "c1m1",
        "instanceCount": 1,
        "dataStorageSize": None,
        "algorithmId": None,
        "hyperparameterList": [{"parameterKey": "epochs", "parameterValue": "3"}],
        "datasetList": None,
        "checkPointInputUri": None,
        "checkPointUploadUri": None,
        "modelUploadUri": "nas://local:/out",
        "trainingTypeCode": "NORMAL",
        "timeoutMinutes": 720 * 60,
        "tagList": None,
        "useLog": False,
        "useTorchrun": False,
        "nprocPerNode": 0,
        "sourceDirUri": source,
        "entryPoint": "train.py",
    }
    training = posted(client, "trainings", body)
    assert training["hyperparameterList"] == [{"parameterName": "epochs", "parameterValue": "3"}]
    assert training["nprocPerNode"] == 1
    complete(client, training["trainingId"])
    model = posted(
        client,
        "models",
        {
            "modelName": "one",
            "description": None,
            "trainingId": training["trainingId"],
            "hyperparameterTuningId": None,
            "frameworkCode": None,
            "modelUploadUri": None,
            "tagList": None,
        },
    )
    assert model["training"] == {"trainingId": training["trainingId"], "trainingName": "one"}
    by_uri = posted(
        client,
        "models",
        {
            "modelName": "by uri",
            "description": None,
            "trainingId": None,
            "hyperparameterTuningId": None,
            "frameworkCode": "PYTORCH",
            "modelUploadUri": source,
            "tagList": None,
        },
    )
    assert (by_uri["modelFormatCode"], by_uri["frameworkCode"]) == ("PYTORCH", "PYTORCH")


def test_sdk_2_sends_what_is_set_and_reads_every_field_back(client: TestClient, source: str) -> None:
    body = {
        "experimentId": experiment_of(client, "sdk-2"),
        "imageId": "local-cpu-python-training",
        "flavorId": "c1m1",
        "instanceCount": 1,
        "datasetList": [{"datasetName": "train", "dataUri": source}],
        "sourceDirUri": source,
        "entryPoint": "train.py",
        "modelUploadUri": "nas://local:/out",
        "timeoutMinutes": 60,
        "useLog": False,
        "useTorchrun": False,
        "trainingName": "two",
        "hyperparameterList": [{"parameterName": "epochs", "parameterValue": "3"}],
        "trainingTypeCode": "NORMAL",
    }
    training = complete(client, posted(client, "trainings", body)["trainingId"])
    for key in set(body) - {"experimentId", "imageId", "flavorId"}:
        assert training[key] == body[key], key
    assert training["experiment"]["experimentId"] == body["experimentId"]
    assert training["image"]["imageId"] == "local-cpu-python-training"
    assert training["flavor"]["id"] == "c1m1"
    assert training["createdDatetime"].endswith("Z")
    assert training["elapsedTimeSeconds"] >= 0


def test_lists_are_whole_without_paging_because_sdks_ask_for_none(client: TestClient) -> None:
    for number in range(25):
        experiment_of(client, f"many-{number}")
    found = client.get("experiments").json()["experimentList"]
    assert len([each for each in found if each["experimentName"].startswith("many-")]) == 25


def test_flavors_are_narrowed_as_sdk_2_asks(client: TestClient) -> None:
    every = client.get("flavors").json()["flavorList"]
    assert client.get("flavors", params={"groupType": "TRAINING"}).json()["flavorList"] == every
    assert client.get("flavors", params={"algorithmId": "tabular"}).json()["flavorList"] == every
    assert client.get("flavors", params={"groupType": "NONE"}).json()["flavorList"] == []


def test_images_and_algorithms_name_each_other(client: TestClient) -> None:
    images = {each["imageId"] for each in client.get("images?groupTypeCodeList=TRAINING").json()["imageList"]}
    for algorithm in client.get("algorithms").json()["algorithmList"]:
        assert {algorithm["cpuTrainingImageId"], algorithm["gpuTrainingImageId"]} <= images
