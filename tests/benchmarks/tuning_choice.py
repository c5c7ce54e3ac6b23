"""Choosing the next trial with 1,000 finished ones, against in-memory Optuna with the same ones.

Measured is all a backend does for it: what is new is read from the store, the search chooses, the choice is written.
"""

from __future__ import annotations

import random
from pathlib import Path

import optuna

from jupyter_easymaker.reconcilers.tuning_course import Course
from jupyter_easymaker.resources.experiment import ExperimentCreate
from jupyter_easymaker.resources.flavor import Flavor
from jupyter_easymaker.resources.hyperparameter_tuning import HyperparameterTuningCreate
from jupyter_easymaker.resources.image import Image
from jupyter_easymaker.resources.trial import TrialStatus
from jupyter_easymaker.store import experiments, hyperparameter_tunings, trials
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.tables import HyperparameterTuningRow
from tests.benchmarks.measure import Result, interleaved, timed
from tests.conftest import RunningBackend

_TRIALS = 1000
_TARGET = 1.5
_REPEATS = 10
_NAMES = [f"p{number}" for number in range(5)]


def _objective(values: dict[str, float]) -> float:
    return sum((value - number) ** 2 for number, value in enumerate(values.values()))


def _tuning(database: Database) -> HyperparameterTuningRow:
    with database.session() as session:
        made = ExperimentCreate(experiment_name="e")
        experiment = experiments.insert(session, appkey="p", spec=made, created_by="me")
        spec = HyperparameterTuningCreate.model_validate(
            {
                "hyperparameterTuningName": "t",
                "experimentId": experiment.id,
                "imageId": "i",
                "flavorId": "f",
                "sourceDirUri": "nas://local:/s",
                "entryPoint": "train.py",
                "modelUploadUri": "nas://local:/o",
                "objectiveMetric": {"name": "loss"},
                "maxTrialCount": 2 * _TRIALS,
                "hyperparameterSpecList": [
                    {
                        "hyperparameterName": name,
                        "hyperparameterTypeCode": "double",
                        "hyperparameterMinValue": "-10",
                        "hyperparameterMaxValue": "10",
                    }
                    for name in _NAMES
                ],
            }
        )
        return hyperparameter_tunings.insert(
            session,
            appkey="p",
            spec=spec,
            experiment_id=experiment.id,
            created_by="me",
            flavor=Flavor(id="f", name="f", vcpus=1, ram=1024),
            image=Image(image_id="i", image_name="i"),
            algorithm=None,
        )


def run(_backend: RunningBackend, work: Path) -> list[Result]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    database = Database(f"sqlite:///{work}/easymaker.db")
    database.migrate()
    tuning = _tuning(database)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
    distributions = {name: optuna.distributions.FloatDistribution(-10, 10) for name in _NAMES}
    chance = random.Random(1)
    with database.session() as session:
        for number in range(_TRIALS):
            values = {name: chance.uniform(-10, 10) for name in _NAMES}
            study.add_trial(
                optuna.trial.create_trial(params=values, distributions=distributions, value=_objective(values))
            )
            texts = {name: repr(value) for name, value in values.items()}
            row = trials.insert(session, tuning, number, texts, {}, tuning.spec)
            points = [[step, _objective(values) + 1 / (step + 1)] for step in range(20)]
            trials.change(
                session, row, TrialStatus.SUCCEEDED, objective=_objective(values), trial={**row.trial, "points": points}
            )
    spec = HyperparameterTuningCreate.model_validate(tuning.spec)
    course = Course(spec, tuning.seed)
    number = _TRIALS

    def ours() -> None:
        nonlocal number
        with database.reading() as session:
            rows = course.take(trials.of_tuning(session, tuning.id, since=len(course.known)))
        assert not rows
        suggestion = course.search().suggest(course.known)
        assert suggestion is not None
        with database.session(derived=True) as session:  # as the reconciler writes it
            row = trials.insert(session, tuning, number, suggestion.parameters, suggestion.memory, tuning.spec)
            row.objective = _objective({name: float(text) for name, text in suggestion.parameters.items()})
            row.trial_status = TrialStatus.SUCCEEDED  # so that there is nothing to wait for
        number += 1

    def plain() -> None:
        trial = study.ask()
        study.tell(trial, _objective({name: trial.suggest_float(name, -10, 10) for name in _NAMES}))

    def repeated(choose: object) -> float:
        return timed(lambda: [choose() for _ in range(_REPEATS)]) / _REPEATS  # type: ignore[operator]

    try:
        pair = interleaved(lambda: repeated(ours), lambda: repeated(plain))
    finally:
        database.close()
    return [
        Result(
            f"the next trial after {_TRIALS:,} of {len(_NAMES)} parameters (TPE), against in-memory Optuna",
            f"{pair.ratio:.2f}x",
            f"at most {_TARGET}x",
            pair.ratio <= _TARGET,
            f"{1000 * pair.measured:.1f} ms against {1000 * pair.reference:.1f} ms, {pair.spread}",
        )
    ]
