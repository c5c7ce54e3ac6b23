"""What a tuning's charts are made of; Optuna says how important the hyperparameters are."""

from __future__ import annotations

from collections.abc import Sequence

from ..resources.hyperparameter_tuning import (
    BestPoint,
    ChartTrial,
    HyperparameterAxis,
    HyperparameterTuningCreate,
    Importance,
    ObjectiveType,
    TuningCharts,
    TuningStrategy,
)
from ..resources.search_space import HyperparameterRange
from ..resources.trial import TrialStatus
from ..search.known import KnownTrial
from ..store.tables import HyperparameterTuningRow, TrainingRow

_WITH_OBJECTIVE = (TrialStatus.SUCCEEDED, TrialStatus.EARLY_STOPPED)
_MOST = 1000
"""Trials that importances are told from: the last ones."""


def tuning_charts(row: HyperparameterTuningRow, found: Sequence[TrainingRow]) -> TuningCharts:
    """Return them.

    Args:
        found: all trials, by number.
    """
    spec = HyperparameterTuningCreate.model_validate(row.spec)
    told = [each for each in found if each.trial_status in _WITH_OBJECTIVE and each.objective is not None]
    importances, note = _importances(spec, told)
    return TuningCharts(
        history_list=_history(spec, found),
        axis_list=[_axis(each) for each in spec.hyperparameter_spec_list],
        trial_list=[_chart_trial(spec, each) for each in told],
        importance_list=importances,
        importance_note=note,
    )


def _history(spec: HyperparameterTuningCreate, found: Sequence[TrainingRow]) -> list[BestPoint]:
    better = max if spec.objective_type_code is ObjectiveType.MAXIMIZE else min
    best: float | None = None
    points = []
    for each in found:
        status = TrialStatus(each.trial_status or TrialStatus.CREATED)
        if not status.terminal:
            continue
        if status is TrialStatus.SUCCEEDED and each.objective is not None:
            best = each.objective if best is None else better(best, each.objective)
        points.append(
            BestPoint(
                trial_id=each.id,
                trial_number=each.trial_number or 0,
                objective_value=each.objective,
                best_so_far=best,
                ended_datetime=each.ended_at,
            )
        )
    return points


def _axis(spec: HyperparameterRange) -> HyperparameterAxis:
    return HyperparameterAxis(
        hyperparameter_name=spec.hyperparameter_name,
        hyperparameter_type_code=spec.hyperparameter_type_code,
        category_list=[] if spec.is_numeric else spec.values,
        min_value=float(spec.low) if spec.is_numeric else None,
        max_value=float(spec.high) if spec.is_numeric else None,
    )


def _chart_trial(spec: HyperparameterTuningCreate, row: TrainingRow) -> ChartTrial:
    values = (row.trial or {}).get("parameters", {})
    return ChartTrial(
        trial_id=row.id,
        trial_number=row.trial_number or 0,
        trial_status_code=row.trial_status or "",
        objective_value=row.objective or 0.0,
        value_list=[
            float(values[each.hyperparameter_name]) if each.is_numeric else values[each.hyperparameter_name]
            for each in spec.hyperparameter_spec_list
        ],
    )


def _importances(spec: HyperparameterTuningCreate, told: Sequence[TrainingRow]) -> tuple[list[Importance], str]:
    from ..search.study import Search  # with Optuna, which a backend without tunings does without

    # Any sampler will do: nothing is suggested here.
    search = Search(spec.hyperparameter_spec_list, TuningStrategy.RANDOM, spec.objective_type_code, seed=0)
    known = [
        KnownTrial(
            number=number,
            parameters=(row.trial or {}).get("parameters", {}),
            ended=True,
            objective=row.objective if row.trial_status == TrialStatus.SUCCEEDED else None,
        )
        for number, row in enumerate(told[-_MOST:])
    ]
    try:
        found = search.importances(known)
    except ValueError as error:
        return [], str(error)
    return [Importance(hyperparameter_name=name, importance=value) for name, value in found.items()], ""
