"""Trainings side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for

Body = Callable[..., dict[str, Any]]
CODE = "import sys; print('loss=' + sys.argv[2]); print('acc=1') if sys.argv[2] == '1' else None"


def train(client: TestClient, body: dict[str, Any]) -> str:
    training_id: str = client.post("trainings", json=body).json()["training"]["trainingId"]
    path = f"trainings/{training_id}"
    wait_for(lambda: client.get(path).json()["training"]["trainingStatusCode"] == "COMPLETE", 30)
    return training_id


def test_what_differs_and_what_came_of_it_stand_side_by_side(client: TestClient, service: Backend, body: Body) -> None:
    def parameters(**values: str) -> list[dict[str, str]]:
        return [{"parameterName": name, "parameterValue": value} for name, value in values.items()]

    whole = body(datasetList=[{"datasetName": "d", "dataUri": "nas://local:/code"}])
    (service.data_dir / "nas/local/code/train.py").write_text(CODE)
    first = train(client, {**whole, "hyperparameterList": parameters(lr="1", epochs="3")})
    second = train(
        client, {**whole, "hyperparameterList": parameters(lr="2", epochs="3", extra="x"), "timeoutMinutes": 90}
    )
    answer = client.get("trainings/comparison", params={"trainingIdList": f"{second},{first}"})
    assert answer.status_code == 200, answer.text
    found = answer.json()["comparison"]
    assert [each["trainingId"] for each in found["trainingList"]] == [second, first]
    hyperparameters = {each["name"]: (each["valueList"], each["different"]) for each in found["hyperparameterList"]}
    assert hyperparameters == {"lr": (["2", "1"], True), "epochs": (["3", "3"], False), "extra": (["x", None], True)}
    settings = {each["name"]: each for each in found["settingList"]}
    assert {name for name, each in settings.items() if each["different"]} == {"timeoutMinutes"}
    assert settings["timeoutMinutes"]["valueList"] == ["90", "43200"]
    assert settings["timeoutMinutes"]["title"] == "Maximum time (minutes)"
    assert settings["datasetList.d"]["valueList"] == ["nas://local:/code"] * 2
    assert len(settings["contentHash"]["valueList"][0]) > 64
    metrics = {
        each["name"]: [(curve["trainingId"], curve["last"]) for curve in each["curveList"]]
        for each in found["metricList"]
    }
    assert metrics == {"loss": [(second, 2.0), (first, 1.0)], "acc": [(first, 1.0)]}
    assert found["complete"] is True


@pytest.mark.parametrize("ids", ["", "a", "a,a", "a,b,c,d,e,f"])
def test_too_few_and_too_many_are_refused(client: TestClient, ids: str) -> None:
    answer = client.get("trainings/comparison", params={"trainingIdList": ids})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "trainingIdList")


def test_unknown_one_is_named(client: TestClient, body: Body) -> None:
    training_id = client.post("trainings", json=body()).json()["training"]["trainingId"]
    answer = client.get("trainings/comparison", params={"trainingIdList": [training_id, "nobody"]})
    assert answer.status_code == 404
    assert "nobody" in answer.json()["header"]["resultMessage"]
