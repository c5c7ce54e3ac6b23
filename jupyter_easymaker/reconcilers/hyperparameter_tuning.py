"""Carry tunings through their states: make trials while there is room, settle those that ended, end what is enough.

Everything it decides by is in the store, and a trial is made by inserting a row with its number: whoever comes second
cannot. So a kill between any two statements, or a second backend, changes neither how many trials there are nor what
they try.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from ..resources.base import now
from ..resources.hyperparameter_tuning import (
    HyperparameterTuningCreate,
    HyperparameterTuningStatus,
    KeptModels,
    ObjectiveType,
)
from ..resources.trial import TrialStatus
from ..search.known import KnownTrial, StrategyUnavailable
from ..storage import access
from ..storage.uri import StorageError
from ..store import hyperparameter_tunings as tunings
from ..store import trainings, trials
from ..store.tables import HyperparameterTuningRow, TrainingRow
from . import trial as one_trial
from .context import ReconcilerContext
from .training import reconcile_training_row
from .tuning_course import Course, earliest
from .tuning_decision import DEFAULT_MAX_FAILED, End, Limits, Progress, end_of

_LOG = logging.getLogger(__name__)
_FINAL = {
    HyperparameterTuningStatus.STOP_IN_PROGRESS: HyperparameterTuningStatus.STOPPED,
    HyperparameterTuningStatus.COMPLETE_IN_PROGRESS: HyperparameterTuningStatus.COMPLETE,
    HyperparameterTuningStatus.FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS: (
        HyperparameterTuningStatus.FAIL_HYPERPARAMETER_TUNING
    ),
}


def reconcile_tuning(context: ReconcilerContext, tuning_id: str) -> None:
    """Do one step for a tuning: whatever its state in the store calls for."""
    with context.database.reading() as session:
        row = session.get(HyperparameterTuningRow, tuning_id)
    if row is None:
        context.courses.pop(tuning_id, None)
    elif row.deleted_at is not None:
        _purge(context, row)
    elif not HyperparameterTuningStatus(row.status).terminal:
        course = context.courses.get(tuning_id)
        if course is None:
            course = context.courses[tuning_id] = Course(HyperparameterTuningCreate.model_validate(row.spec), row.seed)
        with context.database.reading() as session:
            found = trials.of_tuning(session, tuning_id, since=len(course.known))
        _Step(context, row, course, found).do()


def _purge(context: ReconcilerContext, row: HyperparameterTuningRow) -> None:
    context.courses.pop(row.id, None)
    with context.database.reading() as session:
        found = trials.of_tuning(session, row.id)
    for each in found:
        if each.deleted_at is None:
            with context.database.session() as session:
                trainings.mark_deleted(session, each)
        reconcile_training_row(context, each)
    with context.database.session() as session:
        if not trials.of_tuning(session, row.id):
            tunings.purge(session, row)


class _Step:
    """One look at a tuning and its trials."""

    def __init__(
        self,
        context: ReconcilerContext,
        row: HyperparameterTuningRow,
        course: Course,
        found: Sequence[TrainingRow],
    ) -> None:
        self._context = context
        self._row = row
        self._spec = course.spec
        self._course = course
        self._trials = list(found)  # from the first that had not ended
        self._maximize = self._spec.objective_type_code is ObjectiveType.MAXIMIZE
        self._exhausted = False

    def do(self) -> None:
        settled = [
            one_trial.follow(self._context, each, self._spec.objective_metric.name, maximize=self._maximize)
            for each in self._trials
        ]
        if not all(settled):
            return
        self._trials = self._course.take(self._trials)
        status = HyperparameterTuningStatus(self._row.status)
        if status.going_on:
            self._mark_started()
            end = end_of(self._progress(), self._limits())
            if end is None:
                self._end_the_hopeless()
                end = self._make_trials() or end_of(self._progress(), self._limits())
            if end is not None and self._never_began(end):
                self._fail_creation()
                return
            if end is None or not self._write(end.status, reason=end.reason):
                return
            status = end.status
        self._wind_up(status)

    def _progress(self) -> Progress:
        told = [
            each.objective
            for each in self._trials
            if each.trial_status == TrialStatus.SUCCEEDED and each.objective is not None
        ]
        if (before := self._course.best(maximize=self._maximize)) is not None:
            told.append(before)
        best = (max(told) if self._maximize else min(told)) if told else None
        limit = timedelta(minutes=self._spec.timeout_minutes)
        overdue = self._row.started_at is not None and now() - self._row.started_at > limit
        counts = self._course.counts + Counter(
            TrialStatus(each.trial_status or TrialStatus.CREATED) for each in self._trials
        )
        return Progress(counts, best, self._exhausted, overdue)

    def _limits(self) -> Limits:
        return Limits(
            goal=self._spec.objective_goal,
            maximize=self._maximize,
            max_trials=self._spec.max_trial_count,
            max_failed=self._spec.max_failed_trial_count or DEFAULT_MAX_FAILED,
            minutes=self._spec.timeout_minutes,
        )

    def _mark_started(self) -> None:
        started_at = earliest(self._course.started_at, *(each.started_at for each in self._trials))
        if self._row.started_at is None and started_at is not None:
            self._write(HyperparameterTuningStatus.RUNNING, reason="", started_at=started_at)
        elif self._row.status == HyperparameterTuningStatus.CREATE_REQUESTED and self._made:
            self._write(HyperparameterTuningStatus.CREATE_IN_PROGRESS, reason="")

    @property
    def _made(self) -> int:
        """How many trials there are, and the number of the next."""
        return len(self._course.known) + len(self._trials)

    def _known(self) -> list[KnownTrial]:
        return [*self._course.known, *map(self._course.know, self._trials)]

    def _end_the_hopeless(self) -> None:
        """Stop running trials that are worse than the median of the others."""
        if self._spec.early_stopping_algorithm is None:
            return
        for each in self._trials:
            if each.trial_status != TrialStatus.RUNNING or (each.trial or {}).get("hopeless"):
                continue
            points = one_trial.live_points(self._context, each, self._spec.objective_metric.name)
            all_known = self._known()
            all_known[each.trial_number or 0] = replace(all_known[each.trial_number or 0], points=points)
            if points and self._course.search().is_hopeless(all_known, each.trial_number or 0):
                reason = "Ended early: the others were better than this at the same step."
                one_trial.stop(self._context, each, reason, hopeless=True)
                reconcile_training_row(self._context, each)

    def _make_trials(self) -> End | None:
        """Make as many trials as there is room for; return how the tuning ends if none can be made."""
        most = self._spec.max_trial_count
        while self._progress().live < self._spec.parallel_trial_count:
            if most is not None and self._made >= most:
                return None
            try:
                suggestion = self._course.search().suggest(self._known())
            except StrategyUnavailable as error:
                failing = HyperparameterTuningStatus.FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS
                return End(failing, f"The strategy {error}.")
            if suggestion is None:
                self._exhausted = True
                return None
            made = self._make_trial(suggestion.parameters, suggestion.memory)
            if made is None:
                self._course.search().forget_last()
                return None
            self._trials.append(made)
            reconcile_training_row(self._context, made)
        return None

    def _make_trial(self, parameters: dict[str, str], memory: dict[str, Any]) -> TrainingRow | None:
        """Add a trial, unless somebody else just has, or the tuning is being stopped."""
        number = self._made
        try:
            with self._context.database.session(derived=True) as session:
                current = session.get(HyperparameterTuningRow, self._row.id, with_for_update=True)
                if current is None or current.deleted_at is not None:
                    return None
                if not HyperparameterTuningStatus(current.status).going_on:
                    return None
                return trials.insert(session, current, number, parameters, memory, self._trial_spec(number, parameters))
        except IntegrityError:
            _LOG.info("trial %d of the tuning %s was made by another backend", number, self._row.id)
            return None

    def _trial_spec(self, number: int, parameters: dict[str, str]) -> dict[str, Any]:
        """Return the create body of a trial's training."""
        spec = self._row.spec
        shared = (
            *("experimentId", "sourceDirUri", "entryPoint", "algorithmId", "imageId", "flavorId", "useTorchrun"),
            *("nprocPerNode", "datasetList", "checkPointInputUri", "timeoutMinutes", "dataStorageSize", "useLog"),
            *("metricRegex", "sourceGit"),
        )
        below: dict[str, Any] = {
            key: f"{spec[key].rstrip('/')}/{self._row.id}"
            for key in ("modelUploadUri", "checkPointUploadUri")
            if key in spec
        }
        return {
            **{key: spec[key] for key in shared if key in spec},
            **below,
            "trainingName": f"{self._row.name}-{number}",
            "description": "",
            "instanceCount": self._spec.nodes,
            "hyperparameterList": [
                {"parameterName": name, "parameterValue": value} for name, value in parameters.items()
            ],
            "metricNameList": self._spec.metric_list or [self._spec.objective_metric.name],
            "tagList": [],
            "trainingTypeCode": "NORMAL",
        }

    def _never_began(self, end: End) -> bool:
        """Return whether it fails because no trial could even be started."""
        failed = HyperparameterTuningStatus.FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS
        counts = self._progress().counts
        return end.status is failed and self._row.started_at is None and counts.get(TrialStatus.FAILED) == self._made

    def _fail_creation(self) -> None:
        with self._context.database.reading() as session:
            (last,) = trials.of_tuning(session, self._row.id, since=self._made - 1)
        reason = f"No trial could be started. {last.status_reason}"
        if self._write(HyperparameterTuningStatus.CREATE_FAILED, reason=reason, ended_at=now()):
            self._context.courses.pop(self._row.id, None)

    def _wind_up(self, status: HyperparameterTuningStatus) -> None:
        """End what still runs; once nothing does, the tuning is over."""
        running = [each for each in self._trials if not TrialStatus(each.trial_status or TrialStatus.CREATED).terminal]
        for each in running:
            one_trial.stop(self._context, each, "Ended because its tuning ended.")
            reconcile_training_row(self._context, each)
        if running:
            return
        reason = "Stopped on request." if status is HyperparameterTuningStatus.STOP_IN_PROGRESS else None
        if status is HyperparameterTuningStatus.COMPLETE_IN_PROGRESS and self._spec.kept_models is KeptModels.BEST:
            try:
                self._remove_other_models()
            except StorageError as error:  # what was found is worth more than the room
                reason = f"{self._row.status_reason}. Not all other models could be removed: {error}"
        if self._write(_FINAL[status], reason=reason, ended_at=now()):
            self._context.courses.pop(self._row.id, None)

    def _remove_other_models(self) -> None:
        with self._context.database.reading() as session:
            best = trials.best(session, self._row.id, maximize=self._maximize)
            found = trials.of_tuning(session, self._row.id)
        for each in found:
            uri = trainings.model_uri(each)
            if best is None or each.id == best.id or not (each.report.get("outputs") or {}).get("modelUri"):
                continue
            access.remove(uri, self._context.storage_for(self._row.appkey))
            with self._context.database.session() as session:
                trials.change(session, each, None, report={**each.report, "outputs": {}})

    def _write(self, status: HyperparameterTuningStatus, **changes: Any) -> bool:
        if self._row.status != status and not HyperparameterTuningStatus(self._row.status).may_become(status):
            return False
        with self._context.database.session(derived=True) as session:
            return tunings.transition(session, self._row, status if self._row.status != status else None, **changes)
