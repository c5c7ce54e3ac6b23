"""Registry accounts and private images: passwords that never come out, and what refuses to go."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.engines.registry import Registries
from jupyter_easymaker.resources.image import BASE_LABEL
from jupyter_easymaker.resources.notebook import NotebookStatus
from jupyter_easymaker.resources.training import TrainingStatus
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store import images, registry_accounts
from jupyter_easymaker.store.hub_tables import ImageRow, NotebookRow, RegistryAccountRow
from jupyter_easymaker.store.tables import TrainingRow
from tests.api.conftest import running
from tests.registry import Registry, registry
from tests.store.rows import insert_training

__all__ = ["registry"]
BASE = "local-cpu-python-training"


@pytest.fixture
def service(tmp_path: Path, registry: Registry) -> Iterator[Backend]:
    with running(tmp_path) as made:
        object.__setattr__(made.app.state.context, "registries", Registries(["*.example.com"], [registry.host]))
        yield made


def account(client: TestClient, name: str = "robot", **changes: Any) -> str:
    body = {"registryAccountName": name, "loginId": "robot", "password": "secret-of-the-robot", **changes}
    answer = client.post("registry-accounts", json=body)
    assert answer.status_code == 200, answer.text
    account_id: str = answer.json()["registryAccount"]["registryAccountId"]
    return account_id


def image_body(account_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "imageName": "mine",
        "address": "registry.example.com/team/mine:1",
        "groupTypeCode": "TRAINING",
        "baseImageId": BASE,
        "registryAccountId": account_id,
        **changes,
    }


def image(client: TestClient, account_id: str, **changes: Any) -> str:
    answer = client.post("images", json=image_body(account_id, **changes))
    assert answer.status_code == 200, answer.text
    image_id: str = answer.json()["image"]["imageId"]
    return image_id


def test_password_never_comes_out_again(
    client: TestClient, service: Backend, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    password = "a-password-to-look-for"
    account_id = account(client, password=password)
    wrong = client.post("registry-accounts", json={"registryAccountName": "", "loginId": "a:b", "password": password})
    assert wrong.status_code == 400
    said = [
        wrong.text,
        client.get("registry-accounts").text,
        client.get(f"registry-accounts/{account_id}").text,
        client.put(f"registry-accounts/{account_id}", json={"password": f"{password}-2"}).text,
        client.get("search", params={"query": "robot"}).text,
        caplog.text,
    ]
    assert not any(password in text for text in said)
    service.database.engine.dispose()
    spelled = (password.encode(), base64.b64encode(password.encode()))
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(each in content for each in spelled), path


def test_account_is_kept_by_a_unique_name_and_edited(client: TestClient) -> None:
    account_id = account(client)
    twice = client.post("registry-accounts", json={"registryAccountName": "robot", "loginId": "x", "password": "y"})
    assert (twice.status_code, twice.json()["errors"][0]["field"]) == (409, "registryAccountName")
    changed = client.put(f"registry-accounts/{account_id}", json={"registryAccountName": "r2", "description": "d"})
    assert changed.json()["registryAccount"]["registryAccountName"] == "r2"
    account(client)  # the name is free again


def test_account_an_image_uses_cannot_be_deleted(client: TestClient) -> None:
    account_id = account(client)
    image_id = image(client, account_id)
    shown = client.get(f"registry-accounts/{account_id}").json()["registryAccount"]
    assert shown["imageList"] == [{"imageId": image_id, "imageName": "mine"}]
    refused = client.delete(f"registry-accounts/{account_id}")
    assert (refused.status_code, "mine" in refused.text) == (409, True)
    assert client.delete(f"images/{image_id}").status_code == 200
    assert client.delete(f"registry-accounts/{account_id}").status_code == 200
    assert client.get(f"registry-accounts/{account_id}").status_code == 404


def test_login_cannot_change_while_something_pulls_with_it(client: TestClient, service: Backend, body: Any) -> None:
    account_id = account(client)
    image_id = image(client, account_id)
    experiment_id = body()["experimentId"]
    with service.database.session() as session:
        from jupyter_easymaker.store.tables import ExperimentRow

        row = insert_training(session, session.get_one(ExperimentRow, experiment_id), "busy")
        row.image = {"imageId": image_id, "imageTypeCode": "PRIVATE"}
        row.status = TrainingStatus.RUNNING
        training_id = row.id
    url = f"registry-accounts/{account_id}"
    for change in ({"password": "new"}, {"loginId": "new"}):
        refused = client.put(url, json=change)
        assert (refused.status_code, "training busy" in refused.text) == (409, True)
    assert client.put(url, json={"description": "what it is for"}).status_code == 200
    refused = client.delete(f"images/{image_id}")
    assert (refused.status_code, "training busy" in refused.text) == (409, True)
    with service.database.session() as session:
        session.get_one(TrainingRow, training_id).status = TrainingStatus.COMPLETE
    assert client.put(url, json={"password": "new"}).status_code == 200
    assert client.delete(f"images/{image_id}").status_code == 200


def test_image_of_a_stopped_notebook_is_kept(client: TestClient, service: Backend) -> None:
    image_id = image(client, account(client))
    with service.database.session() as session:
        values = {"appkey": "default", "name": "nb", "owner": "ada", "server_name": "s", "spec": {}, "flavor": {}}
        session.add(NotebookRow(**values, image={"imageId": image_id}, status=NotebookStatus.STOPPED))
    refused = client.delete(f"images/{image_id}")
    assert (refused.status_code, "notebook nb" in refused.text) == (409, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "mine:1"}, "address"),
        ({"address": "registry.elsewhere.org/team/mine:1"}, "address"),
        ({"address": "http://registry.example.com/a:1"}, "address"),
        ({"address": "registry.example.com/../a:1"}, "address"),
        ({"baseImageId": "nothing"}, "baseImageId"),
        ({"groupTypeCode": "NOTEBOOK"}, "baseImageId"),
        ({"groupTypeCode": "OTHER"}, "groupTypeCode"),
        ({"registryAccountId": None}, "registryAccountId"),
    ],
)
def test_wrong_field_of_an_image_is_named(client: TestClient, changes: dict[str, Any], field: str) -> None:
    answer = client.post("images", json=image_body(account(client), **changes))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_image_and_its_new_account_are_made_together_or_not_at_all(client: TestClient) -> None:
    new = {"registryAccountName": "spot", "loginId": "robot", "password": "p"}
    changes = {"registryAccountId": None, "registryAccount": new}
    assert client.post("images", json=image_body("", **changes)).status_code == 200
    changes["registryAccount"] = {**new, "registryAccountName": "another"}
    assert client.post("images", json=image_body("", **changes)).status_code == 409  # of the image's name
    names = [each["registryAccountName"] for each in client.get("registry-accounts").json()["registryAccountList"]]
    assert names == ["spot"]


def test_provided_and_private_images_are_one_list_in_pages(client: TestClient) -> None:
    account_id = account(client)
    made = [image(client, account_id, imageName=f"i{number}") for number in range(3)]
    everything = [each["imageId"] for each in client.get("images").json()["imageList"]]
    assert set(made) < set(everything)
    paged: list[str] = []
    for number in range(1, len(everything) + 1):
        page = client.get("images", params={"page": number, "limit": 2}).json()
        assert page["paging"]["totalCount"] == len(everything)
        paged += [each["imageId"] for each in page["imageList"]]
    assert paged == everything
    private = client.get("images", params={"imageTypeCodeList": "PRIVATE", "search": "i1"}).json()["imageList"]
    assert [each["imageName"] for each in private] == ["i1"]
    assert private[0]["coreTypeCode"] == "CPU"
    assert client.put(f"images/{BASE}", json={"description": "x"}).status_code == 409
    assert client.delete(f"images/{BASE}").status_code == 409


def test_check_says_what_the_registry_says(client: TestClient, registry: Registry) -> None:
    good, bad = account(client, "good"), account(client, "bad", password="wrong")
    derived = registry.push("team/derived", "1", {BASE_LABEL: BASE})
    other = registry.push("team/other", "1", {})

    def check(account_id: str, address: str) -> dict[str, Any]:
        answer = client.post(f"registry-accounts/{account_id}/check", json={"address": address})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["check"]
        return found

    assert check(good, registry.host)["valid"] is True
    assert check(good, derived)["digest"].startswith("sha256:")
    assert "refuses the ID or the password" in check(bad, registry.host)["reason"]
    assert "there is no image" in check(good, f"{registry.host}/team/nothing:1")["reason"]
    refused = client.post(f"registry-accounts/{good}/check", json={"address": "169.254.169.254/latest:1"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "address")
    for name, address, account_id, valid, why in (
        ("d", derived, good, True, ""),
        ("o", other, good, False, "is not built from"),
        ("b", derived, bad, False, "refuses"),
    ):
        made = image(client, account_id, imageName=name, address=address)
        found = client.post(f"images/{made}/check").json()["check"]
        assert (found["valid"], why in found["reason"]) == (valid, True), found


def test_training_in_a_private_image_needs_containers_and_a_good_account(
    client: TestClient, service: Backend, registry: Registry, body: Any
) -> None:
    address = registry.push("team/derived", "1", {BASE_LABEL: BASE})
    account_id = account(client, password="wrong")
    image_id = image(client, account_id, address=address)
    refused = client.post("trainings", json=body(imageId=image_id))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "imageId")
    assert "no containers run on this machine" in refused.text
    service.engine.runs_containers = True
    refused = client.post("trainings", json=body(imageId=image_id))
    assert (refused.status_code, "refuses the ID or the password" in refused.text) == (409, True)
    client.put(f"registry-accounts/{account_id}", json={"password": registry.password})
    made = client.post("trainings", json=body(imageId=image_id)).json()["training"]
    assert (made["image"]["address"], made["image"]["imageTypeCode"]) == (address, "PRIVATE")


def test_pull_secret_is_what_kubernetes_wants(client: TestClient, service: Backend) -> None:
    image_id = image(client, account(client))
    with service.database.reading() as session:
        row = session.get_one(ImageRow, image_id)
        kept = session.get_one(RegistryAccountRow, row.account_id)
        assert images.resources(session, [row])[0].registry_account is not None
    secret = registry_accounts.pull_secret(kept, service.app.state.context.encryption, "registry.example.com")
    assert b'"registry.example.com": {"username": "robot", "password": "secret-of-the-robot"' in secret
