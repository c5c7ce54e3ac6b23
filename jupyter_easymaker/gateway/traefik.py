"""Traefik on one machine: one process a directory, shared by all backends of it, going on without them."""

from __future__ import annotations

import functools
import hashlib
import http.client
import json
import logging
import os
import secrets
import select
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from .base import CallCounts, Deployment, EndpointRoute, Gateway, GatewayError, StageDeployment
from .binary import traefik_binary
from .certificates import CertificateAuthority
from .counts import call_counts
from .files import locked, write_private
from .process import LOG_FILE, Run, Runs
from .refusals import RefusalServer, free_port
from .routes import REVISION, as_text, dynamic_configuration, in_stage, revision, with_certificate, without_keys
from .settings import GatewaySettings, host_and_port
from .static import static_configuration

_LOG = logging.getLogger(__name__)
_REFUSALS = "refusals.port"
_STATIC_FILE = "traefik.yml"
_ASK_SECONDS = 3.0
_SLOW_SECONDS = 10.0
"""A change takes 0.1 s; what is not in force after this long needs an explanation."""
_TRIES = 3
_CORES_PER_THREAD = 4
"""The models need the cores: with one thread on a machine of two, Traefik takes half the CPU for a call."""
_BACK_OFF_SECONDS = (0.0, 1.0, 5.0, 15.0, 60.0)
_LIVED_SECONDS = 30.0
"""Who lives this long did not die of its start."""
_RENEWAL_SECONDS = 12 * 3600.0


class TraefikGateway(Gateway):
    """Starts, finds, watches and configures the Traefik of a directory."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        directory = settings.directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        self._authority = CertificateAuthority(directory / "certificates")
        self._runs = Runs(directory / "runs")
        self._dynamic = directory / "dynamic" / "routes.yml"
        self._dynamic.parent.mkdir(exist_ok=True, mode=0o700)
        self._lock = directory / "lock"
        self._run: Run | None = None
        self._refusals: RefusalServer | None = None
        self._watcher: threading.Thread | None = None
        self._wake = (-1, -1)

    def start(self) -> None:
        if self._watcher is not None:
            return
        self._refusals = RefusalServer(self._refusals_port())
        if self._refusals.port != self._refusals_port():
            write_private(self._directory / _REFUSALS, str(self._refusals.port))
        with locked(self._lock):
            if not self._dynamic.exists():
                self._write(self._configuration([]))
            else:
                self._renew()
            self._run = self._ensure(self._wanted())
        self._wake = os.pipe()
        self._watcher = threading.Thread(target=self._watch, name="gateway-watch", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        if self._watcher is not None:
            os.write(self._wake[1], b".")
            self._watcher.join()
            for descriptor in self._wake:
                os.close(descriptor)
            self._watcher = None
        if self._refusals is not None:
            self._refusals.close()
            self._refusals = None

    def stop(self) -> None:
        """End the gateway itself, for all backends; calls that are being answered are finished."""
        self.close()
        with locked(self._lock):
            self._runs.sweep(keep=None)

    @property
    def address(self) -> str:
        return self._settings.address(self._port())

    @property
    def private_address(self) -> str:
        """``host:port`` of Traefik's API and counts, which only answer who knows the directory's secret."""
        return str(self._current().facts["private"])

    @property
    def certificate_authority(self) -> str:
        self._certificate()
        return str(self._authority.bundle)

    def apply(self, endpoints: Sequence[EndpointRoute]) -> None:
        with locked(self._lock):
            self._write(self._configuration(endpoints))

    def deployment(self, stage_id: str) -> StageDeployment:
        written = self._written()
        if not in_stage(written, stage_id)["routers"]:
            return StageDeployment(Deployment.UNKNOWN, "The gateway's configuration does not have this stage.")
        try:
            in_force = self._ask(f"/api/http/middlewares/{REVISION}@file")
            if in_force is None or _revision_of(in_force) != revision(written):
                return self._pending()
            query = urlencode({"search": f"{quote(stage_id, safe='')}:", "per_page": 10_000})
            routers = self._ask(f"/api/http/routers?{query}") or []
        except GatewayError as error:
            return StageDeployment(Deployment.SILENT, str(error))
        states = {router["name"].removesuffix("@file"): router for router in routers}
        for name in in_stage(written, stage_id)["routers"]:
            if name not in states:
                return StageDeployment(Deployment.UNKNOWN, f"The gateway does not know {name}.")
            if states[name].get("status") != "enabled":
                return StageDeployment(Deployment.REFUSED, "; ".join(states[name].get("error") or ["It says no more."]))
        return StageDeployment(Deployment.DEPLOYED)

    def settings(self, stage_id: str) -> dict[str, Any]:
        return {"http": without_keys(in_stage(self._written(), stage_id))}

    def calls(self) -> tuple[str, list[CallCounts]]:
        run = self._current()
        text = self._get("/metrics", run)
        return run.directory.name, call_counts(text)

    def _configuration(self, endpoints: Sequence[EndpointRoute]) -> dict[str, Any]:
        return dynamic_configuration(
            endpoints,
            secret=self._secret(),
            certificate=self._certificate(),
            refusals=f"127.0.0.1:{self._refusals_port()}" if self._refusals_port() else "",
        )

    def _write(self, configuration: dict[str, Any]) -> None:
        """Put a configuration into force, if it is another. Call it with the lock held."""
        text = as_text(configuration)
        try:
            if not self._dynamic.exists() or self._dynamic.read_text() != text:
                write_private(self._dynamic, text)
        except OSError as error:
            raise GatewayError(f"The gateway's configuration could not be written: {error.strerror}") from error

    def _written(self) -> dict[str, Any]:
        """Return the configuration that is to be in force."""
        try:
            found: dict[str, Any] = json.loads(self._dynamic.read_text())
            revision(found)
        except (OSError, ValueError, KeyError, TypeError):  # not there yet, or changed by somebody
            return {"http": {"routers": {}, "services": {}, "middlewares": {}}}
        return found

    def _pending(self) -> StageDeployment:
        seconds = time.time() - self._dynamic.stat().st_mtime
        late = f"The gateway has not taken it over for {seconds:.0f} s; see {LOG_FILE} in {self._directory / 'runs'}."
        return StageDeployment(Deployment.PENDING, late if seconds > _SLOW_SECONDS else "")

    def _certificate(self) -> tuple[str, str]:
        """Return certificate and key: the operator's, or ours, renewed where it is time."""
        own = self._authority.leaf(self._settings.certified_names)  # in any case: the bundle is written with it
        if not self._settings.certificate:
            return str(own[0]), str(own[1])
        pair = (self._settings.certificate, self._settings.certificate_key)
        for path in pair:
            if not Path(path).is_file():
                raise GatewayError(f"The gateway's certificate needs {path or 'a key'}, which is not there.")
        return pair

    def _renew(self) -> None:
        """Have a renewed certificate taken over. Call it with the lock held."""
        written = self._written()
        if "tls" not in written:  # not ours any more: the next ``apply`` replaces it
            return
        self._write(with_certificate(written, self._certificate()))

    def _wanted(self) -> dict[str, Any]:
        """Return what has to be so of the process; another one is replaced."""
        binary = traefik_binary(self._settings.binary)
        seen = binary.stat()
        static = self._static("127.0.0.1:0", Path())
        digest = hashlib.sha256(json.dumps(static, sort_keys=True).encode()).hexdigest()
        return {"binary": [str(binary), seen.st_size, seen.st_mtime_ns], "static": digest}

    def _files(self, private_address: str, directory: Path) -> dict[str, str]:
        return {_STATIC_FILE: json.dumps(self._static(private_address, directory), indent=1)}

    def _static(self, private_address: str, directory: Path) -> dict[str, Any]:
        return static_configuration(
            address=host_and_port(self._settings.ip, self._port()),
            private_address=private_address,
            dynamic_file=self._dynamic,
            log_file=directory / LOG_FILE,
        )

    def _ensure(self, wanted: dict[str, Any] | None = None) -> Run:
        """Return what runs, started where nothing does or what runs is not as wanted. Call it with the lock held."""
        alive = self._runs.alive()
        if alive and (wanted is None or alive[0].facts["wanted"] == wanted):
            if len(alive) > 1:  # one that is being replaced by a backend that was killed meanwhile
                self._runs.sweep(keep=alive[0])
            return alive[0]
        wanted = wanted or self._wanted()
        for attempt in range(1, _TRIES + 1):
            private_address = f"127.0.0.1:{free_port()}"
            try:
                run = self._runs.start(
                    lambda directory: [wanted["binary"][0], f"--configFile={directory / _STATIC_FILE}"],
                    {"wanted": wanted, "private": private_address},
                    functools.partial(self._files, private_address),
                    self._answers,
                    {"GOMAXPROCS": str(max(1, (os.cpu_count() or 1) // _CORES_PER_THREAD))},
                )
                break
            except GatewayError as error:
                # Somebody may have taken the port between the look and the start.
                if attempt == _TRIES or private_address not in str(error):
                    raise self._explained(error) from error
        _LOG.info("the gateway answers at %s (pid %d)", self.address, run.pid)
        self._runs.sweep(keep=run)
        return run

    def _explained(self, error: GatewayError) -> GatewayError:
        if "address already in use" not in str(error):
            return error
        return GatewayError(
            f"Another program listens on {self.address}, where the gateway was to answer. End it, or set "
            "ServiceConfig.gateway_port to another port: the addresses of all endpoints change with it."
        )

    def _answers(self, run: Run) -> bool:
        try:
            return bool(self._get("/api/version", run))
        except GatewayError:
            return False

    def _current(self) -> Run:
        """Return what runs.

        Raises:
            GatewayError: nothing does.
        """
        if self._run is None or not self._run.alive:
            alive = self._runs.alive()
            if not alive:
                raise GatewayError("The gateway does not run; it is started again.")
            self._run = alive[0]
        return self._run

    def _watch(self) -> None:
        """Start it again when it has died, whichever backend is the first to see it; renew its certificate."""
        failures = 0
        while True:
            began = time.monotonic()
            run = self._run
            ended = run is None or run.wait(_RENEWAL_SECONDS, self._wake[0])
            if self._told_to_end(0.0):
                return
            try:
                with locked(self._lock):
                    self._renew()
                    if not ended:
                        continue
                    failures = 0 if time.monotonic() - began > _LIVED_SECONDS else failures
                    pause = _BACK_OFF_SECONDS[min(failures, len(_BACK_OFF_SECONDS) - 1)]
                if self._told_to_end(pause):
                    return
                failures += 1
                with locked(self._lock):
                    self._run = self._ensure()
                if run is not None and self._run.directory != run.directory:
                    _LOG.warning("the gateway's process %d ended: %s", run.pid, run.last_words() or "it said nothing")
            except (GatewayError, OSError) as error:
                _LOG.error("the gateway is not there: %s", error)
                self._run = None

    def _told_to_end(self, seconds: float) -> bool:
        return bool(select.select([self._wake[0]], [], [], seconds)[0])

    def _ask(self, path: str) -> Any:
        """Return what Traefik's API answers, None for what it does not know.

        Raises:
            GatewayError: it does not answer.
        """
        text = self._get(path, self._current())
        return json.loads(text) if text else None

    def _get(self, path: str, run: Run) -> str:
        host, port = str(run.facts["private"]).rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=_ASK_SECONDS)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self._secret()}"})
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise GatewayError(f"The gateway does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status == 404:
            return ""
        if answer.status != 200:
            raise GatewayError(f"The gateway answers {answer.status} to {path}.")
        return text

    def _secret(self) -> str:
        return self._kept("secret", lambda: secrets.token_urlsafe(32))

    def _port(self) -> int:
        return self._settings.port or int(self._kept("port", lambda: str(free_port(self._settings.ip))))

    def _refusals_port(self) -> int:
        """Return where calls that are refused are explained; 0: nowhere yet."""
        path = self._directory / _REFUSALS
        return int(path.read_text()) if path.exists() else 0

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        """Return what the directory keeps under a name, made at first use."""
        path = self._directory / name
        if not path.exists():
            with locked(self._directory / f"{name}.lock"):
                if not path.exists():
                    write_private(path, make())
        return path.read_text()


def _revision_of(middleware: dict[str, Any]) -> str:
    return str(middleware["headers"]["customRequestHeaders"]["X-Revision"])
