"""Trainings that could never run, or whose results could never be kept: refused before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend

Body = Callable[..., dict[str, Any]]


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    (shared_service.data_dir / "nas/local/code/directory.py").mkdir(parents=True, exist_ok=True)
    return shared_service


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"trainingName": "x" * 51}, "trainingName", "at most 50"),
        ({"flavorId": "huge"}, "flavorId", "there are c1m1"),
        ({"imageId": "none"}, "imageId", "the training images are"),
        ({"imageId": "local-gpu-python-training"}, "flavorId", "no GPU instance type"),
        ({"instanceCount": 10}, "instanceCount", "could never start"),
        ({"sourceDirUri": "nas://local:/missing"}, "sourceDirUri", "does not exist"),
        ({"sourceDirUri": "nas://local:/../etc"}, "sourceDirUri", ".."),
        ({"sourceDirUri": "nas://other:/x"}, "sourceDirUri", "no NAS other"),
        ({"sourceDirUri": "http://example.com/x"}, "sourceDirUri", "not a storage path"),
        ({"sourceDirUri": "file:///etc"}, "sourceDirUri", "outside of what"),
        ({"entryPoint": "missing.py"}, "entryPoint", "does not exist"),
        ({"entryPoint": "../train.py"}, "entryPoint", "inside the source directory"),
        ({"modelUploadUri": "nas://nowhere:/x"}, "modelUploadUri", "no NAS nowhere"),
        (
            {"datasetList": [{"datasetName": "d", "dataUri": "nas://local:/code/../../x"}]},
            "datasetList.0.dataUri",
            "..",
        ),
        ({"algorithmId": "magic", "sourceDirUri": None, "entryPoint": None}, "algorithmId", "there are tabular"),
        ({"sourceDirUri": "nas://local:/code/train.py"}, "sourceDirUri", "a directory is needed"),
        ({"entryPoint": "directory.py"}, "entryPoint", "a file is needed"),
        ({"modelUploadUri": "nas://local:/code/train.py"}, "modelUploadUri", "is a file"),
        ({"checkPointUploadUri": "nas://local:/code/train.py/deep"}, "checkPointUploadUri", "is a file"),
    ],
)
def test_training_that_could_not_run_is_refused_and_leaves_nothing(
    client: TestClient, body: Body, changes: dict[str, Any], field: str, sentence: str
) -> None:
    before = client.get("counts").json()
    answer = client.post("trainings", json=body(**changes))
    assert answer.status_code == 400, answer.text
    refused = answer.json()
    assert refused["header"]["isSuccessful"] is False
    (error,) = [each for each in refused["errors"] if each["field"] == field]
    assert sentence in error["message"]
    assert client.get("counts").json() == before
