"""Traefik as a gateway: its routes, its state from its own API, its counters."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import CallCounts, Deployment, EndpointRoute, GatewayError, StageDeployment
from .binary import traefik_binary
from .counts import call_counts
from .files import write_private
from .machine import MachineGateway
from .process import LOG_FILE
from .refusals import RefusalServer
from .routes import REVISION, as_text, dynamic_configuration, in_stage, revision, with_certificate, without_keys
from .settings import GatewaySettings, host_and_port
from .static import static_configuration

_REFUSALS = "refusals.port"
_STATIC_FILE = "traefik.yml"
_CORES_PER_THREAD = 4
"""The models need the cores: with one thread on a machine of two, Traefik takes half the CPU for a call."""
_COLLECT_AT_PERCENT = "400"
"""Its heap is small: collecting less often makes a tenth more calls."""


class TraefikGateway(MachineGateway):
    """The Traefik of a directory."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__(settings, routes_file="routes.yml", ready_path="/api/version")
        self._refusals: RefusalServer | None = None
        self._known: tuple[str, dict[str, Any]] = ("", {})
        """A revision and its routers as Traefik sees them: neither changes without the other."""

    def start(self) -> None:
        if self._refusals is None:
            self._refusals = RefusalServer(self._refusals_port())
            if self._refusals.port != self._refusals_port():
                write_private(self._directory / _REFUSALS, str(self._refusals.port))
        super().start()

    def close(self) -> None:
        super().close()
        if self._refusals is not None:
            self._refusals.close()
            self._refusals = None

    def deployment(self, stage_id: str) -> StageDeployment:
        written = self._written()
        wanted = in_stage(written, stage_id)["routers"] if written else {}
        if not written or not wanted:
            return StageDeployment(Deployment.UNKNOWN, "The gateway's configuration does not have this stage.")
        try:
            in_force = self._ask(f"/api/http/middlewares/{REVISION}@file")
            if in_force is None or revision({"http": {"middlewares": {REVISION: in_force}}}) != revision(written):
                return self._pending()
            routers = self._routers(revision(written))
        except GatewayError as error:
            return StageDeployment(Deployment.SILENT, str(error))
        for name in wanted:
            if name not in routers:
                return StageDeployment(Deployment.UNKNOWN, f"The gateway does not know {name}.")
            if routers[name].get("status") != "enabled":
                errors = routers[name].get("error") or ["The gateway refuses it and does not say why."]
                return StageDeployment(Deployment.REFUSED, "; ".join(errors))
        return StageDeployment(Deployment.DEPLOYED)

    def settings(self, stage_id: str) -> dict[str, Any]:
        written = self._written()
        return {"http": without_keys(in_stage(written, stage_id))} if written else {}

    def calls(self) -> tuple[str, list[CallCounts]]:
        run = self._current()
        return run.directory.name, call_counts(self._get("/metrics", run))

    def _routers(self, in_force: str) -> dict[str, Any]:
        if self._known[0] != in_force:
            found = self._ask("/api/http/routers?per_page=1000000") or []
            self._known = (in_force, {router["name"].removesuffix("@file"): router for router in found})
        return self._known[1]

    def _configuration(self, endpoints: Sequence[EndpointRoute]) -> dict[str, Any]:
        return dynamic_configuration(
            endpoints,
            secret=self._secret(),
            certificate=self._certificate(),
            refusals=f"127.0.0.1:{self._refusals_port()}" if self._refusals_port() else "",
        )

    def _with_certificate(self, configuration: dict[str, Any], certificate: tuple[str, str]) -> dict[str, Any]:
        return with_certificate(configuration, certificate)

    def _revision(self, configuration: dict[str, Any]) -> str:
        return revision(configuration)

    def _text(self, configuration: dict[str, Any]) -> str:
        return as_text(configuration)

    def _wanted(self) -> dict[str, Any]:
        binary = traefik_binary(self._settings.binary)
        seen = binary.stat()
        static = self._static("127.0.0.1:0", Path())
        digest = hashlib.sha256(json.dumps(static, sort_keys=True).encode()).hexdigest()
        return {"program": "traefik", "binary": [str(binary), seen.st_size, seen.st_mtime_ns], "static": digest}

    def _command(self, directory: Path) -> list[str]:
        return [str(traefik_binary(self._settings.binary)), f"--configFile={directory / _STATIC_FILE}"]

    def _files(self, private_address: str, directory: Path) -> Mapping[str, str]:
        return {_STATIC_FILE: json.dumps(self._static(private_address, directory), indent=1)}

    def _environment(self) -> Mapping[str, str]:
        threads = max(1, (os.cpu_count() or 1) // _CORES_PER_THREAD)
        return {"GOMAXPROCS": str(threads), "GOGC": _COLLECT_AT_PERCENT}

    def _static(self, private_address: str, directory: Path) -> dict[str, Any]:
        return static_configuration(
            address=host_and_port(self._settings.ip, self._port()),
            private_address=private_address,
            dynamic_file=self._routes,
            log_file=directory / LOG_FILE,
            client_seconds=self._settings.client_seconds,
        )

    def _refusals_port(self) -> int:
        """Return where calls that are refused are explained; 0: nowhere yet."""
        path = self._directory / _REFUSALS
        return int(path.read_text()) if path.exists() else 0
