"""When a tuning ends, and as what: every case by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyter_easymaker.reconcilers.tuning_decision import Limits, Progress, end_of
from jupyter_easymaker.resources.hyperparameter_tuning import HyperparameterTuningStatus
from jupyter_easymaker.resources.trial import TrialStatus

LIMITS = Limits(goal=None, maximize=False, max_trials=None, max_failed=3, minutes=60)
COMPLETE = HyperparameterTuningStatus.COMPLETE_IN_PROGRESS
FAIL = HyperparameterTuningStatus.FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS


def progress(best: float | None = None, **counts: int) -> Progress:
    return Progress({TrialStatus[name]: number for name, number in counts.items()}, best)


@pytest.mark.parametrize(
    ("seen", "limits", "status", "reason"),
    [
        # A goal ends it whatever still runs.
        (progress(0.1, SUCCEEDED=1, RUNNING=3), replace(LIMITS, goal=0.1), COMPLETE, "GoalReached"),
        (progress(0.9, SUCCEEDED=1), replace(LIMITS, goal=0.8, maximize=True), COMPLETE, "GoalReached"),
        (progress(0.1, SUCCEEDED=1, FAILED=3), replace(LIMITS, goal=0.2), COMPLETE, "GoalReached"),
        (progress(0.1, SUCCEEDED=5), replace(LIMITS, max_trials=5), COMPLETE, "MaxTrialsReached"),
        # Whatever became of them, trials count.
        (
            progress(0.1, SUCCEEDED=1, FAILED=1, EARLY_STOPPED=1, METRICS_UNAVAILABLE=1, KILLED=1),
            replace(LIMITS, max_trials=5),
            COMPLETE,
            "MaxTrialsReached",
        ),
        (replace(progress(0.1, SUCCEEDED=5), exhausted=True), LIMITS, COMPLETE, "SuggestionEndReached"),
        (progress(SUCCEEDED=1, FAILED=3, RUNNING=1), LIMITS, FAIL, "3 trials have failed"),
        (progress(FAILED=1), replace(LIMITS, max_failed=1), FAIL, "1 trial has failed"),
        (replace(progress(0.1, SUCCEEDED=1, RUNNING=1), overdue=True), LIMITS, FAIL, "maximum time of 60 minutes"),
        (progress(METRICS_UNAVAILABLE=5), replace(LIMITS, max_trials=5), FAIL, "None of the 5 trials"),
        (replace(progress(EARLY_STOPPED=2), exhausted=True), LIMITS, FAIL, "None of the 2 trials"),
    ],
)
def test_it_ends(seen: Progress, limits: Limits, status: HyperparameterTuningStatus, reason: str) -> None:
    end = end_of(seen, limits)
    assert end is not None
    assert end.status is status
    assert reason in end.reason


@pytest.mark.parametrize(
    ("seen", "limits"),
    [
        (progress(), LIMITS),
        (progress(0.3, SUCCEEDED=1), replace(LIMITS, goal=0.2)),
        (progress(0.1, SUCCEEDED=1), replace(LIMITS, goal=0.2, maximize=True)),
        (progress(0.3, SUCCEEDED=4, RUNNING=1), replace(LIMITS, max_trials=5)),
        (progress(0.3, SUCCEEDED=4), replace(LIMITS, max_trials=5)),
        (replace(progress(0.3, SUCCEEDED=4, CREATED=1), exhausted=True), LIMITS),
        (progress(SUCCEEDED=1, FAILED=2, METRICS_UNAVAILABLE=9, KILLED=9, EARLY_STOPPED=9), LIMITS),
    ],
)
def test_it_goes_on(seen: Progress, limits: Limits) -> None:
    assert end_of(seen, limits) is None
