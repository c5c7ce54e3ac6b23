"""The older SDK (1.1.6), unmodified: it knows 127.0.0.1:10090 and X-EasyMaker-Token only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import RunningBackend

pytestmark = pytest.mark.alone
_BEGIN = """
import easymaker
from easymaker.common import constants
constants.EASYMAKER_API_WAIT_INTERVAL_SECONDS = 1  # tests are in a hurry
"""
_TRAIN = """
experiment_id = easymaker.Experiment().create(experiment_name="old", experiment_description="by 1.1.6")
assert easymaker.Experiment().create(experiment_name="old") == experiment_id
training = easymaker.Training()
training_id = training.run(
    experiment_id=experiment_id, training_name="old", train_image_name="Local CPU Python Training",
    train_instance_name="c1m1", source_dir_uri="{source}", entry_point="train.py",
    hyperparameter_list=[{{"hyperparameterKey": "epochs", "hyperparameterValue": "2"}}],
    model_upload_uri="nas://local:/outputs", timeout_hours=1,
    tag_list=[{{"tagKey": "k", "tagValue": "v"}}])
model_id = easymaker.Model().create(model_name="old", training_id=training_id)
easymaker.Model().delete(model_id)
training.delete(training_id)
print("DONE")
"""
_TUNE = """
experiment_id = easymaker.Experiment().create(experiment_name="old", experiment_description="by 1.1.6")
tuning = easymaker.HyperparameterTuning()
numbers = easymaker.HYPERPARAMETER_TYPE_CODE
tuning_id = tuning.run(
    experiment_id=experiment_id, hyperparameter_tuning_name="old", hyperparameter_tuning_description="of 1.1.6",
    image_name="Local CPU Python Training", instance_name="c1m1", distributed_node_count=1, parallel_trial_count=2,
    source_dir_uri="{source}", entry_point="train.py",
    hyperparameter_spec_list=[
        {{"hyperparameterName": "x", "hyperparameterTypeCode": numbers.INT, "hyperparameterMinValue": "1",
          "hyperparameterMaxValue": "3", "hyperparameterStep": "1"}},
        # How its documentation holds a value fixed.
        {{"hyperparameterName": "epochs", "hyperparameterTypeCode": numbers.INT, "hyperparameterMinValue": "2",
          "hyperparameterMaxValue": "2", "hyperparameterStep": "1"}},
    ],
    metric_list=["loss", "accuracy"], objective_metric_name="loss",
    objective_type_code=easymaker.OBJECTIVE_TYPE_CODE.MINIMIZE, objective_goal=-1.5,
    tuning_strategy_name=easymaker.TUNING_STRATEGY.GRID, tuning_strategy_random_state=1,
    early_stopping_algorithm=easymaker.EARLY_STOPPING_ALGORITHM.MEDIAN, max_failed_trial_count=2, max_trial_count=9,
    model_upload_uri="nas://local:/outputs", timeout_hours=1, tag_list=[{{"tagKey": "k", "tagValue": "v"}}])
model_id = easymaker.Model().create(model_name="best", hyperparameter_tuning_id=tuning_id)
easymaker.Model().delete(model_id)
found = easymaker.easymaker_config.api_sender.get_hyperparameter_tuning_by_id(tuning_id)["hyperparameterTuning"]
assert found["hyperparameterTuningStatusReason"] == "SuggestionEndReached", found
assert found["description"] == "of 1.1.6"
values = found["optimalTrial"]["hyperparameterList"]
assert {{each["parameterName"]: each["parameterValue"] for each in values}} == {{"x": "2", "epochs": "2"}}
tuning.delete(tuning_id)
print("DONE")
"""


def run_sdk(running: RunningBackend, old_sdk: Path, script: str) -> None:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("EM_")},
        "PYTHONPATH": str(old_sdk),
        "EM_PROFILE": "local",
        "EM_APPKEY": "default",
        "EM_REGION": "local",
        "EM_TOKEN": running.token,
    }
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.rstrip().endswith("DONE")


def test_sdk_1_trains_unmodified_on_its_own_port(running: RunningBackend, old_sdk: Path) -> None:
    code = (
        "import os; assert os.environ['EM_HP_EPOCHS'] == '2'; open(os.environ['EM_MODEL_DIR'] + '/m', 'w').write('1')"
    )
    run_sdk(running, old_sdk, _TRAIN.format(source=running.script("old", code)))
    assert running.get("trainings")["trainingList"] == []


def test_sdk_1_tunes_unmodified_with_a_value_held_fixed(running: RunningBackend, old_sdk: Path) -> None:
    code = """
import os
open(os.environ["EM_MODEL_DIR"] + "/m", "w").write("1")
print("accuracy = 0.5", "loss =", (int(os.environ["EM_HP_X"]) - 2) ** 2)
"""
    run_sdk(running, old_sdk, _TUNE.format(source=running.script("old-tuning", code)))
    assert running.get("hyperparameter-tunings")["hyperparameterTuningList"] == []
