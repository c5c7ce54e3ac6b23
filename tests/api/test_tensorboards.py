"""TensorBoard over REST: the real one, behind the backend's authentication."""

from __future__ import annotations

import base64
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient
from tensorboard.summary import Writer

from jupyter_easymaker.api.tensorboard_runs import run_names
from jupyter_easymaker.service.backend import Backend
from tests.tensorboards.test_service import tensorboards
from tests.waiting import wait_for

SCALARS = "data/plugin/scalars"


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


@pytest.fixture
def training(client: TestClient, service: Backend, body: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A training that logged some scalars."""
    found = client.get("trainings", params={"trainingNameList": "curve"}).json()["trainingList"]
    if not found:
        found = [client.post("trainings", json=body(trainingName="curve")).json()["training"]]
        experiment = found[0]["experiment"]["experimentId"]
        writer = Writer(str(service.data_dir / "tensorboard/default" / experiment / found[0]["trainingId"]))
        for step in range(3):
            writer.add_scalar("loss", 1 / (step + 1), step)
        writer.close()
    training: dict[str, Any] = found[0]
    return training


def opened(client: TestClient, path: str) -> str:
    answer = client.post(f"{path}/tensorboard")
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["tensorboard"]["path"]
    return found


def pid_of(service: Backend, key: str) -> int:
    return service.tensorboards._running[key].process.pid


def test_scalars_of_a_training_are_read_through_the_backend(client: TestClient, training: dict[str, Any]) -> None:
    path = opened(client, f"trainings/{training['trainingId']}")
    page = client.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    wait_for(lambda: client.get(f"{path}data/runs").json() == ["curve"])
    points = client.get(f"{path}{SCALARS}/scalars", params={"run": "curve", "tag": "loss"}).json()
    assert [(step, round(value, 3)) for _, step, value in points] == [(0, 1.0), (1, 0.5), (2, 0.333)]
    asked = client.post(f"{path}{SCALARS}/scalars_multirun", data={"tag": "loss", "runs": ["curve"]})
    assert len(asked.json()["curve"]) == 3


def test_answers_come_compressed_as_the_browser_wants_them(client: TestClient, training: dict[str, Any]) -> None:
    path = opened(client, f"trainings/{training['trainingId']}")
    for accepted, encoding in (("gzip", "gzip"), ("identity", None)):
        answer = client.get(f"{path}data/plugins_listing", headers={"Accept-Encoding": accepted})
        assert (answer.status_code, answer.headers.get("content-encoding")) == (200, encoding)
        assert "scalars" in answer.json()
    script = client.get(f"{path}index.js")
    assert int(script.headers["content-length"]) < len(script.content) / 2


def test_experiment_shows_its_trainings_by_name_also_those_added_later(
    client: TestClient, training: dict[str, Any], body: Callable[..., dict[str, Any]], service: Backend
) -> None:
    experiment = training["experiment"]["experimentId"]
    path = opened(client, f"experiments/{experiment}")
    wait_for(lambda: client.get(f"{path}data/runs").json() == ["curve"])
    late = client.post("trainings", json=body(trainingName="late")).json()["training"]
    Writer(str(service.data_dir / "tensorboard/default" / experiment / late["trainingId"])).close()
    wait_for(lambda: client.get(f"{path}data/runs").json() == ["curve", "late"], 15, 0.2)


def test_runs_of_the_same_name_are_told_apart_and_none_leaves_its_directory() -> None:
    found = [("11111111-a", "x"), ("22222222-b", "x"), ("33333333-c", "../../etc"), ("44444444-d", "y")]
    assert run_names(found) == {
        "11111111-a": "x (11111111)",
        "22222222-b": "x (22222222)",
        "33333333-c": "__.._etc",
        "44444444-d": "y",
    }


def test_many_requests_at_once_start_one_process(
    client: TestClient, training: dict[str, Any], service: Backend
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    key = f"training-{training['trainingId']}"
    service.tensorboards.stop(key)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.get(f"tensorboards/{key}/data/environment").status_code, range(8)))
    assert answers == [200] * 8
    assert len(tensorboards()) == len(service.tensorboards)


def test_process_that_was_killed_is_started_again_by_the_next_request(
    client: TestClient, training: dict[str, Any], service: Backend
) -> None:
    path = opened(client, f"trainings/{training['trainingId']}")
    client.get(path)
    key = path.split("/")[1]
    first = pid_of(service, key)
    os.kill(first, signal.SIGKILL)
    assert client.get(f"{path}data/environment").status_code == 200
    assert pid_of(service, key) != first


def test_other_projects_and_strangers_do_not_see_it(
    client: TestClient, training: dict[str, Any], tokens: dict[str, str]
) -> None:
    path = opened(client, f"trainings/{training['trainingId']}")
    outsider = {"X-EasyMaker-Token": tokens["outsider"]}
    assert client.get(path, headers=outsider).status_code == 404
    assert client.get(str(client.base_url.join("../other/" + path)), headers=outsider).status_code == 404
    assert client.get(path, headers={"X-EasyMaker-Token": "guessed"}).status_code == 401
    for missing in ("training-nobody", "experiment-nobody", "nobody", "model-x"):
        assert client.get(f"tensorboards/{missing}/").status_code == 404


def test_browser_is_asked_for_the_token_and_may_send_it_as_a_password(
    client: TestClient, training: dict[str, Any]
) -> None:
    token = client.headers.pop("X-EasyMaker-Token")
    uri = training["tensorboardAccessUri"]
    assert uri.endswith(training["tensorboardAccessPath"])
    path = "tensorboards" + uri.partition("tensorboards")[2]
    refused = client.get(path)
    assert (refused.status_code, refused.headers["www-authenticate"].split()[0]) == (401, "Basic")
    basic = base64.b64encode(f"anybody:{token}".encode()).decode()
    assert client.get(path, headers={"Authorization": f"Basic {basic}"}).status_code == 200
    assert client.get("trainings", headers={"Authorization": f"Basic {basic}"}).status_code == 401


def test_directory_of_a_storage_is_shown_until_its_tensorboard_ends(
    client: TestClient, service: Backend, tokens: dict[str, str]
) -> None:
    logs = service.data_dir / "nas/local/logs"
    writer = Writer(str(logs / "train"))
    writer.add_scalar("loss", 1.0, 0)
    writer.close()
    answer = client.post("storages/tensorboard", json={"uri": "nas://local:/logs"}).json()["tensorboard"]
    assert answer["uri"].endswith(answer["path"])
    path = answer["path"]
    wait_for(lambda: client.get(f"{path}data/runs").json() == ["logs/train"], 30)
    same = client.post("storages/tensorboard", json={"uri": "nas://local:/logs/"}).json()["tensorboard"]
    assert same == {**answer, "ready": True}
    # The same words lead another project to its own storages.
    outsider = {"X-EasyMaker-Token": tokens["outsider"]}
    other = client.get(str(client.base_url.join(f"../other/{path}")), headers=outsider)
    assert "nas://local:/logs does not exist" in other.json()["header"]["resultMessage"]

    (process,) = [key for key in service.tensorboards._running if key.startswith("storage-")]
    (mirror,) = (service.data_dir / "tensorboard-storage").iterdir()
    service.tensorboards.stop(process)
    assert len(service.mirrors) == 0
    wait_for(lambda: not mirror.exists())
    assert list(logs.rglob("*tfevents*"))


def test_tensorboard_of_a_storage_is_told_what_is_wrong_with_it(client: TestClient, service: Backend) -> None:
    (service.data_dir / "nas/local").mkdir(parents=True, exist_ok=True)
    (service.data_dir / "nas/local/file").touch()
    for body, said in (
        ({"uri": "nas://local:/file"}, "nas://local:/file is a file; TensorBoard shows a directory."),
        ({"uri": "nas://local:/../x"}, "holds '..'"),
        ({"uri": "s3://bucket/x"}, "is not a storage path"),
        ({"uri": ""}, "uri"),
        ({}, "uri"),
        ({"uri": "nas://local:/", "more": 1}, "more"),
    ):
        answer = client.post("storages/tensorboard", json=body)
        assert (answer.status_code, said in answer.json()["header"]["resultMessage"]) == (400, True), answer.text
    assert len(service.mirrors) == 0
