"""A gateway's program on one machine: one process a directory, shared by all backends of it, going on without them.

The routes lie in a file that is replaced whole; the process takes a new one over by itself. What it knows it tells on a
private port, to who knows the directory's secret.
"""

from __future__ import annotations

import functools
import http.client
import json
import logging
import os
import secrets
import select
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import Deployment, EndpointRoute, Gateway, GatewayError, StageDeployment
from .certificates import CertificateAuthority
from .files import locked, write_private
from .process import LOG_FILE, Run, Runs
from .refusals import free_port
from .settings import GatewaySettings

_LOG = logging.getLogger(__name__)
_ASK_SECONDS = 3.0
_SLOW_SECONDS = 10.0
"""A change takes 0.1 s; what is not in force after this long needs an explanation."""
_TRIES = 3
_BACK_OFF_SECONDS = (0.0, 1.0, 5.0, 15.0, 60.0)
_LIVED_SECONDS = 30.0
"""Who lives this long did not die of its start."""
_RENEWAL_SECONDS = 12 * 3600.0


class MachineGateway(Gateway):
    """Starts, finds, watches and configures a program.

    Args:
        settings: the operator's.
        routes_file: what the file of the routes is called.
        ready_path: what the private port answers with something once the program serves.
    """

    def __init__(self, settings: GatewaySettings, *, routes_file: str, ready_path: str) -> None:
        self._settings = settings
        self._ready_path = ready_path
        self._directory = settings.directory
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._authority = CertificateAuthority(self._directory / "certificates")
        self._runs = Runs(self._directory / "runs")
        self._routes = self._directory / "routes" / routes_file
        self._routes.parent.mkdir(exist_ok=True, mode=0o700)
        self._lock = self._directory / "lock"
        self._run: Run | None = None
        self._watcher: threading.Thread | None = None
        self._wake = (-1, -1)

    @abstractmethod
    def _configuration(self, endpoints: Sequence[EndpointRoute]) -> dict[str, Any]:
        """Return the routes in the program's format."""

    @abstractmethod
    def _with_certificate(self, configuration: dict[str, Any], certificate: tuple[str, str]) -> dict[str, Any]:
        """Return routes with another certificate and key."""

    @abstractmethod
    def _revision(self, configuration: dict[str, Any]) -> str:
        """Return what tells routes from others; a KeyError or TypeError says that they are none of ours."""

    @abstractmethod
    def _text(self, configuration: dict[str, Any]) -> str:
        """Return routes as the program reads them; it has to be JSON too."""

    @abstractmethod
    def _wanted(self) -> dict[str, Any]:
        """Return what has to be so of the process, as JSON can hold it; one of which it is not is replaced."""

    @abstractmethod
    def _command(self, directory: Path) -> list[str]:
        """Return what runs the program in a directory, which it has to name."""

    @abstractmethod
    def _files(self, private_address: str, directory: Path) -> Mapping[str, str]:
        """Return the files it needs there."""

    @abstractmethod
    def _environment(self) -> Mapping[str, str]:
        """Return the variables it needs."""

    def start(self) -> None:
        if self._watcher is not None:
            return
        try:
            with locked(self._lock):
                written = self._written()
                if written is None:
                    self._write(self._configuration([]))
                else:
                    self._write(self._with_certificate(written, self._certificate()))
                self._run = self._ensure(self._wanted())
        except OSError as error:
            raise GatewayError(f"The gateway could not be started: {error}") from error
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

    def stop(self) -> None:
        self.close()
        with locked(self._lock):
            self._runs.sweep(keep=None)

    @property
    def address(self) -> str:
        return self._settings.address(self._port())

    @property
    def private_address(self) -> str:
        """``host:port`` where the process tells what it knows to who knows the directory's secret."""
        return str(self._current().facts["private"])

    @property
    def own_authority(self) -> str:
        if self._settings.certificate:
            return ""
        self._own_certificate()
        return self._authority.certificate.read_text()

    @property
    def certificate_authority(self) -> str:
        self._own_certificate()
        return str(self._authority.bundle)

    def apply(self, endpoints: Sequence[EndpointRoute]) -> None:
        with locked(self._lock):
            self._write(self._configuration(endpoints))

    def _write(self, configuration: dict[str, Any]) -> None:
        """Put routes into force, if they are others. Call it with the lock held."""
        text = self._text(configuration)
        try:
            if not self._routes.exists() or self._routes.read_text() != text:
                write_private(self._routes, text)
        except OSError as error:
            raise GatewayError(f"The gateway's configuration could not be written: {error.strerror}") from error

    def _written(self) -> dict[str, Any] | None:
        """Return the routes that are to be in force; None if there are none yet, or somebody has changed them."""
        try:
            found: dict[str, Any] = json.loads(self._routes.read_text())
            self._revision(found)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found

    def _pending(self) -> StageDeployment:
        seconds = time.time() - self._routes.stat().st_mtime
        late = f"The gateway has not taken it over for {seconds:.0f} s; see {LOG_FILE} in {self._directory / 'runs'}."
        return StageDeployment(Deployment.PENDING, late if seconds > _SLOW_SECONDS else "")

    def _own_certificate(self) -> tuple[str, str]:
        """Return one of our authority's and its key; what clients verify it with is written besides."""
        try:
            certificate, key = self._authority.leaf(self._settings.certified_names)
        except OSError as error:
            raise GatewayError(f"The gateway's certificate could not be made: {error}") from error
        return str(certificate), str(key)

    def _certificate(self) -> tuple[str, str]:
        """Return certificate and key: the operator's, or ours, renewed where it is time."""
        if not self._settings.certificate:
            return self._own_certificate()
        pair = (self._settings.certificate, self._settings.certificate_key)
        for path in pair:
            if not Path(path).is_file():
                raise GatewayError(f"The gateway's certificate needs {path or 'a key'}, which is not there.")
        return pair

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
                    self._command,
                    {"wanted": wanted, "private": private_address},
                    functools.partial(self._files, private_address),
                    self._answers,
                    self._environment(),
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
        if "address already in use" not in str(error).lower():
            return error
        return GatewayError(
            f"Another program listens on {self.address}, where the gateway was to answer. End it, or set "
            "ServiceConfig.gateway_port to another port: the addresses of all endpoints change with it."
        )

    def _answers(self, run: Run) -> bool:
        try:
            return bool(self._get(self._ready_path, run))
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
                    if (written := self._written()) is not None:
                        self._write(self._with_certificate(written, self._certificate()))
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
        """Return what the process answers on its private port, None for what it does not know.

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

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        """Return what the directory keeps under a name, made at first use."""
        path = self._directory / name
        if not path.exists():
            with locked(self._directory / f"{name}.lock"):
                if not path.exists():
                    write_private(path, make())
        return path.read_text()
