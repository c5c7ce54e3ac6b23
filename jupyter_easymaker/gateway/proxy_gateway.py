"""The proxy as a gateway."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from .base import CallCounts, Deployment, EndpointRoute, GatewayError, StageDeployment
from .machine import MachineGateway
from .proxy_table import in_stage, proxy_configuration, with_certificate
from .settings import GatewaySettings, host_and_port
from .statistics import CallSnapshot

_SETTINGS_FILE = "proxy.json"
_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])


class ProxyGateway(MachineGateway):
    """The proxy of a directory."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__(settings, routes_file="proxy.json", ready_path="/state")

    def deployment(self, stage_id: str) -> StageDeployment:
        written = self._written()
        if not written or not in_stage(written, stage_id):
            return StageDeployment(Deployment.UNKNOWN, "The gateway's configuration does not have this stage.")
        try:
            state = self._ask("/state")
        except GatewayError as error:
            return StageDeployment(Deployment.SILENT, str(error))
        if state["revision"] != written["revision"]:
            return self._pending()
        return StageDeployment(Deployment.DEPLOYED)

    def settings(self, stage_id: str) -> dict[str, Any]:
        written = self._written()
        return {"routes": in_stage(written, stage_id)} if written else {}

    def calls(self) -> tuple[str, list[CallCounts]]:
        snapshot = CallSnapshot.from_json(self._ask("/calls"))
        return snapshot.epoch, list(snapshot.counts)

    def _configuration(self, endpoints: Sequence[EndpointRoute]) -> dict[str, Any]:
        return proxy_configuration(endpoints, self._certificate())

    def _with_certificate(self, configuration: dict[str, Any], certificate: tuple[str, str]) -> dict[str, Any]:
        return with_certificate(configuration, certificate)

    def _revision(self, configuration: dict[str, Any]) -> str:
        return str(configuration["revision"])

    def _text(self, configuration: dict[str, Any]) -> str:
        return json.dumps(configuration, indent=1)

    def _wanted(self) -> dict[str, Any]:
        address = host_and_port(self._settings.ip, self._port())
        return {
            "program": "proxy",
            "version": __version__,
            "python": sys.executable,
            "address": address,
            "clientSeconds": self._settings.client_seconds,
        }

    def _command(self, directory: Path) -> list[str]:
        # -P: a module in the directory it runs in must not be taken for one of ours.
        return [sys.executable, "-P", "-m", "jupyter_easymaker.gateway.proxy", str(directory / _SETTINGS_FILE)]

    def _files(self, private_address: str, directory: Path) -> Mapping[str, str]:
        settings = {
            "address": host_and_port(self._settings.ip, self._port()),
            "private": private_address,
            "table": str(self._routes),
            "secret": self._secret(),
            "epoch": directory.name,
            "clientSeconds": self._settings.client_seconds,
        }
        return {_SETTINGS_FILE: json.dumps(settings)}

    def _environment(self) -> Mapping[str, str]:
        return {"PYTHONPATH": _PACKAGE_PARENT}
