"""Tunings over REST, with real trials: what they try, how they end, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.service.backend import Backend
from tests.waiting import wait_for

Body = Callable[..., dict[str, Any]]
ENDED = ("COMPLETE", "STOPPED", "FAIL_HYPERPARAMETER_TUNING", "CREATE_FAILED")
OBJECTIVE = """
import argparse, os, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
arguments = parser.parse_args()
pathlib.Path(os.environ["EM_MODEL_DIR"], "x.txt").write_text(str(arguments.x))
print(f"loss={(arguments.x - 3) ** 2}")
"""


@pytest.fixture
def tuning(body: Body, service: Backend) -> Body:
    """Make the create body of a tuning over x in [0, 4] by 1."""

    def make(code: str = OBJECTIVE, **changes: Any) -> dict[str, Any]:
        (service.data_dir / "nas/local/code/train.py").write_text(code)
        space = {
            "hyperparameterName": "x",
            "hyperparameterTypeCode": "double",
            "hyperparameterMinValue": "0",
            "hyperparameterMaxValue": "4",
            "hyperparameterStep": "1",
        }
        return body(
            trainingName=None,
            **{
                "hyperparameterTuningName": "tuning",
                "hyperparameterSpecList": [space],
                "tuningStrategyName": "GRID",
                "objectiveMetric": {"name": "loss"},
                **changes,
            },
        )

    return make


def create(client: TestClient, body: dict[str, Any]) -> str:
    answer = client.post("hyperparameter-tunings", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["hyperparameterTuning"]["hyperparameterTuningId"]


def get(client: TestClient, tuning_id: str) -> dict[str, Any]:
    return client.get(f"hyperparameter-tunings/{tuning_id}").json()["hyperparameterTuning"]


def trials_of(client: TestClient, tuning_id: str, **query: str) -> list[dict[str, Any]]:
    return client.get(f"hyperparameter-tunings/{tuning_id}/trials", params=query).json()["trialList"]


def ended(client: TestClient, tuning_id: str, timeout: float = 60) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = get(client, tuning_id)
        return found if found["hyperparameterTuningStatusCode"] in ENDED else None

    return wait_for(look, timeout)


def test_grid_is_walked_to_its_end_and_the_best_trial_becomes_a_model(
    client: TestClient, tuning: Body, service: Backend
) -> None:
    tuning_id = create(client, tuning())
    done = ended(client, tuning_id)
    assert done["hyperparameterTuningStatusCode"] == "COMPLETE"
    assert done["hyperparameterTuningStatusReason"] == "SuggestionEndReached"
    assert (done["trialCount"], done["successfulTrialCount"], done["failedTrialCount"]) == (5, 5, 0)
    assert done["optimalTrial"]["hyperparameterList"] == [{"parameterName": "x", "parameterValue": "3"}]
    assert done["optimalTrial"]["objectiveValue"] == 0.0
    found = trials_of(client, tuning_id)
    assert sorted(each["hyperparameterList"][0]["parameterValue"] for each in found) == ["0", "1", "2", "3", "4"]
    assert [each["trialNumber"] for each in found] == [0, 1, 2, 3, 4]
    assert {each["trialStatusCode"] for each in found} == {"SUCCEEDED"}
    assert trials_of(client, tuning_id, sort="objectiveValue")[0]["isOptimal"]
    assert [each["objectiveValue"] for each in trials_of(client, tuning_id, sort="-objectiveValue")][:2] == [9.0, 4.0]

    answer = client.post("models", json={"modelName": "best", "hyperparameterTuningId": tuning_id,
                                         "modelFormatCode": "SKLEARN"})  # fmt: skip
    model = answer.json()["model"]
    assert model["hyperparameterTuning"]["hyperparameterTuningName"] == "tuning"
    path = service.data_dir / "nas/local" / model["modelUploadUri"].removeprefix("nas://local:/")
    assert (path / "x.txt").read_text() == "3.0"
    refusal = client.delete(f"hyperparameter-tunings/{tuning_id}")
    assert refusal.status_code == 409
    assert "best" in refusal.json()["header"]["resultMessage"]


def test_trials_are_in_no_list_of_trainings_and_not_changed_by_themselves(client: TestClient, tuning: Body) -> None:
    tuning_id = create(client, tuning())
    ended(client, tuning_id)
    (trial, *_) = trials_of(client, tuning_id)
    assert client.get("trainings").json()["trainingList"] == []
    assert client.get("counts").json()["counts"]["training"]["total"] == 0
    assert client.get("search", params={"query": "tuning-"}).json()["resultList"] == []
    training = client.get(f"trainings/{trial['trialId']}").json()["training"]
    assert training["hyperparameterTuningId"] == tuning_id
    for refused in (
        client.put(f"trainings/{trial['trialId']}", json={"description": "x"}),
        client.put(f"trainings/{trial['trialId']}/stop"),
        client.delete(f"trainings/{trial['trialId']}"),
    ):
        assert refused.status_code == 409
        assert tuning_id in refused.json()["header"]["resultMessage"]
    assert client.post("models", json={"modelName": "m", "trainingId": trial["trialId"]}).status_code == 400


def test_goal_ends_the_tuning_and_kills_what_runs(client: TestClient, tuning: Body) -> None:
    code = OBJECTIVE + "import time\nif arguments.x != 3: print('on', flush=True); time.sleep(600)\n"
    tuning_id = create(client, tuning(code, objectiveGoal=0.5, parallelTrialCount=2, instanceCount=2,
                                      tuningStrategyName="RANDOM", tuningStrategyRandomState=11,
                                      hyperparameterSpecList=[{"hyperparameterName": "x",
                                                               "hyperparameterTypeCode": "categorical",
                                                               "hyperparameterSpecifiedValues": "3"}]))  # fmt: skip
    done = ended(client, tuning_id)
    assert (done["hyperparameterTuningStatusCode"], done["hyperparameterTuningStatusReason"]) == (
        "COMPLETE",
        "GoalReached",
    )
    assert {each["trialStatusCode"] for each in trials_of(client, tuning_id)} <= {"SUCCEEDED", "KILLED"}


def test_max_trials_end_the_tuning(client: TestClient, tuning: Body) -> None:
    tuning_id = create(client, tuning(tuningStrategyName="BAYESIAN_OPTIMIZATION", maxTrialCount=3))
    done = ended(client, tuning_id)
    assert (done["hyperparameterTuningStatusReason"], done["trialCount"]) == ("MaxTrialsReached", 3)


def test_failed_trials_fail_the_tuning_once_there_are_too_many(client: TestClient, tuning: Body) -> None:
    tuning_id = create(client, tuning("raise SystemExit(3)", maxFailedTrialCount=2))
    done = ended(client, tuning_id)
    assert done["hyperparameterTuningStatusCode"] == "FAIL_HYPERPARAMETER_TUNING"
    assert "2 trials have failed" in done["hyperparameterTuningStatusReason"]
    assert (done["failedTrialCount"], done["trialCount"]) == (2, 2)


def test_silent_trials_have_no_metric_and_the_tuning_says_so(client: TestClient, tuning: Body) -> None:
    tuning_id = create(client, tuning("print('accuracy=1')"))
    done = ended(client, tuning_id)
    assert {each["trialStatusCode"] for each in trials_of(client, tuning_id)} == {"METRICS_UNAVAILABLE"}
    assert done["hyperparameterTuningStatusCode"] == "FAIL_HYPERPARAMETER_TUNING"
    assert "check its name" in done["hyperparameterTuningStatusReason"]


def test_stop_ends_the_running_trials(client: TestClient, tuning: Body) -> None:
    tuning_id = create(client, tuning("import time; print('loss=1', flush=True); time.sleep(600)"))
    wait_for(lambda: get(client, tuning_id)["hyperparameterTuningStatusCode"] == "RUNNING", 30)
    assert client.delete(f"hyperparameter-tunings/{tuning_id}").status_code == 409
    assert client.put(f"hyperparameter-tunings/{tuning_id}/stop").status_code == 200
    assert ended(client, tuning_id)["hyperparameterTuningStatusCode"] == "STOPPED"
    assert [each["trialStatusCode"] for each in trials_of(client, tuning_id)] == ["KILLED"]
    assert client.put(f"hyperparameter-tunings/{tuning_id}/stop").status_code == 409
    assert client.delete(f"hyperparameter-tunings/{tuning_id}").status_code == 200
    assert client.get(f"hyperparameter-tunings/{tuning_id}").status_code == 404
    experiment = client.get("experiments").json()["experimentList"][0]["experimentId"]
    wait_for(lambda: client.delete(f"experiments/{experiment}").status_code == 200)


def test_running_trials_worse_than_the_median_are_ended_early(client: TestClient, tuning: Body, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    code = f"""
import argparse, pathlib, time
parser = argparse.ArgumentParser(); parser.add_argument("--x", type=float); x = parser.parse_args().x
for step in range(8):
    print(f"loss={{x / (step + 1)}}", flush=True)
if x == 4:
    while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.05)
"""
    space = {"hyperparameterName": "x", "hyperparameterTypeCode": "discrete",
             "hyperparameterSpecifiedValues": "1,2,3,4"}  # fmt: skip
    tuning_id = create(
        client,
        tuning(
            code,
            hyperparameterSpecList=[space],
            earlyStoppingAlgorithm="MEDIAN",
            earlyStoppingMinTrialCount=1,
            earlyStoppingStartStep=2,
            tuningStrategyRandomState=2,
        ),
    )
    done = ended(client, tuning_id)
    of_four = {each["hyperparameterList"][0]["parameterValue"]: each for each in trials_of(client, tuning_id)}["4"]
    assert of_four["trialNumber"] > 0, "the seed must not put the hopeless trial first"
    assert of_four["trialStatusCode"] == "EARLY_STOPPED"
    assert "better" in of_four["trialStatusReason"]
    assert (done["earlyStoppedTrialCount"], done["successfulTrialCount"]) == (1, 3)
    assert done["hyperparameterTuningStatusReason"] == "SuggestionEndReached"


def test_only_the_best_model_is_kept_where_that_is_asked(client: TestClient, tuning: Body, service: Backend) -> None:
    tuning_id = create(client, tuning(keptModels="BEST"))
    done = ended(client, tuning_id)
    there = {path.name for path in (service.data_dir / "nas/local/out" / tuning_id).iterdir()}
    assert there == {done["optimalTrialId"]}
    assert [each["modelUri"] is None for each in trials_of(client, tuning_id, sort="objectiveValue")] == [
        False, True, True, True, True,
    ]  # fmt: skip


def test_charts_and_curves_show_what_was_tried(client: TestClient, tuning: Body) -> None:
    tuning_id = create(client, tuning())
    ended(client, tuning_id)
    charts = client.get(f"hyperparameter-tunings/{tuning_id}/charts").json()["charts"]
    best = [point["bestSoFar"] for point in charts["historyList"]]
    assert best == sorted(best, reverse=True)
    assert best[-1] == 0.0
    assert charts["axisList"][0]["maxValue"] == 4.0
    assert len(charts["trialList"]) == 5
    assert charts["importanceList"] == [{"hyperparameterName": "x", "importance": pytest.approx(1.0)}]
    answer = client.get(f"hyperparameter-tunings/{tuning_id}/curves").json()
    assert [len(curve["pointList"]) for curve in answer["curveList"]] == [1] * 5
    assert answer["metricNameList"] == ["loss"]


def test_copy_and_edit(client: TestClient, tuning: Body) -> None:
    tuning_id = create(client, tuning())
    ended(client, tuning_id)
    copy = client.get(f"hyperparameter-tunings/{tuning_id}/copy").json()["hyperparameterTuning"]
    assert copy["hyperparameterTuningName"] == "tuning-copy"
    assert ended(client, create(client, copy))["trialCount"] == 5
    edited = client.put(f"hyperparameter-tunings/{tuning_id}", json={"hyperparameterTuningName": "other"})
    assert edited.json()["hyperparameterTuning"]["hyperparameterTuningName"] == "other"
    listed = client.get("hyperparameter-tunings", params={"sort": "hyperparameterTuningName"}).json()
    assert [each["hyperparameterTuningName"] for each in listed["hyperparameterTuningList"]] == ["other", "tuning-copy"]


def test_logs_of_a_tunings_trials_are_searched_together(client: TestClient, tuning: Body, body: Body) -> None:
    def found(**query: str) -> set[str]:
        return {line["trainingName"] for line in client.get("logs", params=query).json()["logList"]}

    client.post("trainings", json=body(trainingName="other", useLog=True, entryPoint="train.py"))
    tuning_id = create(client, tuning(useLog=True, hyperparameterTuningName="told"))
    ended(client, tuning_id)
    names = {f"told-{number}" for number in range(5)}
    wait_for(lambda: found(query="body:loss", hyperparameterTuningId=tuning_id) == names)
    assert found(query=f"hyperparameterTuningId:{tuning_id} AND loss") == names
    assert found(hyperparameterTuningId="another") == set()


def test_trials_without_an_objective_come_last_whichever_way_they_are_sorted(client: TestClient, tuning: Body) -> None:
    silent = OBJECTIVE.replace("print(", "arguments.x == 2 or print(")
    tuning_id = create(client, tuning(silent))
    ended(client, tuning_id)
    for sort, values in (("objectiveValue", [0.0, 1.0, 4.0, 9.0]), ("-objectiveValue", [9.0, 4.0, 1.0, 0.0])):
        assert [each["objectiveValue"] for each in trials_of(client, tuning_id, sort=sort)] == [*values, None]


def test_same_seed_tries_the_same_values(client: TestClient, tuning: Body) -> None:
    def tried() -> list[Any]:
        tuning_id = create(
            client, tuning(tuningStrategyName="BAYESIAN_OPTIMIZATION", maxTrialCount=4, tuningStrategyRandomState=5)
        )
        ended(client, tuning_id)
        return [each["hyperparameterList"] for each in trials_of(client, tuning_id)]

    assert tried() == tried()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hyperparameterSpecList": []}, "hyperparameterSpecList"),
        ({"parallelTrialCount": 2, "instanceCount": 1}, "instanceCount"),
        ({"instanceCount": 500, "parallelTrialCount": 500}, "instanceCount"),
        ({"tuningStrategyName": "RANDOM"}, "maxTrialCount"),
        ({"metricList": [{"name": "accuracy"}]}, "objectiveMetric"),
        ({"metricRegex": "("}, "metricRegex"),
        ({"entryPoint": "missing.py"}, "entryPoint"),
        ({"objectiveMetric": None}, "objectiveMetric"),
    ],
)
def test_what_cannot_run_is_refused_by_field(
    client: TestClient, tuning: Body, changes: dict[str, Any], field: str
) -> None:
    answer = client.post("hyperparameter-tunings", json=tuning(**changes))
    assert answer.status_code == 400
    assert any(field in each["field"] for each in answer.json()["errors"]), answer.text
    assert client.get("hyperparameter-tunings").json()["hyperparameterTuningList"] == []
