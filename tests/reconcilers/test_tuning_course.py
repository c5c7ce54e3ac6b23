"""What is remembered of a tuning: ended trials, once, and the same after a restart."""

from __future__ import annotations

from datetime import UTC, datetime

from jupyter_easymaker.reconcilers.tuning_course import Course
from jupyter_easymaker.resources.hyperparameter_tuning import HyperparameterTuningCreate
from jupyter_easymaker.resources.trial import TrialStatus
from jupyter_easymaker.store.tables import TrainingRow


def course(**settings: object) -> Course:
    spec = HyperparameterTuningCreate.model_validate(
        {
            "hyperparameterTuningName": "t",
            "experimentId": "e",
            "imageId": "i",
            "flavorId": "f",
            "sourceDirUri": "nas://local:/s",
            "entryPoint": "train.py",
            "modelUploadUri": "nas://local:/o",
            "objectiveMetric": {"name": "loss"},
            "maxTrialCount": 9,
            "hyperparameterSpecList": [
                {"hyperparameterName": "x", "hyperparameterTypeCode": "int", "hyperparameterMinValue": "1",
                 "hyperparameterMaxValue": "9"}
            ],
            **settings,
        }
    )  # fmt: skip
    return Course(spec, 1)


def row(number: int, status: TrialStatus, objective: float | None = None) -> TrainingRow:
    return TrainingRow(
        trial_number=number,
        trial_status=status,
        objective=objective,
        started_at=datetime(2026, 1, 1, 12, 0, number, tzinfo=UTC),
        trial={"parameters": {"x": str(number + 1)}, "points": [[0, 5.0], [1, 4.0]]},
    )


ROWS = [
    row(0, TrialStatus.SUCCEEDED, 3.0),
    row(1, TrialStatus.FAILED),
    row(2, TrialStatus.EARLY_STOPPED, 1.0),
    row(3, TrialStatus.SUCCEEDED, 7.0),
    row(4, TrialStatus.RUNNING),
    row(5, TrialStatus.SUCCEEDED, 2.0),
]


def test_ended_trials_are_taken_up_to_the_first_that_runs() -> None:
    made = course()
    assert made.best(maximize=False) is None
    assert made.take(ROWS) == ROWS[4:]
    assert [known.parameters["x"] for known in made.known] == ["1", "2", "3", "4"]
    assert made.counts == {TrialStatus.SUCCEEDED: 2, TrialStatus.FAILED: 1, TrialStatus.EARLY_STOPPED: 1}
    assert (made.best(maximize=False), made.best(maximize=True)) == (3.0, 7.0)
    assert made.started_at == ROWS[0].started_at


def test_what_was_taken_in_steps_is_what_a_restarted_backend_takes_at_once() -> None:
    ended = [*ROWS[:4], row(4, TrialStatus.SUCCEEDED, 0.5), ROWS[5]]
    steps, anew = course(), course()
    assert steps.take(ROWS) == ROWS[4:]
    assert steps.take(ended[len(steps.known) :]) == []
    anew.take(ended)
    assert steps.known == anew.known
    assert steps.counts == anew.counts
    assert steps.best(maximize=False) == anew.best(maximize=False) == 0.5


def test_curves_are_kept_for_early_stopping_only() -> None:
    without, median = course(), course(earlyStoppingAlgorithm="MEDIAN")
    without.take(ROWS)
    median.take(ROWS)
    assert not without.known[0].points
    assert median.known[0].points == [(0, 5.0), (1, 4.0)]
