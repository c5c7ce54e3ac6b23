"""What a training uses, over REST."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for

Body = Callable[..., dict[str, Any]]
BURNS = "import os\nopen(os.environ['EM_MODEL_DIR'] + '/m', 'wb').write(b'x' * 5_000_000)\nwhile True: pass"


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


@pytest.fixture
def burning(client: TestClient, service: Backend, body: Body) -> str:
    """A running training that uses one CPU."""
    found = client.get("trainings", params={"trainingNameList": "burning"}).json()["trainingList"]
    if not found:
        directory = service.data_dir / "nas/local/burning"
        directory.mkdir()
        (directory / "train.py").write_text(BURNS)
        made = body(trainingName="burning", sourceDirUri="nas://local:/burning")
        found = [client.post("trainings", json=made).json()["training"]]
        wait_for(lambda: len(curves(client, found[0]["trainingId"]).get("cpu", [])) > 2, 30)
    training_id: str = found[0]["trainingId"]
    return training_id


def monitoring(client: TestClient, training_id: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"trainings/{training_id}/monitoring", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["monitoring"]
    return found


def curves(client: TestClient, training_id: str, **parameters: Any) -> dict[str, list[tuple[float, float]]]:
    (instance,) = monitoring(client, training_id, **parameters)["instanceList"]
    return {series["metric"]: series["pointList"] for series in instance["seriesList"]}


def test_running_training_shows_what_it_uses_against_its_limits(client: TestClient, burning: str) -> None:
    found = monitoring(client, burning)
    assert (found["available"], found["reason"], found["intervalSeconds"]) == (True, "", 2)
    (instance,) = found["instanceList"]
    assert (instance["node"], instance["name"]) == (0, "node-0")
    series = {each["metric"]: each for each in instance["seriesList"]}
    assert set(series) >= {"cpu", "memory", "disk_read", "disk_write", "disk_used", "network_in", "network_out"}
    assert max(point[1] for point in series["cpu"]["pointList"]) > 5  # it gets less on a busy machine
    assert series["memory"]["limit"] == 1024 * 1024 * 1024
    assert 1_000_000 < series["memory"]["pointList"][-1][1] < series["memory"]["limit"]
    assert series["disk_used"]["pointList"][0][1] > 0
    assert (series["cpu"]["unit"], series["cpu"]["limit"], series["cpu"]["scope"]) == ("percent", 100, "instance")
    assert (series["network_in"]["unit"], series["network_in"]["scope"]) == ("bytes_per_second", "machine")
    assert "gpu_memory" not in series


def test_time_and_number_of_points_are_chosen(client: TestClient, burning: str) -> None:
    whole = curves(client, burning)["cpu"]
    assert len(curves(client, burning, points=2)["cpu"]) == 2
    later = curves(client, burning, **{"from": str(whole[1][0] - 0.001)})["cpu"]
    assert later[0] == whole[1]
    assert curves(client, burning, to=str(whole[0][0]))["cpu"] == whole[:1]
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(whole[0][0] - 5))
    assert curves(client, burning, **{"from": iso})["cpu"][0] == whole[0]
    nothing = monitoring(client, burning, to="1000")
    assert (nothing["available"], nothing["reason"]) == (False, "Nothing was measured in this time; choose another.")
    for wrong in ("yesterday", "nan", "inf"):
        answer = client.get(f"trainings/{burning}/monitoring", params={"from": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "from")


def test_training_that_has_not_begun_says_so(client: TestClient, burning: str, body: Body) -> None:
    waiting = client.post("trainings", json=body(trainingName="large", instanceCount=2)).json()["training"]
    found = monitoring(client, waiting["trainingId"])
    assert not found["available"]
    assert "has not begun" in found["reason"]
    client.put(f"trainings/{waiting['trainingId']}/stop")


def test_what_was_used_is_kept_after_the_end_and_goes_with_the_training(client: TestClient, burning: str) -> None:
    client.put(f"trainings/{burning}/stop")
    wait_for(lambda: client.get(f"trainings/{burning}").json()["training"]["trainingStatusCode"] == "STOPPED", 20)
    assert len(curves(client, burning)["cpu"]) > 2
    assert client.delete(f"trainings/{burning}").status_code == 200
    assert client.get(f"trainings/{burning}/monitoring").status_code == 404
