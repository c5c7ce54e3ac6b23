"""50 trials of a 50 ms objective, two at once, against in-memory Optuna that runs the same script as subprocesses."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import optuna

from jupyter_easymaker.client.client import EasyMakerClient
from tests.benchmarks.measure import Result, interleaved, timed
from tests.conftest import RunningBackend

_TRIALS = 50
_AT_ONCE = 2
_SEED = 5
_TARGET = 1.6
_CODE = """
import sys, time
given = dict(zip(sys.argv[1::2], map(float, sys.argv[2::2])))
time.sleep(0.05)
print(f"loss={(given['--x'] - 1) ** 2 + (given['--y'] + 2) ** 2}")
"""
_LOW, _HIGH = -5.0, 5.0


def run(backend: RunningBackend, work: Path) -> list[Result]:
    script = work / "train.py"
    script.write_text(_CODE)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    client = EasyMakerClient(backend.url, backend.appkey, backend.token)
    body = {
        "hyperparameterTuningName": "fifty",
        "experimentId": backend.experiment(),
        "imageId": "local-cpu-python-training",
        "flavorId": "c1m1",
        "sourceDirUri": backend.script("fifty", _CODE),
        "entryPoint": "train.py",
        "modelUploadUri": "nas://local:/outputs",
        "hyperparameterSpecList": [
            {
                "hyperparameterName": name,
                "hyperparameterTypeCode": "double",
                "hyperparameterMinValue": str(_LOW),
                "hyperparameterMaxValue": str(_HIGH),
            }
            for name in ("x", "y")
        ],
        "tuningStrategyName": "BAYESIAN_OPTIMIZATION",
        "tuningStrategyRandomState": _SEED,
        "objectiveMetric": {"name": "loss"},
        "maxTrialCount": _TRIALS,
        "parallelTrialCount": _AT_ONCE,
        "instanceCount": _AT_ONCE,
    }

    def tuning() -> None:
        with closing(client.events()) as events:
            next(events)  # it listens from here on
            tuning_id = client.create_tuning(body)["hyperparameterTuningId"]
            end = (tuning_id, "COMPLETE")
            next(event for event in events if (event.data["resourceId"], event.data["statusCode"]) == end)
        assert client.tuning(tuning_id)["successfulTrialCount"] == _TRIALS

    def objective(trial: optuna.Trial) -> float:
        values = [part for name in ("x", "y") for part in (f"--{name}", str(trial.suggest_float(name, _LOW, _HIGH)))]
        done = subprocess.run([sys.executable, script, *values], capture_output=True, text=True, check=True)
        return float(done.stdout.partition("=")[2])

    def plain() -> None:
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=_SEED))
        study.optimize(objective, n_trials=_TRIALS, n_jobs=_AT_ONCE)

    pair = interleaved(lambda: timed(tuning), lambda: timed(plain), runs=5)
    return [
        Result(
            f"{_TRIALS} trials of a 50 ms objective, {_AT_ONCE} at once, against plain Optuna",
            f"{pair.ratio:.2f}x",
            f"at most {_TARGET}x",
            pair.ratio <= _TARGET,
            f"{pair.measured:.2f} s against {pair.reference:.2f} s, {pair.spread}",
        )
    ]
