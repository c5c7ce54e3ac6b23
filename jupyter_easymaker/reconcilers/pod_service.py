"""The service that runs a stage resource: a pure function of its row, its stage and the rest of the stage."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..engines.base import Resources
from ..engines.service import Service
from ..resources.endpoint_model import EndpointModelStatus, ResourceOptionDetail
from ..resources.flavor import Flavor
from ..resources.pod_share import PodShare, PodsWanted, pod_shares
from ..runner.serve import MODEL_DIR, SERVE_PLAN_FILE, ServePlan
from ..store.endpoint_tables import EndpointModelRow, EndpointStageRow
from .endpoint_context import EndpointContext, service_name

DRAIN_SECONDS = 3.0
"""What the gateway needs at most, and some more, to send a pod nothing new."""
_READY_TIMEOUT_SECONDS = 1800.0
"""Bringing a large model here and loading it take their time."""
_STOP_GRACE_SECONDS = 30.0


def shares_of(stage: EndpointStageRow, models: Sequence[EndpointModelRow]) -> dict[str, PodShare]:
    """Return what a pod of each of a stage's resources gets, by the numbers people set, not those of the autoscaler.

    Raises:
        PodsDoNotFit: the numbers were not checked when they were set.
    """
    staying = [row for row in models if row.status != EndpointModelStatus.DELETE_IN_PROGRESS]
    return pod_shares(Flavor.model_validate(stage.flavor), stage.node_count, [wanted_of(row) for row in staying])


def wanted_of(row: EndpointModelRow) -> PodsWanted:
    option = row.spec.get("resourceOptionDetail")
    return PodsWanted(row.id, row.pod_count, ResourceOptionDetail.model_validate(option) if option else None)


def pod_service(context: EndpointContext, row: EndpointModelRow, stage: EndpointStageRow, share: PodShare) -> Service:
    """Return the service of a stage resource."""
    plan = ServePlan(
        uri=row.model["modelUploadUri"],
        storage=context.storage_for(row.appkey).to_json(),
        directory=str(context.model_dir(row.appkey, row.id) / str(row.revision)),
        command=server_command(row),
    )
    return Service(
        name=service_name(row.id),
        command=(sys.executable, "-m", "jupyter_easymaker.runner.serve"),
        resources=Resources(vcpus=share.cpus, memory_mib=share.memory_mib, gpus=share.gpus),
        replicas=row.pods,
        files={SERVE_PLAN_FILE: plan.to_json().encode()},
        drain_seconds=DRAIN_SECONDS,
        stop_grace_seconds=_STOP_GRACE_SECONDS,
        ready_timeout_seconds=_READY_TIMEOUT_SECONDS,
        hold_ended=bool(stage.spec["useLog"]),
    )


def server_command(row: EndpointModelRow) -> list[str]:
    """Return what serves a model once it is here."""
    command = [sys.executable, "-m", "jupyter_easymaker.serving", "--model-name", row.model["modelName"]]
    command += ["--model-dir", MODEL_DIR, "--format", row.model["frameworkCode"] or "auto"]
    return [*command, "--path", row.path] if row.path else command
