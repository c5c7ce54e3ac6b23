"""Experiments and models over REST: made, renamed, retried, deleted, and what is in the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for

Body = Callable[..., dict[str, Any]]


def create(client: TestClient, name: str, **fields: Any) -> dict[str, Any]:
    answer = client.post("experiments", json={"experimentName": name, **fields})
    assert answer.status_code == 200, answer.text
    experiment: dict[str, Any] = answer.json()["experiment"]
    return experiment


def test_experiment_is_active_as_soon_as_it_is_created(client: TestClient) -> None:
    made = create(client, "iris", description="d", tagList=[{"tagKey": "k", "tagValue": "v"}])
    assert made["experimentStatusCode"] == "ACTIVE"
    assert (made["description"], made["tagList"]) == ("d", [{"tagKey": "k", "tagValue": "v"}])
    assert made["createdBy"] == "owner"
    assert client.get(f"experiments/{made['experimentId']}").json()["experiment"] == made


def test_name_is_unique_in_the_project_also_when_renamed(client: TestClient) -> None:
    create(client, "first")
    second = create(client, "second")
    for answer in (
        client.post("experiments", json={"experimentName": "first"}),
        client.put(f"experiments/{second['experimentId']}", json={"experimentName": "first"}),
    ):
        assert (answer.status_code, answer.json()["header"]["resultCode"]) == (409, 409_001)
        assert answer.json()["errors"][0]["field"] == "experimentName"
    renamed = client.put(f"experiments/{second['experimentId']}", json={"experimentName": "third"}).json()
    assert renamed["experiment"]["experimentName"] == "third"
    create(client, "second")


def test_update_leaves_what_is_absent(client: TestClient) -> None:
    made = create(client, "e", description="kept", tagList=[{"tagKey": "k"}])
    changed = client.put(f"experiments/{made['experimentId']}", json={"description": "new"}).json()["experiment"]
    assert changed == {**made, "description": "new"}


def test_name_with_a_comma_is_never_taken_for_two(client: TestClient) -> None:
    def named(value: str) -> list[str]:
        found = client.get("experiments", params={"experimentNameList": value, "sort": "experimentName"}).json()
        return [each["experimentName"] for each in found["experimentList"]]

    create(client, "a")
    assert named("a,b") == []  # SDK 2 asks so before it creates "a,b"
    create(client, "b")
    assert named("a,b") == ["a", "b"]  # SDK 1 asks so for both
    create(client, "a,b")
    assert named("a,b") == ["a,b"]


def test_experiment_that_failed_is_retried_when_the_cause_is_gone(client: TestClient, service: Backend) -> None:
    directory = service.data_dir / "projects" / "default"
    in_the_way = next(path for path in _ancestors_of_logs(service) if not path.exists())
    in_the_way.parent.mkdir(parents=True, exist_ok=True)
    in_the_way.write_text("a file where a directory would be")
    made = create(client, "e")
    assert made["experimentStatusCode"] == "CREATE_FAILED", directory
    assert "could not be made" in made["experimentStatusReason"]
    in_the_way.unlink()
    retried = client.put(f"experiments/{made['experimentId']}/retry")
    assert retried.json()["experiment"]["experimentStatusCode"] == "ACTIVE"
    for method in ("PUT", "POST"):
        again = client.request(method, f"experiments/{made['experimentId']}/retry")
        assert (again.status_code, again.json()["header"]["resultCode"]) == (409, 409_003)


def _ancestors_of_logs(service: Backend) -> list[Any]:
    """The directories that hold TensorBoard logs, outermost first."""
    target = service.reconcilers._context.tensorboard_dir("default", "x").parent
    inside = [path for path in (target, *target.parents) if service.data_dir in path.parents]
    return list(reversed(inside))


def test_deleted_experiment_is_gone_and_its_name_free(client: TestClient) -> None:
    made = create(client, "e")
    assert client.delete(f"experiments/{made['experimentId']}").status_code == 200
    assert client.get(f"experiments/{made['experimentId']}").status_code == 404
    assert client.delete(f"experiments/{made['experimentId']}").status_code == 404
    create(client, "e")


def test_experiment_with_trainings_names_some_and_counts_the_rest(client: TestClient, body: Body) -> None:
    for number in range(7):
        assert client.post("trainings", json=body(trainingName=f"t{number}")).status_code == 200
    (experiment,) = client.get("experiments").json()["experimentList"]
    assert experiment["trainingCount"] == 7
    refused = client.delete(f"experiments/{experiment['experimentId']}")
    assert (refused.status_code, refused.json()["header"]["resultCode"]) == (409, 409_002)
    assert "trainings t6, t5, t4, t3, t2 and 2 more" in refused.json()["header"]["resultMessage"]


def test_experiment_made_on_the_spot_by_many_at_once_is_one(client: TestClient, body: Body) -> None:
    whole = body(experimentId=None, experimentName="together")

    def post(number: int) -> int:
        return client.post("trainings", json={**whole, "trainingName": f"t{number}"}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(post, range(6))) == [200] * 6
    found = client.get("experiments", params={"experimentNameList": "together"}).json()["experimentList"]
    assert [each["trainingCount"] for each in found] == [6]


def test_training_that_is_refused_leaves_no_experiment_behind(client: TestClient, body: Body) -> None:
    refused = body(experimentId=None, experimentName="never", entryPoint="missing.py")
    assert client.post("trainings", json=refused).status_code == 400
    assert client.get("experiments", params={"experimentNameList": "never"}).json()["experimentList"] == []


@pytest.mark.parametrize("status", ["CREATE_REQUESTED", "RUNNING"])
def test_model_of_a_training_that_is_not_complete_is_refused(
    client: TestClient, body: Body, service: Backend, status: str
) -> None:
    (service.data_dir / "nas/local/code/train.py").write_text("import time; time.sleep(600)")
    training_id = client.post("trainings", json=body()).json()["training"]["trainingId"]
    if status == "RUNNING":
        wait_for(lambda: client.get(f"trainings/{training_id}").json()["training"]["trainingStatusCode"] == status, 20)
    answer = client.post("models", json={"modelName": "m", "trainingId": training_id})
    assert (answer.status_code, answer.json()["header"]["resultCode"]) == (409, 409_003)


def test_models_are_listed_renamed_and_deleted(client: TestClient, source: str) -> None:
    made = [
        client.post("models", json={"modelName": name, "modelUploadUri": source, "modelFormatCode": "SKLEARN"}).json()[
            "model"
        ]
        for name in ("b", "a")
    ]
    page = client.get("models", params={"sort": "modelName", "limit": 1, "page": 2}).json()
    assert [each["modelName"] for each in page["modelList"]] == ["b"]
    assert page["paging"] == {"page": 2, "limit": 1, "totalCount": 2}
    changed = client.put(f"models/{made[0]['modelId']}", json={"modelName": "c"}).json()["model"]
    assert changed == {**made[0], "modelName": "c"}
    assert client.get("counts").json()["counts"]["model"] == {"total": 2, "byStatus": {"ACTIVE": 2}}
    assert client.delete(f"models/{made[0]['modelId']}").status_code == 200
    assert client.get(f"models/{made[0]['modelId']}").status_code == 404
    assert [each["modelName"] for each in client.get("models").json()["modelList"]] == ["a"]


def test_framework_the_vendors_sdk_does_not_know_is_told_where_it_does_not_look(
    client: TestClient, service: Backend
) -> None:
    (service.data_dir / "nas/local/onnx").mkdir(parents=True, exist_ok=True)
    body = {"modelName": "of-onnx", "modelFormatCode": "ONNX", "modelUploadUri": "nas://local:/onnx"}
    model = client.post("models", json=body).json()["model"]
    assert (model["modelFormatCode"], model["frameworkCode"]) == (None, "ONNX")
