"""Metrics over REST: while a training runs and after, from its log, from TensorBoard's files and from log_metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for

Body = Callable[..., dict[str, Any]]
CODE = """
import os, time
from jupyter_easymaker import log_metrics
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
writer = EventFileWriter(os.environ["EM_TENSORBOARD_LOG_DIR"])
for step in range(3):
    print(f"step={step} loss={1 / (step + 1)} lr=0.1", flush=True)
    log_metrics(step=step, accuracy=step / 10)
    writer.add_event(Event(step=step, summary=Summary(value=[Summary.Value(tag="reward", simple_value=step)])))
writer.flush()
while not os.path.exists(os.environ["EM_MODEL_DIR"] + "/../go"):
    time.sleep(0.02)
print("loss=9")
"""


def metrics(client: TestClient, training_id: str, **parameters: Any) -> dict[str, dict[str, Any]]:
    answer = client.get(f"trainings/{training_id}/metrics", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.json()["complete"] is True
    return {f"{metric['source']}:{metric['name']}": metric for metric in answer.json()["metricList"]}


def test_metrics_of_every_source_show_while_the_training_runs(client: TestClient, service: Backend, body: Body) -> None:
    whole = body(metricNameList=["loss"])
    (service.data_dir / "nas/local/code/train.py").write_text(CODE)
    training_id = client.post("trainings", json=whole).json()["training"]["trainingId"]
    assert metrics(client, training_id) == {}
    wait_for(lambda: "tensorboard:reward" in metrics(client, training_id), 30)
    found = metrics(client, training_id)
    assert {name: metric["last"] for name, metric in found.items()} == {
        "api:accuracy": 0.2,
        "tensorboard:reward": 2.0,
        "log:loss": 1 / 3,
    }
    assert found["log:loss"]["pointList"] == [[0, None, 1.0], [1, None, 0.5], [2, None, 1 / 3]]
    assert [point[0] for point in found["api:accuracy"]["pointList"]] == [0, 1, 2]
    assert (found["log:loss"]["min"], found["log:loss"]["max"], found["log:loss"]["count"]) == (1 / 3, 1.0, 3)
    assert len(metrics(client, training_id, points=2)["log:loss"]["pointList"]) == 2
    (next(service.data_dir.glob(f"**/training-{training_id}/node-0")) / "go").touch()
    wait_for(lambda: client.get(f"trainings/{training_id}").json()["training"]["trainingStatusCode"] == "COMPLETE", 30)
    assert metrics(client, training_id)["log:loss"]["last"] == 9.0
    shown = client.get(f"trainings/{training_id}").json()["training"]
    assert (shown["metricNameList"], shown["metricRegex"]) == (["loss"], None)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"metricRegex": "(?=a)(b)"}, "metricRegex", "cannot be read"),
        ({"metricRegex": r"loss=(\d+)"}, "metricRegex", "two groups"),
        ({"metricRegex": "(a)(b)" * 200}, "metricRegex", "at most 1000"),
        ({"metricNameList": ["a", "a"]}, "metricNameList", "twice"),
        ({"metricNameList": [f"m{number}" for number in range(11)]}, "metricNameList", "at most 10"),
        ({"metricNameList": ["x" * 51]}, "metricNameList.0", "at most 50"),
        ({"metricNameList": [7]}, "metricNameList.0", "string"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    client: TestClient, body: Body, changes: dict[str, Any], field: str, said: str
) -> None:
    answer = client.post("trainings", json=body(**changes))
    assert answer.status_code == 400
    assert [(error["field"], said in error["message"]) for error in answer.json()["errors"]] == [(field, True)]


@pytest.mark.parametrize("parameters", [{"points": 1}, {"points": 100_000}, {"names": "a"}])
def test_unusable_parameters_are_refused(client: TestClient, parameters: dict[str, Any]) -> None:
    assert client.get("trainings/x/metrics", params=parameters).status_code == 400
    assert client.get("trainings/x/metrics").status_code == 404


def test_another_projects_metrics_are_not_there(client: TestClient, body: Body, tokens: dict[str, str]) -> None:
    training_id = client.post("trainings", json=body()).json()["training"]["trainingId"]
    headers = {"X-EasyMaker-Token": tokens["outsider"]}
    for project in ("default", "other"):
        path = f"/v1.0/appkeys/{project}/trainings/{training_id}/metrics"
        assert client.get(path, headers=headers).status_code == 404
