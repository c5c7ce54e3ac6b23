"""What the API says of notebooks before a hub is asked. Their life is shown on a real hub, in tests/hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.reconcilers.notebook_adoption import Adoption
from jupyter_easymaker.resources.notebook import NotebookStatus
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store import notebooks
from jupyter_easymaker.store.hub_tables import NotebookRow
from tests.api.notebooks import backend_of_a_hub, client_of


@pytest.fixture(scope="module")
def hub_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with backend_of_a_hub(tmp_path_factory.mktemp("hub")) as made:
        (made.data_dir / "nas/local/shared").mkdir(parents=True)
        yield made


@pytest.fixture
def ada(hub_backend: Backend) -> TestClient:
    return client_of(hub_backend, "ada")


def body(**changes: Any) -> dict[str, Any]:
    return {"notebookName": "n", "imageId": "nb", "flavorId": "small", **changes}


@pytest.fixture
def rested(hub_backend: Backend, ada: TestClient) -> Callable[[NotebookStatus], str]:
    """Make a notebook that has a status."""

    def make(status: NotebookStatus) -> str:
        notebook_id: str = ada.post("notebooks", json=body()).json()["notebook"]["notebookId"]
        with hub_backend.database.session() as session:
            session.get_one(NotebookRow, notebook_id).status = status
        return notebook_id

    return make


def test_backend_without_a_hub_says_that_notebooks_need_one(client: TestClient) -> None:
    answer = client.post("notebooks", json=body())
    assert (answer.status_code, "need a JupyterHub" in answer.text) == (501, True)
    assert client.get("notebooks").json()["notebookList"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dataStorageSize": 55}, "dataStorageSize"),
        ({"dataStorageSize": 2050}, "dataStorageSize"),
        ({"bootStorageSize": 0}, "bootStorageSize"),
        ({"tagList": [{"tagKey": f"k{number}"} for number in range(11)]}, "tagList"),
        ({"imageId": "local-cpu-python-training"}, "imageId"),
        ({"flavorId": "none"}, "flavorId"),
        ({"flavorId": "gpu"}, "flavorId"),
        ({"notebookName": "x" * 51}, "notebookName"),
        ({"nasList": [{"mountDirectoryName": "a/b", "nasUri": "nas://local:/shared"}]}, "nasList"),
        ({"nasList": [{"mountDirectoryName": "easymaker", "nasUri": "nas://local:/shared"}]}, "nasList"),
        ({"nasList": [{"mountDirectoryName": "m", "nasUri": "nas://other:/shared"}]}, "nasList"),
        ({"nasList": [{"mountDirectoryName": "m", "nasUri": "file:///etc"}]}, "nasList"),
        ({"nasList": [{"mountDirectoryName": "m", "nasUri": "nas://local:/shared"}] * 2}, "nasList"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_wrong_field_is_named_and_nothing_is_made(ada: TestClient, changes: dict[str, Any], field: str) -> None:
    before = ada.get("notebooks").json()["paging"]["totalCount"]
    answer = ada.post("notebooks", json=body(**changes))
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert ada.get("notebooks").json()["paging"]["totalCount"] == before


def test_somebody_the_hub_does_not_know_has_no_notebook(hub_backend: Backend) -> None:
    answer = client_of(hub_backend, "token-of-the-owner").post("notebooks", json=body())
    assert (answer.status_code, "signs in to the hub" in answer.text) == (403, True)


_ACTIONS = {
    "start": {"STOPPED", "CREATE_FAILED", "START_FAILED", "REBOOT_FAILED"},
    "stop": {"ACTIVE", "STOP_FAILED", "REBOOT_FAILED"},
    "reboot": {"ACTIVE", "STOP_FAILED", "REBOOT_FAILED"},
    "delete": {status for status in NotebookStatus if status == "ACTIVE" or not status.endswith("_IN_PROGRESS")},
    "flavor": {"STOPPED", "START_FAILED"},
}
_ACTIONS["delete"] -= {"CREATE_REQUESTED"}
_ITS_OWN = {"start": "START", "stop": "STOP", "reboot": "REBOOT", "delete": "DELETE"}


@pytest.mark.parametrize("action", _ACTIONS)
def test_action_is_accepted_in_its_statuses_only(
    ada: TestClient, rested: Callable[[NotebookStatus], str], action: str
) -> None:
    for status in NotebookStatus:
        notebook_id = rested(status)
        if action == "delete":
            answer = ada.delete(f"notebooks/{notebook_id}")
        else:
            content = {"flavorId": "large"} if action == "flavor" else None
            answer = ada.put(f"notebooks/{notebook_id}/{action}", json=content)
        again = action in _ITS_OWN and status == f"{_ITS_OWN[action]}_IN_PROGRESS"
        assert (answer.status_code == 200) == (status in _ACTIONS[action] or again), (status, answer.text)
        if answer.status_code != 200:
            assert answer.json()["header"]["resultCode"] == 409_003
            assert ada.get(f"notebooks/{notebook_id}").json()["notebook"]["notebookStatusCode"] == status


def test_instance_type_keeps_its_core_type(ada: TestClient, rested: Callable[[NotebookStatus], str]) -> None:
    notebook_id = rested(NotebookStatus.STOPPED)
    answer = ada.put(f"notebooks/{notebook_id}/flavor", json={"flavorId": "gpu"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "flavorId")
    assert "small, large" in answer.text


def test_list_is_paged_filtered_and_sorted(ada: TestClient) -> None:
    for name in ("zeta", "alpha"):
        ada.post("notebooks", json=body(notebookName=name))
    found = ada.get("notebooks", params={"notebookNameList": ["alpha", "zeta"], "sort": "notebookName"}).json()
    assert [each["notebookName"] for each in found["notebookList"]] == ["alpha", "zeta"]
    page = ada.get("notebooks", params={"page": 2, "limit": 1, "search": "a", "sort": "-notebookName"}).json()
    assert (len(page["notebookList"]), page["paging"]["page"]) == (1, 2)


def test_notebook_is_found_by_search_and_counted(hub_backend: Backend, ada: TestClient) -> None:
    notebook_id = ada.post("notebooks", json=body(notebookName="needle")).json()["notebook"]["notebookId"]
    with hub_backend.database.session() as session:
        row = session.get_one(NotebookRow, notebook_id)
        row.status, row.health = NotebookStatus.ACTIVE, "UNHEALTHY"
    found = ada.get("search", params={"query": "needle"}).json()
    assert notebook_id in str(found)
    assert ada.get("counts").json()["counts"]["notebook"]["total"] > 0
    count = ada.get("dashboard").json()["dashboard"]["countList"][0]
    with hub_backend.database.reading() as session:
        assert notebooks.healthy(session, "default")["UNHEALTHY"] == 1
    assert (count["resourceType"], count["count"]) == ("NOTEBOOK", 0), "one that is not well does not count"


def test_form_has_the_limits(ada: TestClient) -> None:
    schema = ada.get("schemas/notebook").json()["schema"]
    assert schema["properties"]["dataStorageSize"]["maximum"] == 2040
    assert schema["properties"]["nasList"]["maxItems"] == 10


def test_server_started_at_the_hub_is_held_to_the_quota(hub_backend: Backend) -> None:
    root = client_of(hub_backend, "eve", "other")
    root.base_url = root.base_url.copy_with(path="/v1.0/")
    context = hub_backend.app.state.context
    adoption = Adoption(hub_backend.database, context.catalogue, "other")
    object.__setattr__(context, "adoption", adoption)
    owner = client_of(hub_backend, "token-of-the-owner")
    owner.base_url = owner.base_url.copy_with(path="/v1.0/admin/")
    owner.put("quotas/other", json={"notebooks": 1})
    made = root.post("hub/servers", json={"serverName": "first", "displayName": "First"})
    assert made.status_code == 200, made.text
    again = root.post("hub/servers", json={"serverName": "first"}).json()["server"]
    assert again["notebookId"] == made.json()["server"]["notebookId"]
    refused = root.post("hub/servers", json={"serverName": "second"})
    assert (refused.status_code, refused.json()["header"]["resultCode"]) == (409, 409_005)
    names = [
        each["notebookName"] for each in client_of(hub_backend, "eve", "other").get("notebooks").json()["notebookList"]
    ]
    assert names == ["First"]
    assert root.post("hub/servers", json={"serverName": "a\x00b"}).status_code == 400
