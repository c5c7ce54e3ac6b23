"""The administrators' side: nothing is done without being written down, and quotas hold."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.resources.base import new_id
from jupyter_easymaker.resources.cluster_version import ClusterVersions
from jupyter_easymaker.resources.notebook import NotebookStatus
from jupyter_easymaker.resources.training import TrainingStatus
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store import notebooks, trainings, users
from jupyter_easymaker.store.hub_tables import NotebookRow
from jupyter_easymaker.store.tables import TrainingRow
from tests.api.notebooks import backend_of_a_hub, client_of

OWNER = "token-of-the-owner"


@pytest.fixture
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with backend_of_a_hub(tmp_path_factory.mktemp("administration")) as made:
        code = made.data_dir / "nas/local/code"
        code.mkdir(parents=True)
        (code / "train.py").touch()
        yield made


@pytest.fixture
def ada(backend: Backend) -> TestClient:
    return client_of(backend, "ada")


@pytest.fixture
def admin(backend: Backend) -> TestClient:
    made = client_of(backend, OWNER)
    made.base_url = made.base_url.copy_with(path="/v1.0/admin/")
    return made


def training(**changes: Any) -> dict[str, Any]:
    return {
        "trainingName": "t",
        "experimentName": "e",
        "imageId": "local-cpu-python-training",
        "flavorId": "small",
        "sourceDirUri": "nas://local:/code",
        "entryPoint": "train.py",
        "modelUploadUri": "nas://local:/out",
        **changes,
    }


def notebook(**changes: Any) -> dict[str, Any]:
    return {"notebookName": "n", "imageId": "nb", "flavorId": "small", **changes}


def entries(admin: TestClient, **filters: Any) -> list[tuple[str, str, str]]:
    found = admin.get("audit", params=filters).json()["auditList"]
    return [(each["userId"], each["operation"], each["resourceName"]) for each in found]


def test_what_people_do_is_written_down_once_each(backend: Backend, ada: TestClient, admin: TestClient) -> None:
    notebook_id = ada.post("notebooks", json=notebook()).json()["notebook"]["notebookId"]
    with backend.database.session() as session:  # what the backend does by itself
        row = session.get_one(NotebookRow, notebook_id)
        notebooks.transition(session, row, NotebookStatus.CREATE_IN_PROGRESS)
        notebooks.transition(session, row, NotebookStatus.ACTIVE)
    client_of(backend, OWNER).put(f"notebooks/{notebook_id}/stop")
    ada.get(f"notebooks/{notebook_id}")
    assert entries(admin, resourceId=notebook_id) == [
        ("owner", "stop_notebook", "n"),
        ("ada", "create_notebook", "n"),
    ]
    experiment = ada.post("experiments", json={"experimentName": "x"}).json()["experiment"]["experimentId"]
    assert entries(admin, resourceId=experiment) == [("ada", "create_experiment", "x")]
    assert entries(admin, userId="bo") == []


def test_refused_request_leaves_no_entry(ada: TestClient, admin: TestClient) -> None:
    before = admin.get("audit").json()["paging"]["totalCount"]
    assert ada.post("notebooks", json=notebook(flavorId="none")).status_code == 400
    assert ada.post("registry-accounts", json={"registryAccountName": "r", "loginId": "l"}).status_code == 400
    assert admin.get("audit").json()["paging"]["totalCount"] == before


def test_administration_itself_is_written_down(backend: Backend, admin: TestClient) -> None:
    root = client_of(backend, OWNER)
    root.base_url = root.base_url.copy_with(path="/v1.0/")
    root.post("projects", json={"appKey": "third", "projectName": "Third"})
    root.put("projects/third/members/ada")
    root.post("users", json={"userId": "robot"})
    admin.put("quotas/third", json={"gpus": 1})
    found = admin.get("audit").json()["auditList"]
    assert [each["operation"] for each in found] == ["put_project_quota", "create_user", "add_member", "create_project"]
    assert "token" not in str(found)
    assert found[0]["detail"] == {"quota": {"gpus": 1}}


def test_audit_is_paged_and_filtered_by_time(ada: TestClient, admin: TestClient) -> None:
    for number in range(3):
        ada.post("experiments", json={"experimentName": f"e{number}"})
    page = admin.get("audit", params={"limit": 2, "page": 2}).json()
    assert (len(page["auditList"]), page["paging"]["totalCount"]) == (1, 3)
    assert page["auditList"][0]["resourceName"] == "e0"
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    assert admin.get("audit", params={"from": later}).json()["auditList"] == []
    assert admin.get("audit", params={"from": "yesterday"}).status_code == 400


@pytest.mark.parametrize(
    ("quota", "name"),
    [({"vcpus": 1}, "vCPU"), ({"memoryMib": 1000}, "MiB of memory")],
)
def test_quota_of_what_runs_holds_for_trainings_and_notebooks(
    ada: TestClient, admin: TestClient, quota: dict[str, int], name: str
) -> None:
    assert admin.put("quotas/default", json=quota).status_code == 200
    first = ada.post("trainings", json=training())
    assert first.status_code == 200
    for path, body in (("trainings", training()), ("notebooks", notebook())):
        refused = ada.post(path, json=body)
        assert (refused.status_code, refused.json()["header"]["resultCode"]) == (409, 409_005)
        assert name in refused.text
    shown = ada.get("quota").json()["quota"]
    assert (shown["held"]["vcpus"], shown["held"]["memoryMib"]) == (1, 512)
    training_id = first.json()["training"]["trainingId"]
    ada.put(f"trainings/{training_id}/stop")
    assert ada.post("trainings", json=training()).status_code == 409, "one that is stopping still holds it"


def test_stopped_notebook_holds_its_storage_alone_and_needs_room_to_start(
    backend: Backend, ada: TestClient, admin: TestClient
) -> None:
    admin.put("quotas/default", json={"vcpus": 1, "notebookStorageGb": 210})
    notebook_id = ada.post("notebooks", json=notebook()).json()["notebook"]["notebookId"]
    with backend.database.session() as session:
        session.get_one(NotebookRow, notebook_id).status = NotebookStatus.STOPPED
    assert ada.post("notebooks", json=notebook(dataStorageSize=70)).status_code == 409
    assert ada.post("notebooks", json=notebook(dataStorageSize=60)).status_code == 200
    refused = ada.put(f"notebooks/{notebook_id}/start")
    assert (refused.status_code, "1 vCPU" in refused.text) == (409, True)
    held = admin.get("quotas/default").json()["quota"]["held"]
    assert (held["notebooks"], held["notebookStorageGb"], held["vcpus"]) == (2, 210, 1)


def test_two_requests_at_once_cannot_both_take_what_is_left(
    backend: Backend, ada: TestClient, admin: TestClient
) -> None:
    admin.put("quotas/default", json={"vcpus": 2})
    answers: list[int] = []

    def ask() -> None:
        answers.append(client_of(backend, "ada").post("trainings", json=training()).status_code)

    ada.post("experiments", json={"experimentName": "e"})
    asking = [threading.Thread(target=ask) for _ in range(6)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert sorted(answers) == [200, 200, 409, 409, 409, 409]


def test_quota_is_for_projects_that_exist_and_for_whole_numbers(admin: TestClient) -> None:
    assert admin.put("quotas/nothing", json={"gpus": 1}).status_code == 404
    assert admin.put("quotas/default", json={"gpus": -1}).status_code == 400
    assert admin.put("quotas/default", json={"cpus": 1}).status_code == 400
    assert admin.put("quotas/default", json={}).json()["quota"]["quota"]["gpus"] is None


def test_quotas_of_all_projects_are_listed_in_pages(backend: Backend, ada: TestClient, admin: TestClient) -> None:
    client_of(backend, "eve", "other").post("notebooks", json=notebook()).raise_for_status()
    ada.post("notebooks", json=notebook()).raise_for_status()
    admin.put("quotas/other", json={"notebooks": 3})
    found = admin.get("quotas").json()["quotaList"]
    assert [(each["appKey"], each["quota"]["notebooks"], each["held"]["notebooks"]) for each in found] == [
        ("default", None, 1),
        ("other", 3, 1),
    ]
    page = admin.get("quotas", params={"limit": 1, "page": 1, "sort": "-appKey"}).json()
    assert ([each["appKey"] for each in page["quotaList"]], page["paging"]["totalCount"]) == (["other"], 2)
    assert [each["appKey"] for each in admin.get("quotas", params={"search": "THE"}).json()["quotaList"]] == ["other"]


@pytest.fixture
def ran(backend: Backend, ada: TestClient) -> Callable[..., str]:
    """Make a training that ran from one hour before now to another."""

    def make(begin: float, end: float | None) -> str:
        training_id: str = ada.post("trainings", json=training(trainingName=new_id()[:8])).json()["training"][
            "trainingId"
        ]
        at = datetime.now(UTC)
        with backend.database.session() as session:
            row = session.get_one(TrainingRow, training_id)
            trainings.transition(session, row, TrainingStatus.CREATE_IN_PROGRESS)
            trainings.transition(session, row, TrainingStatus.RUNNING, started_at=at - timedelta(hours=begin))
            if end is not None:
                trainings.transition(session, row, TrainingStatus.STOPPED, ended_at=at - timedelta(hours=end))
        return training_id

    return make


def test_use_is_counted_by_user_and_project_also_of_what_is_deleted(
    backend: Backend, ada: TestClient, admin: TestClient, ran: Callable[..., str]
) -> None:
    ran(begin=10, end=8)
    ran(begin=1, end=None)
    deleted = ran(begin=5, end=4)
    with backend.database.session() as session:
        trainings.purge(session, session.get_one(TrainingRow, deleted))
    (used,) = admin.get("usage").json()["usageList"]
    assert (used["appKey"], used["userId"]) == ("default", "ada")
    assert used["cpuHours"] == pytest.approx(4, abs=0.01)
    assert used["memoryGibHours"] == pytest.approx(2, abs=0.01)
    since = (datetime.now(UTC) - timedelta(hours=9)).isoformat()
    until = (datetime.now(UTC) - timedelta(hours=4.5)).isoformat()
    (part,) = ada.get("usage", params={"from": since, "to": until}).json()["usageList"]
    assert part["cpuHours"] == pytest.approx(1.5, abs=0.01)
    assert ada.get("usage", params={"from": until, "to": since}).status_code == 400


def test_notebook_counts_while_it_runs_and_over_restarts(backend: Backend, ada: TestClient, admin: TestClient) -> None:
    notebook_id = ada.post("notebooks", json=notebook()).json()["notebook"]["notebookId"]
    at = datetime.now(UTC)
    with backend.database.session() as session:
        row = session.get_one(NotebookRow, notebook_id)
        notebooks.transition(session, row, NotebookStatus.CREATE_IN_PROGRESS)
        notebooks.transition(session, row, NotebookStatus.ACTIVE, started_at=at - timedelta(hours=3))
    assert admin.get("usage").json()["usageList"][0]["cpuHours"] == pytest.approx(3, abs=0.01)
    with backend.database.session() as session:
        row = session.get_one(NotebookRow, notebook_id)
        notebooks.transition(session, row, NotebookStatus.STOPPED, started_at=None)
    after = at + timedelta(hours=5)
    found = admin.get("usage", params={"to": after.isoformat()}).json()["usageList"]
    assert found[0]["cpuHours"] == pytest.approx(3, abs=0.01), "what has ended counts no further"


def test_administrator_sees_all_notebooks_in_pages(backend: Backend, ada: TestClient, admin: TestClient) -> None:
    ada.post("notebooks", json=notebook(notebookName="of-ada"))
    client_of(backend, "eve", "other").post("notebooks", json=notebook(notebookName="of-eve"))
    found = admin.get("notebooks", params={"sort": "notebookName"}).json()["notebookList"]
    assert [(each["appKey"], each["owner"]) for each in found] == [("default", "ada"), ("other", "eve")]
    page = admin.get("notebooks", params={"page": 2, "limit": 1, "sort": "notebookName"}).json()
    assert page["notebookList"][0]["owner"] == "eve"
    other = admin.get("notebooks", params={"appKeyList": "other", "search": "of"}).json()["notebookList"]
    assert [each["owner"] for each in other] == ["eve"]


def test_several_notebooks_are_stopped_at_once_each_for_itself(
    backend: Backend, ada: TestClient, admin: TestClient
) -> None:
    made = [ada.post("notebooks", json=notebook()).json()["notebook"]["notebookId"] for _ in range(2)]
    with backend.database.session() as session:
        session.get_one(NotebookRow, made[0]).status = NotebookStatus.ACTIVE
    body = {"action": "STOP", "notebookIdList": [*made, "nothing"]}
    found = admin.post("notebooks/actions", json=body).json()["resultList"]
    assert [each["successful"] for each in found] == [True, False, False]
    assert "CREATE_REQUESTED" in found[1]["reason"]
    status = ada.get(f"notebooks/{made[0]}").json()["notebook"]["notebookStatusCode"]
    assert status == "STOP_IN_PROGRESS"
    assert entries(admin, operation="act_on_notebooks") == [("owner", "act_on_notebooks", "n")]


def test_notebook_on_an_old_version_shows_until_when_it_must_be_restarted(backend: Backend, ada: TestClient) -> None:
    notebook_id = ada.post("notebooks", json=notebook()).json()["notebook"]["notebookId"]
    ends = datetime(2026, 12, 31, tzinfo=UTC)
    with backend.database.session() as session:
        session.get_one(NotebookRow, notebook_id).observed = {"version": "1"}
    url = f"notebooks/{notebook_id}"
    assert ada.get(url).json()["notebook"]["upgradeNotice"] is None
    object.__setattr__(backend.app.state.context, "cluster", ClusterVersions("2", {"1": ends}))
    notice = ada.get(url).json()["notebook"]["upgradeNotice"]
    assert notice["expiresDatetime"] == "2026-12-31T00:00:00.000Z"
    assert "restart it to move to 2" in notice["reason"]
    root = client_of(backend, "ada")
    root.base_url = root.base_url.copy_with(path="/v1.0/")
    with backend.database.reading() as session:
        server = session.get_one(NotebookRow, notebook_id).server_name
        assert users.is_of_hub(session, "ada")
    started = root.post("hub/servers", json={"serverName": server}).json()["server"]
    assert started["notebookId"] == notebook_id
    assert ada.get(url).json()["notebook"]["upgradeNotice"] is None, "started on the new one"
