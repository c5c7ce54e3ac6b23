"""Whether a tuning goes on: a pure function, so that every case can be tested by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..resources.hyperparameter_tuning import CompletionReason, HyperparameterTuningStatus
from ..resources.trial import TrialStatus

DEFAULT_MAX_FAILED = 3


@dataclass(frozen=True)
class Progress:
    """Where a tuning is.

    Args:
        counts: how many trials have which status.
        best: the best objective of those that succeeded.
        exhausted: the search has nothing left to try.
        overdue: its maximum time is over.
    """

    counts: Mapping[TrialStatus, int]
    best: float | None = None
    exhausted: bool = False
    overdue: bool = False

    @property
    def made(self) -> int:
        return sum(self.counts.values())

    @property
    def live(self) -> int:
        return sum(number for status, number in self.counts.items() if not status.terminal)


@dataclass(frozen=True)
class Limits:
    """What a tuning was given."""

    goal: float | None
    maximize: bool
    max_trials: int | None
    max_failed: int
    minutes: int


@dataclass(frozen=True)
class End:
    """That a tuning ends, and why."""

    status: HyperparameterTuningStatus
    reason: str


_COMPLETE = HyperparameterTuningStatus.COMPLETE_IN_PROGRESS
_FAIL = HyperparameterTuningStatus.FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS


def end_of(progress: Progress, limits: Limits) -> End | None:
    """Return how the tuning ends now, None if it goes on."""
    if progress.best is not None and limits.goal is not None:
        reached = progress.best >= limits.goal if limits.maximize else progress.best <= limits.goal
        if reached:
            return End(_COMPLETE, CompletionReason.GOAL_REACHED)
    failed = progress.counts.get(TrialStatus.FAILED, 0)
    if failed >= limits.max_failed:
        trials = "trial has" if failed == 1 else "trials have"
        return End(_FAIL, f"{failed} {trials} failed, which is as many as may; the log of each says why.")
    if progress.overdue:
        return End(_FAIL, f"Ended after the maximum time of {limits.minutes} minutes.")
    if progress.live:
        return None
    if limits.max_trials is not None and progress.made >= limits.max_trials:
        return _complete(progress, CompletionReason.MAX_TRIALS_REACHED)
    return _complete(progress, CompletionReason.SUGGESTION_END_REACHED) if progress.exhausted else None


def _complete(progress: Progress, reason: CompletionReason) -> End:
    if progress.best is None:
        return End(
            _FAIL,
            f"None of the {progress.made} trials told the objective metric to the end; check its name and format.",
        )
    return End(_COMPLETE, reason)
