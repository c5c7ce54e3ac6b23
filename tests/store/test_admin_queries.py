"""What administrators ask of all projects at once, on both databases."""

from __future__ import annotations

import pytest

from jupyter_easymaker.resources.event import ResourceType
from jupyter_easymaker.resources.notebook import NotebookStatus
from jupyter_easymaker.resources.quota import Quota
from jupyter_easymaker.store import all_resources, cluster_versions, quotas, users
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.hub_tables import NotebookRow
from tests.store.rows import add_experiment


def add_notebook(database: Database, name: str, *, version: str, status: NotebookStatus) -> None:
    with database.session() as session:
        session.add(
            NotebookRow(
                appkey="vision",
                name=name,
                status=status,
                owner="ada",
                created_by="ada",
                server_name=name,
                live_server=f"ada/{name}",
                spec={},
                flavor={"name": "small"},
                image={},
                observed={"version": version},
            )
        )


@pytest.fixture
def filled(database: Database) -> Database:
    add_experiment(database)
    add_notebook(database, "one", version="1", status=NotebookStatus.ACTIVE)
    add_notebook(database, "two", version="1", status=NotebookStatus.STOPPED)
    return database


def test_all_kinds_are_one_sorted_list(filled: Database) -> None:
    with filled.reading() as session:
        found, total = all_resources.page(session, sort="-name", number=1, size=2)
        assert ([each.name for each in found], total) == (["two", "one"], 3)
        assert [(each.kind, each.flavor) for each in found] == [(ResourceType.NOTEBOOK, "small")] * 2
        rest, _ = all_resources.page(session, sort="-name", number=2, size=2)
        assert [(each.kind, each.flavor) for each in rest] == [(ResourceType.EXPERIMENT, "")]
        stopped, _ = all_resources.page(session, statuses=[NotebookStatus.STOPPED], projects=["vision"], search="TW")
        assert [each.name for each in stopped] == ["two"]


def test_running_notebooks_are_counted_by_version(filled: Database) -> None:
    with filled.reading() as session:
        assert cluster_versions.notebooks(session) == {"1": 1}
        assert cluster_versions.endpoint_stages(session) == {}


def test_projects_are_found_by_key_and_name(database: Database) -> None:
    with database.session() as session:
        users.ensure_project(session, "vision", "Eyes_of all")
        users.ensure_project(session, "text", "Words")
        quotas.put(session, "text", Quota.model_validate({"gpus": 1}))
    with database.reading() as session:
        assert quotas.projects(session, sort="-appKey", size=1) == (["vision"], 2)
        assert quotas.projects(session, search="eyes_") == (["vision"], 1)
        assert quotas.projects(session, search="%") == ([], 0)
