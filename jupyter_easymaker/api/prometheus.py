"""What operators watch, for Prometheus: trainings, the queue, capacity, requests and the backend's own process."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from .. import __version__
from ..store import events, resource_queries
from ..store.endpoint_tables import EndpointRow
from ..store.tables import BatchInferenceRow, ExperimentRow, HyperparameterTuningRow, ModelRow, ResourceRow, TrainingRow
from .auth import Admin
from .context import ApiContext

router = APIRouter(tags=["operation"])
_TABLES: dict[str, type[ResourceRow]] = {
    "experiments": ExperimentRow,
    "trainings": TrainingRow,
    "hyperparameter_tunings": HyperparameterTuningRow,
    "models": ModelRow,
    "batch_inferences": BatchInferenceRow,
    "endpoints": EndpointRow,
}
_MIB = 1024 * 1024


def new_registry(context: ApiContext) -> CollectorRegistry:
    """Return a registry of this backend's own: several in one process do not mix."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_BackendCollector(context))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


@router.get("/metrics", response_class=Response)
def get_metrics(request: Request, _caller: Admin) -> Response:
    """Return the backend's metrics in Prometheus' text format, or OpenMetrics if that is accepted."""
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(request.app.state.metrics), media_type=content_type)


class _BackendCollector(Collector):
    """Looks at the store and the engine when it is asked, and only then."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        context = self._context
        with context.database.reading() as session:
            counts = {name: resource_queries.count_all(session, table) for name, table in _TABLES.items()}
            written = events.last_id(session)
        for name, found in counts.items():
            family = GaugeMetricFamily(f"easymaker_{name}", f"All {name} there are.", labels=["project", "status"])
            for (project, status), number in found.items():
                family.add_metric([project, status], number)
            yield family
        yield CounterMetricFamily("easymaker_events", "Changes of resources written to the store.", value=written)
        load, capacity = context.engine.load(), context.engine.capacity()
        yield GaugeMetricFamily("easymaker_jobs_running", "Jobs that hold capacity.", value=load.running)
        yield GaugeMetricFamily("easymaker_jobs_queued", "Jobs that wait for room.", value=load.queued)
        yield GaugeMetricFamily("easymaker_replicas", "Replicas of services that hold capacity.", value=load.replicas)
        for name, what, each in (
            ("capacity", "What jobs may hold together", capacity),
            ("capacity_used", "What jobs hold now", load.used),
            ("capacity_services", "What services hold now, which share CPUs", load.services),
        ):
            family = GaugeMetricFamily(f"easymaker_{name}", f"{what}.", labels=["resource"])
            family.add_metric(["vcpus"], each.vcpus)
            family.add_metric(["memory_bytes"], each.memory_mib * _MIB)
            family.add_metric(["gpus"], each.gpus)
            yield family
        yield GaugeMetricFamily("easymaker_tensorboards", "TensorBoards running.", value=len(context.tensorboards))
        info = GaugeMetricFamily("easymaker_build_info", "The version that runs; always 1.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
