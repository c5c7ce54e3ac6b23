"""Median early stopping on a task where half of the trials are hopeless: the steps it saves, and what it finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_easymaker.client.client import EasyMakerClient
from tests.benchmarks.measure import Result
from tests.conftest import RunningBackend
from tests.waiting import wait_for

_TRIALS = 20
_STEPS = 60
_AT_ONCE = 2
_TARGET = 0.3
_CODE = f"""
import os, time
number = int(os.environ["EM_HP_NUMBER"])
hopeless = number % 2
for step in range({_STEPS}):
    time.sleep(0.05)
    print(f"step={{step}} loss={{(5 if hopeless else 1) + number / 100 + 1 / (step + 1)}}", flush=True)
"""


def run(backend: RunningBackend, work: Path) -> list[Result]:
    client = EasyMakerClient(backend.url, backend.appkey, backend.token)

    def tuned(name: str, **settings: Any) -> tuple[int, float]:
        """Return how many steps were done in all, and the best value."""
        tuning_id = client.create_tuning(
            {
                "hyperparameterTuningName": name,
                "experimentId": backend.experiment(),
                "imageId": "local-cpu-python-training",
                "flavorId": "c1m1",
                "sourceDirUri": backend.script(name, _CODE),
                "entryPoint": "train.py",
                "modelUploadUri": "nas://local:/outputs",
                "hyperparameterSpecList": [
                    {
                        "hyperparameterName": "number",
                        "hyperparameterTypeCode": "int",
                        "hyperparameterMinValue": "0",
                        "hyperparameterMaxValue": str(_TRIALS - 1),
                    }
                ],
                "tuningStrategyName": "GRID",
                "tuningStrategyRandomState": 3,
                "objectiveMetric": {"name": "loss"},
                "parallelTrialCount": _AT_ONCE,
                "instanceCount": _AT_ONCE,
                **settings,
            }
        )["hyperparameterTuningId"]
        wait_for(lambda: client.tuning(tuning_id)["hyperparameterTuningStatusCode"] == "COMPLETE", 300, interval=0.2)
        steps = sum(backend.log(trial["trialId"]).count("loss=") for trial in client.trials(tuning_id))
        return steps, client.tuning(tuning_id)["optimalTrial"]["objectiveValue"]

    all_steps, best = tuned("to-the-end")
    median = {"earlyStoppingAlgorithm": "MEDIAN", "earlyStoppingMinTrialCount": 3, "earlyStoppingStartStep": 4}
    steps, found = tuned("median", **median)
    saved = 1 - steps / all_steps
    return [
        Result(
            "steps median early stopping saves where half of the trials are hopeless",
            f"{saved:.0%}",
            f"at least {_TARGET:.0%}",
            saved >= _TARGET and found == best,
            f"{steps:,} of {all_steps:,} steps; best value {found:g}, without {best:g}",
        )
    ]
