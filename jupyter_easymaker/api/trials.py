"""Trials of a tuning over REST: a table, what charts are made of, and their curves.

A trial is a training of the same id: its log, metrics, monitoring and TensorBoard are found under ``trainings``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..metrics.series import MAX_POINTS
from ..resources.hyperparameter_tuning import TrialCurve, TuningCharts
from ..resources.trial import Trial, TrialStatus
from ..store import trials
from ..store.tables import HyperparameterTuningRow, TrainingRow
from .auth import Member
from .context import ApiContext, Context
from .envelope import Paging, envelope, success
from .hyperparameter_tunings import find_tuning
from .listing import Listing, values
from .metrics import read_metrics
from .tuning_charts import tuning_charts
from .tuning_views import best_trial, trial_view

router = APIRouter(tags=["hyperparameter tunings"])
ListAnswer = envelope("TrialList", trial_list=list[Trial], paging=Paging)
ChartsAnswer = envelope("TuningChartsAnswer", charts=TuningCharts)
CurvesAnswer = envelope("TrialCurves", curve_list=list[TrialCurve], metric_name_list=list[str])
MAX_CURVES = 30
_SOURCES = ("log", "api", "tensorboard")


@router.get("/hyperparameter-tunings/{tuning_id}/trials", response_model=ListAnswer)
def list_trials(
    appkey: str,
    tuning_id: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    statuses: Annotated[list[str] | None, Query(alias="trialStatusCodeList")] = None,
) -> Any:
    """List a tuning's trials, by number unless sorted otherwise."""
    with context.database.reading() as session:
        tuning = find_tuning(session, appkey, tuning_id)
        arguments = listing.arguments(trials.SORT, default="trialNumber")
        rows, total = trials.page(session, tuning_id, statuses=values(statuses), **arguments)
        best = best_trial(session, tuning)
    found = [trial_view(row, best.id if best else None) for row in rows]
    return success(trial_list=found, paging=listing.paging(len(found), total))


@router.get("/hyperparameter-tunings/{tuning_id}/charts", response_model=ChartsAnswer)
def get_charts(appkey: str, tuning_id: str, context: Context, _caller: Member) -> Any:
    """Return what the charts of a tuning are made of: history, parallel coordinates, slices and importances."""
    with context.database.reading() as session:
        tuning = find_tuning(session, appkey, tuning_id)
        found = trials.of_tuning(session, tuning_id)
    return success(charts=tuning_charts(tuning, found))


@router.get("/hyperparameter-tunings/{tuning_id}/curves", response_model=CurvesAnswer)
def get_curves(
    appkey: str,
    tuning_id: str,
    context: Context,
    _caller: Member,
    metric: Annotated[str, Query(max_length=255, description="A metric's name; empty: the objective.")] = "",
    points: Annotated[int, Query(ge=2, le=MAX_POINTS)] = 200,
) -> Any:
    """Return a metric of the trials, step by step: of the running ones and of the best, 30 at most."""
    with context.database.reading() as session:
        tuning = find_tuning(session, appkey, tuning_id)
        found = trials.of_tuning(session, tuning_id)
    name = metric or tuning.spec["objectiveMetric"]["name"]
    curves, names = [], {tuning.spec["objectiveMetric"]["name"]: None}
    for row in shown_trials(tuning, found):
        curve, told = _curve(context, row, name, points)
        curves.append(curve)
        names.update(dict.fromkeys(told))
    curves.sort(key=lambda curve: curve.trial_number)
    return success(curve_list=curves, metric_name_list=list(names))


def shown_trials(tuning: HyperparameterTuningRow, found: Sequence[TrainingRow]) -> list[TrainingRow]:
    """Return the trials whose curves are shown: the running ones, then the best."""
    maximize = tuning.spec["objectiveTypeCode"] == "MAXIMIZE"
    running = [row for row in found if row.trial_status == TrialStatus.RUNNING]
    told = [row for row in found if row.objective is not None]
    told.sort(key=lambda row: row.objective or 0.0, reverse=maximize)
    return [*running, *told][:MAX_CURVES]


def _curve(context: ApiContext, row: TrainingRow, name: str, points: int) -> tuple[TrialCurve, list[str]]:
    metrics = read_metrics(context, row, points).metrics
    by_source = {metric.source: metric for metric in metrics if metric.name == name and metric.count}
    metric = next((by_source[source] for source in _SOURCES if source in by_source), None)
    curve = TrialCurve(
        trial_id=row.id,
        trial_name=row.name,
        trial_number=row.trial_number or 0,
        trial_status_code=row.trial_status or TrialStatus.CREATED,
        point_list=metric.points if metric else [],
    )
    return curve, [metric.name for metric in metrics if metric.count]
