"""Training templates over REST, and the search over all resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

Body = Callable[..., dict[str, Any]]
CONTENT = {
    "imageId": "local-cpu-python-training",
    "hyperparameterList": [{"parameterName": "epochs", "parameterValue": "3"}],
}


def create(client: TestClient, name: str, content: dict[str, Any] = CONTENT, **fields: Any) -> dict[str, Any]:
    answer = client.post("training-templates", json={"trainingTemplateName": name, "content": content, **fields})
    assert answer.status_code == 200, answer.text
    template: dict[str, Any] = answer.json()["trainingTemplate"]
    return template


def test_template_keeps_only_what_was_given_and_fills_a_training(client: TestClient, body: Body) -> None:
    made = create(client, "base", tagList=[{"tagKey": "team", "tagValue": "a"}])
    assert made["content"] == CONTENT
    assert client.get(f"training-templates/{made['trainingTemplateId']}").json()["trainingTemplate"] == made
    answer = client.post("trainings", json={**body(), **made["content"]})
    assert answer.json()["training"]["hyperparameterList"] == CONTENT["hyperparameterList"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"instanceCount": 99}, "content.instanceCount"),
        ({"epochs": 3}, "content.epochs"),
        ({"entryPoint": "../train.py"}, "content.entryPoint"),
        ({"trainingName": "t"}, "content.trainingName"),
        ({"hyperparameterList": [{"parameterName": "a b", "parameterValue": "1"}]}, "content.hyperparameterList"),
    ],
)
def test_content_is_checked_as_a_trainings(client: TestClient, content: dict[str, Any], field: str) -> None:
    answer = client.post("training-templates", json={"trainingTemplateName": "bad", "content": content})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert client.get("training-templates").json()["trainingTemplateList"] == []


def test_update_replaces_content_and_leaves_what_is_absent(client: TestClient) -> None:
    made = create(client, "base", description="kept")
    path = f"training-templates/{made['trainingTemplateId']}"
    changed = client.put(path, json={"content": {"instanceCount": 2}}).json()["trainingTemplate"]
    assert changed == {**made, "content": {"instanceCount": 2}}
    renamed = client.put(path, json={"trainingTemplateName": "other"}).json()["trainingTemplate"]
    assert (renamed["trainingTemplateName"], renamed["content"]) == ("other", {"instanceCount": 2})


def test_name_is_unique_also_when_renamed_and_free_after_deletion(client: TestClient) -> None:
    first, second = create(client, "first"), create(client, "second")
    for answer in (
        client.post("training-templates", json={"trainingTemplateName": "first", "content": {}}),
        client.put(f"training-templates/{second['trainingTemplateId']}", json={"trainingTemplateName": "first"}),
    ):
        assert answer.status_code == 409
        assert answer.json()["errors"][0]["field"] == "trainingTemplateName"
    assert client.delete(f"training-templates/{first['trainingTemplateId']}").status_code == 200
    assert client.get(f"training-templates/{first['trainingTemplateId']}").status_code == 404
    create(client, "first")


def test_list_is_paged_searched_and_counted(client: TestClient) -> None:
    for name in ("a", "b", "c"):
        create(client, name)
    page = client.get("training-templates", params={"page": 1, "limit": 2, "sort": "trainingTemplateName"}).json()
    assert [each["trainingTemplateName"] for each in page["trainingTemplateList"]] == ["a", "b"]
    assert page["paging"]["totalCount"] == 3
    assert client.get("counts").json()["counts"]["trainingTemplate"]["total"] == 3


def found(client: TestClient, query: str, **more: Any) -> list[tuple[str, str]]:
    answer = client.get("search", params={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return [(each["resourceType"], each["name"]) for each in answer.json()["resultList"]]


def test_search_finds_every_kind_by_name_description_tag_and_id(client: TestClient, body: Body) -> None:
    template = create(client, "whale template", tagList=[{"tagKey": "species", "tagValue": "orca"}])
    client.post("experiments", json={"experimentName": "whales", "description": "of the north"})
    training = client.post("trainings", json=body(trainingName="whale-1")).json()["training"]
    client.post(
        "models", json={"modelName": "whale model", "modelUploadUri": "nas://local:/code", "modelFormatCode": "SKLEARN"}
    )
    assert found(client, "WHALE") == [
        ("MODEL", "whale model"),
        ("TRAINING", "whale-1"),
        ("EXPERIMENT", "whales"),
        ("TRAINING_TEMPLATE", "whale template"),
    ]
    assert found(client, "north") == [("EXPERIMENT", "whales")]
    assert found(client, "orca") == [("TRAINING_TEMPLATE", "whale template")]
    assert found(client, training["trainingId"]) == [("TRAINING", "whale-1")]
    assert found(client, template["trainingTemplateId"]) == [("TRAINING_TEMPLATE", "whale template")]
    assert len(found(client, "whale", limit=2)) == 2
    assert found(client, "%") == found(client, "_") == []


def test_search_leaves_out_what_was_deleted(client: TestClient) -> None:
    made = create(client, "gone")
    client.delete(f"training-templates/{made['trainingTemplateId']}")
    assert found(client, "gone") == []
