"""Two to five trainings side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..metrics.reader import Metric, Metrics
from ..resources.comparison import ComparedCurve, ComparedMetric, ComparedValue, Comparison
from ..resources.errors import field_error
from ..resources.lineage import Lineage
from ..resources.training import Training, TrainingCreate
from ..store.tables import TrainingRow
from .auth import Member
from .context import Context
from .envelope import envelope, success
from .lineage import lineage_of
from .listing import values
from .metrics import Points, read_metrics
from .training_views import training_views
from .trainings import find_training

router = APIRouter(tags=["trainings"])
_MOST = 5
_SOURCES = ("api", "tensorboard", "log")
"""Where a metric is taken from when a training tells it in several ways: the most deliberate first."""
_SETTINGS = (
    "source_dir_uri",
    "entry_point",
    "instance_count",
    "use_torchrun",
    "nproc_per_node",
    "check_point_input_uri",
    "check_point_upload_uri",
    "model_upload_uri",
    "timeout_minutes",
    "data_storage_size",
    "use_log",
    "metric_name_list",
    "metric_regex",
)


@router.get("/trainings/comparison", response_model=envelope("ComparisonAnswer", comparison=Comparison))
def compare_trainings(
    appkey: str,
    context: Context,
    _caller: Member,
    ids: Annotated[
        list[str] | None, Query(alias="trainingIdList", description="Two to five ids, repeated or joined with commas.")
    ] = None,
    points: Points = 200,
) -> Any:
    """Return trainings side by side: settings, hyperparameters and the curves of their metrics."""
    wanted = list(dict.fromkeys(values(ids)))
    if not 2 <= len(wanted) <= _MOST:
        raise field_error("trainingIdList", f"names {len(wanted)} different trainings; 2 to {_MOST} can be compared")
    with context.database.reading() as session:
        rows = [find_training(session, appkey, training_id) for training_id in wanted]
        trainings = training_views(session, rows, context.public_url)
        lineages = [lineage_of(session, row) for row in rows]
    metrics = [read_metrics(context, row, points) for row in rows]
    return success(
        comparison=Comparison(
            training_list=trainings,
            setting_list=_settings(rows, trainings, lineages),
            hyperparameter_list=_hyperparameters(rows),
            metric_list=_metrics(wanted, metrics),
            complete=all(each.complete for each in metrics),
        )
    )


def _compared(name: str, title: str, found: Iterable[Any]) -> ComparedValue:
    value_list = [_text(value) for value in found]
    return ComparedValue(name=name, title=title, value_list=value_list, different=len(set(value_list)) > 1)


def _text(value: Any) -> str | None:
    if value is None or value == []:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _settings(
    rows: Sequence[TrainingRow], trainings: Sequence[Training], lineages: Sequence[Lineage]
) -> list[ComparedValue]:
    fields = TrainingCreate.model_fields
    found = [
        _compared("experimentId", "Experiment", (each.experiment["experimentName"] for each in trainings)),
        _compared("algorithmId", "Provided algorithm", ((each.algorithm or {}).get("algorithmName") for each in rows)),
        _compared("imageId", "Image", (each.image["imageName"] for each in rows)),
        _compared("flavorId", "Instance type", (each.flavor["name"] for each in rows)),
    ]
    for field in _SETTINGS:
        name = str(fields[field].alias)
        found.append(_compared(name, fields[field].title or name, (row.spec.get(name) for row in rows)))
    sources = [lineage.source for lineage in lineages]
    found.append(_compared("contentHash", "Source content", (source and source.content_hash for source in sources)))
    commits = [source.git.commit if source and source.git else None for source in sources]
    found.append(_compared("commit", "Commit", commits))
    return [*found, *_datasets(lineages)]


def _datasets(lineages: Sequence[Lineage]) -> list[ComparedValue]:
    datasets = [{each.dataset_name: each for each in lineage.dataset_list} for lineage in lineages]
    found = []
    for name in dict.fromkeys(name for each in datasets for name in each):
        of_this = [each.get(name) for each in datasets]
        found.append(_compared(f"datasetList.{name}", f"Data set {name}", (each and each.data_uri for each in of_this)))
        hashes = [each and each.content_hash for each in of_this]
        found.append(_compared(f"datasetContent.{name}", f"Content of data set {name}", hashes))
    return found


def _hyperparameters(rows: Sequence[TrainingRow]) -> list[ComparedValue]:
    given = [
        {entry["parameterName"]: entry["parameterValue"] for entry in row.spec["hyperparameterList"]} for row in rows
    ]
    names = dict.fromkeys(name for each in given for name in each)
    return [_compared(name, name, (each.get(name) for each in given)) for name in names]


def _metrics(training_ids: Sequence[str], metrics: Sequence[Metrics]) -> list[ComparedMetric]:
    curves: dict[str, list[ComparedCurve]] = {}
    for training_id, found in zip(training_ids, metrics, strict=True):
        best: dict[str, Metric] = {}
        for metric in sorted(found.metrics, key=lambda each: _SOURCES.index(each.source)):
            best.setdefault(metric.name, metric)
        for name, metric in best.items():
            curves.setdefault(name, []).append(_curve(training_id, metric))
    return [ComparedMetric(name=name, curve_list=found) for name, found in curves.items()]


def _curve(training_id: str, metric: Metric) -> ComparedCurve:
    return ComparedCurve(
        training_id=training_id,
        source=metric.source,
        last=metric.last,
        min=metric.min,
        max=metric.max,
        count=metric.count,
        point_list=metric.points,
    )
