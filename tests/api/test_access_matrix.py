"""Every route of the OpenAPI document for everybody there is, on resources that are really there.

``tests/api/test_access.py`` asks for what does not exist; here a leak would show something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.resources.notebook import NotebookStatus
from jupyter_easymaker.resources.training import TrainingStatus
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store.hub_tables import NotebookRow
from jupyter_easymaker.store.tables import TrainingRow
from tests.api.notebooks import backend_of_a_hub, client_of

SECRET = "secret-of-the-project"
PUBLIC = {"/health", "/nhn-api-gateway"}
ENDLESS = re.compile(r"/(events|logs/stream)$")
METHODS = ("get", "post", "put", "delete")
OF_THE_OWNER = re.compile(r"/notebooks/\{notebook_id\}/inside")
NEEDS_MORE = re.compile(
    # What needs parameters of its own, a job that ran, a running notebook, or a browser's token.
    r"(/search|/comparison|/logs|/sources/|/storages|/tensorboards/|/monitoring|/outputs|/trials/|/files|/inside|/lineage|/metrics|/iaas-token|/schema$)"
)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with backend_of_a_hub(tmp_path_factory.mktemp("matrix")) as made:
        yield made


@pytest.fixture(scope="module")
def ids(backend: Backend) -> dict[str, str]:
    """One of everything in the project default, by the name its parameter has in paths."""
    with client_of(backend, "ada") as ada:
        found = {
            "experiment_id": _made(ada, "experiments", "experiment", experimentName=SECRET),
            "model_id": _made(
                ada, "models", "model", modelName=SECRET, modelFormatCode="PYTORCH", modelUploadUri="nas://local:/"
            ),
            "training_template_id": _made(
                ada, "training-templates", "trainingTemplate", trainingTemplateName=SECRET, content={}
            ),
            "account_id": _made(
                ada, "registry-accounts", "registryAccount", registryAccountName=SECRET, loginId=SECRET, password="p"
            ),
            "notebook_id": _made(ada, "notebooks", "notebook", notebookName=SECRET, imageId="nb", flavorId="small"),
        }
        found["image_id"] = _made(
            ada,
            "images",
            "image",
            imageName=SECRET,
            address=f"ghcr.io/{SECRET}/i:1",
            groupTypeCode="TRAINING",
            baseImageId="local-cpu-python-training",
            registryAccountId=found["account_id"],
        )
        code = backend.data_dir / "nas/local/code"
        code.mkdir(parents=True)
        (code / "train.py").touch()
        board = ada.post("storages/tensorboard", json={"uri": "nas://local:/code"}).json()["tensorboard"]["path"]
        found["key"] = board.split("/")[1]  # of a TensorBoard
        run = {
            "experimentId": found["experiment_id"],
            "imageId": "local-cpu-python-training",
            "flavorId": "small",
            "sourceDirUri": "nas://local:/code",
            "entryPoint": "train.py",
            "modelUploadUri": "nas://local:/out",
        }
        found["training_id"] = _made(ada, "trainings", "training", trainingName=SECRET, **run)
        found["tuning_id"] = _made(
            ada,
            "hyperparameter-tunings",
            "hyperparameterTuning",
            hyperparameterTuningName=SECRET,
            tuningStrategyName="GRID",
            objectiveMetric={"name": "loss"},
            hyperparameterSpecList=[
                {
                    "hyperparameterName": "x",
                    "hyperparameterTypeCode": "double",
                    "hyperparameterMinValue": "0",
                    "hyperparameterMaxValue": "4",
                    "hyperparameterStep": "1",
                }
            ],
            **run,
        )
        found |= _endpoint(ada, backend)
    with backend.database.session() as session:
        session.get_one(NotebookRow, found["notebook_id"]).status = NotebookStatus.STOPPED
        session.get_one(TrainingRow, found["training_id"]).status = TrainingStatus.CREATE_FAILED
    return found


def _endpoint(client: TestClient, backend: Backend) -> dict[str, str]:
    artifact = backend.data_dir / "nas/local/artifact"
    artifact.mkdir()
    (artifact / "model.joblib").touch()
    uri = "nas://local:/artifact"
    model = _made(client, "models", "model", modelName="served", modelFormatCode="SKLEARN", modelUploadUri=uri)
    resource = {"modelId": model, "apigwResourceUri": "/inference", "podCount": 1}
    endpoint = _made(
        client, "endpoints", "endpoint", endpointName=SECRET, flavorId="small", endpointModelResourceList=[resource]
    )
    key = client.post(f"endpoints/{endpoint}/api-keys", json={"apiKeyName": SECRET}).json()["apiKey"]["apiKeyId"]
    (stage,) = client.get("endpoint-stages").json()["endpointStageList"]
    (served,) = client.get("endpoint-models").json()["endpointModelList"]
    batch = _made(
        client,
        "batch-inferences",
        "batchInference",
        batchInferenceName=SECRET,
        flavorId="small",
        modelId=model,
        inputDataUri=uri,
        outputUploadUri="nas://local:/scored",
    )
    return {
        "batch_inference_id": batch,
        "endpoint_id": endpoint,
        "key_id": key,
        "stage_id": stage["endpointStageId"],
        "endpoint_model_id": served["endpointModelId"],
    }


def _made(client: TestClient, path: str, kind: str, **body: Any) -> str:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()[kind][f"{kind}Id"])


def routes(backend: Backend) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in backend.app.openapi()["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                yield method, path, operation


def filled(path: str, ids: dict[str, str], appkey: str) -> str:
    known = {"appkey": appkey, "form": "training", **ids}
    return re.sub(r"\{(\w+)(?::path)?\}", lambda found: known.get(found[1], "nobody"), path)


def ask(backend: Backend, method: str, path: str, token: str | None) -> Any:
    client = TestClient(backend.app, raise_server_exceptions=False)
    headers = {"X-EasyMaker-Token": token} if token else {}
    if ENDLESS.search(path):  # would never end for those who may follow it
        path += "?lastEventId=-1" if path.endswith("/events") else "?offset=-1"
    return client.request(method, path, headers=headers)


def names_of_parameters(path: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", path)) - {"appkey", "form"}


def test_the_matrix_knows_every_kind_of_resource(backend: Backend, ids: dict[str, str]) -> None:
    parameters = {name for _, path, _ in routes(backend) for name in names_of_parameters(path) if name.endswith("_id")}
    assert parameters - set(ids) <= {"user_id", "group_id", "resource_id", "trial_id"}, (
        "give the matrix one of the new kind"
    )


def test_nobody_without_a_token_gets_an_answer(backend: Backend, ids: dict[str, str]) -> None:
    answered = {
        path
        for method, path, _ in routes(backend)
        if ask(backend, method, filled(path, ids, "default"), None).status_code != 401
    }
    assert answered == PUBLIC


def test_another_projects_member_is_told_that_there_is_nothing(backend: Backend, ids: dict[str, str]) -> None:
    for method, path, _ in routes(backend):
        if "{appkey}" not in path:
            continue
        answer = ask(backend, method, filled(path, ids, "default"), "eve")
        assert answer.status_code == 404, (method, path, answer.text)
        assert SECRET not in answer.text, (method, path)


def test_ids_of_another_project_open_nothing_from_ones_own(backend: Backend, ids: dict[str, str]) -> None:
    for method, path, _ in routes(backend):
        if "{appkey}" not in path:
            continue
        answer = ask(backend, method, filled(path, ids, "other"), "eve")
        assert SECRET not in answer.text, (method, path)
        if names_of_parameters(path) & set(ids):
            # A body that is missing is refused before anything is looked up.
            assert answer.status_code in (400, 404), (method, path, answer.status_code, answer.text)


@pytest.mark.parametrize("token", ["ada", "bo", "token-of-the-owner"])
def test_members_and_administrators_read_what_is_there(backend: Backend, ids: dict[str, str], token: str) -> None:
    for method, path, operation in routes(backend):
        needed = [each for each in operation.get("parameters", ()) if each.get("required") and each["in"] == "query"]
        if method != "get" or "{appkey}" not in path or needed or ENDLESS.search(path) or NEEDS_MORE.search(path):
            continue
        answer = ask(backend, method, filled(path, ids, "default"), token)
        assert "no member of it" not in answer.text, (path, answer.text)
        # A part of something that is there need not be: the notebook of a training that has none.
        allowed = {200, 404} if names_of_parameters(path) else {200}
        assert answer.status_code in allowed, (path, answer.text)


def test_administration_is_for_administrators(backend: Backend, ids: dict[str, str]) -> None:
    for method, path, _ in routes(backend):
        if "{appkey}" in path or path in PUBLIC or path.endswith(("/users/me", "/hub/servers", "/hub/pull-secrets")):
            continue
        if "/tensorboards/" in path or "/storages" in path or path.endswith("-tokens"):
            continue
        assert ask(backend, method, filled(path, ids, "default"), "ada").status_code == 403, (method, path)
        assert ask(backend, method, filled(path, ids, "default"), "token-of-the-owner").status_code != 403, path


def test_notebook_is_changed_by_its_owner_and_administrators_only(backend: Backend, ids: dict[str, str]) -> None:
    changing = [
        (method, path)
        for method, path, _ in routes(backend)
        if "{notebook_id}" in path and (method != "get" or OF_THE_OWNER.search(path))
    ]
    assert len(changing) >= 7
    for method, path in changing:
        body = {"flavorId": "large"} if path.endswith("/flavor") else {}
        url = filled(path, ids, "default")
        client = TestClient(backend.app, raise_server_exceptions=False)
        asked = client.request(method, url, headers={"X-EasyMaker-Token": "bo"}, json=None if method == "get" else body)
        assert asked.status_code == 403, (method, path, asked.text)


@pytest.mark.parametrize(
    ("path", "field", "body"),
    [
        ("trainings", "experiment_id", {"trainingName": "t", "experimentId": "?"}),
        ("models", "training_id", {"modelName": "m", "trainingId": "?"}),
        ("models", "tuning_id", {"modelName": "m", "hyperparameterTuningId": "?"}),
        ("images", "account_id", {"imageName": "i", "registryAccountId": "?"}),
        ("trainings", "image_id", {"trainingName": "t", "experimentName": "e", "imageId": "?"}),
    ],
)
def test_body_cannot_name_what_another_project_has(
    backend: Backend, ids: dict[str, str], path: str, field: str, body: dict[str, Any]
) -> None:
    whole = {
        "trainings": {
            "imageId": "local-cpu-python-training",
            "flavorId": "small",
            "sourceDirUri": "nas://local:/",
            "entryPoint": "train.py",
            "modelUploadUri": "nas://local:/out",
        },
        "models": {"modelFormatCode": "PYTORCH"},
        "images": {
            "address": "ghcr.io/a/b:1",
            "groupTypeCode": "TRAINING",
            "baseImageId": "local-cpu-python-training",
        },
    }[path]
    filled_in = {key: ids[field] if value == "?" else value for key, value in {**whole, **body}.items()}
    answer = client_of(backend, "eve", "other").post(path, json=filled_in)
    assert answer.status_code in (400, 404), answer.text
    assert SECRET not in answer.text
