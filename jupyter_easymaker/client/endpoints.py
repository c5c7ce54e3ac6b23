"""Endpoints, their stages and stage resources: methods of the client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

_LOOK_SECONDS = 0.5
FAILED = ("CREATE_FAILED", "UPDATE_FAILED", "DEPLOY_FAILED")
"""The statuses of endpoints and stages that nobody serves in."""


def settled(one: dict[str, Any]) -> bool:
    """Return whether an endpoint or a stage, with all there is in it, has come to where it was asked to be, or failed.

    What was asked a moment ago stands in its parts before it shows in the whole.
    """
    stages = one.get("endpointStageList", [one])
    resources = [resource for stage in stages for resource in stage["endpointModelList"]]
    statuses = [one.get("endpointStatusCode", "ACTIVE"), *(stage["endpointStageStatusCode"] for stage in stages)]
    statuses += [resource["endpointModelStatusCode"] for resource in resources]
    if any(status in FAILED for status in statuses):
        return all(status in (*FAILED, "ACTIVE") for status in statuses)
    return all(status == "ACTIVE" for status in statuses) and all(
        resource["runningPodCount"] == resource["podCount"] for resource in resources
    )


class Endpoints:
    """Mixed into ``EasyMakerClient``, which has ``get``, ``post``, ``put``, ``delete`` and ``pages``."""

    get: Any
    post: Any
    put: Any
    delete: Any
    pages: Any

    def create_endpoint(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create an endpoint with its first stage.

        Args:
            body: of POST endpoints.
        """
        created: dict[str, Any] = self.post("endpoints", body)["endpoint"]
        return created

    def endpoint(self, endpoint_id: str) -> dict[str, Any]:
        """Return an endpoint: its status, ``defaultStageUrl``, ``endpointStageList`` with their resources ..."""
        found: dict[str, Any] = self.get(f"endpoints/{endpoint_id}")["endpoint"]
        return found

    def endpoints(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yield the project's endpoints, the newest first.

        Args:
            filters: ``search``, ``sort``, ``endpointStatusCodeList`` ...
        """
        found: Iterator[dict[str, Any]] = self.pages("endpoints", **filters)
        return found

    def delete_endpoint(self, endpoint_id: str) -> None:
        """Delete an endpoint whose only stage is the default one."""
        self.delete(f"endpoints/{endpoint_id}")

    def create_stage(self, body: dict[str, Any]) -> dict[str, Any]:
        """Add a stage to an endpoint.

        Args:
            body: of POST endpoint-stages.
        """
        created: dict[str, Any] = self.post("endpoint-stages", body)["endpointStage"]
        return created

    def stage(self, stage_id: str) -> dict[str, Any]:
        """Return a stage: its status, ``apigwStageUrl``, ``endpointModelList`` ..."""
        found: dict[str, Any] = self.get(f"endpoint-stages/{stage_id}")["endpointStage"]
        return found

    def change_default_stage(self, endpoint_id: str, stage_id: str) -> dict[str, Any]:
        """Have the default address answered by another stage; the old one's resources are removed afterwards."""
        changed: dict[str, Any] = self.put(f"endpoints/{endpoint_id}/default-stage", {"endpointStageId": stage_id})
        return dict(changed["endpoint"])

    def change_traffic(self, endpoint_id: str, weights: dict[str, int]) -> dict[str, Any]:
        """Split the default address's calls between stages.

        Args:
            weights: by stage id; empty: all go to the default stage again.
        """
        listed = [{"endpointStageId": stage_id, "weight": weight} for stage_id, weight in weights.items()]
        changed: dict[str, Any] = self.put(f"endpoints/{endpoint_id}/traffic", {"weightList": listed})
        return dict(changed["endpoint"])

    def add_stage_resource(self, body: dict[str, Any]) -> dict[str, Any]:
        """Serve one more model in a stage.

        Args:
            body: of POST endpoint-models.
        """
        created: dict[str, Any] = self.post("endpoint-models", body)["endpointModel"]
        return created

    def stage_resource(self, resource_id: str) -> dict[str, Any]:
        """Return a stage resource: its status, model, pods ..."""
        found: dict[str, Any] = self.get(f"endpoint-models/{resource_id}")["endpointModel"]
        return found

    def update_stage_resource(self, resource_id: str, **changes: Any) -> dict[str, Any]:
        """Change ``podCount``, ``modelId`` (a rollout) or ``description``; return the resource."""
        changed: dict[str, Any] = self.put(f"endpoint-models/{resource_id}", changes)["endpointModel"]
        return changed

    def predict(self, resource_id: str, body: Any) -> dict[str, Any]:
        """Call a model through its endpoint, as the try-it form does.

        Args:
            body: what the model is sent, such as ``{"instances": [[5.1, 3.5, 1.4, 0.2]]}``.

        Returns:
            ``statusCode``, ``elapsedMilliseconds``, ``headers`` and ``body`` of the model's answer.
        """
        answer: dict[str, Any] = self.post(f"endpoint-models/{resource_id}/predict", {"body": body})["prediction"]
        return answer

    def stage_statistics(self, stage_id: str, **bounds: Any) -> dict[str, Any]:
        """Return the calls of a stage over time, and in all.

        Args:
            bounds: ``from``, ``to`` (ISO 8601 or seconds since 1970) and ``intervalSeconds``.
        """
        found: dict[str, Any] = self.get(f"endpoint-stages/{stage_id}/statistics", **bounds)["statistics"]
        return found

    def wait_for_endpoint(self, endpoint_id: str, timeout: float | None = None) -> dict[str, Any]:
        """Wait until all of an endpoint serves, or what does not has failed, and return the endpoint.

        Args:
            timeout: in seconds; None: as long as it takes.

        Raises:
            TimeoutError: neither has come.
        """
        return _wait(lambda: self.endpoint(endpoint_id), "endpoint", timeout)

    def wait_for_stage(self, stage_id: str, timeout: float | None = None) -> dict[str, Any]:
        """As ``wait_for_endpoint``, for one stage."""
        return _wait(lambda: self.stage(stage_id), "endpointStage", timeout)


def _wait(look: Callable[[], dict[str, Any]], kind: str, timeout: float | None) -> dict[str, Any]:
    until = None if timeout is None else time.monotonic() + timeout
    while True:
        found = look()
        if settled(found):
            return found
        if until is not None and time.monotonic() > until:
            raise TimeoutError(f"{found[f'{kind}Name']} is still {found[f'{kind}StatusCode']} after {timeout:g} s")
        time.sleep(_LOOK_SECONDS)
