"""Trainings over REST: made, listed, refused, stopped, copied, deleted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.waiting import wait_for

Body = Callable[..., dict[str, Any]]


def status_of(client: TestClient, training_id: str) -> str:
    status: str = client.get(f"trainings/{training_id}").json()["training"]["trainingStatusCode"]
    return status


def create(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("trainings", json=body)
    assert answer.status_code == 200, answer.text
    training: dict[str, Any] = answer.json()["training"]
    return training


def completed(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    training = create(client, body)
    wait_for(lambda: status_of(client, training["trainingId"]) == "COMPLETE", 20)
    whole: dict[str, Any] = client.get(f"trainings/{training['trainingId']}").json()["training"]
    return whole


def test_training_runs_to_complete_and_its_log_is_read(client: TestClient, body: Body) -> None:
    training = completed(client, body(hyperparameterList=[{"parameterName": "a", "parameterValue": "1"}]))
    assert training["hyperparameterList"] == [{"parameterName": "a", "parameterValue": "1"}]
    assert training["experiment"]["experimentName"] == "e"
    log = client.get(f"trainings/{training['trainingId']}/logs").json()["log"]
    assert (log["text"], log["complete"]) == ("ran\n", True)
    download = client.get(f"trainings/{training['trainingId']}/logs/download")
    assert download.text == "ran\n"
    with client.stream("GET", f"trainings/{training['trainingId']}/logs/stream") as stream:
        told = stream.read().decode()
    assert "event: log" in told
    assert '"statusCode": "COMPLETE"' in told


def test_algorithm_parameters_are_checked_before_anything_runs(client: TestClient, body: Body) -> None:
    parameters = [{"parameterName": "iterations", "parameterValue": "many"}]
    answer = client.post(
        "trainings", json=body(algorithmId="tabular", sourceDirUri=None, entryPoint=None, hyperparameterList=parameters)
    )
    assert answer.status_code == 400
    assert "iterations is 'many'" in answer.text
    assert "data set train is missing" in answer.text


def test_experiment_is_made_on_the_spot_once(client: TestClient, body: Body) -> None:
    for _ in range(2):
        create(client, body(experimentId=None, experimentName="new", experimentDescription="made with it"))
    found = client.get("experiments", params={"experimentNameList": "new"}).json()["experimentList"]
    assert [(each["description"], each["trainingCount"]) for each in found] == [("made with it", 2)]


def test_unknown_experiment_is_refused(client: TestClient, body: Body) -> None:
    assert client.post("trainings", json=body(experimentId="nobody")).status_code == 404


def test_list_is_paged_sorted_searched_and_filtered(client: TestClient, body: Body) -> None:
    for name in ("b", "a", "c"):
        create(client, body(trainingName=name))
    page = client.get("trainings", params={"page": 1, "limit": 2, "sort": "trainingName"}).json()
    assert [each["trainingName"] for each in page["trainingList"]] == ["a", "b"]
    assert page["paging"] == {"page": 1, "limit": 2, "totalCount": 3}
    assert [each["trainingName"] for each in client.get("trainings?search=C").json()["trainingList"]] == ["c"]
    assert len(client.get("trainings?trainingNameList=a,b").json()["trainingList"]) == 2
    assert len(client.get("trainings").json()["trainingList"]) == 3


@pytest.mark.parametrize("query", ["sort=colour", "page=0", "limit=100000", "colour=red", "limit=x"])
def test_wrong_list_parameter_is_refused_by_name(client: TestClient, query: str) -> None:
    answer = client.get(f"trainings?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.split("=")[0]


def test_running_training_is_stopped_but_not_deleted(client: TestClient, body: Body, service: Any) -> None:
    (service.data_dir / "nas/local/code/train.py").write_text("import time; time.sleep(600)")
    training_id = create(client, body())["trainingId"]
    wait_for(lambda: status_of(client, training_id) == "RUNNING", 20)
    refused = client.delete(f"trainings/{training_id}")
    assert (refused.status_code, "stop it" in refused.text) == (409, True)
    assert client.put(f"trainings/{training_id}/stop").status_code == 200
    wait_for(lambda: status_of(client, training_id) == "STOPPED", 10)
    assert client.put(f"trainings/{training_id}/stop").status_code == 409
    assert client.delete(f"trainings/{training_id}").status_code == 200
    assert client.get(f"trainings/{training_id}").status_code == 404
    wait_for(lambda: service.engine.names() == [])


def test_failed_training_shows_why_with_its_last_lines(client: TestClient, body: Body, service: Any) -> None:
    (service.data_dir / "nas/local/code/train.py").write_text("print('before'); raise ValueError('bad data')")
    training_id = create(client, body())["trainingId"]
    wait_for(lambda: status_of(client, training_id) == "FAIL_TRAIN", 20)
    training = client.get(f"trainings/{training_id}").json()["training"]
    assert "ValueError: bad data" in training["trainingStatusReason"]
    assert training["exitCode"] == 1
    assert "before" in training["logTail"]


def test_copy_is_the_same_training_under_a_name_that_fits(client: TestClient, body: Body) -> None:
    first = create(client, body(trainingName="x" * 50, useLog=True, tagList=[{"tagKey": "k", "tagValue": "v"}]))
    copied = client.get(f"trainings/{first['trainingId']}/copy").json()["training"]
    assert copied["trainingName"] == "x" * 45 + "-copy"
    second = create(client, copied)
    for key in ("sourceDirUri", "entryPoint", "modelUploadUri", "useLog", "tagList", "experiment"):
        assert second[key] == first[key]


def test_training_is_renamed_without_losing_the_rest(client: TestClient, body: Body) -> None:
    training_id = create(client, body(description="kept"))["trainingId"]
    assert client.put(f"trainings/{training_id}", json={"trainingName": "new"}).status_code == 200
    training = client.get(f"trainings/{training_id}").json()["training"]
    assert (training["trainingName"], training["description"]) == ("new", "kept")


def test_model_is_made_from_a_complete_training_only_and_keeps_it(client: TestClient, body: Body, service: Any) -> None:
    (service.data_dir / "nas/local/code/train.py").write_text(
        "import os; open(os.environ['EM_MODEL_DIR'] + '/m', 'w').write('x')"
    )
    training = completed(client, body())
    training_id = training["trainingId"]
    model = client.post("models", json={"modelName": "m", "trainingId": training_id}).json()["model"]
    assert model["modelUploadUri"] == training["modelUri"] == f"nas://local:/out/{training_id}"
    refused = client.delete(f"trainings/{training_id}")
    assert (refused.status_code, refused.json()["header"]["resultCode"]) == (409, 409_002)
    assert "models m" in refused.text
    experiment_id = training["experiment"]["experimentId"]
    assert "trainings t" in client.delete(f"experiments/{experiment_id}").text
    assert client.delete(f"models/{model['modelId']}").status_code == 200
    assert client.delete(f"trainings/{training_id}").status_code == 200
    assert client.delete(f"experiments/{experiment_id}").status_code == 200


def test_model_from_a_path_needs_an_artifact_and_a_framework(client: TestClient, source: str) -> None:
    assert "modelFormatCode is needed" in client.post("models", json={"modelName": "m", "modelUploadUri": source}).text
    missing = {"modelName": "m", "modelUploadUri": "nas://local:/no", "modelFormatCode": "SKLEARN"}
    assert client.post("models", json=missing).json()["errors"][0]["field"] == "modelUploadUri"
    made = client.post("models", json={"modelName": "m", "modelUploadUri": source, "frameworkCode": "SKLEARN"}).json()
    assert made["model"]["modelFormatCode"] == "SKLEARN"


def archive(**files: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return data.getvalue()


def upload(client: TestClient, data: bytes) -> Any:
    return client.post("sources", content=data, headers={"Content-Type": "application/zip"})


def test_uploaded_source_is_kept_once_and_trains(client: TestClient, body: Body) -> None:
    first, second = (upload(client, archive(**{"train.py": "print('uploaded')"})).json() for _ in range(2))
    assert first["sourceDirUri"] == second["sourceDirUri"]
    training = completed(client, body(sourceDirUri=first["sourceDirUri"]))
    assert client.get(f"trainings/{training['trainingId']}/logs").json()["log"]["text"] == "uploaded\n"
