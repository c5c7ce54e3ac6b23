"""What pods mean for their resource, resources for their stage, stages for their endpoint: every case by itself."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_easymaker.engines.service import Replica, ReplicaState, ServiceObservation
from jupyter_easymaker.gateway.base import Deployment, StageDeployment
from jupyter_easymaker.reconcilers.endpoint_state import (
    Part,
    endpoint_state,
    gateway_state,
    model_state,
    stage_state,
)
from jupyter_easymaker.resources.endpoint import EndpointStatus, GatewayStatus
from jupyter_easymaker.resources.endpoint_model import EndpointModelStatus
from jupyter_easymaker.resources.endpoint_stage import EndpointStageStatus

M, S, E, G = EndpointModelStatus, EndpointStageStatus, EndpointStatus, GatewayStatus


def pod(state: str, name: str = "p-0", **more: Any) -> Replica:
    return Replica(**{"name": name, "state": ReplicaState(state), "current": True, "address": "h:1", **more})


def seen(*pods: Replica, desired: int = 1) -> ServiceObservation:
    return ServiceObservation("s", pods, desired)


@pytest.mark.parametrize(
    ("before", "pods", "desired", "status"),
    [
        (M.CREATE_IN_PROGRESS, [pod("STARTING")], 1, M.CREATE_IN_PROGRESS),
        (M.CREATE_IN_PROGRESS, [pod("QUEUED", reason="no room")], 1, M.CREATE_IN_PROGRESS),
        (M.CREATE_IN_PROGRESS, [pod("READY")], 1, M.ACTIVE),
        (M.CREATE_IN_PROGRESS, [pod("READY"), pod("STARTING", "p-1")], 2, M.CREATE_IN_PROGRESS),
        (M.CREATE_IN_PROGRESS, [pod("READY"), pod("DRAINING", "p-1", current=False)], 1, M.ACTIVE),
        (M.CREATE_IN_PROGRESS, [pod("FAILED")], 1, M.CREATE_IN_PROGRESS),
        (M.CREATE_IN_PROGRESS, [pod("FAILED", restarts=2)], 1, M.CREATE_FAILED),
        (M.CREATE_IN_PROGRESS, [pod("READY", current=False), pod("FAILED", "p-1", restarts=2)], 1, M.CREATE_FAILED),
        (M.ACTIVE, [pod("READY"), pod("FAILED", "p-1")], 2, M.ACTIVE),
        (M.ACTIVE, [pod("READY"), pod("FAILED", "p-1", restarts=9)], 2, M.ACTIVE),
        (M.ACTIVE, [pod("FAILED")], 1, M.CREATE_IN_PROGRESS),
        (M.ACTIVE, [pod("READY"), pod("STARTING", "p-1")], 2, M.ACTIVE),
        (M.CREATE_FAILED, [pod("STARTING", restarts=3)], 1, M.CREATE_FAILED),
        (M.CREATE_FAILED, [pod("READY", restarts=3)], 1, M.ACTIVE),
    ],
)
def test_status_of_a_resource_follows_from_its_pods(before: M, pods: list[Replica], desired: int, status: M) -> None:
    assert model_state(before, seen(*pods, desired=desired), {}).status is status


def test_artifact_that_is_not_there_fails_at_once_with_that_reason() -> None:
    reports = {"p-0": {"reason": "nas://x does not exist", "final": True}}
    state = model_state(M.CREATE_IN_PROGRESS, seen(pod("FAILED")), reports)
    assert (state.status, state.reason) == (M.CREATE_FAILED, "nas://x does not exist")


def test_storage_that_fails_is_tried_again_before_the_resource_fails() -> None:
    reports = {"p-0": {"reason": "it did not answer"}}
    assert model_state(M.CREATE_IN_PROGRESS, seen(pod("FAILED")), reports).status is M.CREATE_IN_PROGRESS
    state = model_state(M.CREATE_IN_PROGRESS, seen(pod("FAILED", restarts=2)), reports)
    assert (state.status, state.reason) == (M.CREATE_FAILED, "it did not answer")


def test_failed_resource_keeps_its_reason_while_it_is_tried_again() -> None:
    state = model_state(M.CREATE_FAILED, seen(pod("STARTING", restarts=3)), {}, "what went wrong")
    assert state.reason == "what went wrong"


def test_progress_of_staging_is_told_and_a_full_machine_says_so() -> None:
    reports = {"p-0": {"progress": {"message": "model", "bytes": 1}}}
    assert model_state(M.CREATE_IN_PROGRESS, seen(pod("STARTING")), reports).observed["progress"]["bytes"] == 1
    assert model_state(M.CREATE_IN_PROGRESS, seen(pod("QUEUED", reason="no room")), {}).reason == "no room"


@pytest.mark.parametrize(
    ("before", "models", "gateway", "status"),
    [
        (S.CREATE_REQUESTED, [M.CREATE_REQUESTED], G.CREATE_IN_PROGRESS, S.CREATE_IN_PROGRESS),
        (S.CREATE_IN_PROGRESS, [M.ACTIVE], G.CREATE_IN_PROGRESS, S.CREATE_IN_PROGRESS),
        (S.CREATE_IN_PROGRESS, [M.ACTIVE], G.NOT_FOUND_STAGE_DEPLOY_RESULT, S.CREATE_IN_PROGRESS),
        (S.CREATE_IN_PROGRESS, [M.ACTIVE], G.ACTIVE, S.ACTIVE),
        (S.CREATE_IN_PROGRESS, [M.ACTIVE], G.STAGE_DEPLOY_FAIL, S.ACTIVE),
        (S.CREATE_IN_PROGRESS, [M.ACTIVE, M.CREATE_FAILED], G.ACTIVE, S.CREATE_FAILED),
        (S.ACTIVE, [M.ACTIVE, M.CREATE_REQUESTED], G.ACTIVE, S.DEPLOY_IN_PROGRESS),
        (S.ACTIVE, [M.ACTIVE, M.DELETE_IN_PROGRESS], G.ACTIVE, S.DEPLOY_IN_PROGRESS),
        (S.DEPLOY_IN_PROGRESS, [M.ACTIVE, M.CREATE_FAILED], G.ACTIVE, S.DEPLOY_FAILED),
        (S.ACTIVE, [M.ACTIVE], G.NOT_FOUND_STAGE, S.ACTIVE),
        (S.ACTIVE, [], G.ACTIVE, S.ACTIVE),
        (S.DELETE_IN_PROGRESS, [M.ACTIVE], G.ACTIVE, S.DELETE_IN_PROGRESS),
    ],
)
def test_status_of_a_stage_follows_from_its_resources_and_the_gateway(
    before: S, models: list[M], gateway: G, status: S
) -> None:
    parts = [Part(f"m{index}", each, "why") for index, each in enumerate(models)]
    found, reason = stage_state(before, parts, gateway, "")
    assert found is status
    if M.CREATE_FAILED in models:
        assert reason == "m1: why"


@pytest.mark.parametrize(
    ("before", "default", "others", "status"),
    [
        (E.CREATE_REQUESTED, S.CREATE_REQUESTED, [], E.CREATE_IN_PROGRESS),
        (E.CREATE_IN_PROGRESS, S.CREATE_FAILED, [], E.CREATE_FAILED),
        (E.CREATE_IN_PROGRESS, S.ACTIVE, [], E.ACTIVE),
        (E.CREATE_FAILED, S.ACTIVE, [], E.ACTIVE),
        (E.ACTIVE, S.ACTIVE, [S.CREATE_IN_PROGRESS], E.UPDATE_IN_PROGRESS),
        (E.UPDATE_IN_PROGRESS, S.ACTIVE, [S.CREATE_FAILED], E.UPDATE_FAILED),
        (E.UPDATE_IN_PROGRESS, S.ACTIVE, [S.CREATE_FAILED, S.DELETE_IN_PROGRESS], E.UPDATE_IN_PROGRESS),
        (E.UPDATE_FAILED, S.DEPLOY_FAILED, [], E.UPDATE_FAILED),
        (E.UPDATE_FAILED, S.ACTIVE, [], E.ACTIVE),
        (E.DELETE_IN_PROGRESS, S.ACTIVE, [], E.DELETE_IN_PROGRESS),
    ],
)
def test_status_of_an_endpoint_follows_from_its_stages(before: E, default: S, others: list[S], status: E) -> None:
    first = Part("default", default)
    assert endpoint_state(before, first, [first, *(Part("x", each) for each in others)])[0] is status


@pytest.mark.parametrize(
    ("before", "state", "status"),
    [
        (G.CREATE_IN_PROGRESS, Deployment.PENDING, G.CREATE_IN_PROGRESS),
        (G.CREATE_IN_PROGRESS, Deployment.UNKNOWN, G.CREATE_IN_PROGRESS),
        (G.CREATE_IN_PROGRESS, Deployment.DEPLOYED, G.ACTIVE),
        (G.ACTIVE, Deployment.PENDING, G.STAGE_DEPLOYING),
        (G.ACTIVE, Deployment.UNKNOWN, G.NOT_FOUND_STAGE),
        (G.ACTIVE, Deployment.SILENT, G.NOT_FOUND_STAGE_DEPLOY_RESULT),
        (G.ACTIVE, Deployment.REFUSED, G.STAGE_DEPLOY_FAIL),
        (G.STAGE_DEPLOY_FAIL, Deployment.DEPLOYED, G.ACTIVE),
    ],
)
def test_gateway_status_follows_from_what_the_gateway_says(before: G, state: Deployment, status: G) -> None:
    assert gateway_state(before, StageDeployment(state))[0] is status
