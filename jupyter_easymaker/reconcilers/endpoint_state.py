"""What pods, resources and stages mean for what they are part of: pure functions, every case testable by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..engines.service import Replica, ReplicaState, ServiceObservation
from ..gateway.base import Deployment, StageDeployment
from ..resources.endpoint import EndpointStatus, GatewayStatus
from ..resources.endpoint_model import EndpointModelStatus
from ..resources.endpoint_stage import EndpointStageStatus

GIVE_UP_AFTER = 3
"""So often in a row a pod may end before it is ready until its resource counts as failed."""


@dataclass(frozen=True)
class ModelState:
    """What a stage resource's pods show."""

    status: EndpointModelStatus
    reason: str
    observed: dict[str, Any] = field(default_factory=dict)


def model_state(
    before: EndpointModelStatus,
    observation: ServiceObservation | None,
    reports: Mapping[str, Mapping[str, Any]],
    reason_before: str = "",
) -> ModelState:
    """Return what a resource's pods mean for it.

    Args:
        reason_before: what a failed one stays failed for until its pods are ready.
        reports: what a pod's runner told of it (``runner/serve.py``), by the replica's name.
    """
    if observation is None:
        return ModelState(EndpointModelStatus.CREATE_IN_PROGRESS, "", {"pods": [], "ready": 0})
    replicas = observation.replicas
    ready = observation.ready
    current_ready = [replica for replica in ready if replica.current]
    failure = _failure(observation, reports)
    observed: dict[str, Any] = {
        "pods": [_pod(replica, reports.get(replica.name, {})) for replica in replicas],
        "ready": len(ready),
    }
    if observation.settled and observation.desired:
        return ModelState(EndpointModelStatus.ACTIVE, "", observed)
    if before is EndpointModelStatus.ACTIVE and ready and (current_ready or failure is None):
        # One of several pods being started again, added or removed does not end the service.
        return ModelState(before, failure or _waiting(replicas), observed)
    if len(current_ready) >= observation.desired > 0:
        return ModelState(EndpointModelStatus.ACTIVE, "", observed)  # the last of the old pods are on their way out
    if failure is not None:
        return ModelState(EndpointModelStatus.CREATE_FAILED, failure, observed)
    if before is EndpointModelStatus.CREATE_FAILED:  # tried again and again, which is not worth telling each time
        return ModelState(before, reason_before, observed)
    progress = next((report["progress"] for report in reports.values() if report.get("progress")), None)
    if progress is not None:
        observed["progress"] = progress
    return ModelState(EndpointModelStatus.CREATE_IN_PROGRESS, _waiting(replicas), observed)


def _failure(observation: ServiceObservation, reports: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return why pods of the resource as it is now cannot become ready, None if they still may."""
    for replica in observation.replicas:
        if not replica.current or replica.state in (ReplicaState.READY, ReplicaState.DRAINING):
            continue
        report = reports.get(replica.name, {})
        told = report.get("reason")
        if told and report.get("final"):
            return str(told)
        if replica.state is ReplicaState.FAILED and replica.restarts + 1 >= GIVE_UP_AFTER:
            return str(told or replica.reason or "Its pods end before they are ready; see their log.")
    return None


def _waiting(replicas: Sequence[Replica]) -> str:
    """Return why pods are not ready yet, as far as that is worth saying."""
    for state in (ReplicaState.FAILED, ReplicaState.QUEUED):
        for replica in replicas:
            if replica.state is state and replica.reason:
                return replica.reason
    return ""


def _pod(replica: Replica, report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "podName": replica.name,
        "podStatusCode": replica.state.value,
        "restartCount": replica.restarts,
        "reason": str(report.get("reason") or replica.reason),
        "startedDatetime": replica.started_at.isoformat() if replica.started_at else None,
    }


@dataclass(frozen=True)
class Part:
    """A stage resource as its stage sees it, or a stage as its endpoint does."""

    name: str
    status: str
    reason: str = ""


_STAGE_NEW = (
    EndpointStageStatus.CREATE_REQUESTED,
    EndpointStageStatus.CREATE_IN_PROGRESS,
    EndpointStageStatus.CREATE_FAILED,
)
_ENDPOINT_NEW = (EndpointStatus.CREATE_REQUESTED, EndpointStatus.CREATE_IN_PROGRESS, EndpointStatus.CREATE_FAILED)


def stage_state(
    before: EndpointStageStatus, models: Sequence[Part], gateway: GatewayStatus, gateway_reason: str
) -> tuple[EndpointStageStatus, str]:
    """Return a stage's status and its reason from its resources' and what the gateway says of it."""
    if before is EndpointStageStatus.DELETE_IN_PROGRESS:
        return before, ""
    new = before in _STAGE_NEW
    failed = [part for part in models if part.status == EndpointModelStatus.CREATE_FAILED]
    if failed:
        reason = "\n".join(f"{part.name}: {part.reason}" for part in failed)
        return (EndpointStageStatus.CREATE_FAILED if new else EndpointStageStatus.DEPLOY_FAILED), reason
    under_way = [part for part in models if part.status != EndpointModelStatus.ACTIVE]
    if under_way:
        reason = next((f"{part.name}: {part.reason}" for part in under_way if part.reason), "")
        return (EndpointStageStatus.CREATE_IN_PROGRESS if new else EndpointStageStatus.DEPLOY_IN_PROGRESS), reason
    # A new stage is ready once calls reach it, or once it is sure that somebody has to mend the gateway.
    if new and gateway not in (GatewayStatus.ACTIVE, GatewayStatus.STAGE_DEPLOY_FAIL):
        return EndpointStageStatus.CREATE_IN_PROGRESS, gateway_reason
    reason = next((f"{part.name}: {part.reason}" for part in models if part.reason), "")
    return EndpointStageStatus.ACTIVE, reason


def endpoint_state(before: EndpointStatus, default: Part | None, stages: Sequence[Part]) -> tuple[EndpointStatus, str]:
    """Return an endpoint's status and its reason from its stages'.

    Args:
        default: the default stage, which is among ``stages``.
    """
    if before is EndpointStatus.DELETE_IN_PROGRESS:
        return before, ""
    if before in _ENDPOINT_NEW and (default is None or default.status != EndpointStageStatus.ACTIVE):
        if default is not None and default.status == EndpointStageStatus.CREATE_FAILED:
            return EndpointStatus.CREATE_FAILED, default.reason
        return EndpointStatus.CREATE_IN_PROGRESS, default.reason if default else ""
    under_way = [part for part in stages if not EndpointStageStatus(part.status).terminal]
    if under_way:
        return EndpointStatus.UPDATE_IN_PROGRESS, ""
    failed = [part for part in stages if part.status != EndpointStageStatus.ACTIVE]
    if failed:
        return EndpointStatus.UPDATE_FAILED, "\n".join(f"Stage {part.name}: {part.reason}" for part in failed)
    return EndpointStatus.ACTIVE, ""


def gateway_state(before: GatewayStatus, deployment: StageDeployment) -> tuple[GatewayStatus, str]:
    """Return a stage's gateway status and its reason from what the gateway says."""
    new = before is GatewayStatus.CREATE_IN_PROGRESS
    if deployment.state is Deployment.DEPLOYED:
        return GatewayStatus.ACTIVE, ""
    if deployment.state is Deployment.PENDING:
        return (before if new else GatewayStatus.STAGE_DEPLOYING), ""
    if deployment.state is Deployment.REFUSED:
        return GatewayStatus.STAGE_DEPLOY_FAIL, deployment.reason or "The gateway refused the stage's configuration."
    if deployment.state is Deployment.UNKNOWN:
        if new:
            return before, ""
        return GatewayStatus.NOT_FOUND_STAGE, "The gateway does not know the stage; deploy it again."
    return GatewayStatus.NOT_FOUND_STAGE_DEPLOY_RESULT, deployment.reason or "The gateway does not answer."
