"""What no honest client sends: answered with 4xx and the envelope, never with a failure of the backend."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


def refused(answer: Any) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    header = answer.json()["header"]
    assert header["isSuccessful"] is False
    assert header["resultCode"] // 1000 == answer.status_code
    assert header["resultMessage"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"experimentName": "a"} trailing',
        b'{"experimentName": NaN}',
        b'{"experimentName": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"experimentName": "a", "description": "\\u0000"}',
        b'{"experimentName": ' + b"9" * 5000 + b"}",
        b'{"experimentName": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"experimentName": {"a": 1}}',
    ],
)
def test_body_that_cannot_be_meant_is_refused(client: TestClient, content: bytes) -> None:
    refused(client.post("experiments", content=content, headers={"Content-Type": "application/json"}))


def test_body_of_another_type_is_refused(client: TestClient) -> None:
    refused(client.post("experiments", content=b"experimentName=a", headers={"Content-Type": "text/plain"}))
    refused(client.post("experiments", data={"experimentName": "a"}))


@pytest.mark.parametrize("identifier", ["%00", "%ff", "..%2f..%2fetc", "%2e%2e", "x" * 5000, "'; DROP TABLE trainings"])
@pytest.mark.parametrize("kind", ["experiments", "trainings", "models"])
def test_identifier_of_nothing_is_not_found(client: TestClient, kind: str, identifier: str) -> None:
    refused(client.get(f"{kind}/{identifier}"))
    refused(client.delete(f"{kind}/{identifier}"))


@pytest.mark.parametrize("appkey", ["%00", "..", "default%00", "x" * 65, "nobody"])
def test_project_of_nobody_is_not_found(client: TestClient, appkey: str) -> None:
    refused(client.get(f"/v1.0/appkeys/{appkey}/trainings"))


@pytest.mark.parametrize(
    "query",
    [
        "trainings?page=99999999999999999999",
        "trainings?page=0",
        "trainings?limit=1001",
        "trainings?limit=-1",
        "trainings?sort=spec",
        "trainings?sort=",
        "trainings?sort=--trainingName",
        "trainings?search=%00",
        f"trainings?search={'x' * 201}",
        "experiments?Page=1",
        "models?modelId=1",
        "flavors?algorithmId=none",
        "configuration?x=1",
    ],
)
def test_wrong_query_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(query)
    refused(answer)
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "query",
    [
        "trainings?page=1000000&limit=1000",
        "trainings?trainingIdList=%00&trainingNameList=,,,%00",
        "trainings?trainingStatusCodeList=NONE",
        "trainings?search=%25_%5C'%22",
        "experiments?experimentNameList=" + ",".join(["x"] * 3000),
    ],
)
def test_odd_but_proper_query_finds_nothing(client: TestClient, query: str) -> None:
    answer = client.get(query)
    assert answer.status_code == 200, answer.text
    assert [value for key, value in answer.json().items() if key.endswith("List")] == [[]]


def test_method_a_route_has_not_is_refused_with_those_it_has(client: TestClient) -> None:
    answer = client.patch("trainings")
    refused(answer)
    assert answer.status_code == 405
    assert answer.headers["Allow"]


def test_unexpected_failure_shows_a_reference_but_nothing_of_the_inside(
    client: TestClient, service: Backend, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(service.engine, "capacity", broken)
    answer = client.get("configuration")
    assert (answer.status_code, answer.json()["header"]["resultCode"]) == (500, 500_000)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    reference = answer.json()["header"]["resultMessage"].split()[-1].rstrip(".")
    (record,) = [each for each in caplog.records if reference in each.getMessage()]
    assert "the secret inside" in str(record.exc_info)
