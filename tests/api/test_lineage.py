"""Lineage over REST: recorded while a training runs, kept afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for

Body = Callable[..., dict[str, Any]]
GIT = {"commit": "a" * 40, "branch": "main", "dirty": True, "remote": "https://me:secret@example.com/r.git"}


def lineage(client: TestClient, training_id: str) -> dict[str, Any]:
    answer = client.get(f"trainings/{training_id}/lineage")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["lineage"]
    return found


def train(client: TestClient, body: dict[str, Any]) -> str:
    answer = client.post("trainings", json=body)
    assert answer.status_code == 200, answer.text
    training_id: str = answer.json()["training"]["trainingId"]
    path = f"trainings/{training_id}"
    wait_for(lambda: client.get(path).json()["training"]["trainingStatusCode"] == "COMPLETE", 30)
    return training_id


def test_lineage_goes_from_the_commit_to_the_model(client: TestClient, service: Backend, body: Body) -> None:
    whole = body(
        datasetList=[{"datasetName": "train", "dataUri": "nas://local:/code"}],
        hyperparameterList=[{"parameterName": "epochs", "parameterValue": "3"}],
        sourceGit=GIT,
    )
    (service.data_dir / "nas/local/code/train.py").write_text(
        "import os; open(os.environ['EM_MODEL_DIR'] + '/m', 'w').write('1')"
    )
    training_id = train(client, whole)
    client.post("models", json={"modelName": "m", "trainingId": training_id})
    found = lineage(client, training_id)
    assert found["source"]["git"] == {**GIT, "remote": "https://example.com/r.git"}
    assert found["source"]["contentHash"].startswith("sha256:")
    assert [each["datasetName"] for each in found["datasetList"]] == ["train"]
    assert found["datasetList"][0]["bytes"] > 0
    assert found["outputList"][0]["fileCount"] == 1
    assert [each["modelName"] for each in found["modelList"]] == ["m"]
    assert found["image"]["imageId"] == "local-cpu-python-training"
    assert found["hyperparameterList"] == whole["hyperparameterList"]
    assert (found["algorithm"], found["copiedFrom"]) == (None, None)


def test_copy_knows_its_original_also_when_that_is_gone(client: TestClient, body: Body) -> None:
    original = train(client, body())
    copy = train(client, client.get(f"trainings/{original}/copy").json()["training"])
    assert lineage(client, copy)["copiedFrom"] == {"trainingId": original, "trainingName": "t"}
    assert client.delete(f"trainings/{original}").status_code == 200
    assert lineage(client, copy)["copiedFrom"] == {"trainingId": original, "trainingName": ""}


def test_training_that_has_not_begun_shows_what_it_will_read(client: TestClient, body: Body) -> None:
    whole = body(datasetList=[{"datasetName": "d", "dataUri": "nas://local:/code"}])
    found = lineage(client, client.post("trainings", json=whole).json()["training"]["trainingId"])
    assert found["source"]["uri"] == "nas://local:/code"
    assert found["datasetList"][0]["dataUri"] == "nas://local:/code"


@pytest.mark.parametrize(
    ("git", "field"),
    [
        ({"commit": "no commit"}, "sourceGit.commit"),
        ({"commit": "a" * 40, "author": "me"}, "sourceGit.author"),
        ({"commit": "a" * 40, "dirty": "perhaps"}, "sourceGit.dirty"),
        ({"branch": "main"}, "sourceGit.commit"),
    ],
)
def test_commit_that_is_none_is_refused_by_name(client: TestClient, body: Body, git: Any, field: str) -> None:
    answer = client.post("trainings", json=body(sourceGit=git))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
