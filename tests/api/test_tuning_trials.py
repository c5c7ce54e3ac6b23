"""Trials of a tuning over REST: their metrics, TensorBoard, limits, and what the catalogue says of ranges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient
from tensorboard.summary import Writer

from jupyter_easymaker.resources.base import now
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store.tables import HyperparameterTuningRow
from tests.api.test_hyperparameter_tunings import create, ended, get, trials_of, tuning
from tests.waiting import wait_for

__all__ = ["tuning"]

Body = Callable[..., dict[str, Any]]


def values(name: str, given: str) -> dict[str, str]:
    return {"hyperparameterName": name, "hyperparameterTypeCode": "discrete", "hyperparameterSpecifiedValues": given}


@pytest.mark.parametrize(
    ("printed", "regex"),
    [
        ("print(f'loss = {v}, val-acc=1e-{v}')", r"([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)"),
        ("print(f'[{v}] for loss'); print(f'[1e-{v}] for val-acc')", r"\[(?P<value>[-\d.e]+)\] for (?P<name>[\w-]+)"),
        ("print(f'loss={v} val-acc=1e-{v} other=9')", None),
    ],
)
def test_least_greatest_and_latest_of_each_metric_are_kept(
    client: TestClient, tuning: Body, printed: str, regex: str | None
) -> None:
    code = f"for v in (3, 1, 2): {printed}"
    tuning_id = create(
        client,
        tuning(code, metricRegex=regex, metricList=["loss", "val-acc"], hyperparameterSpecList=[values("x", "1")]),
    )
    ended(client, tuning_id)
    (trial,) = trials_of(client, tuning_id)
    found = {
        each["trialMetricName"]: [each[f"trialMetric{which}Value"] for which in ("Min", "Max", "Latest")]
        for each in trial["trialMetricList"]
    }
    assert found == {"loss": ["1.0", "3.0", "2.0"], "val-acc": ["0.001", "0.1", "0.01"]}
    assert trial["objectiveValue"] == 1.0


def test_pathological_expression_ends_like_any_other(client: TestClient, tuning: Body) -> None:
    code = "for _ in range(50): print('a' * 20_000)\nprint('loss=1')"
    tuning_id = create(client, tuning(code, metricRegex="((a+)+)+(=)", hyperparameterSpecList=[values("x", "1,2")]))
    done = ended(client, tuning_id)
    assert done["hyperparameterTuningStatusCode"] == "FAIL_HYPERPARAMETER_TUNING"
    assert {each["trialStatusCode"] for each in trials_of(client, tuning_id)} == {"METRICS_UNAVAILABLE"}


def test_tensorboard_shows_every_trial_by_name(client: TestClient, tuning: Body, service: Backend) -> None:
    tuning_id = create(client, tuning("print('loss=1')", hyperparameterSpecList=[values("x", "1,2")]))
    done = ended(client, tuning_id)
    root = service.data_dir / "tensorboard/default" / done["experiment"]["experimentId"]
    for trial in trials_of(client, tuning_id):
        writer = Writer(str(root / trial["trialId"]))
        writer.add_scalar("loss", float(trial["trialNumber"]), 0)
        writer.close()
    path = client.post(f"hyperparameter-tunings/{tuning_id}/tensorboard").json()["tensorboard"]["path"]
    assert path in done["tensorboardAccessPath"]
    wait_for(lambda: client.get(f"{path}data/runs").json() == ["tuning-0", "tuning-1"], 30, 0.2)
    asked = client.post(
        f"{path}data/plugin/scalars/scalars_multirun", data={"tag": "loss", "runs": ["tuning-0", "tuning-1"]}
    )
    assert {run: points[0][2] for run, points in asked.json().items()} == {"tuning-0": 0.0, "tuning-1": 1.0}


def test_past_its_maximum_time_the_tuning_ends_with_what_runs(
    client: TestClient, tuning: Body, service: Backend
) -> None:
    code = "import time; print('loss=1', flush=True); time.sleep(600)"
    tuning_id = create(client, tuning(code, timeoutMinutes=60))
    wait_for(lambda: get(client, tuning_id)["hyperparameterTuningStatusCode"] == "RUNNING", 30)
    with service.database.session() as session:
        row = session.get(HyperparameterTuningRow, tuning_id)
        assert row is not None
        row.started_at = now() - timedelta(minutes=61)
    done = ended(client, tuning_id)
    assert done["hyperparameterTuningStatusCode"] == "FAIL_HYPERPARAMETER_TUNING"
    assert "maximum time of 60 minutes" in done["hyperparameterTuningStatusReason"]
    assert [each["trialStatusCode"] for each in trials_of(client, tuning_id)] == ["KILLED"]


def test_tuning_whose_trials_cannot_be_started_fails_its_creation_with_their_reason(
    client: TestClient, tuning: Body, service: Backend
) -> None:
    (service.data_dir / "nas/local/code").mkdir(parents=True, exist_ok=True)
    (service.data_dir / "nas/local/code/requirements.txt").write_text("no-such-package-of-easymaker==1.0\n")
    tuning_id = create(client, tuning(maxFailedTrialCount=1))
    done = ended(client, tuning_id, 120)
    assert done["hyperparameterTuningStatusCode"] == "CREATE_FAILED"
    assert "no-such-package-of-easymaker" in done["hyperparameterTuningStatusReason"]
    assert (done["failedTrialCount"], done["startedDatetime"]) == (1, None)
    assert done["endedDatetime"] is not None


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        (values("depth", "1,2"), "depth is none of"),
        (values("max_depth", "2,-1"), "max_depth is -1; at least"),
        (values("model", "forest,svm"), "model is 'svm'; accepted are"),
    ],
)
def test_ranges_are_held_to_what_a_provided_algorithm_accepts(
    client: TestClient, tuning: Body, space: dict[str, str], sentence: str
) -> None:
    (algorithm,) = [
        each for each in client.get("algorithms").json()["algorithmList"] if each["algorithmName"] == "Tabular"
    ]
    if space["hyperparameterName"] == "model":
        space = {**space, "hyperparameterTypeCode": "categorical"}
    answer = client.post(
        "hyperparameter-tunings",
        json=tuning(
            algorithmId=algorithm["algorithmId"],
            sourceDirUri=None,
            entryPoint=None,
            datasetList=[{"datasetName": "train", "dataUri": "nas://local:/code"}],
            hyperparameterSpecList=[space, values("target", "1")],
        ),
    )
    assert answer.status_code == 400
    assert sentence in answer.json()["header"]["resultMessage"]
    assert {each["field"] for each in answer.json()["errors"]} == {"hyperparameterSpecList"}


def test_gaussian_processes_are_refused_where_pytorch_is_missing(
    client: TestClient, tuning: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_easymaker.api.tuning_checks.find_spec", lambda _name: None)
    answer = client.post("hyperparameter-tunings", json=tuning(tuningStrategyName="GAUSSIAN_PROCESS", maxTrialCount=2))
    assert not answer.json()["header"]["isSuccessful"]
    assert answer.status_code == 501
    assert "install jupyter-easymaker[torch]" in answer.json()["header"]["resultMessage"]
