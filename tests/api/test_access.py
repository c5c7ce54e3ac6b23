"""Who may do what: every route of the OpenAPI document, for everyone there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend

HUB_ONLY = {"/v1.0/hub/pull-secrets"}
"""Passwords of registries: for the hub itself, and nobody's token."""
PUBLIC = {"/health", "/nhn-api-gateway"}
ADMIN = re.compile(r"/v1\.0/(users|projects|admin)|/metrics")
METHODS = ("get", "post", "put", "delete")


def routes(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in document["paths"].items():
        for method in operations:
            if method in METHODS:
                yield method, path


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


@pytest.fixture
def bare(client: TestClient) -> TestClient:
    """A client without a token, at the server's root."""
    del client.headers["X-EasyMaker-Token"]
    client.base_url = client.base_url.copy_with(path="/")
    return client


def ask(client: TestClient, method: str, path: str, token: str | None) -> int:
    path = path.replace("{appkey}", "default").replace("{form}", "training")
    path = re.sub(r"\{\w+\}", "nobody", path)
    headers = {"X-EasyMaker-Token": token} if token else {}
    if path.endswith("/events"):  # an endless stream for those who may follow it
        path += "?lastEventId=-1"
    return client.request(method, path, headers=headers).status_code


def test_no_route_answers_without_a_token(bare: TestClient) -> None:
    found = list(routes(bare.get("/openapi.json").json()))
    assert len(found) > 30
    answered = {path for method, path in found if ask(bare, method, path, None) != 401}
    assert answered == PUBLIC


def test_wrong_token_opens_nothing(bare: TestClient) -> None:
    for method, path in routes(bare.get("/openapi.json").json()):
        assert path in PUBLIC or ask(bare, method, path, "guessed") == 401, path


def test_another_projects_member_finds_nothing(bare: TestClient, tokens: dict[str, str]) -> None:
    for method, path in routes(bare.get("/openapi.json").json()):
        if "{appkey}" in path:
            assert ask(bare, method, path, tokens["outsider"]) == 404, path


def test_member_reaches_the_project_but_not_administration(bare: TestClient, tokens: dict[str, str]) -> None:
    for method, path in routes(bare.get("/openapi.json").json()):
        status = ask(bare, method, path, tokens["member"])
        if path in HUB_ONLY or (ADMIN.match(path) and not path.endswith("/me")):
            assert status == 403, path
        else:
            assert status not in (401, 403), path
            assert status < 500, path


def test_administrator_reaches_everything(bare: TestClient, tokens: dict[str, str]) -> None:
    for method, path in routes(bare.get("/openapi.json").json()):
        assert (ask(bare, method, path, tokens["admin"]) in (401, 403)) == (path in HUB_ONLY), path


def test_resources_of_one_project_are_not_found_by_id_from_another(bare: TestClient, tokens: dict[str, str]) -> None:
    mine = bare.post(
        "/v1.0/appkeys/default/experiments",
        json={"experimentName": "secret"},
        headers={"X-EasyMaker-Token": tokens["member"]},
    ).json()["experiment"]["experimentId"]
    for appkey in ("default", "other"):
        answer = bare.get(
            f"/v1.0/appkeys/{appkey}/experiments/{mine}", headers={"X-EasyMaker-Token": tokens["outsider"]}
        )
        assert answer.status_code == 404
        assert "secret" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-EasyMaker-Token": "{}"},
        {"X-Secret-Key": "{}"},
        {"Authorization": "Bearer {}"},
        {"x-nhn-authorization": "Bearer {}"},
    ],
)
def test_token_is_taken_from_the_header_each_client_sends(
    bare: TestClient, tokens: dict[str, str], headers: dict[str, str]
) -> None:
    filled = {name: value.format(tokens["member"]) for name, value in headers.items()}
    user = bare.get("/v1.0/users/me", headers=filled).json()["user"]
    assert (user["userId"], [each["appKey"] for each in user["projectList"]]) == ("member", ["default"])


def test_administrator_makes_projects_users_and_members(bare: TestClient, tokens: dict[str, str]) -> None:
    admin = {"X-EasyMaker-Token": tokens["admin"]}
    made = bare.post("/v1.0/projects", json={"appKey": "third", "projectName": "Third"}, headers=admin)
    assert made.status_code == 200
    token = bare.post("/v1.0/users", json={"userId": "bo"}, headers=admin).json()["user"]["token"]
    bo = {"X-EasyMaker-Token": token}
    assert bare.get("/v1.0/appkeys/third/trainings", headers=bo).status_code == 404
    assert bare.put("/v1.0/projects/third/members/bo", headers=admin).status_code == 200
    assert bare.get("/v1.0/appkeys/third/trainings", headers=bo).status_code == 200
    assert bare.delete("/v1.0/projects/third/members/bo", headers=admin).status_code == 200
    assert bare.get("/v1.0/appkeys/third/trainings", headers=bo).status_code == 404
    assert bare.put("/v1.0/projects/third/members/nobody", headers=admin).status_code == 404


def test_too_large_body_is_refused_while_it_comes_in(bare: TestClient, tokens: dict[str, str]) -> None:
    answer = bare.post(
        "/v1.0/appkeys/default/experiments",
        content=b'{"experimentName": "' + b"x" * 2_000_000 + b'"}',
        headers={"X-EasyMaker-Token": tokens["member"], "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["header"]["resultCode"]) == (413, 413_000)
