"""No gateway: where the operator wants none, endpoints are refused with that reason and everything else works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .base import CallCounts, Deployment, EndpointRoute, Gateway, GatewayError, StageDeployment

_WHY = "This backend has no gateway (ServiceConfig.gateway is 'none')."


class NoGateway(Gateway):
    """Answers nothing."""

    def start(self) -> None:
        raise GatewayError(_WHY)

    def close(self) -> None:
        """There is nothing to let go of."""

    def stop(self) -> None:
        """There is nothing to end."""

    @property
    def address(self) -> str:
        return ""

    def apply(self, endpoints: Sequence[EndpointRoute]) -> None:
        raise GatewayError(_WHY)

    def deployment(self, stage_id: str) -> StageDeployment:
        return StageDeployment(Deployment.SILENT, _WHY)

    def settings(self, stage_id: str) -> dict[str, Any]:
        raise GatewayError(_WHY)

    def calls(self) -> tuple[str, list[CallCounts]]:
        raise GatewayError(_WHY)

    @property
    def certificate_authority(self) -> str:
        return ""
