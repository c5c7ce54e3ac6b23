"""The API over real parts in this process: SQLite, the local engine, reconcilers run by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.service.config import ServiceConfig
from jupyter_easymaker.store import users
from tests.waiting import wait_for

TOKEN = "token-of-the-owner"


@contextmanager
def running(directory: Path) -> Iterator[Backend]:
    """A backend on a directory of its own."""
    made = Backend(ServiceConfig(data_dir=str(directory / "data"), file_roots=[str(directory / "home")]), TOKEN)
    made.start()
    try:
        yield made
    finally:
        for name in made.engine.names():
            made.engine.stop(name)
        for name in made.engine.service_names():
            made.engine.remove_service(name)
        wait_for(lambda: not made.engine.service_names(), 60)
        made.close()
        made.gateway.stop()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Backend]:
    """Tests that change nothing override it by ``shared_service``."""
    with running(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """One backend for all tests of a module."""
    with running(tmp_path_factory.mktemp("service")) as made:
        yield made


@pytest.fixture
def client(service: Backend) -> Iterator[TestClient]:
    """A client of the project ``default``."""
    with TestClient(service.app, raise_server_exceptions=False) as made:
        made.headers["X-EasyMaker-Token"] = TOKEN
        made.base_url = made.base_url.join("/v1.0/appkeys/default/")
        yield made


@pytest.fixture
def source(service: Backend) -> str:
    directory = service.data_dir / "nas/local/code"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "train.py").write_text("print('ran')")
    return "nas://local:/code"


@pytest.fixture
def body(client: TestClient, source: str) -> Callable[..., dict[str, Any]]:
    """Make the create body of a training."""
    client.post("experiments", json={"experimentName": "e"})  # there already, where the backend is shared
    (experiment,) = client.get("experiments", params={"experimentNameList": "e"}).json()["experimentList"]

    def make(**changes: Any) -> dict[str, Any]:
        whole = {
            "trainingName": "t",
            "experimentId": experiment["experimentId"],
            "imageId": "local-cpu-python-training",
            "flavorId": "c1m1",
            "sourceDirUri": source,
            "entryPoint": "train.py",
            "modelUploadUri": "nas://local:/out",
            **changes,
        }
        return {key: value for key, value in whole.items() if value is not None}

    return make


@pytest.fixture
def tokens(service: Backend) -> dict[str, str]:
    """Tokens of everyone the matrix knows."""
    with service.database.session() as session:
        users.ensure_project(session, "other", "Other")
        made = {name: users.create_user(session, name, is_admin=False) for name in ("member", "outsider")}
        users.ensure_member(session, "default", "member")
        users.ensure_member(session, "other", "outsider")
    return {**made, "admin": TOKEN}
