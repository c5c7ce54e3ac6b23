"""A backend of a hub, in this process: for what the API says before a hub is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.service.config import ServiceConfig
from jupyter_easymaker.store import users
from jupyter_easymaker.store.tables import UserRow
from tests.playing_hub import PlayingHub

IMAGE = {"imageId": "nb", "imageName": "Notebook", "groupTypeCode": "NOTEBOOK", "coreTypeCode": "CPU"}
FLAVORS = [
    {"id": "small", "name": "small", "vcpus": 1, "ram": 512},
    {"id": "large", "name": "large", "vcpus": 1, "ram": 1024},
    {"id": "gpu", "name": "gpu", "vcpus": 1, "ram": 512, "gpuFlavor": True, "gpuCount": 1},
]


@contextmanager
def backend_of_a_hub(directory: Path) -> Iterator[Backend]:
    """A backend whose hub knows ada, bo (of the project default) and eve (of the project other), by their names."""
    config = ServiceConfig(data_dir=str(directory / "data"), images=[IMAGE], flavors=FLAVORS, gpus=1)
    made = Backend(config, "token-of-the-owner")
    with made.database.session() as session:
        for name, project in (("ada", "default"), ("bo", "default"), ("eve", "other")):
            users.keep_from_elsewhere(
                session, name, f"{users.ELSEWHERE}{name}", is_admin=False, projects=frozenset({project})
            )

    def vouched_for(token: str) -> UserRow | None:
        with made.database.reading() as session:
            row = session.get(UserRow, token)
        return row if row is not None and row.token_hash.startswith(users.ELSEWHERE) else None

    made.app.state.context = replace(made.app.state.context, hub=PlayingHub(), vouched_for=vouched_for)
    try:
        yield made
    finally:
        made.close()


def client_of(backend: Backend, token: str, appkey: str = "default") -> TestClient:
    made = TestClient(backend.app, raise_server_exceptions=False)
    made.headers["X-EasyMaker-Token"] = token
    made.base_url = made.base_url.join(f"/v1.0/appkeys/{appkey}/")
    return made
