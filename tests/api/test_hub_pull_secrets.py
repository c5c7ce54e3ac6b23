"""With what private images are pulled: the hub itself learns it, for the start that is in progress, and nobody else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.engines.registry import Registries
from jupyter_easymaker.resources.image import BASE_LABEL
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store.hub_tables import NotebookRow
from tests.api.notebooks import backend_of_a_hub, client_of
from tests.registry import Registry, registry

__all__ = ["registry"]
_HUB = "token-of-the-hub"


@pytest.fixture
def backend(tmp_path: Path, registry: Registry) -> Iterator[Backend]:
    with backend_of_a_hub(tmp_path) as made:
        context = made.app.state.context
        made.app.state.context = replace(
            context, hub_token=_HUB, notebook_containers=True, registries=Registries([], [registry.host])
        )
        yield made


@pytest.fixture
def notebook_id(backend: Backend, registry: Registry) -> str:
    """A notebook of ada's whose image wants credentials."""
    address = registry.push("team/lab", "1", {BASE_LABEL: "nb"})
    account = {"registryAccountName": "robot", "loginId": registry.login, "password": registry.password}
    image = {"imageName": "mine", "address": address, "groupTypeCode": "NOTEBOOK", "baseImageId": "nb"}
    with client_of(backend, "ada") as ada:
        made = ada.post("images", json={**image, "registryAccount": account})
        assert made.status_code == 200, made.text
        body = {"notebookName": "n", "imageId": made.json()["image"]["imageId"], "flavorId": "small"}
        answer = ada.post("notebooks", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["notebook"]["notebookId"])


def ask(backend: Backend, token: str, path: str, **body: Any) -> Any:
    headers = {"X-EasyMaker-Token": token} if token else {}
    client = TestClient(backend.app, raise_server_exceptions=False)
    return client.post(f"/v1.0/hub/{path}", headers=headers, json=body)


def start_of(backend: Backend, notebook_id: str) -> dict[str, Any]:
    """Have ada's server started; return what its spawner is told in her name."""
    with backend.database.reading() as session:
        server = session.get_one(NotebookRow, notebook_id).server_name
    told: dict[str, Any] = ask(backend, "ada", "servers", serverName=server).json()["server"]
    return told


def test_hub_learns_what_the_image_it_starts_is_pulled_with(
    backend: Backend, notebook_id: str, registry: Registry
) -> None:
    told = start_of(backend, notebook_id)
    assert told["pullSecret"] is True
    assert registry.password not in json.dumps(told)
    answer = ask(backend, _HUB, "pull-secrets", notebookId=told["notebookId"], actionId=told["actionId"])
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    found = json.loads(answer.json()["pullSecret"]["dockerConfigJson"])["auths"][registry.host]
    assert (found["username"], found["password"]) == (registry.login, registry.password)
    assert base64.b64decode(found["auth"]).decode() == f"{registry.login}:{registry.password}"


@pytest.mark.parametrize(
    ("token", "status"),
    [("", 401), ("nobody's", 401), ("ada", 403), ("bo", 403), ("eve", 403), ("token-of-the-owner", 403)],
)
def test_nobody_else_does_not_even_its_owner(
    backend: Backend, notebook_id: str, registry: Registry, token: str, status: int
) -> None:
    told = start_of(backend, notebook_id)
    answer = ask(backend, token, "pull-secrets", notebookId=told["notebookId"], actionId=told["actionId"])
    assert answer.status_code == status, answer.text
    assert registry.password not in answer.text


def test_backend_of_no_hub_answers_nobody(backend: Backend, notebook_id: str) -> None:
    told = start_of(backend, notebook_id)
    backend.app.state.context = replace(backend.app.state.context, hub_token="")
    answer = ask(backend, "", "pull-secrets", notebookId=told["notebookId"], actionId=told["actionId"])
    assert answer.status_code == 401


def test_start_that_is_over_is_not_answered(backend: Backend, notebook_id: str) -> None:
    told = start_of(backend, notebook_id)
    answer = ask(backend, _HUB, "pull-secrets", notebookId=told["notebookId"], actionId="an-earlier-start")
    assert answer.status_code == 404
    with client_of(backend, "ada") as ada:
        made = ada.post("notebooks", json={"notebookName": "p", "imageId": "nb", "flavorId": "small"})
    provided = start_of(backend, made.json()["notebook"]["notebookId"])
    assert provided["pullSecret"] is False
    assert ask(backend, _HUB, "pull-secrets", notebookId=provided["notebookId"], actionId="x").status_code == 404


def test_restarted_notebook_takes_an_upgraded_provided_image(backend: Backend) -> None:
    with client_of(backend, "ada") as ada:
        made = ada.post("notebooks", json={"notebookName": "p", "imageId": "nb", "flavorId": "small"})
    notebook_id = made.json()["notebook"]["notebookId"]
    assert start_of(backend, notebook_id)["imageAddress"] == ""
    context = backend.app.state.context
    upgraded = tuple(
        each.model_copy(update={"address": "registry.example.com/lab:2"}) if each.image_id == "nb" else each
        for each in context.catalogue.images
    )
    backend.app.state.context = replace(context, catalogue=replace(context.catalogue, images=upgraded))
    assert start_of(backend, notebook_id)["imageAddress"] == "registry.example.com/lab:2"
    with backend.database.reading() as session:
        assert session.get_one(NotebookRow, notebook_id).image["address"] == "registry.example.com/lab:2"
