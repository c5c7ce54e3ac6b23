"""Tunings of a whole backend: killed at random moments, used by the vendor's SDK, with trials that misbehave."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from jupyter_easymaker.store.database import Database
from tests.conftest import RunningBackend
from tests.processes import with_words
from tests.service.test_faults import processes_of_jobs
from tests.waiting import wait_for

Make = Callable[..., RunningBackend]
_TRIALS = 24
_KILLS = 20
_ENDS = ("COMPLETE", "STOPPED", "FAIL_HYPERPARAMETER_TUNING", "CREATE_FAILED")
_CODE = """
import os, pathlib, time
x, y = float(os.environ["EM_HP_X"]), float(os.environ["EM_HP_Y"])
pathlib.Path(os.environ["EM_MODEL_DIR"], f"ran-{os.getpid()}").write_text("")
time.sleep(0.2)
print("loss =", (x - 1) ** 2 + (y + 2) ** 2)
"""
_SPACE = [
    {"hyperparameterName": name, "hyperparameterTypeCode": "double", "hyperparameterMinValue": "-5",
     "hyperparameterMaxValue": "5"} for name in ("x", "y")
]  # fmt: skip


def tune(running: RunningBackend, name: str, code: str, **settings: Any) -> str:
    body = {
        "hyperparameterTuningName": name,
        "experimentId": running.experiment(),
        "imageId": "local-cpu-python-training",
        "flavorId": "c1m1",
        "sourceDirUri": running.script(name, code),
        "entryPoint": "train.py",
        "modelUploadUri": "nas://local:/outputs",
        "hyperparameterSpecList": _SPACE,
        "objectiveMetric": {"name": "loss"},
        **settings,
    }
    return running.post("hyperparameter-tunings", body)["hyperparameterTuning"]["hyperparameterTuningId"]


def tuning(running: RunningBackend, tuning_id: str) -> dict[str, Any]:
    return running.get(f"hyperparameter-tunings/{tuning_id}")["hyperparameterTuning"]


def trials(running: RunningBackend, tuning_id: str) -> list[dict[str, Any]]:
    return running.get(f"hyperparameter-tunings/{tuning_id}/trials")["trialList"]


def ended(running: RunningBackend, tuning_id: str, timeout: float = 120) -> dict[str, Any]:
    wait_for(lambda: tuning(running, tuning_id)["hyperparameterTuningStatusCode"] in _ENDS, timeout)
    return tuning(running, tuning_id)


@pytest.mark.timeout(300)
def test_tuning_survives_twenty_kills_with_all_it_had_learnt(own_backend: Make) -> None:
    running = own_backend()
    settings = {"maxTrialCount": _TRIALS, "tuningStrategyRandomState": 7}
    undisturbed = tune(running, "undisturbed", _CODE, **settings)
    assert ended(running, undisturbed)["hyperparameterTuningStatusReason"] == "MaxTrialsReached"
    disturbed = tune(running, "disturbed", _CODE, **settings)
    chance = random.Random(3)
    for kill in range(_KILLS):
        # The kills are spread over the tuning, each at a moment of its own within a trial.
        wait_for(lambda kill=kill: len(trials(running, disturbed)) > kill * _TRIALS // _KILLS, 60)
        moment = chance.random()
        wait_for(lambda moment=moment: chance.random() > moment, interval=0.05)
        running.kill()
        running.start()
    done = ended(running, disturbed)
    assert (done["hyperparameterTuningStatusCode"], done["successfulTrialCount"]) == ("COMPLETE", _TRIALS)
    found = trials(running, disturbed)
    assert [each["trialNumber"] for each in found] == list(range(_TRIALS))
    for each in found:
        outputs = running.data_dir / "nas/local/outputs" / disturbed / each["trialId"]
        assert len(list(outputs.glob("ran-*"))) == 1, f"{each['trialName']} ran more than once"
    tried = [each["hyperparameterList"] for each in found]
    assert tried == [each["hyperparameterList"] for each in trials(running, undisturbed)]


@pytest.mark.postgresql
@pytest.mark.timeout(300)
def test_two_backends_killed_in_turn_make_each_trial_once(own_backend: Make, postgresql: str, tmp_path: Path) -> None:
    admin = Database(f"{postgresql}postgres")
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE two_tuning"))
    admin.close()
    shared = tmp_path / "shared"
    settings = ("--database-url", f"{postgresql}two_tuning", f"--ServiceConfig.shared_dir={shared}")
    pair = [own_backend(*settings), own_backend(*settings)]
    (shared / "nas/local").mkdir(parents=True, exist_ok=True)
    pair[0].script("twins", _CODE)
    (pair[0].data_dir / "nas/local/code").rename(shared / "nas/local/code")
    tuning_id = tune(
        pair[0], "twins", _CODE, maxTrialCount=12, parallelTrialCount=2, instanceCount=2,
        tuningStrategyName="RANDOM", tuningStrategyRandomState=4,
    )  # fmt: skip
    for kill in range(4):
        alive = pair[1 - kill % 2]
        wait_for(lambda kill=kill, alive=alive: len(trials(alive, tuning_id)) > 2 * kill, 60)  # type: ignore[misc]
        pair[kill % 2].kill()
        pair[kill % 2].start()
    done = ended(pair[0], tuning_id)
    assert (done["hyperparameterTuningStatusCode"], done["trialCount"], done["successfulTrialCount"]) == (
        "COMPLETE", 12, 12,
    )  # fmt: skip
    found = trials(pair[1], tuning_id)
    assert [each["trialNumber"] for each in found] == list(range(12))
    assert len({str(each["hyperparameterList"]) for each in found}) == 12
    for each in found:
        assert len(list((shared / "nas/local/outputs" / tuning_id / each["trialId"]).glob("ran-*"))) == 1


@pytest.mark.timeout(180)
def test_trials_that_misbehave_do_not_take_the_tuning_with_them(own_backend: Make) -> None:
    code = """
import os, pathlib, subprocess, sys, time
kind = os.environ["EM_HP_KIND"]
if kind == "garbage":
    sys.stdout.buffer.write(os.urandom(3_000_000) + b"\\nloss = = nan loss=\\n")
elif kind == "endless":
    print("loss = 5", flush=True)
    while True:
        time.sleep(60)
elif kind == "forks":
    for _ in range(20):
        command = [sys.executable, "-c", "import time; time.sleep(600)", "forked-by-a-trial"]
        subprocess.Popen(command, start_new_session=True)
    print("loss = 3")
elif kind == "memory":
    held = [bytes([1]) * 100_000_000 for _ in range(200)]
else:
    print("loss = 2")
"""
    running = own_backend()
    space = {"hyperparameterName": "kind", "hyperparameterTypeCode": "categorical",
             "hyperparameterSpecifiedValues": "garbage,endless,forks,memory,good"}  # fmt: skip
    tuning_id = tune(
        running, "hostile", code, hyperparameterSpecList=[space], tuningStrategyName="GRID",
        parallelTrialCount=2, instanceCount=2,
    )  # fmt: skip

    def by_kind() -> dict[str, str]:
        return {
            each["hyperparameterList"][0]["parameterValue"]: each["trialStatusCode"]
            for each in trials(running, tuning_id)
        }

    others = {"garbage": "METRICS_UNAVAILABLE", "forks": "SUCCEEDED", "memory": "FAILED", "good": "SUCCEEDED"}
    wait_for(lambda: others.items() <= by_kind().items(), 120)
    assert by_kind()["endless"] == "RUNNING"
    found = tuning(running, tuning_id)
    assert found["hyperparameterTuningStatusCode"] == "RUNNING"
    assert found["optimalTrial"]["objectiveValue"] == 2.0
    assert running.request("PUT", f"hyperparameter-tunings/{tuning_id}/stop").status_code == 200
    assert ended(running, tuning_id)["hyperparameterTuningStatusCode"] == "STOPPED"
    assert by_kind()["endless"] == "KILLED"
    wait_for(lambda: not processes_of_jobs(running.data_dir / "engine"), 30)
    assert not with_words("forked-by-a-trial")


def test_parallel_trials_of_several_nodes_share_a_data_set_that_is_staged_once(
    own_backend: Make, tmp_path: Path
) -> None:
    code = """
import os, pathlib, time
print("rank", os.environ["EM_NODE_RANK"], "of", os.environ["EM_NODE_COUNT"], flush=True)
meeting = pathlib.Path(os.environ["EM_HP_MEETING"])
(meeting / f"{os.environ['EM_HP_X']}-{os.environ['EM_NODE_RANK']}").touch()
while len(list(meeting.iterdir())) < 4:  # two trials of two nodes, all at once
    time.sleep(0.02)
print("inode", os.stat(pathlib.Path(os.environ["EM_DATASET_TRAIN"], "data.csv").resolve()).st_ino)
print("loss = 1")
"""
    (tmp_path / "store/container/data").mkdir(parents=True)
    (tmp_path / "store/container/data/data.csv").write_text("a,b\n1,2\n")
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    running = own_backend("--ServiceConfig.vcpus=4", f"--ServiceConfig.obs={{'store.local': '{tmp_path}/store'}}")

    def specified(name: str, values: str) -> dict[str, str]:
        return {"hyperparameterName": name, "hyperparameterTypeCode": "categorical",
                "hyperparameterSpecifiedValues": values}  # fmt: skip

    tuning_id = tune(
        running, "shared", code, hyperparameterSpecList=[specified("x", "1,2,3"), specified("meeting", str(meeting))],
        tuningStrategyName="GRID", parallelTrialCount=2, instanceCount=4,
        datasetList=[{"datasetName": "train", "dataUri": "obs://store.local/container/data"}],
    )  # fmt: skip
    done = ended(running, tuning_id)
    assert (done["hyperparameterTuningStatusCode"], done["successfulTrialCount"]) == ("COMPLETE", 3), done
    logs = {(each["trialNumber"], node): running.log(each["trialId"], node)
            for each in trials(running, tuning_id) for node in range(2)}  # fmt: skip
    for (_, node), log in logs.items():
        assert f"rank {node} of 2\n" in log
    assert len({re.findall("inode ([0-9]+)", log)[0] for log in logs.values()}) == 1
    assert sum("bytes, copied" in log for log in logs.values()) == 1


def test_sdk_2_tunes_and_makes_a_model_of_the_best_trial_unmodified(own_backend: Make) -> None:
    running = own_backend()
    code = f"""
import easymaker
from easymaker.training.components import HyperparameterSpec
tuning = easymaker.HyperparameterTuning().run(
    hyperparameter_tuning_name="sdk", experiment_id={running.experiment()!r},
    image_name=easymaker.Training.get_image_list()[0].name,
    instance_type_name=easymaker.Training.get_instance_type_list()[0].name,
    source_dir_uri={running.script("sdk", _CODE)!r}, entry_point="train.py",
    hyperparameter_spec_list=[
        HyperparameterSpec(hyperparameter_name="x", hyperparameter_type_code=easymaker.HyperparameterTypeCode.DOUBLE,
            hyperparameter_min_value="0", hyperparameter_max_value="2", hyperparameter_step="1"),
        HyperparameterSpec(hyperparameter_name="y",
            hyperparameter_type_code=easymaker.HyperparameterTypeCode.DISCRETE,
            hyperparameter_specified_values="-2,0"),
    ],
    metric_list=[easymaker.Metric(name="loss")] if hasattr(easymaker, "Metric") else None,
    metric_regex=r"([\\w|-]+)\\s*=\\s*([+-]?\\d*(\\.\\d+)?([Ee][+-]?\\d+)?)",
    objective_metric_name="loss", objective_type_code=easymaker.ObjectiveTypeCode.MINIMIZE,
    tuning_strategy_name=easymaker.TuningStrategy.GRID, parallel_trial_count=2,
    early_stopping_algorithm=easymaker.EarlyStoppingAlgorithm.MEDIAN, max_failed_trial_count=2,
    model_upload_uri="nas://local:/outputs", timeout_hours=1, wait=False)
tuning.wait(wait_interval_seconds=1)
assert tuning.hyperparameter_tuning_status_reason == "SuggestionEndReached", tuning
best = tuning.optimal_trial
assert {{each.parameter_name: each.parameter_value for each in best.hyperparameter_list}} == {{"x": "1", "y": "-2"}}
assert best.trial_metric_list[0].trial_metric_min_value == "0.0"
assert (tuning.successful_trial_count, tuning.failed_trial_count) == (6, 0)
model = easymaker.Model().create(model_name="best", hyperparameter_tuning_id=tuning.hyperparameter_tuning_id,
    model_format_code=easymaker.ModelFormatCode.SKLEARN)
assert best.trial_id in easymaker.Model.get_by_id(model.id).model_upload_uri
assert [each.id for each in easymaker.HyperparameterTuning.get_list()] == [tuning.id]
status = tuning.status
model.delete()
tuning.delete()
print("DONE", status)
"""
    environment = {
        **os.environ,
        "EM_API_URL": running.url,
        "EM_APPKEY": "default",
        "EM_REGION": "local",
        "EM_TOKEN": running.token,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DONE COMPLETE" in done.stdout
    assert json.loads(running.request("GET", "hyperparameter-tunings").text)["hyperparameterTuningList"] == []
