"""Training templates over REST, and the search over all resources."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


def test_copy_holds_the_same_under_a_name_that_is_free(client: TestClient) -> None:
    made = create(client, "n" * 48, description="d", kind="HYPERPARAMETER_TUNING", tagList=[{"tagKey": "k"}])
    path = f"training-templates/{made['trainingTemplateId']}/copy"
    first = client.post(path).json()["trainingTemplate"]
    second = client.post(path, json={"description": "other"}).json()["trainingTemplate"]
    assert [first["trainingTemplateName"], second["trainingTemplateName"]] == ["n" * 45 + "-copy", "n" * 43 + "-copy-2"]
    same = ("content", "kind", "tagList", "description")
    assert [first[key] for key in same] == [made[key] for key in same]
    assert second["description"] == "other"
    taken = client.post(path, json={"trainingTemplateName": "n" * 48})
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "trainingTemplateName")
    assert client.post("training-templates/nobody/copy").status_code == 404
    assert client.post(path, json={"content": {}}).json()["errors"][0]["field"] == "content"


def test_kind_says_whose_form_it_fills(client: TestClient) -> None:
    create(client, "one")
    other = create(client, "two", kind="HYPERPARAMETER_TUNING")

    def of(kind: str) -> list[str]:
        found = client.get("training-templates", params={"kindList": kind}).json()["trainingTemplateList"]
        return [each["trainingTemplateName"] for each in found]

    assert (of("TRAINING"), of("HYPERPARAMETER_TUNING")) == (["one"], ["two"])
    client.put(f"training-templates/{other['trainingTemplateId']}", json={"kind": "TRAINING"})
    assert of("TRAINING") == ["two", "one"]
    refused = client.post("training-templates", json={"trainingTemplateName": "x", "kind": "OTHER", "content": {}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "kind")


def test_edits_at_once_are_all_kept(client: TestClient) -> None:
    made = create(client, "base", description="")
    path = f"training-templates/{made['trainingTemplateId']}"
    changes = [{"description": "d"}, {"tagList": [{"tagKey": "k"}]}, {"content": {"instanceCount": 2}}]
    with ThreadPoolExecutor(3) as pool:
        assert {answer.status_code for answer in pool.map(lambda each: client.put(path, json=each), changes)} == {200}
    found = client.get(path).json()["trainingTemplate"]
    assert (found["description"], len(found["tagList"]), found["content"]) == ("d", 1, {"instanceCount": 2})


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
    assert found(client, "whales")[0] == ("EXPERIMENT", "whales")  # the one called so
    assert found(client, "species=orca") == [("TRAINING_TEMPLATE", "whale template")]
    assert found(client, "tagKey") == []  # how it is kept is nothing to be found
    assert found(client, training["trainingId"][:13]) == [("TRAINING", "whale-1")]
    assert found(client, "north") == [("EXPERIMENT", "whales")]
    assert found(client, "orca") == [("TRAINING_TEMPLATE", "whale template")]
    assert found(client, training["trainingId"]) == [("TRAINING", "whale-1")]
    assert found(client, template["trainingTemplateId"]) == [("TRAINING_TEMPLATE", "whale template")]
    assert len(found(client, "whale", limit=2)) == 2
    assert found(client, "%") == found(client, "_") == []


def test_search_finds_korean_tags_of_models_and_experiments(client: TestClient, source: str) -> None:
    client.post("experiments", json={"experimentName": "e1", "tagList": [{"tagKey": "팀", "tagValue": "비전"}]})
    assert found(client, "비전") == found(client, "팀=비") == [("EXPERIMENT", "e1")]


@pytest.mark.parametrize(
    ("parameters", "field"), [({}, "query"), ({"query": ""}, "query"), ({"query": "a", "limit": 0}, "limit")]
)
def test_search_for_nothing_is_refused(client: TestClient, parameters: dict[str, Any], field: str) -> None:
    answer = client.get("search", params=parameters)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_search_leaves_out_what_was_deleted(client: TestClient) -> None:
    made = create(client, "gone")
    client.delete(f"training-templates/{made['trainingTemplateId']}")
    assert found(client, "gone") == []
