"""What administrators see of everybody: resources of all kinds and projects, use of storage and endpoints, versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from jupyter_easymaker.resources.cluster_version import ClusterVersions
from jupyter_easymaker.resources.endpoint_stage import EndpointStageStatus
from jupyter_easymaker.resources.notebook import NotebookStatus
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store import endpoint_stages, notebooks
from jupyter_easymaker.store.endpoint_tables import EndpointStageRow
from jupyter_easymaker.store.hub_tables import NotebookRow, UsageRow
from tests.api.notebooks import backend_of_a_hub, client_of

NOTEBOOK = {"notebookName": "n", "imageId": "nb", "flavorId": "small", "bootStorageSize": 10, "dataStorageSize": 30}


@pytest.fixture
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with backend_of_a_hub(tmp_path_factory.mktemp("lists")) as made:
        yield made


@pytest.fixture
def ada(backend: Backend) -> TestClient:
    return client_of(backend, "ada")


@pytest.fixture
def eve(backend: Backend) -> TestClient:
    return client_of(backend, "eve", "other")


@pytest.fixture
def admin(backend: Backend) -> TestClient:
    made = client_of(backend, "token-of-the-owner")
    made.base_url = made.base_url.copy_with(path="/v1.0/admin/")
    return made


def made(client: TestClient, path: str, kind: str, **body: Any) -> str:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()[kind][f"{kind}Id"])


def endpoint(backend: Backend, client: TestClient) -> EndpointStageRow:
    """Create an endpoint; return its stage, which the reconciler has not looked at."""
    artifact = backend.data_dir / "nas/local/artifact"
    artifact.mkdir(exist_ok=True, parents=True)
    (artifact / "model.joblib").touch()
    uri = "nas://local:/artifact"
    model = made(client, "models", "model", modelName="served", modelFormatCode="SKLEARN", modelUploadUri=uri)
    resource = {"modelId": model, "apigwResourceUri": "/inference", "podCount": 1}
    made(client, "endpoints", "endpoint", endpointName="e", flavorId="small", endpointModelResourceList=[resource])
    with backend.database.reading() as session:
        return session.scalars(select(EndpointStageRow)).one()


def names(admin: TestClient, **parameters: Any) -> list[str]:
    answer = admin.get("resources", params=parameters)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["resourceList"]]


def test_resources_of_all_kinds_and_projects_are_one_list(ada: TestClient, eve: TestClient, admin: TestClient) -> None:
    made(ada, "notebooks", "notebook", **NOTEBOOK)
    made(ada, "experiments", "experiment", experimentName="alpha", description="of ada")
    beta = made(eve, "experiments", "experiment", experimentName="beta")
    made(eve, "training-templates", "trainingTemplate", trainingTemplateName="gamma", content={})
    assert names(admin) == ["gamma", "beta", "alpha", "n"]
    assert names(admin, sort="name") == ["alpha", "beta", "gamma", "n"]
    assert names(admin, sort="name", page=2, limit=3) == ["n"]
    assert names(admin, search="OF ADA") == ["alpha"]
    assert names(admin, search=beta) == ["beta"]
    assert names(admin, appKeyList="other", sort="name") == ["beta", "gamma"]
    assert names(admin, createdByList="ada", resourceTypeList="EXPERIMENT") == ["alpha"]
    (notebook,) = admin.get("resources", params={"resourceTypeList": "NOTEBOOK"}).json()["resourceList"]
    assert (notebook["flavorName"], notebook["appKey"], notebook["createdBy"]) == ("small", "default", "ada")
    assert admin.get("resources", params={"page": 1, "limit": 1}).json()["paging"]["totalCount"] == 4
    for wrong in ({"resourceTypeList": "PROJECT"}, {"sort": "flavor"}, {"kind": "NOTEBOOK"}):
        assert admin.get("resources", params=wrong).status_code == 400


def test_trials_and_what_is_being_deleted_are_not_listed(backend: Backend, ada: TestClient, admin: TestClient) -> None:
    kept = made(ada, "experiments", "experiment", experimentName="kept")
    gone = made(ada, "experiments", "experiment", experimentName="gone")
    assert ada.delete(f"experiments/{gone}").status_code == 200
    assert kept
    assert names(admin, resourceTypeList="EXPERIMENT") == ["kept"]


def test_storage_of_a_notebook_counts_from_its_creation_to_its_deletion(
    backend: Backend, ada: TestClient, admin: TestClient
) -> None:
    notebook_id = made(ada, "notebooks", "notebook", **NOTEBOOK)
    at = datetime.now(UTC)
    with backend.database.session() as session:
        session.scalars(select(UsageRow)).one().started_at = at - timedelta(hours=5)
        row = session.get_one(NotebookRow, notebook_id)
        notebooks.transition(session, row, NotebookStatus.CREATE_IN_PROGRESS)
        notebooks.transition(session, row, NotebookStatus.ACTIVE, started_at=at - timedelta(hours=3))
        notebooks.transition(session, row, NotebookStatus.STOP_IN_PROGRESS)
        notebooks.transition(session, row, NotebookStatus.STOPPED, started_at=None)
    (used,) = admin.get("usage").json()["usageList"]
    assert used["cpuHours"] == pytest.approx(3, abs=0.01)
    assert used["storageGbHours"] == pytest.approx(5 * 40, abs=1), "while it is stopped, too"
    assert used["storageGb"] == 40
    with backend.database.session() as session:
        assert notebooks.forget(session, session.get_one(NotebookRow, notebook_id))
    later = (at + timedelta(hours=9)).isoformat()
    (used,) = admin.get("usage", params={"to": later}).json()["usageList"]
    assert (used["storageGbHours"], used["storageGb"]) == (pytest.approx(200, abs=1), 0)


def test_endpoints_count_by_the_hours_their_stages_have_instances(
    backend: Backend, ada: TestClient, admin: TestClient
) -> None:
    stage = endpoint(backend, ada)
    assert admin.get("usage").json()["usageList"] == [], "it has none yet"
    with backend.database.session() as session:
        row = session.get_one(EndpointStageRow, stage.id)
        assert endpoint_stages.transition(session, row, EndpointStageStatus.CREATE_IN_PROGRESS)
    with backend.database.session() as session:
        session.scalars(select(UsageRow)).one().started_at = datetime.now(UTC) - timedelta(hours=2)
    (used,) = ada.get("usage").json()["usageList"]
    assert used["endpointHours"] == pytest.approx(2, abs=0.01)
    assert (used["endpointStages"], used["storageGb"]) == (1, 0)
    assert used["cpuHours"] == pytest.approx(2 * stage.flavor["vcpus"], abs=0.01)


def test_cluster_versions_say_when_they_end_and_what_runs_on_them(
    backend: Backend, ada: TestClient, admin: TestClient
) -> None:
    assert admin.get("cluster-versions").json()["clusterVersionList"] == []
    ends = datetime(2026, 12, 31, tzinfo=UTC)
    sooner = datetime(2026, 11, 30, tzinfo=UTC)
    context = backend.app.state.context
    object.__setattr__(context, "cluster", ClusterVersions("2"))
    stage = endpoint(backend, ada)
    ids = [made(ada, "notebooks", "notebook", **NOTEBOOK) for _ in range(3)]
    with backend.database.session() as session:
        for notebook_id, version in zip(ids, ("2", "0", "2"), strict=True):
            session.get_one(NotebookRow, notebook_id).observed = {"version": version}
        session.get_one(NotebookRow, ids[2]).status = NotebookStatus.STOPPED
    object.__setattr__(context, "cluster", ClusterVersions("3", {"2": ends, "1": sooner}))
    shown = [
        tuple(each[key] for key in ("version", "current", "known", "expiresDatetime", "notebooks", "endpointStages"))
        for each in admin.get("cluster-versions").json()["clusterVersionList"]
    ]
    assert shown == [
        ("3", True, True, None, 0, 0),
        ("1", False, True, "2026-11-30T00:00:00.000Z", 0, 0),
        ("2", False, True, "2026-12-31T00:00:00.000Z", 1, 1),
        ("0", False, False, None, 1, 0),
    ]
    view = ada.get(f"endpoint-stages/{stage.id}").json()["endpointStage"]
    assert (view["isClusterLatest"], view["expiredDatetime"]) == (False, "2026-12-31T00:00:00.000Z")
    object.__setattr__(context, "cluster", ClusterVersions("2", {"2": ends}))
    view = ada.get(f"endpoint-stages/{stage.id}").json()["endpointStage"]
    assert (view["isClusterLatest"], view["expiredDatetime"]) == (True, None)
